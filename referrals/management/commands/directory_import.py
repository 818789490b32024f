"""``manage.py directory_import <file> --by <email>``: take in a directory in the form of HSDS 3."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.errors import DomainError
from referrals import hsds


class Command(BaseCommand):
    help = "Take in a directory (HSDS 3 JSON). New entries can be used once an editor has verified them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the JSON file")
        parser.add_argument("--by", required=True, help="the e-mail address of the editor for whom it is taken in")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(email__iexact=options["by"], is_active=True, is_machine=False).first()
        if by is None:
            raise CommandError("there is nobody of this address")
        try:
            data = json.loads(Path(options["file"]).read_text("utf-8"))
            with acting(by.pk):
                new, changed = hsds.taken_in(data, by=by)
        except (OSError, ValueError) as problem:
            raise CommandError(f"not taken in: the file cannot be read ({type(problem).__name__})") from None
        except DomainError as problem:
            raise CommandError(f"not taken in: {problem.message}") from None
        self.stdout.write(f"{new} new entries to verify, {changed} changed")
