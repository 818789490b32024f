"""``manage.py first_people``: the first administrator and the first data-protection officer of an installation.

Afterwards everybody else is invited by the administrator, and appointed by two people.
"""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse

from foundation.accounts import actions
from foundation.accounts.models import Role, User

SEATS = {"administrator": Role.ADMINISTRATOR, "data_officer": Role.DATA_OFFICER, "manager": Role.MANAGER}


class Command(BaseCommand):
    """Two at least, because nobody appoints alone."""

    help = "Set up the National Society's office and the first two people; prints a link for each one's first password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--society", required=True, metavar="NAME")
        for who in SEATS:
            parser.add_argument(
                f"--{who.replace('_', '-')}", nargs=2, metavar=("EMAIL", "NAME"), required=who != "manager"
            )
        parser.add_argument("--language", default="en", choices=[code for code, _name in settings.LANGUAGES])

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(is_machine=False).exists():
            raise CommandError("there are people already: an administrator invites the others")
        unit = actions.found_society(options["society"], by=None)
        for who, role in SEATS.items():
            if options[who] is not None:
                email, name = options[who]
                user = actions.invite(by=None, email=email, name=name, language=options["language"])
                actions.confirm(actions.propose(user, actions.seat_of(unit, role), by=None), by=None)
                self.stdout.write(f"{name} ({role.label}): {self._link(user)}")
        self.stdout.write("Each link works once. The first sign-in asks for a second step and the code of conduct.")

    def _link(self, user: User) -> str:
        key = default_token_generator.make_token(user)
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
        return f"{settings.URL}{path}"
