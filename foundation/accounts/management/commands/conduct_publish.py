"""``manage.py conduct_publish en=FILE ru=FILE ar=FILE``: the next version of the code of conduct; everybody is asked again."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.accounts import actions, conduct
from foundation.core.errors import DomainError


class Command(BaseCommand):
    """Texts come from files, one per language of the interface; ``# heading`` begins a section."""

    help = "Publish the next version of the code of conduct, in every language."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("texts", nargs="+", metavar="LANGUAGE=FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            given = dict(one.split("=", 1) for one in options["texts"])
            texts = {language: Path(path).read_text("utf-8") for language, path in given.items()}
        except (ValueError, OSError) as problem:
            raise CommandError(f"give LANGUAGE=FILE for each language: {problem}") from problem
        empty = [language for language, text in texts.items() if not conduct.sections(text)]
        if empty:
            raise CommandError(f"no line begins with '# ' in: {', '.join(empty)}")
        try:
            version = actions.publish_conduct(texts, by=None)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Version {version} is published. Everybody accepts it before their next step.")
