"""A value in a frozen package that was wrong: the right one beside it."""

import django.db.models.deletion
import django.utils.timezone
import foundation.vault.fields
import uuid
from django.db import migrations, models

from foundation.dossiers.walls import wall


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0008_kinds"),
        ("referrals", "0008_assessed"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="corrected_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("field", models.CharField(max_length=24)),
                ("value", foundation.vault.fields.EncryptedJSON()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="%(app_label)s_%(class)ss",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="corrections", to="referrals.referral"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        wall("referrals_correction"),
    ]
