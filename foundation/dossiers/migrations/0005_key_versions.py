"""A folder's key may have two versions while it is exchanged; an organisation's key that is in use cannot be deleted."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Lists fetch all versions of a key as one value of fixed widths.
WHOLE = """ALTER TABLE dossiers_dossierkey ADD CONSTRAINT dossier_key_is_whole
    CHECK (octet_length(wrapped) = 60 AND octet_length(commit) = 16)"""


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0004_lists"), ("vault", "0002_roots_by_name")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    "ALTER TABLE dossiers_dossierkey ADD CONSTRAINT dossier_key_of_organisation FOREIGN KEY"
                    " (organisation_key_id) REFERENCES vault_organisationkey (id) DEFERRABLE INITIALLY DEFERRED",
                    "ALTER TABLE dossiers_dossierkey DROP CONSTRAINT dossier_key_of_organisation",
                )
            ],
            [
                migrations.RemoveField("dossierkey", "organisation_key_id"),
                migrations.AddField(
                    "dossierkey",
                    "organisation_key",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="vault.organisationkey",
                    ),
                    preserve_default=False,
                ),
            ],
        ),
        migrations.AddField(
            "dossierkey", "made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)
        ),
        migrations.AddField("dossierkey", "rotation", models.UUIDField(null=True, editable=False)),
        migrations.RunSQL(WHOLE, "ALTER TABLE dossiers_dossierkey DROP CONSTRAINT dossier_key_is_whole"),
    ]
