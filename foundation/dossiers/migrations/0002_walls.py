"""Row-level security for folders, their keys, their access lists and their clocks."""

from django.db import migrations

from foundation.dossiers import walls


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_tables"), ("accounts", "0001_tables")]
    operations = [
        migrations.RunSQL(walls.FUNCTIONS, walls.DROP_FUNCTIONS),
        migrations.RunSQL(walls.HAS_LIST, "DROP FUNCTION amparo_has_list(uuid) CASCADE"),
        walls.wall("dossiers_dossier", "id", reads="follow_dossier", clerk_changes=True),
        walls.wall("dossiers_dossierkey", is_scanned=True),
        walls.wall("dossiers_clock", reads="follow_dossier", writes="follow_dossier"),
        walls.access_list_wall("dossiers_dossiergrouppermission"),
        walls.access_list_wall("dossiers_dossieruserpermission"),
        migrations.RunSQL(walls.ERASURE, "DROP FUNCTION amparo_destroy_keys(), amparo_no_key_after_erasure() CASCADE"),
    ]
