"""An organisation may have a second key of its own, for what its cases' key must not open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_roots_by_name")]

    operations = [
        migrations.AddField(
            "organisationkey",
            "lineage",
            models.CharField(
                blank=True, choices=[("", "cases"), ("safeguarding", "safeguarding")], default="", max_length=12
            ),
        ),
        migrations.RemoveConstraint("organisationkey", "one_key_version"),
        migrations.AddConstraint(
            "organisationkey",
            models.UniqueConstraint(fields=("organisation_id", "lineage", "version"), name="one_key_version"),
        ),
    ]
