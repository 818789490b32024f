"""The circuit of each target outside, and an index for what waits before one of them. Only the courier sees it."""

from django.db import migrations, models

from foundation.core.db.policies import machine, policies

COURIER = machine("courier")


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_given_up")]
    operations = [
        migrations.CreateModel(
            name="Line",
            fields=[
                ("target", models.UUIDField(primary_key=True, serialize=False)),
                ("busy_until", models.DateTimeField(blank=True, null=True)),
                ("closed_until", models.DateTimeField(blank=True, null=True)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("n_failures", models.PositiveIntegerField(default=0)),
                ("is_troubled", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["target_id", "reference", "created_at"],
                name="outbox_in_turn",
            ),
        ),
        policies("outbox_line", reads=COURIER, adds=COURIER, changes=COURIER, removes=COURIER),
    ]
