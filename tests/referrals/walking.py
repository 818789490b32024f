"""Walking a referral into any of its states, by the real actions of the right people."""

from typing import Any

from django.utils import timezone

from cases.models import Case
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.dossiers.models import Clock
from referrals import actions
from referrals.attempting import ENOUGH, Attempt
from referrals.models import Referral, Service
from referrals.states import LIFE
from referrals.vocabulary import Status
from tests import factories

# State → the verbs that lead there from a draft.
PATHS: dict[str, tuple[str, ...]] = {
    Status.DRAFT: (),
    Status.AWAITING_APPROVAL: ("submit",),
    Status.SENT: ("submit", "send"),
    Status.ACKNOWLEDGED: ("submit", "send", "acknowledge"),
    Status.INFO_REQUESTED: ("submit", "send", "ask"),
    Status.ACCEPTED: ("submit", "send", "accept"),
    Status.UNABLE_TO_REACH: ("submit", "send", "accept", "unable_to_reach"),
    Status.IN_PROGRESS: ("submit", "send", "accept", "start"),
    Status.ON_HOLD: ("submit", "send", "accept", "hold"),
    Status.COMPLETED: ("submit", "send", "accept", "complete"),
    Status.NOT_COMPLETED: ("submit", "send", "accept", "not_complete"),
    Status.DECLINED: ("submit", "send", "decline"),
    Status.EXPIRED: ("submit", "send", "expire"),
    Status.CANCELLED: ("submit", "send", "cancel"),
    Status.ENTERED_IN_ERROR: ("submit", "send", "mark_error"),
}
APPROVERS = {"send", "return_to_draft", "mark_error"}
REFERRERS = {"submit", "answer", "advise", "cancel", "expire"}
SERVICE = "Papers and status service"
REPLIES: dict[str, dict[str, str]] = {
    "decline": {"reason": "no_capacity"},
    "complete": {"outcome": "met", "text": "Done."},
    "not_complete": {"outcome": "not_met", "text": "Not done."},
    "ask": {"text": "Which papers?"},
}


def actor_of(house: factories.House, verb: str, partner: str = "Quayside Legal Clinic") -> User:
    """Who takes this step in the story."""
    if verb in APPROVERS:
        return house.people["focal_point"]
    return house.people["caseworker"] if verb in REFERRERS else house.machine(partner)


def step(house: factories.House, pk: Any, verb: str, by: User | None = None, **reply: str) -> Referral:
    """Take one step with plausible contents, as the right person unless another is given."""
    by = by or actor_of(house, verb)
    with acting(by.pk):
        referral = Referral.objects.get(pk=pk)
        if verb in ("answer", "advise"):
            return getattr(actions, verb)(referral, "Call before noon.", by=by)
        if verb == "cancel":
            return actions.cancel(referral, "person_moved", by=by)
        if verb == "expire":
            Clock.objects.filter(subject_id=pk, code="decide").update(due_at="2020-01-01T00:00Z")
        if verb in REFERRERS | APPROVERS:
            return getattr(actions, verb)(referral, by=by)
        if verb == "unable_to_reach":
            tried(referral, by)
        return actions.act_as_recipient(referral, verb, actions.Reply(**{**REPLIES.get(verb, {}), **reply}), by=by)


def tried(referral: Referral, by: User, n: int = ENOUGH) -> None:
    """So many safe attempts to reach the person, where that is the recipient's to do."""
    if referral.status in LIFE.moves["unable_to_reach"].sources and referral.recalled_at is None:
        for _n in range(referral.tries, n):
            actions.log_attempt(referral, Attempt(timezone.now(), "phone", is_within=True), by=by)


def prepared(house: factories.House, case: Case, service: Service | None = None) -> Referral:
    """A draft on a fresh agreement."""
    service = service or house.services[SERVICE]
    factories.agreed(house, case, service)
    return factories.prepared(house, case, service)


def walked(house: factories.House, case: Case, status: str) -> Referral:
    """A referral in this state."""
    referral = prepared(house, case)
    for verb in PATHS[status]:
        referral = step(house, referral.pk, verb)
    assert referral.status == status
    return referral
