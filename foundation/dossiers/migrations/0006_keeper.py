"""The owner may work on all folders at once where it exchanges their keys, and nowhere else."""

from django.db import migrations

from foundation.dossiers import walls


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0005_key_versions")]
    operations = [migrations.RunSQL(walls.KEEPERS, migrations.RunSQL.noop)]
