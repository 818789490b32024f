"""Who refers, and from where: only a trained person, only from a unit that is ready (HS-07, HS-09)."""

from cases.models import Case
from cases.readying import require_element
from foundation.accounts.models import User
from foundation.readiness.elements import Element
from foundation.readiness.training import Competence, require_training


def require_ready(case: Case, by: User, *, is_life_saving: bool = False) -> None:
    """Raise ``Refused`` that says what is missing and who can mend it.

    Where a life depends on it the unit's gate stands open, as for every emergency (HS-09): the very agreement that ran
    out may be what its readiness lacks. Training is asked for all the same.
    """
    require_training(by, Competence.PROTECTION_REFERRAL)
    if not is_life_saving:
        require_element(case, Element.REFER)
