"""Who may do what with concerns and cases. Who may see them is the dossier's access list."""

from typing import Any

from cases.closures import ClosureStatus, HandStatus
from cases.models import Case, Ceiling, Closure, Concern, Erasure, HandOver
from cases.states import OPEN, SHUT, CaseStatus, ConcernStatus, ErasureStatus, Resting
from foundation.accounts.models import Role
from foundation.core import policy

LEADS = (Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER)
REPORTERS = (Role.REPORTER, Role.CASEWORKER, *LEADS)
WORKERS = (Role.CASEWORKER, *LEADS)


def has_seat(actor: Any, roles: tuple[Role, ...]) -> bool:
    """Whether the actor now holds one of these seats anywhere."""
    return any(seat.role in roles for seat in actor.seats)


def _own_draft(actor: Any, concern: Concern) -> bool:
    return concern.reporter_id == actor.pk and concern.status == ConcernStatus.DRAFT


def _triage(actor: Any, concern: Concern) -> bool:
    return has_seat(actor, LEADS) and concern.is_open and concern.status == ConcernStatus.SUBMITTED


def works_on(actor: Any, case: Case) -> bool:
    """The owner, and the focal points, deputies and managers on the folder's list."""
    return case.owner_id == actor.pk or has_seat(actor, LEADS)


def _open_work(actor: Any, case: Case) -> bool:
    return works_on(actor, case) and case.status not in SHUT


def _unclosed(actor: Any, case: Case) -> bool:
    return works_on(actor, case) and case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED)


def _assists(actor: Any, case: Case) -> bool:
    """Help is never a price for consent: also where it was taken back, as long as the case is there (R-55)."""
    return works_on(actor, case) and case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED)


def _asks_exception(actor: Any, case: Case) -> bool:
    """A focal point, a deputy or who stands in for them; also where consent was taken back, never where nothing is left."""
    return works_on(actor, case) and has_seat(actor, LEADS) and case.status != CaseStatus.ERASED


def _decides(actor: Any, erasure: Erasure) -> bool:
    """Somebody else than who asked, on one of the seats that were asked (HS-20)."""
    is_open = erasure.status == ErasureStatus.REQUESTED
    return is_open and actor.pk != erasure.requested_by_id and bool(set(erasure.deciders) & set(actor.group_ids))


def _agrees_closure(actor: Any, closure: Closure) -> bool:
    """A lead who opens the case, and not the one who asked (HS-20)."""
    return closure.status == ClosureStatus.ASKED and closure.asked_by_id != actor.pk and has_seat(actor, LEADS)


def _answers_hand_over(actor: Any, hand: HandOver) -> bool:
    is_asked = hand.status == HandStatus.ASKED and hand.to_group_id in actor.group_ids
    return is_asked and hand.asked_by_id != actor.pk


def _sets_ceiling(actor: Any, ceiling: Ceiling) -> bool:
    return any(seat.role in LEADS and seat.unit_id == ceiling.unit_id for seat in actor.seats)


def _takes_back(actor: Any, erasure: Erasure) -> bool:
    return actor.pk == erasure.requested_by_id and erasure.status == ErasureStatus.REQUESTED


CASE: dict[str, policy.Rule] = {
    "read": lambda a, c: True,
    "note": _unclosed,
    "print": _open_work,
    "accept": lambda a, c: c.owner_id == a.pk and c.waits_for_owner,
    "assign": lambda a, c: has_seat(a, LEADS) and _unclosed(a, c),
    "plan": _open_work,
    "follow_up": _unclosed,
    "set_urgency": _unclosed,
    "close": lambda a, c: works_on(a, c) and c.status in OPEN,
    "reopen": lambda a, c: works_on(a, c) and c.status == CaseStatus.CLOSED and c.restricted_for != Resting.OBJECTION,
    "ask_other": lambda a, c: c.owner_id == a.pk and c.status in OPEN,
    "transfer": lambda a, c: has_seat(a, LEADS) and _open_work(a, c),
    "describe_person": _open_work,
    "record_consent": works_on,
    "withdraw_consent": works_on,
    "refer": _open_work,
    "assist": _assists,
    "assess_risk": _open_work,
    "represent": _open_work,
    "link_issue": _unclosed,
    "erase": works_on,
    "ask_exception": _asks_exception,
    "hold": works_on,
    "review_basis": lambda a, c: has_seat(a, LEADS),
    "rights": works_on,
    "add_file": _open_work,
    "open_file": lambda a, c: c.status not in (CaseStatus.RESTRICTED, CaseStatus.ERASED) and not c.restricted_for,
    "remove_file": works_on,
}
"""Who does what with a case."""


def install() -> None:
    """Register the rules."""
    policy.register(
        Concern,
        {"read": lambda a, c: True, "describe": _own_draft, "discard": _own_draft, "submit": _own_draft,
         "triage": _triage},
    )  # fmt: skip
    policy.register(Case, CASE)
    policy.register(
        Erasure,
        {"read": lambda a, e: True, "authorise": _decides, "refuse": _decides, "take_back": _takes_back},
    )
    _install_endings()


def _install_endings() -> None:
    policy.register(
        Closure,
        {
            "agree": _agrees_closure,
            "return": _agrees_closure,
            "take_back": lambda a, c: c.asked_by_id == a.pk and c.status == ClosureStatus.ASKED,
        },
    )
    policy.register(
        HandOver,
        {
            "read": lambda a, h: True,
            "take": _answers_hand_over,
            "decline": _answers_hand_over,
            "take_back": lambda a, h: h.asked_by_id == a.pk and h.status == HandStatus.ASKED,
        },
    )
    policy.register(Ceiling, {"set": _sets_ceiling})
