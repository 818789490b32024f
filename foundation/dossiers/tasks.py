"""The sweep that reminds. Doubled beats are harmless: one message per reminder and person."""

from celery import shared_task

from foundation.dossiers import ladder


@shared_task(name="dossiers.remind")
def remind() -> None:
    """Raise what is due."""
    ladder.sweep()
