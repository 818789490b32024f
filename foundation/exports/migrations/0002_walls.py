"""Row-level security: who asked and the leads who may allow it open the folder; the clerk ends and removes, and opens none."""

from django.db import migrations

from foundation.dossiers.walls import wall


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_tables"), ("dossiers", "0007_exports")]
    operations = [
        wall("exports_export", reads="follow_dossier", clerk_changes=True),
        wall("exports_exportfile", reads="follow_dossier", writes="follow_dossier"),
    ]
