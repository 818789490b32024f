"""The check of one file, the sweep that asks again for those that wait, and the hourly tidying."""

from uuid import UUID

from celery import shared_task

from foundation.files import checking, tidying


@shared_task(name="files.check")
def check(pk: str) -> None:
    """Check one file now."""
    checking.check(UUID(pk))


@shared_task(name="files.sweep")
def sweep() -> None:
    """Send off the check of each file that waits, as soon as the scanner answers."""
    for pk in checking.due():
        check.apply_async((str(pk),), expires=60)


@shared_task(name="files.tidy")
def tidy() -> None:
    """Put right what accidents left."""
    tidying.tidy()
