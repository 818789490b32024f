"""``manage.py evacuate``: cut one organisation off from its records, by two people, and take it back by two."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts.models import Organisation, User
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Unreadable
from foundation.custody import evacuating, terminal
from foundation.custody.models import Evacuation, Reason

SHUT = """Nobody opens its records from now on, its own people neither: not what was said, not its files, not its webhooks.
Only {recipients} can open the file with its keys. What backups still hold opens with the root key of their time:
exchange it (rewrap_keys --new-root --drop-old-roots)."""


class Command(BaseCommand):
    """Whoever runs a step shows who they are; the two people of a pair are never the same."""

    help = "Destroy the keys of one organisation here, after they went into a file that only others can open; and back."

    def add_arguments(self, parser: CommandParser) -> None:
        ways = parser.add_subparsers(dest="way", required=True)
        ways.add_parser("list", help="what is under way, and what was")
        propose = ways.add_parser("propose", help="the first person: whom, why, and who can open the file")
        propose.add_argument("--reason", required=True, choices=Reason.values)
        propose.add_argument("--recipient", action="append", required=True, metavar="age1…", help="several times")
        propose.add_argument(
            "--test-file", type=Path, required=True, help="is written; holds a word for the second person"
        )
        confirm = ways.add_parser("confirm", help="the second person: the keys go into the file and are destroyed here")
        confirm.add_argument("--untested", action="store_true", help="although nobody could open the test file")
        file = ways.add_parser("file", help="write the closed file once more")
        back = ways.add_parser("give-back", help="the second person brings the opened file")
        back.add_argument("--opened", type=Path, required=True)
        plain = [ways.add_parser(way) for way in ("cancel", "ask-return", "cancel-return")]
        for way in (confirm, file):
            way.add_argument("--to", type=Path, required=True, help="where the closed file goes")
        for way in (propose, confirm, file, back, *plain):
            way.add_argument("organisation", help="name or id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["way"] == "list":
                self._list()
            else:
                self._do(options)
        except DomainError as problem:
            raise CommandError(problem.message) from None
        except Unreadable as problem:
            raise CommandError(f"{problem}. Nothing was changed.") from None

    def _list(self) -> None:
        for row in Evacuation.objects.select_related("organisation").order_by("-proposed_at"):
            self.stdout.write(f"{row.proposed_at:%Y-%m-%d %H:%M}  {row.organisation.name}: {row.get_status_display()}")

    def _do(self, options: dict[str, Any]) -> None:
        organisation, step = _organisation(options["organisation"]), options["way"].replace("-", "_")
        person = terminal.asked()
        with acting(person.pk):
            getattr(self, f"_{step}")(organisation, person, options)

    def _propose(self, organisation: Organisation, by: User, options: dict[str, Any]) -> None:
        _require_new(options["test_file"])
        _found, test = evacuating.propose(organisation, options["reason"], options["recipient"], by=by)
        self._write(options["test_file"], test)
        self.stdout.write(
            "Somebody with a secret key opens it and says the word in it to the second person. Within a day."
        )

    def _confirm(self, organisation: Organisation, by: User, options: dict[str, Any]) -> None:
        _require_new(options["to"])
        word = "" if options["untested"] else input("The word in the test file: ")
        if options["untested"] and input("Type the organisation's name, to go without: ") != organisation.name:
            raise CommandError("that is not its name; nothing was done")
        found = evacuating.confirm(organisation, word, by=by, is_untested=options["untested"])
        self.stdout.write(f"The keys of {organisation.name} are destroyed here.")
        self.stdout.write(SHUT.format(recipients=", ".join(found.recipients)))
        self._write(options["to"], found.package)

    def _file(self, organisation: Organisation, by: User, options: dict[str, Any]) -> None:
        evacuating.require_seat(by, organisation)
        _require_new(options["to"])
        found = Evacuation.objects.filter(organisation=organisation).exclude(package="").latest("confirmed_at")
        self._write(options["to"], found.package)

    def _give_back(self, organisation: Organisation, by: User, options: dict[str, Any]) -> None:
        try:
            text = options["opened"].read_text("utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"{options['opened']} cannot be read ({type(problem).__name__})") from None
        evacuating.give_back(organisation, text, by=by)
        self.stdout.write(
            f"The records of {organisation.name} open again. Destroy the opened file, and give the organisation a new key:"
            f" rewrap_keys --new-organisation-key '{organisation.name}'."
        )

    def _cancel(self, organisation: Organisation, by: User, _options: dict[str, Any]) -> None:
        evacuating.cancel(organisation, by=by)

    def _ask_return(self, organisation: Organisation, by: User, _options: dict[str, Any]) -> None:
        evacuating.ask_return(organisation, by=by)
        self.stdout.write("Another person now brings the opened file: evacuate give-back.")

    def _cancel_return(self, organisation: Organisation, by: User, _options: dict[str, Any]) -> None:
        evacuating.cancel_return(organisation, by=by)

    def _write(self, path: Path, text: str) -> None:
        """What was done stands in the database, with the file: a full disk here loses nothing."""
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(text)
        except OSError as problem:
            raise CommandError(f"{path} could not be written ({problem.strerror}). What was done stands.") from None
        self.stdout.write(f"{path} is written.")


def _organisation(wanted: str) -> Organisation:
    found = [row for row in Organisation.objects.all() if wanted.casefold() in (row.name.casefold(), str(row.pk))]
    if len(found) != 1:
        raise CommandError(f"there is no organisation {wanted!r}")
    return found[0]


def _require_new(path: Path) -> None:
    if path.exists():
        raise CommandError(f"{path} is there already; nothing was done")
