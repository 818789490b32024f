"""What a person does about a message that is stuck, and what a task leaves behind when it ends.

Only the courier sees messages: what a seat allows is done in its name, and the trail names the person.
"""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Forbidden, WrongState
from foundation.core.machines import COURIER
from foundation.outbox.models import Message, Status
from foundation.upkeep import policy
from foundation.upkeep.models import Pulse
from foundation.upkeep.vocabulary import GivenUp


def _require(verb: str, by: User) -> None:
    if not policy.may(by, verb):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))


@transaction.atomic
def retry(message: Message, *, by: User) -> None:
    """Give a stuck message another round of attempts, at once. ``WrongState`` if it has left or was given up."""
    _require("retry", by)
    with COURIER.at_work():
        n = Message.objects.filter(pk=message.pk).again()
    if not n:
        raise WrongState("message.not_waiting", _("This message does not wait any more."))
    trail.record("message.retried", subject=message.pk, channel=message.channel, event=message.event)


@transaction.atomic
def retry_all(*, by: User) -> int:
    """The same for everything that is stuck; returns how many."""
    _require("retry", by)
    with COURIER.at_work():
        n = Message.objects.stuck().again()
    trail.record("message.retried", n=n)
    return n


@transaction.atomic
def give_up(message: Message, reason: str, *, by: User) -> None:
    """Let a message go undelivered, for a reason: the data-protection officer answers for it."""
    _require("give_up", by)
    waiting = Message.objects.filter(pk=message.pk, status__in=(Status.PENDING, Status.FAILED))
    with COURIER.at_work():
        n = waiting.update(status=Status.GIVEN_UP, end_reason=GivenUp(reason), done_at=timezone.now())
    if not n:
        raise WrongState("message.not_waiting", _("This message does not wait any more."))
    trail.record("message.given_up", subject=message.pk, channel=message.channel, event=message.event, reason=reason)


def note_run(task: str, seconds: float) -> None:
    """A scheduled task succeeded."""
    facts = {"ran_at": timezone.now(), "seconds": round(seconds, 3)}
    if not Pulse.objects.filter(pk=task).update(n_runs=F("n_runs") + 1, **facts):
        Pulse.objects.get_or_create(pk=task, defaults={"n_runs": 1, **facts})


def note_failure(task: str, code: str) -> None:
    """A scheduled task broke off with this kind of exception."""
    facts = {"failed_at": timezone.now(), "problem": code[:40]}
    if not Pulse.objects.filter(pk=task).update(n_failures=F("n_failures") + 1, **facts):
        Pulse.objects.get_or_create(pk=task, defaults={"n_failures": 1, **facts})
