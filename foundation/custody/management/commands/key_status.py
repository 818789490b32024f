"""``manage.py key_status``: what is wrapped by what, and whether all of it is as it should be."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.core.errors import DomainError
from foundation.custody import status
from foundation.custody.keeper import require_owner


class Command(BaseCommand):
    """Shows counts and names, no secret. Needs the owner of the tables (DATABASE_OWNER_URL), who alone sees all folders."""

    help = "Say what is wrapped by what. Exit status 1 when something is not as it should be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--deep", action="store_true", help="open every key and every token too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            require_owner()
        except DomainError as problem:
            raise CommandError(problem.message) from None
        n_wrong = 0
        for line in status.report(is_deep=options["deep"]):
            n_wrong += line.is_wrong
            self.stdout.write(f"{'!!' if line.is_wrong else '  '} {line.words}")
        if n_wrong:
            raise CommandError(f"{n_wrong} lines marked !! are not as they should be; see docs/how-to/keys.md")
