"""The outbox."""

from uuid import UUID

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages written with the change they tell of, delivered by Celery."""

    name = "foundation.outbox"
    label = "outbox"

    def ready(self) -> None:
        """Register the two channels of the house and how the worker is woken."""
        from kombu.exceptions import OperationalError

        from foundation.outbox import delivery, tasks

        def wake(pk: UUID) -> None:
            try:
                tasks.deliver.apply_async((str(pk),), retry=False)
            except OperationalError:
                delivery.logger.warning("broker away; the sweep delivers", extra={"code": "broker"})

        delivery.channel("notice", delivery.to_notice)
        delivery.channel("email", delivery.to_email)
        delivery.wake_with(wake)
