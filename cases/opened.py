"""Who opened a case and the referrals from it, in words: by day and person, newest first (safety.md §1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.contributions import CONTRIBUTORS
from cases.models import Case
from foundation.accounts.models import Appointment, User
from foundation.audit import openings
from foundation.audit.openings import Opening
from foundation.core.calendars import local_day
from foundation.core.words import clock_words, isolated

MOST = 500
TIMES = 6
Seats = dict[int, list[Appointment]]


@dataclass
class People:
    """Who they are, and which seats they held at the time."""

    users: dict[int, User] = field(default_factory=dict)
    seats: Seats = field(default_factory=dict)

    @classmethod
    def of(cls, found: Iterable[Opening]) -> "People":
        """Two queries."""
        keys = {opening.actor for opening in found if opening.actor}
        users = {user.pk: user for user in User.objects.filter(pk__in=keys)}
        seats: Seats = {}
        rows = Appointment.objects.filter(user__in=keys).exclude(confirmed_at=None).select_related("seat__unit")
        for row in rows.order_by("valid_from"):
            seats.setdefault(row.user_id, []).append(row)
        return cls(users, seats)

    def words(self, opening: Opening, reader: User) -> str:
        """Name and seat of the time: "Sefa Maru, Caseworker, Harbour service point"."""
        user = self.users.get(opening.actor or 0)
        if user is None:
            return _("Somebody who no longer works here")
        name = _("%(name)s (you)") % {"name": isolated(user.name)} if user == reader else isolated(user.name)
        held = [str(row.seat) for row in self.seats.get(user.pk, []) if was_held(row, opening.at)]
        more = [_("through the API")] if user.is_machine else []
        return ", ".join([name, *(more or held or [_("without a seat at the time")])])


def was_held(row: Appointment, at: datetime) -> bool:
    """Whether the appointment was in force then."""
    begun = row.confirmed_at is not None and max(row.confirmed_at, row.valid_from) <= at
    return begun and (row.valid_until is None or row.valid_until > at)


def of(case: Case, until: datetime | None) -> list[Opening]:
    """The newest openings of the case's folder and of the packages made from it (before a time)."""
    folders = [case.dossier_id, *(pk for app in CONTRIBUTORS for pk in app.folders(case))]
    return openings.of(folders, until, MOST)


def days(found: list[Opening], reader: User, zone: tzinfo) -> list[dict[str, Any]]:
    """Per day the people in order of their newest opening, each with what was opened and at which times."""
    people = People.of(found)
    return [
        {"day": day, "rows": _rows(list(of_day), people, reader, zone)}
        for day, of_day in groupby(found, key=lambda opening: local_day(opening.at, zone))
    ]


def _rows(found: list[Opening], people: People, reader: User, zone: tzinfo) -> list[dict[str, Any]]:
    by_person: dict[str, dict[str, list[Opening]]] = {}
    for opening in found:
        by_person.setdefault(people.words(opening, reader), {}).setdefault(opening.words, []).append(opening)
    return [
        {"key": who, "lines": [_line(what, seen, zone) for what, seen in kinds.items()]}
        for who, kinds in by_person.items()
    ]


def _line(what: str, seen: list[Opening], zone: tzinfo) -> str:
    times = [clock_words(opening.at, zone) for opening in seen]
    shown, more = list(dict.fromkeys(times))[:TIMES], len(dict.fromkeys(times)) - TIMES
    rest = ngettext("and %(n)d time more", "and %(n)d times more", more) % {"n": more} if more > 0 else ""
    return _("%(what)s: %(times)s") % {"what": what, "times": ", ".join(shown + ([rest] if rest else []))}
