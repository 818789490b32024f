"""Folders of reports about our own people: under a key of their own lineage, and no other folder under it."""

from django.db import migrations, models

# Whoever wraps a folder's key with the wrong one of an organisation's keys is refused, whatever the program says.
LINEAGE = """
CREATE FUNCTION amparo_right_lineage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM dossiers_dossier d JOIN vault_organisationkey o ON o.id = NEW.organisation_key_id
                WHERE d.id = NEW.dossier_id AND (d.kind = 'guarded') <> (o.lineage = 'safeguarding')) THEN
        RAISE EXCEPTION 'this key is not for a folder of this kind';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER right_lineage BEFORE INSERT OR UPDATE OF organisation_key_id ON dossiers_dossierkey
    FOR EACH ROW EXECUTE FUNCTION amparo_right_lineage();
"""
BACK = "DROP TRIGGER right_lineage ON dossiers_dossierkey; DROP FUNCTION amparo_right_lineage()"


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0010_dialogue"), ("vault", "0003_lineages")]

    operations = [
        migrations.AlterField(
            "dossier",
            "kind",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("concern", "Concern"),
                    ("case", "Case"),
                    ("package", "Package"),
                    ("export", "Export"),
                    ("book", "Book"),
                    ("request", "Request"),
                    ("shelf", "Shelf"),
                    ("incident", "Incident"),
                    ("issue", "Issue"),
                    ("harm", "Harm"),
                    ("guarded", "Guarded"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunSQL(LINEAGE, BACK),
    ]
