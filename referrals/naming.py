"""Whether somebody may be named to an authority, and whether somebody could be recognised (HS-12, HS-15)."""

from uuid import UUID

from django.utils.translation import gettext as _

from cases import deidentify
from cases.models import Case, IssueEvidence, IssueLink
from consent import actions as consent
from consent.covering import Ground, covers
from consent.vocabulary import Basis as Rests
from consent.vocabulary import Purpose
from foundation.accounts.models import Unit
from foundation.core.errors import Refused
from foundation.dossiers import clerk
from referrals.models import Representation
from referrals.speech import Naming

LEAST_CASES = 3


def ground_of(speech: Representation) -> Ground | None:
    """What it may rest on now: the person's word for exactly this authority and these fields, or what two people signed."""
    if speech.case is None:
        return None
    person = speech.case.person_id
    if speech.naming == Naming.IDENTIFIED:
        return covers(person, Purpose.RAISE_IDENTIFIED, speech.authority_id, speech.fields)
    return covers(person, Purpose.RAISE_UNIDENTIFIED, speech.unit_id, [])


def rest(speech: Representation) -> None:
    """Rest it on its ground, or refuse (HS-12): a person is raised with an authority only on their own word or by two."""
    if speech.case is None:
        return
    ground = ground_of(speech)
    if ground is None:
        raise Refused("consent.missing", _why(speech))
    speech.decision_id = ground.id if ground.basis == Rests.DECISION else None
    speech.exception_id = ground.id if ground.basis == Rests.EXCEPTION else None


def _why(speech: Representation) -> str:
    if speech.naming == Naming.IDENTIFIED:
        return _(
            "The person has not agreed that this authority is told all of this, or not any more. Ask the person first."
        )
    return _(
        "The person has not agreed that the matter is raised without a name, or not any more. Ask the person first."
    )


def is_asked(case: Case, authority: UUID) -> bool:
    """Whether the person has answered about this authority at all."""
    return consent.current(case.person, Purpose.RAISE_IDENTIFIED, authority) is not None


def check_nobody(speech: Representation, *, is_confirmed: bool) -> None:
    """HS-15: enough stands behind it that it is nobody's, no number, day, exact place or known name, and a person says so."""
    if speech.naming == Naming.IDENTIFIED:
        return
    if speech.issue_id is not None:
        require_many(speech.issue_id)
    deidentify.require_nobody(speech.content, "content", known=names_of(speech), places=places_of(speech.unit))
    deidentify.require_confirmed(speech.content, is_confirmed)


def require_many(issue: UUID) -> None:
    """At least three different cases, whoever may see them, or evidence that is nobody's case. Whether, never how many."""
    if IssueEvidence.objects.filter(issue=issue).exists():
        return
    with clerk.as_clerk():
        n = IssueLink.objects.filter(issue=issue, case__isnull=False).values("case").distinct().count()
    if n < LEAST_CASES:
        raise Refused(
            "nobody.too_few",
            _(
                "Behind this stand fewer than three cases and no evidence of another kind: somebody could be recognised."
            ),
        )


def names_of(speech: Representation) -> list[str | None]:
    """The names and codes that the record knows: of the person, of the case."""
    case = speech.case
    return [case.person.alias, case.code] if case is not None else []


def places_of(unit: Unit) -> list[str]:
    """The names of units below the region: where somebody comes for help says too much."""
    return [place.name for place in unit.upwards() if place.kind == "service_point"]
