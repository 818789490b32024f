"""Waking the worker after a commit. A wake-up may be lost: the sweep finds the row. So nobody waits long for the broker."""

from uuid import UUID

from kombu.exceptions import OperationalError

from foundation.core.breaker import BROKER
from foundation.outbox.delivery import logger
from foundation.outbox.tasks import deliver


def wake(pk: UUID) -> None:
    """Send the message's id to a worker, unless the broker was away a moment ago; 2 s at most, once in ten seconds."""
    if not BROKER.allows():
        return
    try:
        deliver.apply_async((str(pk),), retry=False)
    except OperationalError:
        if BROKER.failed():
            logger.warning("broker away; the sweep delivers", extra={"code": "broker"})
    else:
        BROKER.succeeded()
