"""Row-level security for the person, the conversations and the decisions."""

from django.db import migrations

from foundation.dossiers.walls import wall


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_people"), ("dossiers", "0002_walls")]
    operations = [wall("consent_person", is_scanned=True), wall("consent_consent"), wall("consent_decision")]
