"""The log of touches with its trigger on the trail, and row-level security for alerts."""

from django.db import migrations

from foundation.dossiers.walls import wall
from foundation.watch import log


class Migration(migrations.Migration):
    dependencies = [("watch", "0001_tables"), ("dossiers", "0008_kinds"), ("audit", "0001_trail")]
    operations = [
        migrations.RunSQL(log.CREATE, log.DROP),
        *(
            wall(f"watch_{name}", reads="follow_dossier", writes="follow_dossier")
            for name in ("alert", "alertopening", "alertmove")
        ),
    ]
