"""Row-level security for referrals, and one more door: a recipient reads the very decision its referral rests on."""

from django.db import migrations

from foundation.dossiers.walls import wall

RECIPIENTS = """
CREATE POLICY recipients ON consent_decision FOR SELECT
    USING (EXISTS (SELECT 1 FROM referrals_referral r WHERE r.decision_id = consent_decision.id));
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_tables"), ("consent", "0003_walls"), ("dossiers", "0002_walls")]
    operations = [
        *(
            wall(f"referrals_{name}", reads="follow_dossier", writes="follow_dossier")
            for name in ("referral", "referralmove", "disclosure")
        ),
        wall("referrals_message"),
        migrations.RunSQL(RECIPIENTS, "DROP POLICY recipients ON consent_decision"),
    ]
