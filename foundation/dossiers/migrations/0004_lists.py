"""Access lists are walled for reading too: a row says that a folder exists."""

from django.db import migrations

from foundation.dossiers import walls


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0003_ledger")]
    operations = [
        migrations.RunSQL(walls.LISTS, "DROP FUNCTION amparo_is_on_list(uuid, text), amparo_is_machine(text) CASCADE"),
        walls.own_lists(
            "dossiers_dossiergrouppermission",
            "group_id = ANY ((SELECT amparo_groups((SELECT amparo_actor())))::int[])",
        ),
        walls.own_lists("dossiers_dossieruserpermission", "user_id = (SELECT amparo_actor())"),
    ]
