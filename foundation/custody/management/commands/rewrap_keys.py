"""``manage.py rewrap_keys``: exchange the root key or organisations' keys, while people work."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts.models import Organisation
from foundation.core.errors import DomainError, Unreadable
from foundation.custody import rewrapping
from foundation.custody.keeper import require_owner


class Command(BaseCommand):
    """Without options: bring everything under the newest keys. Can be interrupted and repeated at any time."""

    help = "Wrap organisation keys with the root key in use, and folder keys with the newest key of their organisation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new-root", action="store_true", help="first make a new version of the root key")
        parser.add_argument(
            "--new-organisation-key", action="append", default=[], metavar="NAME",
            help="first make a new key for this organisation (name or id); 'all' for every one",
        )  # fmt: skip
        parser.add_argument("--drop-old-roots", action="store_true", help="afterwards take unused ones off the keyring")
        parser.add_argument("--batch", type=int, default=500, help="folder keys in one transaction")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            require_owner()
            organisations = self._organisations(options["new_organisation_key"])
            self._plan(organisations, **options) if options["dry_run"] else self._do(organisations, **options)
        except DomainError as problem:
            raise CommandError(problem.message) from None
        except Unreadable as problem:
            raise CommandError(f"{problem}. Nothing more was done; what was done stands.") from None

    def _organisations(self, wanted: list[str]) -> list[UUID]:
        if "all" in wanted:
            return rewrapping.with_keys()
        return [self._organisation(name) for name in wanted]

    def _organisation(self, wanted: str) -> UUID:
        rows = Organisation.objects.filter(pk__in=rewrapping.with_keys())
        found = [row.pk for row in rows if wanted.casefold() in (row.name.casefold(), str(row.pk))]
        if len(found) != 1:
            raise CommandError(f"there is no organisation {wanted!r} with a key")
        return found[0]

    def _plan(self, organisations: list[UUID], **options: Any) -> None:
        plan = rewrapping.plan(organisations, is_new_root=options["new_root"])
        self.stdout.write(
            f"Would wrap {plan.n_roots} organisation keys, {plan.n_folders} folder keys, {plan.n_secrets} secrets."
        )

    def _do(self, organisations: list[UUID], **options: Any) -> None:
        if options["new_root"]:
            self.stdout.write(f"{rewrapping.new_root()} is the root key in use now. Make a new escrow of it.")
        for organisation in organisations:
            rewrapping.new_organisation_key(organisation)
        done = rewrapping.rewrap(options["batch"], self.stdout.write)
        self.stdout.write(
            f"Wrapped anew: {done.n_roots} organisation keys, {done.n_folders} folder keys, {done.n_secrets} secrets;"
            f" {done.n_dropped} replaced organisation keys let go."
        )
        self._leftovers(done)
        if options["drop_old_roots"]:
            old = rewrapping.drop_old_roots()
            self.stdout.write(f"Root keys taken off the keyring: {', '.join(map(str, old)) or 'none'}.")

    def _leftovers(self, done: rewrapping.Rewrapped) -> None:
        waiting = len(rewrapping.replaced())
        if waiting:
            self.stdout.write(
                f"{waiting} replaced organisation keys are kept for ten minutes more: run this again then."
            )
        if done.n_damaged:
            raise CommandError(f"{done.n_damaged} keys do not open with what wraps them, and stay as they are")
