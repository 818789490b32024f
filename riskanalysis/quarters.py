"""The fixed grid of reports: calendar quarters of branches. No other period, no other place (domain.md §10, rule 7)."""

from datetime import date, timedelta

from django.conf import settings

from foundation.accounts.models import Unit, UnitKind


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def months_of(quarter: date) -> list[date]:
    """The first days of its three months."""
    return [quarter.replace(month=quarter.month + n) for n in range(3)]


def following(quarter: date) -> date:
    """The next one."""
    return quarter_of(quarter + timedelta(days=95))


def last_due(today: date) -> date:
    """The newest quarter that may be frozen today: it is over, and the days after it have passed."""
    ended = quarter_of(today - timedelta(days=settings.REPORT_DELAY_DAYS))
    return quarter_of(ended - timedelta(days=1))


def level(unit: Unit) -> Unit:
    """The unit in whose report a unit is counted: its branch, else the one at the top. Each belongs to exactly one."""
    line = unit.upwards()
    return next((place for place in line if place.kind == UnitKind.BRANCH), line[-1])
