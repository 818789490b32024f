"""``manage.py webhook_remove <endpoint> …``: a partner no longer wants to be told there."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals import webhooks


class Command(BaseCommand):
    help = "Switch webhook endpoints off. What still waits for them is not sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("endpoint", type=UUID, nargs="+", help="the ids that webhook_register printed")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = set(options["endpoint"])
        if webhooks.switch_off(wanted) != len(wanted):
            raise CommandError("not all of these are endpoints in use; those that are, are off now")
