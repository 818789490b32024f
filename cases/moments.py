"""Moments in words, as the unit's clock shows them, in the reader's language."""

from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from django.utils import timezone
from django.utils.translation import get_language, to_locale


def zone_of(actor: Any) -> tzinfo:
    """The time zone of the first seat's unit, else of the installation."""
    return ZoneInfo(actor.seats[0].unit.time_zone) if actor.seats else timezone.get_default_timezone()


def written(moment: datetime, zone: tzinfo, pattern: str) -> str:
    """A moment by a pattern of CLDR ("EEEE d MMMM y, HH:mm"); Western digits in every language."""
    try:
        locale = Locale.parse(to_locale(get_language() or "en"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_datetime(moment.astimezone(zone), pattern, locale=locale)


def stamp(moment: datetime, zone: tzinfo) -> str:
    """The time of day; with weekday and date when it is not today, and with the year when it is not this one."""
    local, today = moment.astimezone(zone), timezone.now().astimezone(zone)
    if local.date() == today.date():
        return written(moment, zone, "HH:mm")
    return written(moment, zone, "EEE d MMM, HH:mm" if local.year == today.year else "EEE d MMM y, HH:mm")
