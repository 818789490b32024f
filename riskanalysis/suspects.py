"""From whom the threat comes, for those who refer: nothing goes to an organisation of that kind (HS-11)."""

from cases.models import Case
from riskanalysis.models import SpecificThreat


def suspected(case: Case) -> set[str]:
    """The kinds of sources that the threats of a case name; never a name."""
    if not case.dossier.is_open:
        return set()
    rows = list(SpecificThreat.objects.filter(case=case.pk, dossier=case.dossier_id))
    for row in rows:
        row.dossier = case.dossier  # its key is unwrapped once for all rows
    return {row.known["source"] for row in rows if row.known}
