"""``manage.py backup``: data and keys into two sealed archives, apart from each other."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.backup import age, checking, making
from foundation.backup.errors import BackupError
from foundation.backup.manifest import DATA, KEYS


class Command(BaseCommand):
    """Exit status 1 and one line when it could not be done; nothing half made is left."""

    help = "Make a backup: data and keys apart, sealed to age recipients. Or verify one: --verify DATA KEYS --identity FILE."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, metavar="DIR", help="where the archive of data goes")
        parser.add_argument("--keys", type=Path, metavar="DIR", help="where the archive of keys goes: another place")
        parser.add_argument(
            "--recipients", type=Path, action="append", default=[], metavar="FILE", help="age recipients"
        )
        parser.add_argument(
            "--key-recipients", type=Path, action="append", default=[], metavar="FILE", help="others for the keys"
        )
        parser.add_argument(
            "--keep-data", type=int, metavar="DAYS", help="then remove older archives of data in that directory"
        )
        parser.add_argument(
            "--keep-keys", type=int, metavar="DAYS", default=settings.KEY_ARCHIVE_DAYS,
            help="then remove older archives of keys (AMPARO_KEY_ARCHIVE_DAYS)",
        )  # fmt: skip
        parser.add_argument("--verify", type=Path, nargs=2, metavar=("DATA", "KEYS"), help="verify these two archives")
        parser.add_argument("--identity", type=Path, action="append", default=[], metavar="FILE", help="for --verify")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            lines = self._verify(options) if options["verify"] else self._make(options)
        except BackupError as problem:
            raise CommandError(str(problem)) from None
        for line in lines:
            self.stdout.write(line)
        self.stdout.write(f"{time.monotonic() - began:.1f} s")

    def _make(self, options: dict[str, Any]) -> list[str]:
        if options["data"] is None or options["keys"] is None:
            raise BackupError("say where the archives go: --data DIR --keys DIR")
        to = age.recipients(options["recipients"])
        key_to = age.recipients(options["key_recipients"]) if options["key_recipients"] else None
        made = making.make(options["data"], options["keys"], to, key_to)
        removed = making.remove_old(options["keys"], KEYS, options["keep_keys"])
        if options["keep_data"] is not None:
            removed += making.remove_old(options["data"], DATA, options["keep_data"])
        return [
            *(f"{sealed.path}  {sealed.size:,} bytes  sha256 {sealed.sha256}" for sealed in (made.data, made.keys)),
            f"{sum(made.manifest.counts.values()):,} rows; trail up to {made.manifest.head or 'nothing sealed yet'}",
            *(f"removed {path}" for path in removed),
        ]

    def _verify(self, options: dict[str, Any]) -> list[str]:
        data, keys = options["verify"]
        pair = checking.pair(data, keys, age.identities(options["identity"]))
        made = f"{pair.data.made_at}, Amparo {pair.data.version or '?'}, PostgreSQL {pair.data.postgres}"
        return [
            f"Both archives are whole and belong together: {made}",
            f"{sum(pair.data.counts.values()):,} rows; trail up to {pair.data.head or 'nothing sealed yet'}",
        ]
