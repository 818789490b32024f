"""``manage.py key_escrow split|combine``: the root keys as words on paper, and back."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from foundation.core.errors import Unreadable
from foundation.core.keyring import Ring
from foundation.custody import escrow
from foundation.custody.escrow import ShareError, Typed
from foundation.vault import canary

IN_A_LINE = 4


class Command(BaseCommand):
    """Prints shares or reads them, on a terminal; writes nothing but the keyring that was asked for."""

    help = "Split the root keys into shares for paper (SLIP-39), or restore the keyring from typed shares."

    def add_arguments(self, parser: CommandParser) -> None:
        ways = parser.add_subparsers(dest="way", required=True)
        split = ways.add_parser("split", help="print the shares, once")
        split.add_argument("--shares", type=int, default=5)
        split.add_argument("--threshold", type=int, default=3)
        split.add_argument("--no-terminal", action="store_true", help="print them although this is no terminal")
        combine = ways.add_parser("combine", help="type shares, write the keyring")
        combine.add_argument(
            "--to", type=Path, default=Path(settings.KEYRING), help="the file; by default AMPARO_KEYRING"
        )
        combine.add_argument("--replace", action="store_true", help="replace other root keys that are in the file")
        combine.add_argument("--unchecked", action="store_true", help="although they do not open this database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._split(**options) if options["way"] == "split" else self._combine(**options)
        except ShareError as problem:
            raise CommandError(f"{problem}") from None
        except Unreadable as problem:
            raise CommandError(f"{problem}") from None

    def _split(self, **options: Any) -> None:
        if not (options["no_terminal"] or sys.stdout.isatty()):
            raise CommandError("shares are for paper: run this on a terminal, so that no file keeps them")
        n, threshold = options["shares"], options["threshold"]
        for number, share in enumerate(escrow.split(n, threshold), 1):
            self.stdout.write(f"\nAmparo, root keys. Share {number} of {n}: any {threshold} bring them back.\n")
            words = [f"{place:>3} {word:<10}" for place, word in enumerate(share.split(), 1)]
            for start in range(0, len(words), IN_A_LINE):
                self.stdout.write("".join(words[start : start + IN_A_LINE]).rstrip())
        self.stderr.write("\nEach share to another person, on paper, read back once. Then clear this terminal.")

    def _combine(self, **options: Any) -> None:
        path, typed = options["to"], self._typed()
        ring = typed.combined()
        self._check(ring, path, **options)
        escrow.restore(ring, path)
        self.stdout.write(f"The root keys {', '.join(map(str, sorted(ring.keys)))} are in {path} again.")
        try:
            escrow.note_restored(ring, len(typed.shares))
        except DatabaseError:
            self.stderr.write("The database did not answer: that they were restored does not stand in the trail.")

    def _typed(self) -> Typed:
        typed = Typed()
        while typed.n_missing:
            self.stderr.write(f"Share {len(typed.shares) + 1}, its words in order; an empty line ends it:")
            try:
                typed.add(self._lines())
            except ShareError as problem:
                self.stderr.write(f"Not taken: {problem}. Type this share again.")
        return typed

    def _lines(self) -> str:
        """Lines up to an empty one; the end of the input ends it all."""
        lines: list[str] = []
        for line in iter(sys.stdin.readline, ""):
            if not line.strip():
                return " ".join(lines)
            lines.append(line)
        if not lines:
            raise CommandError("not enough shares were typed; nothing was written")
        return " ".join(lines)

    def _check(self, ring: Ring, path: Path, **options: Any) -> None:
        """Refuse to put wrong keys in the place of right ones."""
        if escrow.others_in(path, ring) and not options["replace"]:
            raise CommandError(
                f"{path} holds other root keys; nothing was written (--replace puts these in their place)"
            )
        try:
            fits = canary.fits(ring)
        except DatabaseError:
            self.stderr.write("The database did not answer: whether these are its keys was not checked.")
            return
        if not fits and not options["unchecked"]:
            raise CommandError(
                "these root keys do not open this database; nothing was written (--unchecked writes them)"
            )
