"""``manage.py age_table_publish FILE``: what the law of the country asks of children of each age, as a new version."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent import age_tables


class Command(BaseCommand):
    """The file holds one table: country, version, source, rows, inside (see ``consent/age_tables.json``)."""

    help = "Publish an age table for a country, from a JSON file. A version is never changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = age_tables.publish(json.loads(options["file"].read_text("utf-8")))
        except (OSError, ValueError, KeyError) as problem:
            raise CommandError(f"this is no age table: {problem}") from problem
        self.stdout.write(f"Version {made.version} for {made.country or 'every country'} is published.")
