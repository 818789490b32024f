"""The life-cycle of a referral as one table (domain.md §9.2 and the two states of the closed loop).

It drives the guards, the buttons, the API's available actions, the database trigger and the drawn diagram.
Every state says who must act next and which clocks run meanwhile.
"""

from dataclasses import dataclass

from foundation.core.states import LifeCycle, move
from referrals.vocabulary import Status as S

REFERRER, APPROVER, PARTNER, SYSTEM, NOBODY = "referrer", "approver", "partner", "system", "nobody"

WITH_PARTNER = {S.SENT, S.INFO_REQUESTED, S.ACKNOWLEDGED, S.ACCEPTED, S.UNABLE_TO_REACH, S.IN_PROGRESS, S.ON_HOLD}
UNDECIDED = {S.SENT, S.ACKNOWLEDGED}
SERVING = {S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD, S.UNABLE_TO_REACH}
UNSENT = {S.DRAFT, S.AWAITING_APPROVAL}
OPEN = UNSENT | WITH_PARTNER | {S.EXPIRED}
TERMINAL = {S.DECLINED, S.COMPLETED, S.NOT_COMPLETED, S.CANCELLED, S.ENTERED_IN_ERROR}

LIFE = LifeCycle(
    [
        move("submit", {S.DRAFT}, S.AWAITING_APPROVAL, REFERRER),
        move("return_to_draft", {S.AWAITING_APPROVAL}, S.DRAFT, APPROVER),
        move("send", {S.AWAITING_APPROVAL}, S.SENT, APPROVER),
        move("acknowledge", {S.SENT}, S.ACKNOWLEDGED, PARTNER),
        move("accept", UNDECIDED, S.ACCEPTED, PARTNER),
        move("ask", UNDECIDED, S.INFO_REQUESTED, PARTNER),
        move("answer", {S.INFO_REQUESTED}, None, REFERRER),
        move("decline", UNDECIDED | {S.INFO_REQUESTED}, S.DECLINED, PARTNER),
        move("start", {S.ACCEPTED, S.UNABLE_TO_REACH}, S.IN_PROGRESS, PARTNER),
        move("unable_to_reach", {S.ACCEPTED, S.IN_PROGRESS}, S.UNABLE_TO_REACH, PARTNER),
        move("advise", {S.UNABLE_TO_REACH}, S.ACCEPTED, REFERRER),
        move("hold", {S.ACCEPTED, S.IN_PROGRESS}, S.ON_HOLD, PARTNER),
        move("resume", {S.ON_HOLD}, S.IN_PROGRESS, PARTNER),
        move("complete", {S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD}, S.COMPLETED, PARTNER),
        move("not_complete", {S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD, S.UNABLE_TO_REACH}, S.NOT_COMPLETED, PARTNER),
        move("expire", UNDECIDED, S.EXPIRED, REFERRER),
        move("cancel", OPEN, S.CANCELLED, REFERRER),
        move("withdraw", OPEN, S.CANCELLED, SYSTEM),
        move("mark_error", UNSENT | {S.SENT}, S.ENTERED_IN_ERROR, APPROVER),
    ]
)
RETURNS = {"answer": UNDECIDED}


@dataclass(frozen=True)
class Need:
    """Who must act in a state, and the clocks that run: (code, side that the clock waits for)."""

    side: str
    clocks: tuple[tuple[str, str], ...] = ()


NEEDS: dict[str, Need] = {
    S.DRAFT: Need(REFERRER, (("send", REFERRER),)),
    S.AWAITING_APPROVAL: Need(APPROVER, (("send", APPROVER),)),
    S.SENT: Need(PARTNER, (("acknowledge", PARTNER), ("decide", PARTNER))),
    S.INFO_REQUESTED: Need(REFERRER, (("info_requested", REFERRER), ("decide", PARTNER))),
    S.ACKNOWLEDGED: Need(PARTNER, (("decide", PARTNER),)),
    S.ACCEPTED: Need(PARTNER, (("first_contact", PARTNER),)),
    S.UNABLE_TO_REACH: Need(REFERRER, (("unable_to_reach", REFERRER),)),
    S.IN_PROGRESS: Need(PARTNER, (("feedback", PARTNER),)),
    S.ON_HOLD: Need(PARTNER, (("feedback", PARTNER),)),
    S.COMPLETED: Need(REFERRER, (("verify", REFERRER),)),
    S.NOT_COMPLETED: Need(REFERRER, (("verify", REFERRER),)),
    S.DECLINED: Need(REFERRER, (("declined_answer", REFERRER),)),
    S.EXPIRED: Need(REFERRER, (("declined_answer", REFERRER),)),
    S.CANCELLED: Need(NOBODY),
    S.ENTERED_IN_ERROR: Need(NOBODY),
}


def tiers_open(status: str, urgency: str) -> int:
    """The highest tier that a state opens to the recipient; -1 is nothing at all (T3 waits for its own request)."""
    if status in SERVING:
        return 2
    if status in UNDECIDED or status == S.INFO_REQUESTED:
        return 1 if urgency == "emergency" else 0
    return -1


def diagram() -> str:
    """The life-cycle as a Mermaid state diagram, generated from the table."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for row in LIFE.moves.values():
        targets = [row.target] if row.target else sorted(RETURNS[row.verb])
        lines += [f"    {s} --> {t}: {row.verb}" for s in sorted(row.sources) for t in targets]
    lines += [f"    {state} --> [*]" for state in sorted(TERMINAL)]
    return "\n".join(lines)
