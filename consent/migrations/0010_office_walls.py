"""Row-level security for what the office of data protection keeps; a hold is seen by who decides on it, its case is not."""

from django.db import migrations

from foundation.core.db.policies import policies
from foundation.dossiers import walls

HOLD = "consent_legalhold"
SEEN = f"""({walls.seen(f"{HOLD}.dossier_id", "view_dossier")}
  OR (SELECT amparo_is_clerk())
  OR ({HOLD}.asked_by_id = (SELECT amparo_actor())
      AND (SELECT cardinality(amparo_groups((SELECT amparo_actor()))) > 0))
  OR {HOLD}.deciders && ((SELECT amparo_groups((SELECT amparo_actor())))::int[]))"""


def hold_wall() -> migrations.RunSQL:
    """Reading and deciding: see ``SEEN``. Asking: who opens the folder. Removing: nobody."""
    opens = walls.seen(f"{HOLD}.dossier_id", "view_dossier")
    raised = policies(HOLD, reads=SEEN, adds=opens, changes=SEEN, removes="false")
    keeper = walls.KEEPER.format(table=HOLD)
    return migrations.RunSQL(f"{raised.sql}{keeper}", f"DROP POLICY keeper ON {HOLD};{raised.reverse_sql}")


class Migration(migrations.Migration):
    dependencies = [("consent", "0009_office"), ("dossiers", "0009_office")]
    operations = [
        walls.wall("consent_keeping", reads="follow_dossier", clerk_changes=True),
        walls.wall("consent_dataincident", reads="follow_dossier"),
        *(walls.wall(f"consent_{name}") for name in ("keepingextension", "impacttext", "incidentmove", "basisreview")),
        hold_wall(),
    ]
