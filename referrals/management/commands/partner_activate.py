"""``manage.py partner_activate <organisation>``: from now on it may receive referrals."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.core.errors import DomainError
from referrals.actions import partners


class Command(BaseCommand):
    help = "Make a proposed partner active. Needs an approved impact assessment in date and an agreement in force."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", help="the partner's name or id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            partner = partners.activate(partners.named(options["organisation"]))
        except DomainError as problem:
            raise CommandError(f"not activated: {problem.message}") from None
        self.stdout.write(f"{partner} may receive referrals from now on")
