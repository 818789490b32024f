"""Secrets that overlap, why an endpoint is off, and a log of deliveries that keeps thirty days and no content."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from foundation.core.db.policies import NEVER, machine, policies

COURIER = machine("courier")
OLD = f"{COURIER} AND at < statement_timestamp() - interval '30 days'"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0024_sign_in")]
    operations = [
        migrations.AddField("webhookendpoint", "added_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AddField(
            "webhookendpoint",
            "off_because",
            models.CharField(
                blank=True,
                choices=[
                    ("by_hand", "Switched off by a person"),
                    ("gone", "It answered that it is gone (410)"),
                    ("failing", "Nothing arrived there for days"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField("webhookendpoint", "old_secret", models.BinaryField(blank=True, null=True)),
        migrations.AddField("webhookendpoint", "old_until", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.UUIDField()),
                ("event", models.CharField(max_length=40)),
                ("reference", models.UUIDField(blank=True, null=True)),
                ("number", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, max_length=40)),
                ("milliseconds", models.PositiveIntegerField()),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="referrals.webhookendpoint",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["endpoint", "-at"], name="attempts_at_an_endpoint")]},
        ),
        policies("referrals_webhookattempt", reads=COURIER, adds=COURIER, changes=NEVER, removes=OLD),
    ]
