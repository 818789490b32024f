"""Row-level security for concerns (followers see where they stand) and cases (only who may open them)."""

from django.db import migrations

from foundation.dossiers.walls import wall


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_people"), ("dossiers", "0002_walls")]
    operations = [
        wall("cases_concern", reads="follow_dossier", is_scanned=True),
        wall("cases_case", is_scanned=True),
        *(wall(f"cases_{name}") for name in ("redirection", "casenote", "followup")),
    ]
