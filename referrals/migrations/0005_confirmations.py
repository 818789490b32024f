"""What a recipient answers after a withdrawal: whole or in part, kept on which ground, or silent too long."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import foundation.vault.fields
from foundation.dossiers.walls import wall
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_directory"),
        ("cases", "0004_erasures"),
        ("consent", "0005_withdrawals"),
        ("dossiers", "0008_kinds"),
        ("referrals", "0004_counted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptReason",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "text",
                    foundation.vault.fields.EncryptedText(validators=[django.core.validators.MaxLengthValidator(1000)]),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="referral",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="narrowed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="own_ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("legal_obligation", "A law requires that it is kept"),
                    ("professional_record", "It is part of a record that the profession must keep"),
                    ("vital_interests", "A life depends on it"),
                    ("own_agreement", "The person agreed to it with the organisation directly"),
                    ("legal_claims", "It is needed for a claim or a complaint that runs"),
                    ("other", "Another ground"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="taken_back",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="referral",
            name="unconfirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmation", "retained_on_own_basis"), _negated=True),
                    ("confirmed_at", None),
                    models.Q(("own_ground", ""), _negated=True),
                    _connector="OR",
                ),
                name="kept_on_a_ground",
            ),
        ),
        migrations.AddField(
            model_name="keptreason",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="%(app_label)s_%(class)ss",
                to="dossiers.dossier",
            ),
        ),
        migrations.AddField(
            model_name="keptreason",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING, related_name="kept_reasons", to="referrals.referral"
            ),
        ),
        wall("referrals_keptreason", reads="follow_dossier"),
    ]
