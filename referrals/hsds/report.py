"""What became of each row of a file that is taken in, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Result(models.TextChoices):
    """What became of a row."""

    NEW = "new", pgettext_lazy("row of a file", "Taken, new")
    CHANGED = "changed", pgettext_lazy("row of a file", "Taken, changed")
    SAME = "same", pgettext_lazy("row of a file", "Nothing new")
    LEFT = "left", pgettext_lazy("row of a file", "Left out")


@dataclass
class Line:
    """A row: where it stands in the file, what it is called, what became of it, and what was changed or left and why."""

    place: str
    name: str
    result: Result
    notes: list[str] = field(default_factory=list)

    def say(self, words: Any) -> None:
        """Add a note, once."""
        if str(words) not in self.notes:
            self.notes.append(str(words))


@dataclass
class Report:
    """All rows. ``is_dry``: nothing was written."""

    lines: list[Line]
    is_dry: bool

    def n(self, *results: Result) -> int:
        """How many rows became one of these."""
        return sum(line.result in results for line in self.lines)

    @property
    def counts(self) -> Iterable[tuple[Any, int]]:
        """Each result with its number of rows, where there are any."""
        return [(result.label, self.n(result)) for result in Result if self.n(result)]


NOT_ONE = _("This is not a directory in the form of HSDS 3.")
TOO_LARGE = _("The file is too large. Take the directory in part by part.")
