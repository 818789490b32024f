"""With whom the demonstration's National Society speaks, and a problem of many that it works on."""

from cases.actions import issues
from consent.sources import Source
from foundation.accounts.models import User
from foundation.core.acting import acting
from referrals.actions import authorities

ENTRIES = (
    ("Harbour municipality", "local_authority", "local", "open", "Registration, housing, local order", "Complaints desk", ()),
    ("City police", "police", "local", "confidential", "Public order in the city", "Officer for community relations", ()),
    ("Ministry of Justice", "ministry_justice", "national", "confidential", "Courts and legal aid", "Department of rights", ()),
    ("Ombudsperson", "ombuds", "national", "open", "Complaints about any authority", "Reception", ()),
    ("Dockside detention centre", "detention_administration", "regional", "confidential", "Detention", "Duty head", ()),
    ("Hill Command", "nsag", "regional", "strict", "Holds the passes of the Hills", "Liaison", (Source.FORCES,)),
)  # fmt: skip


def furnish(officer: User, lead: User) -> None:
    """The register, by the officer for dialogue; an issue, by the focal point."""
    with acting(officer.pk):
        for name, kind, level, confidentiality, mandate, contact, sources in ENTRIES:
            entry = authorities.Entry(name, kind, level, confidentiality, mandate, contact, list(sources))
            authorities.enter_authority(entry, by=officer)
    with acting(lead.pk):
        facts = issues.Facts(
            "Papers kept as a pledge", "Landlords and employers keep identity papers of tenants and workers until they pay.",
            "Coast region", ["GPC-09", "GPC-12"], ["migrants"], ["law", "poverty"], ["identity"], ["national"],
        )  # fmt: skip
        issue = issues.open_issue(facts, by=lead, is_confirmed=True)
        said = issues.Evidence(
            "community", "B", "corroborated", "Said in four meetings, by tenants of different houses."
        )
        issues.add_evidence(issue, said, by=lead)
        why = "The office knows the law and has no inspectors; police take it for a private matter."
        issues.analyse(issue, ["capacity", "will"], why, by=lead, has_context=True)
