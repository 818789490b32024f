"""The code of conduct that everybody accepts before first use, and again when it changes (domain.md P4, R-14).

The first version ships here in three languages; a National Society puts its own in its place with
``manage.py conduct_publish``. A text is made of lines: ``# heading`` begins a section, each other line is one sentence
or two of it.
"""

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from foundation.accounts.models import ConductVersion

VERSION = 1

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    lines: list[str] = field(default_factory=list)


def sections(text: str) -> list[Section]:
    """The text taken apart, for the page."""
    found: list[Section] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.startswith("#"):
            found.append(Section(line.lstrip("# ")))
        elif found:
            found[-1].lines.append(line)
    return found


def install() -> None:
    """Publish the first version in every language, once; a Society's later version stays in force."""
    for language, _name in settings.LANGUAGES:
        text = (TEXTS / f"conduct.{language}.txt").read_text("utf-8").strip()
        ConductVersion.objects.get_or_create(version=VERSION, language=language, defaults={"text": text})
