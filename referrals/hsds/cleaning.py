"""Single values of a file that somebody else wrote: what is right is taken, what is not is said."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from referrals.models import Service

Say = Callable[[Any], None]
Row = Mapping[str, Any]
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"^(?:[=@\t\r\s]|[+-](?!\d))+")
_PHONE = re.compile(r"[+(]?\d[\d ()./x-]{2,38}")
_CLOCK = re.compile(r"(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
OLDEST = 120


def rows_of(row: Row, key: str) -> list[Row]:
    """The records in a list; what is no record is passed over."""
    found = row.get(key)
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def first(row: Row, key: str) -> Row:
    """The first record of a list, or an empty one."""
    return next(iter(rows_of(row, key)), {})


def plain(value: Any) -> str:
    """A text on one line or several, without control characters; what is neither text nor number is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _CONTROL.sub("", str(value)).strip()


def text(value: Any, column: str, say: Say) -> str:
    """A text for this column of an entry: not longer than it holds, and no formula."""
    found, longest = plain(value), getattr(Service._meta.get_field(column), "max_length", 0)
    if _FORMULA.match(found):
        found = _FORMULA.sub("", found)
        say(_("%(field)s began like a formula: the signs were taken out.") % {"field": column})
    if len(found) > longest:
        found = found[:longest].rstrip()
        say(_("%(field)s was too long and was cut.") % {"field": column})
    return found


def phone(value: Any, say: Say) -> str:
    """A number that can be dialled."""
    found = plain(value)
    if found and not _PHONE.fullmatch(found):
        say(_("The phone number is none: left out."))
        return ""
    return found


def whole(value: Any, field: str, say: Say, most: int) -> int | None:
    """A whole number from 0 on."""
    if value in (None, ""):
        return None
    try:
        number = float(plain(value))
    except ValueError:
        number = -1
    if not 0 <= number <= most or number != int(number):
        say(_("%(field)s is no number that can be: left out.") % {"field": field})
        return None
    return int(number)


def uuid_of(value: Any) -> UUID | None:
    """An id that can be ours too."""
    try:
        return UUID(plain(value))
    except ValueError:
        return None


def day(value: Any) -> date | None:
    """A day in the international form; ``ValueError`` if it is none."""
    found = plain(value)
    return date.fromisoformat(found[:10]) if found else None


def clock(value: Any) -> str:
    """A time of the day as 09:00; ``ValueError`` if it is none. Seconds and offset fall away."""
    found = _CLOCK.fullmatch(plain(value))
    if found is None:
        raise ValueError
    if found[1] != "24:00":
        time.fromisoformat(found[1])
    return found[1]


def known(values: Iterable[str], of: Iterable[str], words: str, say: Say) -> list[str]:
    """Those values that the directory knows; the others are named."""
    given = dict.fromkeys(value for value in values if value)
    strange = [value for value in given if value not in set(of)]
    if strange:
        say(f"{words} {', '.join(value[:40] for value in strange[:10])}")
    return [value for value in given if value not in strange]
