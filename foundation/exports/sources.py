"""What may leave as a list: higher apps say which rows and which columns, from their ``ready()``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation.core.errors import Absent

Cell = str | int | date | None
Words = str | Promise


@dataclass(frozen=True)
class Column:
    """A column: its code stands in the trail, its label heads it. ``is_first``: chosen unless somebody says otherwise.

    ``tells_who`` needs a right of its own, a second person in any case, and the person's consent, row by row.
    """

    code: str
    label: Words
    is_first: bool = False
    tells_who: bool = False


@dataclass(frozen=True)
class Row:
    """A row as it leaves. ``n_withheld`` cells stayed here because the person did not agree to them."""

    id: UUID
    cells: Sequence[Cell]
    n_withheld: int = 0


class Source(Protocol):
    """A kind of list."""

    code: str
    label: Words
    columns: tuple[Column, ...]
    scopes: dict[str, Words]

    def may_ask(self, actor: Any) -> bool:
        """Whether this person's seat lets them ask for it at all."""
        ...

    def may_tell_who(self, actor: Any) -> bool:
        """Whether it lets them ask for columns that tell who somebody is."""
        ...

    def ids(self, actor: Any, scope: str, most: int) -> list[UUID]:
        """The rows of a scope that the actor can open now, at most ``most``, in the order of need."""
        ...

    def names(self, actor: Any, ids: Sequence[UUID]) -> list[str]:
        """The codes of those of these rows that the actor can open, in the order of the codes."""
        ...

    def rows(self, actor: Any, ids: Sequence[UUID], columns: Sequence[str]) -> Iterator[Row]:
        """These rows as far as the actor can open them now, in the given order; never more than one chunk in memory."""
        ...


def words_of(choices: Any) -> dict[str, str]:
    """Codes → words in the reader's language, looked up once: asking Django for each of 10,000 rows costs 30 s."""
    return {str(code): str(label) for code, label in choices.choices}


_SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Offer a kind of list."""
    _SOURCES[source.code] = source


def source_of(code: str) -> Source:
    """The kind of list; an unknown one is absent."""
    if code not in _SOURCES:
        raise Absent("record.absent", _("There is nothing at this address."))
    return _SOURCES[code]


def offered(actor: Any) -> list[Source]:
    """The kinds of list that this person may ask for."""
    return [source for source in _SOURCES.values() if source.may_ask(actor)]


def chosen(source: Source, codes: Sequence[str]) -> list[Column]:
    """Columns by their codes, in the order of the source."""
    return [column for column in source.columns if column.code in codes]
