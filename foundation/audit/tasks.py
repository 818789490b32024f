"""The sealer, the anchor of the day, the months ahead; each harmless when doubled."""

from celery import shared_task

from foundation.audit import anchors, keeping, seals


@shared_task(name="audit.seal")
def seal() -> None:
    """Seal what is finished."""
    seals.seal()


@shared_task(name="audit.anchor")
def anchor() -> None:
    """Anchor the trail outside, once a day."""
    anchors.take_daily()


@shared_task(name="audit.months")
def months() -> None:
    """Make the partitions of the months to come."""
    keeping.keep_months()
