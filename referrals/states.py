"""The life-cycle of a referral as one table (domain.md §9.2 and the two states of the closed loop).

It drives the guards, the buttons, the API's available actions, the database trigger and the drawn diagram.
Every state says who must act next and which clocks run meanwhile.
"""

from dataclasses import dataclass

from foundation.core.limits import SLA_DEFAULTS, URGENCIES
from foundation.core.states import LifeCycle, move
from referrals.vocabulary import Status

REFERRER, APPROVER, PARTNER, SYSTEM, NOBODY = "referrer", "approver", "partner", "system", "nobody"

WITH_PARTNER = {
    Status.SENT,
    Status.INFO_REQUESTED,
    Status.ACKNOWLEDGED,
    Status.ACCEPTED,
    Status.UNABLE_TO_REACH,
    Status.IN_PROGRESS,
    Status.ON_HOLD,
}
UNDECIDED = {Status.SENT, Status.ACKNOWLEDGED}
SERVING = {Status.ACCEPTED, Status.IN_PROGRESS, Status.ON_HOLD, Status.UNABLE_TO_REACH}
UNSENT = {Status.DRAFT, Status.AWAITING_APPROVAL}
OPEN = UNSENT | WITH_PARTNER | {Status.EXPIRED}
TERMINAL = {Status.DECLINED, Status.COMPLETED, Status.NOT_COMPLETED, Status.CANCELLED, Status.ENTERED_IN_ERROR}
ENDED = TERMINAL | {Status.EXPIRED}

LIFE = LifeCycle(
    [
        move("submit", {Status.DRAFT}, Status.AWAITING_APPROVAL, REFERRER),
        move("return_to_draft", {Status.AWAITING_APPROVAL}, Status.DRAFT, APPROVER),
        move("send", {Status.AWAITING_APPROVAL}, Status.SENT, APPROVER),
        move("acknowledge", {Status.SENT}, Status.ACKNOWLEDGED, PARTNER),
        move("accept", UNDECIDED, Status.ACCEPTED, PARTNER),
        move("ask", UNDECIDED, Status.INFO_REQUESTED, PARTNER),
        move("answer", {Status.INFO_REQUESTED}, None, REFERRER),
        move("decline", UNDECIDED | {Status.INFO_REQUESTED}, Status.DECLINED, PARTNER),
        move("start", {Status.ACCEPTED, Status.UNABLE_TO_REACH}, Status.IN_PROGRESS, PARTNER),
        move("unable_to_reach", {Status.ACCEPTED, Status.IN_PROGRESS}, Status.UNABLE_TO_REACH, PARTNER),
        move("advise", {Status.UNABLE_TO_REACH}, Status.ACCEPTED, REFERRER),
        move("hold", {Status.ACCEPTED, Status.IN_PROGRESS}, Status.ON_HOLD, PARTNER),
        move("resume", {Status.ON_HOLD}, Status.IN_PROGRESS, PARTNER),
        move("complete", {Status.ACCEPTED, Status.IN_PROGRESS, Status.ON_HOLD}, Status.COMPLETED, PARTNER),
        move(
            "not_complete",
            {Status.ACCEPTED, Status.IN_PROGRESS, Status.ON_HOLD, Status.UNABLE_TO_REACH},
            Status.NOT_COMPLETED,
            PARTNER,
        ),
        move("expire", UNDECIDED, Status.EXPIRED, REFERRER),
        move("cancel", OPEN, Status.CANCELLED, REFERRER),
        move("withdraw", OPEN, Status.CANCELLED, SYSTEM),
        move("mark_error", UNSENT | {Status.SENT}, Status.ENTERED_IN_ERROR, APPROVER),
    ]
)
RETURNS = {"answer": UNDECIDED}


@dataclass(frozen=True)
class Need:
    """Who must act in a state, and the clocks that run: (code, side that the clock waits for)."""

    side: str
    clocks: tuple[tuple[str, str], ...] = ()


NEEDS: dict[str, Need] = {
    Status.DRAFT: Need(REFERRER, (("send", REFERRER),)),
    Status.AWAITING_APPROVAL: Need(APPROVER, (("send", APPROVER),)),
    Status.SENT: Need(PARTNER, (("acknowledge", PARTNER), ("decide", PARTNER))),
    Status.INFO_REQUESTED: Need(REFERRER, (("info_requested", REFERRER), ("decide", PARTNER))),
    Status.ACKNOWLEDGED: Need(PARTNER, (("decide", PARTNER),)),
    Status.ACCEPTED: Need(PARTNER, (("first_contact", PARTNER),)),
    Status.UNABLE_TO_REACH: Need(REFERRER, (("unable_to_reach", REFERRER),)),
    Status.IN_PROGRESS: Need(PARTNER, (("feedback", PARTNER),)),
    Status.ON_HOLD: Need(PARTNER, (("hold", PARTNER), ("feedback", PARTNER))),
    Status.COMPLETED: Need(REFERRER, (("verify", REFERRER),)),
    Status.NOT_COMPLETED: Need(REFERRER, (("verify", REFERRER),)),
    Status.DECLINED: Need(REFERRER, (("declined_answer", REFERRER),)),
    Status.EXPIRED: Need(REFERRER, (("declined_answer", REFERRER),)),
    Status.CANCELLED: Need(NOBODY),
    Status.ENTERED_IN_ERROR: Need(NOBODY),
}


def tiers_open(status: str, urgency: str) -> int:
    """The highest tier that a state opens to the recipient; -1 is nothing at all (T3 waits for its own request)."""
    if status in SERVING:
        return 2
    if status in UNDECIDED or status == Status.INFO_REQUESTED:
        return 1 if urgency == "emergency" else 0
    return -1


THEN = {
    Status.DRAFT: "reminder to the referrer, then to the focal point; untouched for 30 d, a reminder, a week later removed",
    Status.AWAITING_APPROVAL: "reminder to the focal point, then up the ladder",
    Status.SENT: "reminder, then the focal point; a person confirms that no answer came, and offers it elsewhere",
    Status.INFO_REQUESTED: "reminder to the referrer, then to the focal point; the partner's time stands still",
    Status.ACKNOWLEDGED: "reminder, then the focal point; a person confirms that no answer came, and offers it elsewhere",
    Status.ACCEPTED: "reminder to the partner, then to the focal point of the case",
    Status.UNABLE_TO_REACH: "the focal point",
    Status.IN_PROGRESS: "reminder to the partner, then to the focal point of the case",
    Status.ON_HOLD: "at the end of the hold a reminder to whoever put it, then to the focal point of the case",
    Status.COMPLETED: "reminder to the referrer, then to the focal point; a person closes it as not verified, and says why",
    Status.NOT_COMPLETED: "reminder to the referrer, then to the focal point; a person closes it as not verified, and says why",
    Status.DECLINED: "the focal point",
    Status.EXPIRED: "the focal point",
    Status.CANCELLED: "nobody; after a withdrawal 24 h the referrer phones, 72 h the focal point, 7 d an incident",
    Status.ENTERED_IN_ERROR: "nobody",
}
"""Whose it is when the time of a state runs out: silence is never an end (partners.md §1, §2)."""


def table() -> str:
    """Every state: who must act, within which time, whose it is then, and what the recipient may see. As Markdown."""
    lines = [
        "| State | Needs action by | Clocks (emergency / urgent / normal) | When time runs out |",
        "|---|---|---|---|",
    ]
    for state, need in NEEDS.items():
        waits = "; ".join(f"{code} {_limits(code)}" for code, _side in need.clocks) or "none"
        lines.append(f"| `{state}` | {need.side} | {waits} | {THEN[Status(state)]} |")
    return "\n".join(lines)


def _limits(code: str) -> str:
    limits = (SLA_DEFAULTS[code][urgency] for urgency in URGENCIES)
    return " / ".join(f"{row.working_days} working days" if row.is_working else f"{row.hours} h" for row in limits)


def diagram() -> str:
    """The life-cycle as a Mermaid state diagram, generated from the table."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for row in LIFE.moves.values():
        targets = [row.target] if row.target else sorted(RETURNS[row.verb])
        lines += [f"    {s} --> {t}: {row.verb}" for s in sorted(row.sources) for t in targets]
    lines += [f"    {state} --> [*]" for state in sorted(TERMINAL)]
    return "\n".join(lines)
