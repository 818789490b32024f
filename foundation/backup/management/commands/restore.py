"""``manage.py restore DATA KEYS --identity FILE``: a backup comes back into an empty database."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.backup import age
from foundation.backup.errors import BackupError
from foundation.backup.restoring import restore


class Command(BaseCommand):
    """Exit status 1 and one line when it could not be done; the database is then as empty as before."""

    help = "Restore data and keys into an empty database, apply the erasure ledger first, and prove that it holds."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("data", type=Path, help="the archive of data")
        parser.add_argument("keys", type=Path, help="the archive of keys, of the same backup or a later one")
        parser.add_argument(
            "--identity", type=Path, action="append", default=[], metavar="FILE", help="an age identity"
        )
        parser.add_argument(
            "--ledger-of-archive", action="store_true",
            help="every copy of the erasure ledger is lost: take the one of the archive; what was erased since comes back",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"[{time.monotonic() - began:6.1f} s] {text}")
            self.stdout.flush()

        try:
            by = age.identities(options["identity"])
            found = restore(options["data"], options["keys"], by, say, ledger_of_archive=options["ledger_of_archive"])
        except BackupError as problem:
            raise CommandError(f"{problem}. Nothing was brought back.") from None
        say(f"restored: {found.n_rows:,} rows, {found.n_keys:,} keys, {found.n_erased} erased folders stay erased")
