"""The sweeps. Doubled beats are harmless: one message per reminder and person, one line per erased folder."""

from celery import shared_task

from foundation.dossiers import erasing, ladder


@shared_task(name="dossiers.remind")
def remind() -> None:
    """Raise what is due."""
    ladder.sweep()


@shared_task(name="dossiers.reconcile")
def reconcile() -> None:
    """Hold the database and the erasure ledger against each other."""
    erasing.reconcile()
