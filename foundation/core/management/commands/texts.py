"""``manage.py texts``: collect the interface's texts into the catalogues and compile them; needs no gettext tools.

``--check`` changes nothing and fails when a catalogue lacks a text, a language that must be complete has a gap, or a
compiled file is older than its source.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

CODE = ("foundation", "consent", "cases", "referrals", "riskanalysis", "config")
KEYWORDS: dict[str, Any] = {
    "gettext": None, "_": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip
COMPLETE = ("ru", "ar")
"""Every page speaks these languages whole; English is the source."""
# A date would make every run a change.
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
Text = tuple[str | tuple[str, ...], str | None]


def collect() -> Iterator[Text]:
    """(message or (singular, plural), context) of every text in code and templates."""
    for folder in CODE:
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _in_python(path.read_bytes())
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.[ht][tx][mt]*")):
        source = templatize(path.read_text("utf-8"), origin=str(path))
        yield from _in_python("\n".join(line.lstrip() for line in source.splitlines()).encode())


def _in_python(source: bytes) -> Iterator[Text]:
    for _line, message, _comments, context in extract("python", io.BytesIO(source), KEYWORDS):
        if message:
            yield message, context


def merged(language: str) -> Catalog:
    """The language's catalogue with exactly the texts of the code."""
    fresh = Catalog(
        locale=language, domain="django", charset="utf-8", project="Amparo", version="1", fuzzy=False,
        header_comment=f"# Amparo, {language}", creation_date=_NO_DATE, revision_date=_NO_DATE,
        last_translator="", language_team="", msgid_bugs_address="", copyright_holder="",
    )  # fmt: skip
    for message, context in collect():
        fresh.add(message, context=context)
    old, path = Catalog(locale=language), po(language)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=language)
    for entry in fresh:
        known = old.get(entry.id, entry.context) if entry.id else None
        if known is not None and known.string:
            entry.string = known.string
    return fresh


def po(language: str) -> Path:
    """Where a language's catalogue lives."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def gaps(catalog: Catalog) -> list[str]:
    """The texts that are not translated."""
    empty = [message for message in catalog if message.id and not _is_whole(message.string)]
    return [message.id if isinstance(message.id, str) else message.id[0] for message in empty]


def _is_whole(string: Any) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


def compiled(catalog: Catalog) -> bytes:
    """The ``.mo`` file's content."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def written(catalog: Catalog) -> bytes:
    """The ``.po`` file's content: sorted, without places or dates, so that it changes only with its texts."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, omit_header=False, sort_output=True, no_location=True, include_previous=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(('"POT-C', '"PO-R', '"Generated'))).encode()


class Command(BaseCommand):
    """Update or check the catalogues of every language but English, which is the source."""

    help = "Collect and compile the interface's texts, or check them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when something is missing")
        parser.add_argument("--gaps", metavar="LANGUAGE", help="print what is not translated yet")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["gaps"]:
            self.stdout.write("\n".join(gaps(merged(options["gaps"]))))
            return
        problems = [line for language in COMPLETE for line in self._one(language, is_check=options["check"])]
        if problems:
            raise CommandError("\n".join(problems))

    def _one(self, language: str, *, is_check: bool) -> list[str]:
        catalog = merged(language)
        path = po(language)
        text, binary = written(catalog), compiled(catalog)
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            path.with_suffix(".mo").write_bytes(binary)
            self.stdout.write(f"{language}: {len(gaps(catalog))} texts to translate")
            return []
        missing = [f"{language}: not translated: {text}" for text in gaps(catalog)]
        is_same = path.exists() and path.read_bytes() == text
        is_compiled = path.with_suffix(".mo").exists() and path.with_suffix(".mo").read_bytes() == binary
        return missing + ([] if is_same and is_compiled else [f"{language}: run manage.py texts"])
