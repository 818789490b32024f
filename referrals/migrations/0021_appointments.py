"""Appointments at a service: sealed with the package, one ahead at most."""

import django.db.models.deletion
import django.utils.timezone
import foundation.vault.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.dossiers.walls import wall


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0011_guarded"),
        ("referrals", "0020_carried_code"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="appointment",
            field=models.CharField(
                blank=True,
                choices=[
                    ("planned", "Planned"),
                    ("changed", "Replaced by another"),
                    ("kept", "The person came"),
                    ("missed", "The person did not come"),
                    ("off_by_service", "The service called it off"),
                    ("off_by_person", "The person called it off"),
                ],
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("changed", "Replaced by another"),
                            ("kept", "The person came"),
                            ("missed", "The person did not come"),
                            ("off_by_service", "The service called it off"),
                            ("off_by_person", "The person called it off"),
                        ],
                        default="planned",
                        max_length=16,
                    ),
                ),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("meeting", foundation.vault.fields.EncryptedJSON()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appointments",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "-set_at"], name="appointments_of_referral")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "planned")), fields=("referral",), name="one_appointment_ahead"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state", "planned")),
                            models.Q(models.Q(("state", "planned"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="appointment_ends_once",
                    ),
                ],
            },
        ),
        wall("referrals_appointment"),
    ]
