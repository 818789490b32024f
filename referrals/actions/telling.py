"""Telling the person what was passed on about them."""

from django.db import transaction

from cases import actions as cases
from cases.models import Case
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy


@transaction.atomic
def tell(case: Case, *, way: str, language: str, reason: str, by: User) -> None:
    """Record that the person was told, how, and why a paper was safe (W-22); the words themselves are kept nowhere."""
    policy.require(by, "note", case)
    cases.note_event(case, "releases_told", by=by)
    trail.record(
        "person.releases_told", dossier=case.dossier_id, subject=case.person_id, way=way, language=language, why=reason
    )
