"""What the erasure ledger has confirmed, and how far it was followed."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_tables"), ("dossiers", "0002_walls")]

    operations = [
        migrations.CreateModel(
            name="LedgerMark",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("seen_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AddField(
            model_name="dossier", name="ledger_number", field=models.BigIntegerField(blank=True, null=True)
        ),
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", False), ("ledger_number", None)),
                fields=["erased_at"],
                name="erasures_to_confirm",
            ),
        ),
    ]
