"""``manage.py partner_client <organisation> [--unit NAME]``: a way into the interface for a partner's program."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts.models import Unit
from foundation.core.errors import DomainError
from referrals.actions import clients, partners
from referrals.models import Partner


class Command(BaseCommand):
    help = (
        "Give a partner's program a way into the interface and print its secret once. Needs an impact assessment of it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", help="the partner's name or id")
        parser.add_argument("--unit", default="", help="the partner's unit, where it has several")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            partner = partners.named(options["organisation"])
            way = clients.add_client(self._unit(partner, options["unit"]))
        except DomainError as problem:
            raise CommandError(f"no client: {problem.message}") from None
        self.stdout.write(f"client {way.client_id}")
        self.stdout.write(f"secret {way.secret}")

    def _unit(self, partner: Partner, name: str) -> Unit:
        rows = Unit.objects.filter(organisation=partner.pk)
        found = list(rows.filter(name__iexact=name) if name else rows)
        if len(found) != 1:
            raise CommandError("no client: say which unit with --unit")
        return found[0]
