"""The sweeps of the watch."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from foundation.watch import sweep as sweeping
from foundation.watch.actions import access, decoys

KEPT = timedelta(days=3)


@shared_task(name="watch.sweep")
def sweep() -> None:
    """Raise what is unusual."""
    sweeping.sweep()


@shared_task(name="watch.forget")
def forget() -> None:
    """Remove what no rule looks at any more."""
    sweeping.forget(timezone.now() - KEPT)


@shared_task(name="watch.close")
def close() -> None:
    """Close emergency accesses whose time is over; the folders were shut by their time already."""
    access.sweep()


@shared_task(name="watch.grow")
def grow() -> None:
    """Do what is due of the decoys that are growing."""
    decoys.grow()
