"""The outbox."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages written with the change they tell of, delivered by Celery."""

    name = "foundation.outbox"
    label = "outbox"

    def ready(self) -> None:
        """Register the two channels of the house and how the worker is woken."""
        from foundation.outbox import delivery, waking

        delivery.channel("notice", delivery.to_notice)
        delivery.channel("email", delivery.to_email)
        delivery.wake_with(waking.wake)
