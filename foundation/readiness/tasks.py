"""What runs by itself."""

from celery import shared_task

from foundation.readiness.actions import reminding


@shared_task(name="readiness.sweep")
def sweep() -> None:
    """End what is over and tell of what ends soon."""
    reminding.sweep()
