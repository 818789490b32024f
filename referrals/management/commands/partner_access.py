"""``manage.py partner_access VERB …``: what a partner's program signs in with: shown, followed by the next, ended."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from foundation.core.errors import DomainError
from referrals import signing
from referrals.actions import clients, partners
from referrals.models import Client


class Command(BaseCommand):
    help = "Keep what partners' programs sign in with: list, secret, end-secret, key, end-key, demand-key, shut."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list").add_argument("organisation", help="the partner's name or id")
        said: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {
            "secret": [
                (("--overlap",), {"type": int, "default": 7, "help": "days for which the old one goes on (0–14)"})
            ],
            "end-secret": [(("id",), {"type": UUID})],
            "key": [(("jwk",), {"type": Path}), (("proof",), {"type": Path})],
            "end-key": [(("id",), {"type": UUID})],
            "demand-key": [(("--off",), {"action": "store_true", "help": "its secrets count again"})],
            "shut": [],
        }
        for verb, more in said.items():
            one = verbs.add_parser(verb)
            one.add_argument("client", help="its client id")
            for names, how in more:
                one.add_argument(*names, **how)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verb"] == "list":
                return self._list(options["organisation"])
            self._do(options["verb"], clients.find(options["client"], by=None), options)
        except (DomainError, OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"not done: {getattr(problem, 'message', problem)}") from None
        return None

    def _list(self, organisation: str) -> None:
        for client in clients.of_partner(partners.named(organisation)):
            ways = "key only" if signing.needs_key(client) else "secret or key"
            self.stdout.write(f"client {client.application.client_id}  {ways}")
            for kind, row in [*(("secret", s) for s in signing.live(client.secrets)),
                              *((f"key {k.kid} {k.alg}", k) for k in signing.live(client.keys))]:  # fmt: skip
                ends = f"until {timezone.localtime(row.ends_at):%Y-%m-%d %H:%M}" if row.ends_at else "no end"
                self.stdout.write(
                    f"  {row.pk}  {kind}  since {row.made_at:%Y-%m-%d}  {ends}  used {row.used_on or 'never'}"
                )

    def _do(self, verb: str, client: Client, given: dict[str, Any]) -> None:
        if verb == "secret":
            self.stdout.write(f"secret {clients.add_secret(client, given['overlap'], by=None)}")
        elif verb == "key":
            jwk, proof = given["jwk"].read_text("utf-8"), given["proof"].read_text("utf-8").strip()
            self.stdout.write(f"key {clients.add_key(client, jwk, proof, by=None).pk}")
        elif verb == "demand-key":
            clients.demand_key(client, not given["off"], by=None)
        elif verb == "shut":
            clients.end_all(client, by=None)
        else:
            end = {"end-secret": clients.end_secret, "end-key": clients.end_key}[verb]
            end(client, given["id"], by=None)
