"""Erasures by the schedule of retention: of concerns too, begun by the clerk, and only by a rule that two people set."""

import django.db.models.deletion
from django.db import migrations, models

from foundation.dossiers import walls

OPENS = walls.seen("cases_erasure.dossier_id", "view_dossier")
UP = f"""ALTER POLICY adds ON cases_erasure
  WITH CHECK ({OPENS} OR (cases_erasure.rule_id IS NOT NULL AND (SELECT amparo_is_clerk())))"""
DOWN = f"ALTER POLICY adds ON cases_erasure WITH CHECK ({OPENS})"


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_grounds"), ("consent", "0010_office_walls")]

    operations = [
        migrations.AddField(
            model_name="erasure",
            name="rule",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consent.retentionrule",
            ),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="case",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="erasures",
                to="cases.case",
            ),
        ),
        migrations.RunSQL(UP, DOWN),
    ]
