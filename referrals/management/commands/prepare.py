"""``manage.py prepare``: migrate, install what every installation needs, load the demonstration if empty."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from foundation.audit import anchors
from foundation.backup import marker
from foundation.custody import start
from foundation.dossiers import erasing
from foundation.dossiers.ledger import LedgerError
from referrals import demo


class Command(BaseCommand):
    """One process for everything that a start needs from Django."""

    help = "Bring the database up to date and, if it is empty and this is the demonstration, load it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="never load the demonstration")

    def handle(self, *args: Any, **options: Any) -> None:
        if marker.is_restoring():
            raise CommandError(marker.WORDS)
        executor = MigrationExecutor(connections["owner"])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", database="owner", verbosity=0, interactive=False)
        if problem := start.check():
            raise CommandError(problem)
        demo.install()
        self._ledger()
        self._anchors()
        if settings.EMBEDDED and not options["no_demo"] and not demo.is_loaded():
            demo.write(demo.load())
            demo.furnish()
            demo.loaded.send(None)

    def _anchors(self) -> None:
        """Begin the file of anchors before the first seal; afterwards a file that is not there is a loss."""
        if settings.AUDIT_ANCHOR_FILE and anchors.current() is None and not Path(settings.AUDIT_ANCHOR_FILE).exists():
            try:
                anchors.begin()
            except anchors.AnchorError as problem:
                raise CommandError(problem.message) from None

    def _ledger(self) -> None:
        """Refuse a start without the erasure ledger of this database: erased folders could come back unseen."""
        try:
            erasing.ensure()
        except LedgerError as problem:
            raise CommandError(f"{problem.message} ({settings.ERASURE_LEDGER or 'AMPARO_LEDGER is not set'})") from None
