"""Whether a unit is ready for the elements: asked with what is known of the person, since one item is for children (P16)."""

from django.conf import settings
from django.utils import timezone

from cases.models import Case, Concern
from cases.vocabulary import Category, Urgency
from consent import ages
from foundation.readiness import gates
from foundation.readiness.elements import Element


def require_escalation(concern: Concern, urgency: str) -> None:
    """Raise ``Refused`` unless the unit may pass on a concern with the person's details (HS-09).

    An emergency goes through whatever is missing.
    """
    if urgency != Urgency.EMERGENCY:
        is_child = concern.known.get("category") == Category.CHILD
        gates.require(concern.unit, Element.ESCALATE, is_child=is_child)


def require_element(case: Case, element: str) -> None:
    """Raise ``Refused`` unless the case's unit is ready for this element."""
    gates.require(case.unit, element, is_child=lambda: may_be_child(case))


def may_be_child(case: Case) -> bool:
    """Whether the person is a child, or nobody knows that they are not."""
    person = case.person
    found = ages.ages_of(person.date_of_birth, person.facts, timezone.localdate())
    return found is None or min(found) < settings.MAJORITY_YEARS
