"""When a service is open, from HSDS schedules."""

from typing import Any
from zoneinfo import available_timezones

from django.utils import timezone
from django.utils.translation import gettext as _

from referrals.hsds.cleaning import Row, Say, clock, day, plain, rows_of
from referrals.listing import HSDS_DAYS


def hours_of(row: Row, zone: str, say: Say) -> dict[str, Any]:
    """Weekly hours and the zone of their clock. What is of another kind, over or wrong is left out and said."""
    hours: list[list[Any]] = []
    for schedule in rows_of(row, "schedules"):
        hours += [found for found in _weekly(schedule, say) if found not in hours]
    schedules = rows_of(row, "schedules")
    return {"hours": hours, "time_zone": _zone(zone, schedules, say) if hours or zone else "UTC"}


def _weekly(row: Row, say: Say) -> list[list[Any]]:
    days = [part.strip() for part in plain(row.get("byday")).split(",")]
    is_plain = plain(row.get("freq")) in ("", "WEEKLY") and plain(row.get("interval")) in ("", "1", "1.0")
    if not is_plain or not set(days) <= set(HSDS_DAYS):
        say(_("Hours that are not weekly were left out."))
        return []
    try:
        if not _is_now(row):
            say(_("Hours of a time that is over, or not in order, were left out."))
            return []
        opens, closes = clock(row.get("opens_at")), clock(row.get("closes_at"))
    except ValueError:
        say(_("Hours with a date or a time that is none were left out."))
        return []
    closes = "24:00" if closes in ("23:59", "00:00") else closes
    if opens >= closes:
        say(_("Hours that end before they begin were left out."))
        return []
    return [[HSDS_DAYS.index(name), opens, closes] for name in days]


def _is_now(row: Row) -> bool:
    begins, ends = day(row.get("valid_from")), day(row.get("valid_to"))
    is_over = ends is not None and ends < timezone.localdate()
    return not is_over and (begins is None or ends is None or begins <= ends)


def _zone(said: str, schedules: list[Row], say: Say) -> str:
    if said in available_timezones():
        return said
    offset = next((plain(row.get("timezone")) for row in schedules if plain(row.get("timezone"))), "")
    try:
        hours = -int(float(offset or "0"))
    except (ValueError, OverflowError):
        hours = 99
    zone = f"Etc/GMT{hours:+d}" if hours else "UTC"
    if zone in available_timezones():
        return zone
    say(_("There is no such time zone: the hours are read as UTC."))
    return "UTC"
