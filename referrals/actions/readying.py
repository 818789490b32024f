"""Who refers, and from where: only a trained person, only from a unit that is ready (HS-07, HS-09)."""

from cases.models import Case
from cases.readying import require_element
from foundation.accounts.models import User
from foundation.readiness.elements import Element
from foundation.readiness.training import Competence, require_training


def require_ready(case: Case, by: User) -> None:
    """Raise ``Refused`` that says what is missing and who can mend it."""
    require_training(by, Competence.PROTECTION_REFERRAL)
    require_element(case, Element.REFER)
