"""The sweep that ends what ran out of time; harmless when doubled."""

from celery import shared_task

from foundation.exports import actions


@shared_task(name="exports.sweep")
def sweep() -> None:
    """Destroy what nobody fetched in time."""
    actions.sweep()
