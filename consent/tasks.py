"""What runs by itself: each task calls one action."""

from celery import shared_task

from consent.actions import exceptions


@shared_task(name="consent.sign_in_time")
def sign_in_time() -> None:
    """End what is in effect on one signature for longer than it may be."""
    exceptions.sweep()
