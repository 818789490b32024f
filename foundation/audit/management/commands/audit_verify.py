"""``manage.py audit_verify``: is the trail what was written?"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.audit import anchors, seals
from foundation.audit.anchors import Anchor, AnchorError


class Command(BaseCommand):
    """Seal what is open, then recompute everything. Exit status 1 and the first wrong row when something differs."""

    help = "Verify the audit trail: every leaf, every root, the chain, the signatures and their keys."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take heads of earlier runs."""
        parser.add_argument("--from-anchor", default="", help="a head that was kept elsewhere, or a file of them")
        parser.add_argument("--no-seal", action="store_true", help="only read: for auditors, who hold no key")

    def handle(self, *args: Any, **options: Any) -> None:
        kept = self._anchors(options["from_anchor"])
        unsealed = "" if options["no_seal"] else self._seal()
        found = seals.verify(anchors=[anchor.head for anchor in kept])
        for remark in found.remarks:
            self.stdout.write(f"Note: {remark}")
        if found.problem or unsealed:
            raise CommandError(found.problem or unsealed)
        self.stdout.write(
            f"The trail holds: {found.n_events} events under {found.n_seals} seals, {found.n_unsealed} not sealed yet,"
            f" {len(kept)} anchors compared."
        )
        self.stdout.write(f"Keep this head outside, for --from-anchor: {found.head}")

    def _seal(self) -> str:
        """Why nothing can be sealed; said after the verification, which needs no key."""
        try:
            seals.seal()
        except seals.SealKeyError as problem:
            return problem.message
        return ""

    def _anchors(self, given: str) -> list[Anchor]:
        if not given:
            return []
        try:
            return [Anchor.parse(given)] if self._is_head(given) else anchors.read(Path(given))
        except AnchorError as problem:
            raise CommandError(problem.message) from None
        except ValueError:
            raise CommandError(f"{given!r} is no head and no file of anchors") from None

    def _is_head(self, given: str) -> bool:
        return ":" in given and not Path(given).exists()
