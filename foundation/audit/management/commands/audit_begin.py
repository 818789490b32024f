"""``manage.py audit_begin``: a new chain of sealing keys, after the key was lost or the database restored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.audit import seals


class Command(BaseCommand):
    """Refused while the key that is there can seal. Every verification from then on says that it happened, and why."""

    help = "Begin a new chain of sealing keys. Verify the trail by an anchor first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the reason."""
        parser.add_argument("--because", required=True, choices=seals.REASONS)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            number = seals.begin_anew(options["because"])
        except seals.SealKeyError as problem:
            raise CommandError(problem.message) from None
        self.stdout.write(
            f"A new chain of keys begins with seal {number}. Anchor the trail now: manage.py audit_anchor"
        )
