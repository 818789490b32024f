"""Wake-ups and the sweep."""

from uuid import UUID

from celery import shared_task

from foundation.outbox import delivery
from foundation.outbox.models import Message


@shared_task(name="outbox.deliver")
def deliver(pk: str) -> None:
    """Deliver one message now."""
    delivery.deliver(UUID(pk))


@shared_task(name="outbox.sweep")
def sweep() -> None:
    """Deliver what is due: retries, and what was committed while the broker was away."""
    for pk in Message.objects.due().values_list("pk", flat=True)[:200]:
        delivery.deliver(pk)
