"""Messages that did not arrive, as a person who looks after them may see them: no content, and no matter behind them."""

from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.core.errors import Absent
from foundation.core.machines import COURIER
from foundation.core.words import moment_words
from foundation.outbox.models import Message, Status
from foundation.upkeep import targets
from foundation.upkeep.words import CHANNELS

MOST = 50


@dataclass(frozen=True)
class Row:
    """One message: how it travels, what kind, to whom, what went wrong. ``event`` only where a partner is told."""

    pk: UUID
    channel: str
    event: str
    to: str
    n_tries: int
    problem: str
    since: str
    has_failed: bool


def rows(zone: tzinfo) -> tuple[list[Row], bool]:
    """The oldest that are stuck, and whether there are more. Two queries."""
    with COURIER.at_work():
        found = list(Message.objects.stuck().select_related("recipient").order_by("created_at")[: MOST + 1])
    named = targets.named({message.target_id for message in found if message.target_id})
    return [_row(message, named, zone) for message in found[:MOST]], len(found) > MOST


def waiting(pk: UUID) -> Message:
    """One message by its id, whether stuck or not; ``Absent`` if there is none."""
    with COURIER.at_work():
        found = Message.objects.select_related("recipient").filter(pk=pk).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


def row(message: Message, zone: tzinfo) -> Row:
    """The same for one."""
    return _row(message, targets.named([message.target_id] if message.target_id else []), zone)


def _row(message: Message, named: dict[UUID, targets.Target], zone: tzinfo) -> Row:
    """A colleague's own news stay their own: of a notice or an e-mail it is not said what it tells of."""
    target = named.get(message.target_id) if message.target_id else None
    organisation = target.organisation if target else _("Unknown")
    return Row(
        pk=message.pk,
        channel=str(CHANNELS.get(message.channel, message.channel)),
        event="" if message.recipient else message.event,
        to=message.recipient.name if message.recipient else organisation,
        n_tries=message.n_tries,
        problem=message.problem or _("none yet"),
        since=moment_words(message.created_at, timezone.now(), zone),
        has_failed=message.status == Status.FAILED,
    )
