"""Reports freeze by themselves when their time has come."""

from celery import shared_task

from riskanalysis import actions


@shared_task(name="riskanalysis.release")
def release() -> None:
    """Freeze what is due."""
    actions.release_due()
