"""From whom the threat comes, for those who refer: nothing goes to an organisation of that kind (HS-11)."""

from cases.models import Case
from consent.exceptions import Source as Suspect
from riskanalysis.models import SpecificThreat
from riskanalysis.risks import Source

SAME = {
    Source.PARTNER: Suspect.PARTNER, Source.CAREGIVER: Suspect.CAREGIVER, Source.RELATIVE: Suspect.FAMILY,
    Source.COMMUNITY: Suspect.COMMUNITY, Source.EMPLOYER: Suspect.EMPLOYER, Source.TEACHER: Suspect.TEACHER,
    Source.LANDLORD: Suspect.LANDLORD, Source.CRIMINAL: Suspect.CRIMINAL, Source.OUR_PEOPLE: Suspect.PROVIDER,
    Source.ARMED_FORCES: Suspect.FORCES, Source.POLICE: Suspect.POLICE, Source.PRISON: Suspect.PRISON,
    Source.OFFICIAL: Suspect.OFFICIAL, Source.ARMED_GROUP: Suspect.GROUP, Source.DE_FACTO: Suspect.GROUP,
    Source.ONLINE: Suspect.ONLINE,
}  # fmt: skip


def suspected(case: Case) -> set[str]:
    """The kinds of sources that the threats of a case name; never a name."""
    if not case.dossier.is_open:
        return set()
    rows = list(SpecificThreat.objects.filter(case=case.pk, dossier=case.dossier_id))
    for row in rows:
        row.dossier = case.dossier  # its key is unwrapped once for all rows
    named = {row.known.get("source") for row in rows}
    return {str(SAME[source]) for source in SAME if source in named}
