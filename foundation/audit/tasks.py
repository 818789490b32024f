"""The sealer, every ten seconds; harmless when doubled."""

from celery import shared_task

from foundation.audit import seals


@shared_task(name="audit.seal")
def seal() -> None:
    """Seal what is finished."""
    seals.seal()
