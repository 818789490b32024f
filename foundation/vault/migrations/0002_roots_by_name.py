"""Root keys get names, destroyed keys keep their rows, and a canary tells whether the keys are the right ones."""

import django.db.models.deletion
from django.db import migrations, models

# Keys from before this migration were wrapped by the keyring's file.
NAMES = "UPDATE vault_organisationkey SET kek = 'file:' || root_version"
NUMBERS = "UPDATE vault_organisationkey SET root_version = split_part(kek, ':', 2)::integer"
# A column is dropped in two releases: this one no longer asks for it, the next one removes it.
LEAVE = "ALTER TABLE vault_organisationkey ALTER COLUMN root_version DROP NOT NULL"
TAKE = "ALTER TABLE vault_organisationkey ALTER COLUMN root_version SET NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_tables")]

    operations = [
        migrations.AddField("organisationkey", "kek", models.CharField(max_length=300, default="")),
        migrations.RunSQL(NAMES, NUMBERS),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(LEAVE, TAKE)], [migrations.RemoveField("organisationkey", "root_version")]
        ),
        migrations.AlterField("organisationkey", "kek", models.CharField(max_length=300)),
        migrations.AddField("organisationkey", "destroyed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "organisationkey",
            models.CheckConstraint(
                condition=models.Q(("destroyed_at", None), ("wrapped", b""), _connector="OR"),
                name="destroyed_keys_are_gone",
            ),
        ),
        migrations.CreateModel(
            name="Canary",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("token", models.BinaryField()),
                (
                    "organisation_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.organisationkey"
                    ),
                ),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_canary")]},
        ),
    ]
