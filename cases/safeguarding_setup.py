"""What safeguarding registers when the application starts: rules, event names, its secrets, its clock that climbs by itself."""

from typing import Any

from cases import safeguarding
from cases.actions.safeguarding import CLOCK
from cases.actions.safeguarding_lists import climb
from cases.models import SafeguardingReport
from cases.policy import has_seat
from foundation.accounts.models import Role
from foundation.audit import trail
from foundation.core import policy
from foundation.custody import holders
from foundation.dossiers import ladder


def keeps(actor: Any, report: SafeguardingReport) -> bool:
    """Whoever is on the list holds a safeguarding seat still; the list itself never names who is spoken of (HS-16)."""
    return has_seat(actor, (Role.SAFEGUARDING,)) and report.is_open


def _is_second(actor: Any, report: SafeguardingReport) -> bool:
    return keeps(actor, report) and actor.pk != report.closing_asked_by_id


def install() -> None:
    """Register; nobody of the ordinary ladder ever stands on the one of this clock."""
    trail.names(
        "concern.moved", "case.note_taken_out", "safeguarding.reported", "safeguarding.read", "safeguarding.moved",
        "safeguarding.listed", "safeguarding.counted",
    )  # fmt: skip
    policy.register(
        SafeguardingReport,
        {
            **dict.fromkeys(("read", "take_on", "note", "hand_on", "bar", "ask_close"), keeps),
            **dict.fromkeys(("close", "keep_open"), _is_second),
        },
    )
    holders.register("safeguarding", safeguarding.HOLDER)
    ladder.staying.add(CLOCK)
    ladder.overdue.listen(climb)
