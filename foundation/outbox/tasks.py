"""Wake-ups and the sweep."""

from uuid import UUID

from celery import shared_task
from django.conf import settings

from foundation.outbox import delivery


@shared_task(name="outbox.deliver")
def deliver(pk: str) -> None:
    """Deliver one message now."""
    delivery.deliver(UUID(pk))


@shared_task(name="outbox.sweep")
def sweep() -> None:
    """Send off what is due: retries, and what was committed while the broker was away.

    Each message is a task of its own, so that none waits for a slow one. A task that no worker took up until the next
    sweep expires: that sweep sends it off again.
    """
    for pk in delivery.next_in_line():
        deliver.apply_async((str(pk),), expires=settings.CELERY_BEAT_SCHEDULE["outbox"]["schedule"])
