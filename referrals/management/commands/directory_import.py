"""``manage.py directory_import <file> --by <email> [--dry-run]``: take in a directory in the form of HSDS 3."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.errors import DomainError
from referrals.hsds.report import Report, Result
from referrals.hsds.taking import take_in


class Command(BaseCommand):
    help = (
        "Take in a directory (HSDS 3: JSON, or the tabular data package as a zip) and say what became of every row. "
        "New and changed entries can be used once an editor has verified them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the JSON file or the zip")
        parser.add_argument("--by", required=True, help="the e-mail address of the editor for whom it is taken in")
        parser.add_argument("--dry-run", action="store_true", help="say what would become of every row; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(email__iexact=options["by"], is_active=True, is_machine=False).first()
        if by is None:
            raise CommandError("there is nobody of this address")
        try:
            content = Path(options["file"]).read_bytes()
            with acting(by.pk):
                report = take_in(content, by=by, is_dry=options["dry_run"])
        except OSError as problem:
            raise CommandError(f"not taken in: the file cannot be read ({type(problem).__name__})") from None
        except DomainError as problem:
            raise CommandError(f"not taken in: {problem.message}") from None
        self._tell(report)
        if report.n(Result.LEFT) == len(report.lines):
            raise CommandError("not taken in: nothing in it can be taken; see above")

    def _tell(self, report: Report) -> None:
        for line in report.lines:
            notes = "".join(f"\n    {note}" for note in line.notes)
            self.stdout.write(f"{line.place}: {line.result.label}: {line.name}{notes}")
        n_new, n_changed = report.n(Result.NEW), report.n(Result.CHANGED)
        verb = "would be" if report.is_dry else "were"
        self.stdout.write(f"{n_new} rows {verb} new, {n_changed} changed, {report.n(Result.LEFT)} left out")
