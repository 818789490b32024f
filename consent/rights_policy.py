"""Who may do what with a request of a person. Who sees it is the list of its folder; nobody sees what speaks of them."""

from typing import Any

from consent.models import DataSubjectRequest
from consent.rights import UNCHECKED, Stage
from foundation.accounts.models import Role
from foundation.core import policy

DECIDERS = (Role.DATA_OFFICER, Role.MANAGER, Role.FOCAL_POINT, Role.DEPUTY)


def _has_seat(actor: Any, roles: tuple[Role, ...]) -> bool:
    return any(seat.role in roles for seat in actor.seats)


def _decides(actor: Any, request: DataSubjectRequest) -> bool:
    is_theirs = request.is_open and request.about_id != actor.pk and _has_seat(actor, DECIDERS)
    return is_theirs and request.stage == Stage.OPEN


def _closes(actor: Any, request: DataSubjectRequest) -> bool:
    return request.is_open and request.about_id != actor.pk and request.stage == Stage.DECIDED


def _works(actor: Any, request: DataSubjectRequest) -> bool:
    return request.is_open and not request.is_voice and request.stage == Stage.OPEN


def install() -> None:
    """Register the rules."""
    policy.register(
        DataSubjectRequest,
        {
            "read": lambda a, r: r.about_id != a.pk,
            "decide": _decides,
            "close": _closes,
            "take_back": _works,
            "check_identity": lambda a, r: _works(a, r) and r.identity in UNCHECKED,
        },
    )
