"""``manage.py audit_verify``: is the trail what was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.audit import seals


class Command(BaseCommand):
    """Seal what is open, then recompute everything. Exit status 1 and the first wrong row when something differs."""

    help = "Verify the audit trail: every leaf, every root, the chain and the signatures."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the head of an earlier run."""
        parser.add_argument("--from-anchor", default="", help="the head that an earlier run printed, kept elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        seals.seal()
        found = seals.verify(anchor=options["from_anchor"])
        if found.problem:
            raise CommandError(found.problem)
        self.stdout.write(
            f"The trail holds: {found.n_events} events under {found.n_seals} seals, {found.n_unsealed} not sealed yet."
        )
        self.stdout.write(f"Keep this head outside, for --from-anchor: {found.head}")
