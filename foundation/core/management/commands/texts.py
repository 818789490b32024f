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
COMPLETE = {"ru": None, "ar": "reporter"}
# The pages a reporter meets: these are complete in every language (A5); the rest may follow.
REPORTER = (
    "templates/base.html",
    "templates/components/",
    "templates/cases/concern",
    "templates/cases/limits",
    "templates/cases/where",
    "templates/cases/danger",
    "templates/cases/words",
    "templates/cases/wishes",
    "templates/cases/agreement",
    "templates/cases/contact",
    "templates/cases/check",
    "templates/cases/discard",
    "templates/cases/day",
    "templates/404",
    "templates/refused",
    "cases/vocabulary.py",
    "cases/states.py",
    "cases/forms/concern",
    "cases/forms/text",
    "cases/actions/concern.py",
    "foundation/core/",
    "templates/account/",
    "templates/accounts/_seat",
    "templates/accounts/conduct",
    "templates/accounts/held",
    "templates/accounts/second_step",
    "templates/accounts/you",
    "templates/allauth/",
    "templates/mfa/",
    "templates/accounts/again",
    "templates/accounts/sessions",
    "templates/core/",
    "templates/errors/",
    "templates/400",
    "templates/403",
    "templates/429",
    "templates/500",
    "templates/503",
    "templates/referrals/way.html",
    "templates/referrals/ways.html",
    "templates/referrals/_way_",
    "templates/referrals/_pocket_guide",
    "templates/referrals/_no_specialist",
    "referrals/pathway_terms.py",
    "referrals/pathways.py",
    "templates/cases/_concern_rows",
    "templates/cases/_no",
    "templates/cases/_say_this",
    "templates/cases/_start",
    "templates/cases/signed_out",
    "templates/referrals/told_sheet",
    "templates/cases/right_sheet",
    "cases/rights_copy.py",
    "referrals/fields.py",
    "referrals/telling.py",
    "templates/cases/step",
    "cases/panels.py",
    "cases/views/concerns.py",
    "cases/views/day.py",
    "cases/views/drafts.py",
    "cases/views/reading.py",
    "cases/views/steps.py",
    "cases/views/summary.py",
    "foundation/accounts/",
    "foundation/outbox/",
    "foundation/watch/",
    "templates/watch/",
    "config/settings.py",
    "consent/vocabulary.py",
)
# A date would make every run a change.
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
Text = tuple[str | tuple[str, ...], str | None, str]


def collect() -> Iterator[Text]:
    """(message or (singular, plural), context, place) of every text in code and templates."""
    for folder in CODE:
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _in_python(path.read_bytes(), path)
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.[ht][tx][mt]*")):
        source = templatize(path.read_text("utf-8"), origin=str(path))
        yield from _in_python("\n".join(line.lstrip() for line in source.splitlines()).encode(), path)


def _in_python(source: bytes, path: Path) -> Iterator[Text]:
    place = str(path.relative_to(settings.BASE_DIR))
    for _line, message, _comments, context in extract("python", io.BytesIO(source), KEYWORDS):
        if message:
            yield message, context, place


def merged(language: str) -> tuple[Catalog, dict[Any, set[str]]]:
    """The language's catalogue with exactly the texts of the code, and where each text stands."""
    fresh = Catalog(
        locale=language, domain="django", charset="utf-8", project="Amparo", version="1", fuzzy=False,
        header_comment=f"# Amparo, {language}", creation_date=_NO_DATE, revision_date=_NO_DATE,
        last_translator="", language_team="", msgid_bugs_address="", copyright_holder="",
    )  # fmt: skip
    places: dict[Any, set[str]] = {}
    for message, context, place in collect():
        fresh.add(message, context=context)
        key = (message if isinstance(message, str) else message[0], context)
        places.setdefault(key, set()).add(place)
    old, path = Catalog(locale=language), po(language)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=language)
    for entry in fresh:
        known = old.get(entry.id, entry.context) if entry.id else None
        if known is not None and known.string:
            entry.string = known.string
    return fresh, places


def po(language: str) -> Path:
    """Where a language's catalogue lives."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def gaps(catalog: Catalog, places: dict[Any, set[str]], only: str | None) -> list[str]:
    """The texts that must be translated and are not; ``only="reporter"`` asks for the reporter's pages alone."""
    found = []
    for message in catalog:
        if not message.id or _is_whole(message.string):
            continue
        key = (message.id if isinstance(message.id, str) else message.id[0], message.context)
        if only is None or any(place.startswith(REPORTER) for place in places[key]):
            found.append(str(key[0]))
    return found


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
            catalog, places = merged(options["gaps"])
            self.stdout.write("\n".join(gaps(catalog, places, COMPLETE.get(options["gaps"]))))
            return
        problems = [line for language in COMPLETE for line in self._one(language, is_check=options["check"])]
        if problems:
            raise CommandError("\n".join(problems))

    def _one(self, language: str, *, is_check: bool) -> list[str]:
        catalog, places = merged(language)
        path = po(language)
        text, binary = written(catalog), compiled(catalog)
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            path.with_suffix(".mo").write_bytes(binary)
            self.stdout.write(f"{language}: {len(gaps(catalog, places, COMPLETE[language]))} texts to translate")
            return []
        missing = [f"{language}: not translated: {text}" for text in gaps(catalog, places, COMPLETE[language])]
        is_same = path.exists() and path.read_bytes() == text
        is_compiled = path.with_suffix(".mo").exists() and path.with_suffix(".mo").read_bytes() == binary
        return missing + ([] if is_same and is_compiled else [f"{language}: run manage.py texts"])
