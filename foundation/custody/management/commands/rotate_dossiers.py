"""``manage.py rotate_dossiers``: new keys for the folders themselves, everything in them sealed anew, while people work."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from foundation.core.errors import DomainError, Unreadable
from foundation.custody import rotating
from foundation.custody.keeper import require_owner
from foundation.custody.models import Rotation


class Command(BaseCommand):
    """Takes up a rotation that was interrupted before it begins another one."""

    help = "Give every folder a new key and seal its fields and files with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=int, default=0, metavar="DAYS", help="only keys that are this old")
        parser.add_argument("--organisation", type=UUID, metavar="ID", help="only folders of this organisation")
        parser.add_argument("--batch", type=int, default=200, help="folders at a time")
        parser.add_argument(
            "--no-wait", action="store_true", help="do not wait until replaced keys may go; run it again"
        )
        parser.add_argument("--dry-run", action="store_true", help="say how many folders it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        made_before = timezone.now() - timedelta(days=options["older_than"])
        try:
            require_owner()
            if options["dry_run"]:
                self._plan(Rotation(made_before=made_before, organisation_id=options["organisation"]))
            else:
                self._do(rotating.begun(made_before, options["organisation"]), **options)
        except DomainError as problem:
            raise CommandError(problem.message) from None
        except Unreadable as problem:
            raise CommandError(f"{problem}. What was done stands; run it again.") from None

    def _plan(self, rotation: Rotation) -> None:
        n = sum(len(folders) for folders in rotating.due(rotation, 1000))
        n_open = sum(len(folders) for folders in rotating.two_keys(1000))
        self.stdout.write(f"{n} folders would get a new key; {n_open} are in the middle of it.")

    def _do(self, rotation: Rotation, **options: Any) -> None:
        while True:
            done = rotating.rotate(rotation, options["batch"], self.stdout.write)
            if rotation.ended_at or options["no_wait"]:
                break
            self.stdout.write(
                "Everything is sealed with the new keys. Waiting until the old ones may go (Ctrl-C is harmless)."
            )
            time.sleep(settings.KEY_GRACE / 10 + 0.1)
        state = "ended" if rotation.ended_at else "goes on: run it again in ten minutes"
        self.stdout.write(f"Rotation {state}: {rotation.n_folders} folders, {rotation.n_rows} rows sealed anew.")
        if done.damaged:
            raise CommandError(
                f"{len(done.damaged)} rows do not open; they and their old keys stay: see key_status --deep"
            )
