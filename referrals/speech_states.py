"""The life-cycle of a representation as one table (domain.md §11.3): guards, buttons and the database read the same rows."""

from foundation.core.states import LifeCycle, move
from referrals.speech import SpeechStatus as S

WRITER, APPROVER, SYSTEM = "writer", "approver", "system"

UNSENT = frozenset({S.DRAFT, S.CHECK, S.APPROVAL, S.RETURNED})
OUTSIDE = frozenset({S.SENT, S.AWAITED, S.ANSWERED, S.NO_REPLY, S.FOLLOWED_UP})
"""It has been said to the authority."""
OPEN = UNSENT | OUTSIDE
SPEECH = LifeCycle(
    [
        move("examine", {S.DRAFT, S.RETURNED, S.CHECK}, S.CHECK, WRITER),
        move("rewrite", {S.CHECK, S.RETURNED}, S.DRAFT, WRITER),
        move("submit", {S.CHECK}, S.APPROVAL, WRITER),
        move("give_back", {S.APPROVAL}, S.RETURNED, APPROVER),
        move("approve", {S.APPROVAL}, S.APPROVAL, APPROVER),
        move("send", {S.APPROVAL}, S.SENT, WRITER),
        move("received", {S.SENT}, S.AWAITED, WRITER),
        move("answered", {S.SENT, S.AWAITED, S.NO_REPLY}, S.ANSWERED, WRITER),
        move("no_reply", {S.SENT, S.AWAITED}, S.NO_REPLY, WRITER),
        move("follow_up", {S.ANSWERED, S.NO_REPLY}, S.FOLLOWED_UP, WRITER),
        move("close", {S.FOLLOWED_UP}, S.CLOSED, WRITER),
        move("suspend", OPEN, S.SUSPENDED, WRITER, APPROVER, SYSTEM),
        move("resume", {S.SUSPENDED}, None, APPROVER),
        move("end", UNSENT | {S.SUSPENDED}, S.CLOSED, WRITER, SYSTEM),
    ]
)
RETURNS = {"resume": frozenset(OPEN)}
