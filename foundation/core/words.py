"""Due times in words: absolute and relative, worked out on the server, in the language and the zone of the reader.

Never "soon", never only "2 days ago": what is late says by how much and since when, what lies beyond today says the
weekday and the date. Western digits in every language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from babel.lists import format_list
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from foundation.core.calendars import as_utc

SOON = timedelta(hours=1)
"""What is due within this says the minutes that are left."""

_DAY = timedelta(days=1)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Due:
    """Two lines on a due time, "Overdue by 3 h" and "was due 11:00", and the ``tone`` that colours the first."""

    main: str
    sub: str
    tone: Literal["late", "soon", ""]


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _written(local: datetime, pattern: str) -> str:
    return format_datetime(local, pattern, locale=_locale(get_language() or "en"))


def _stamp(local: datetime, today: datetime, *, is_weekday_said: bool = False) -> str:
    """Give the clock time, with weekday and date when not today, and with the year when not this one."""
    clock = _written(local, "HH:mm")
    if local.date() == today.date():
        return clock
    pattern = "d MMM" if is_weekday_said else "EEE d MMM"
    day = _written(local, pattern if local.year == today.year else f"{pattern} y")
    return _("%(date)s, %(time)s") % {"date": day, "time": clock}


def _late_by(late: timedelta) -> str:
    """Say in one unit how late: minutes under an hour, hours under a day, then whole days. Never 0."""
    if late >= _DAY:
        return ngettext("Overdue by %(n)d day", "Overdue by %(n)d days", late.days) % {"n": late.days}
    n = max(late // timedelta(minutes=1), 1)
    if n >= 60:
        return ngettext("Overdue by %(n)d h", "Overdue by %(n)d h", n // 60) % {"n": n // 60}
    return ngettext("Overdue by %(n)d min", "Overdue by %(n)d min", n) % {"n": n}


def _due_in(due: datetime, today: datetime) -> str:
    days = (due.date() - today.date()).days
    if days == 0:
        return _("Due today")
    if days == 1:
        return _("Due tomorrow")
    if days < _WEEK:
        return _("Due %(weekday)s") % {"weekday": _written(due, "EEEE")}
    return ngettext("Due in %(n)d day", "Due in %(n)d days", days) % {"n": days}


def due_words(due: datetime, now: datetime, zone: tzinfo, *, soon: timedelta = SOON) -> Due:
    """Say when something is due, for a reader in ``zone`` and in the active language.

    Late from the due time on; ``soon`` within the last hour, in minutes rounded up. Aware datetimes, else ValueError.
    About 15 µs.
    """
    local, today, left = as_utc(due).astimezone(zone), as_utc(now).astimezone(zone), as_utc(due) - as_utc(now)
    if left <= timedelta(0):
        return Due(_late_by(-left), _("was due %(when)s") % {"when": _stamp(local, today)}, "late")
    if left <= soon:
        n = -(-left // timedelta(minutes=1))
        main = ngettext("Due in %(n)d min", "Due in %(n)d min", n) % {"n": n}
        return Due(main, _("by %(when)s") % {"when": _stamp(local, today)}, "soon")
    is_weekday_said = 2 <= (local.date() - today.date()).days < _WEEK
    when = _stamp(local, today, is_weekday_said=is_weekday_said)
    return Due(_due_in(local, today), _("by %(when)s") % {"when": when}, "")


def moment_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Say when something was or will be, for a reader in ``zone``: "Today, 14:02" or "Mon 12 Oct, 14:31"."""
    local, today = as_utc(at).astimezone(zone), as_utc(now).astimezone(zone)
    stamp = _stamp(local, today)
    return _("Today, %(time)s") % {"time": stamp} if local.date() == today.date() else stamp


def clock_words(at: datetime, zone: tzinfo) -> str:
    """Say the time of day, for a reader in ``zone``: "14:02"."""
    return _written(as_utc(at).astimezone(zone), "HH:mm")


def day_words(at: datetime, zone: tzinfo) -> str:
    """Say a day with its year, for a reader in ``zone``: "11 Jan 2027"."""
    return _written(as_utc(at).astimezone(zone), "d MMM y")


def language_name(code: str) -> str:
    """Name a language (ISO 639) in the language of the page; an unknown code stays as it is."""
    known = {"prs": _("Dari")}
    return known.get(code) or str(_locale(get_language() or "en").languages.get(code, code))


def list_words(items: Sequence[str]) -> str:
    """Several things as a phrase: "urgency, district and languages", with the comma and the "and" of the language."""
    return format_list(list(items), locale=_locale(get_language() or "en"))


ENGLISH_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def inside(words: str) -> str:
    """Words that begin a line, for the middle of a sentence: the first letter is small, but of an English weekday."""
    if words.split(" ")[0] in ENGLISH_DAYS and (get_language() or "en").startswith("en"):
        return words
    return words[:1].lower() + words[1:]


def isolated(typed: str) -> str:
    """What a person typed, inside a plain sentence: its direction does not disturb the rest (FSI … PDI)."""
    return f"\u2068{typed}\u2069"
