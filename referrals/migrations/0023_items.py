"""One item more, on request: which, why, and what was answered (T3)."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.dossiers.walls import wall


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0011_guarded"),
        ("referrals", "0022_own_services"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="has_asked",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="referral",
            name="item_asked",
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.AddField(
            model_name="referral",
            name="opened_items",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.CreateModel(
            name="ItemRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("item", models.CharField(choices=[("address", "Address")], max_length=24)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("to_meet", "To meet the person where they are"),
                            ("to_send", "To send something that the person waits for"),
                            ("required_by_law", "A law asks for it before the service can be given"),
                            ("safety", "For the safety of the person"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Waiting for an answer"), ("opened", "Told"), ("refused", "Not told")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_consent", "The person does not agree"),
                            ("not_needed", "The service can be given without it"),
                            ("not_known", "It is not known"),
                            ("not_safe", "Telling it is not safe"),
                        ],
                        max_length=12,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
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
                        related_name="item_requests",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "-asked_at"], name="items_of_referral")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("referral",), name="one_item_asked_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("state", "asked")),
                            models.Q(models.Q(("state", "asked"), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="item_answered_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "refused"), ("refusal", ""), _connector="XOR"),
                        name="item_refused_for_a_reason",
                    ),
                ],
            },
        ),
        wall("referrals_itemrequest"),
    ]
