"""``manage.py audit_prune``: take the months past their time out of the trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.audit import keeping
from foundation.core.errors import DomainError


class Command(BaseCommand):
    """Without ``--yes`` it only says what would go. Runs as the database's owner; stands in the trail."""

    help = "Take out what is older than AMPARO_AUDIT_MONTHS; the seals and monthly figures stay, and the rest verifies."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the word for it."""
        parser.add_argument("--yes", action="store_true", help="do it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = keeping.prune() if options["yes"] else keeping.old()
        except DomainError as problem:
            raise CommandError(problem.message) from None
        gone = "Taken out" if options["yes"] else "Would be taken out (say --yes)"
        self.stdout.write(f"{gone}: {found.n_months} months before {found.until:%Y-%m-%d}, {found.n_events} events.")
