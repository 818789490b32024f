"""``manage.py webhook_register <organisation> <url>``: where a partner wants to be told."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.core.errors import Refused
from foundation.outbox.delivery import DeliveryError
from referrals import webhooks
from referrals.actions import partners

WHY = {
    "url_refused": "the address must be https, without a name and a password",
    "dns": "the host has no address",
    "address_refused": "the host is not on the open internet, or the address is not https",
}


class Command(BaseCommand):
    help = "Register a partner's webhook endpoint, print its secret once and send it an endpoint.test message."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", help="the partner's name or id")
        parser.add_argument("url", help="where to POST")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            partner = partners.named(options["organisation"])
            endpoint, secret = webhooks.register(partner.organisation, options["url"])
        except Refused as problem:
            raise CommandError(f"not registered: {problem.message}") from None
        except DeliveryError as problem:
            raise CommandError(f"not registered: {WHY.get(problem.code, problem.code)}") from None
        except ValidationError as problem:
            raise CommandError(f"not registered: {'; '.join(problem.messages)}") from None
        self.stdout.write(f"endpoint {endpoint.pk}")
        self.stdout.write(f"secret   {secret}")
