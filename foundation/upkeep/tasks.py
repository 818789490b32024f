"""Looking whether everything runs, once a minute."""

from celery import shared_task

from foundation.upkeep import alarm


@shared_task(name="upkeep.look")
def look() -> None:
    """Tell those who look after the running when something is not as it should be."""
    alarm.look()
