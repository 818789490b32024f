"""``manage.py audit_anchor``: keep the head of the trail outside, now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.audit import anchors, seals
from foundation.core.errors import DomainError


class Command(BaseCommand):
    """Exit status 1 when the file of anchors is missing, full, or knows more seals than the trail has."""

    help = "Seal what is open, append the head of the trail to AMPARO_ANCHOR_FILE and mail it to the custodians."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the very first."""
        parser.add_argument("--begin", action="store_true", help="make the file first; refused when there is one")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["begin"]:
                anchors.begin()
            seals.seal()
            anchor = anchors.take()
        except DomainError as problem:
            raise CommandError(problem.message) from None
        if anchor is None:
            raise CommandError("nothing was sealed yet")
        self.stdout.write(str(anchor))
        self.stdout.write(f"Kept in: {anchors.file() or 'no file (AMPARO_ANCHOR_FILE is not set)'}")
