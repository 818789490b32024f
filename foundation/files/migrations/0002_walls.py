"""Row-level security: who opens the folder; the clerk sees every row, for sweeps, and opens none (it holds no key)."""

from django.db import migrations

from foundation.dossiers.walls import wall


class Migration(migrations.Migration):
    dependencies = [("files", "0001_tables"), ("dossiers", "0002_walls")]
    operations = [
        wall("files_attachment", clerk_changes=True),
        migrations.RunSQL(
            "CREATE POLICY clerk_reads ON files_attachment FOR SELECT USING ((SELECT amparo_is_clerk()))",
            "DROP POLICY clerk_reads ON files_attachment",
        ),
    ]
