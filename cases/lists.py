"""The list of cases that a lead may take out: where each stands, nothing of what it is about (HS-21; domain.md §10).

Cases whose consent was taken back never leave. The alias leaves only with a manager's right and where the person agreed
that it is recorded; whether that still holds is asked as the file is made.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as When
from django.db.models import Value
from django.db.models import When as If
from django.utils.translation import gettext_lazy as _

from cases.identity import zone_of
from cases.models import Case
from cases.policy import LEADS, has_seat
from cases.states import CaseStatus
from cases.vocabulary import RANK, Urgency
from consent.covering import agreed
from consent.vocabulary import Purpose
from foundation.accounts.models import Role
from foundation.core.calendars import local_day
from foundation.dossiers import doors
from foundation.dossiers.models import VIEW, Clock, Kind
from foundation.exports.sources import Cell, Column, Row, Words, words_of

NEED = When(*(If(urgency=level, then=Value(rank)) for level, rank in RANK.items()))


class CaseList:
    """Cases that the actor can open."""

    code = "cases"
    label: Words = _("The cases that you can open")
    columns: tuple[Column, ...] = (
        Column("code", _("Case"), is_first=True),
        Column("urgency", _("Urgency"), is_first=True),
        Column("stage", _("Stage"), is_first=True),
        Column("follow_up", _("Next follow-up")),
        Column("opened", _("Opened")),
        Column("owner", _("Owner")),
        Column("unit", _("Unit")),
        Column("alias", _("Known as"), tells_who=True),
    )
    scopes: dict[str, Words] = {
        "pressing": _("Emergencies and urgent ones"),
        "own": _("Those that you own yourself"),
        "all": _("All of them"),
    }

    def may_ask(self, actor: Any) -> bool:
        """A lead."""
        return has_seat(actor, LEADS)

    def may_tell_who(self, actor: Any) -> bool:
        """A manager."""
        return has_seat(actor, (Role.MANAGER,))

    def ids(self, actor: Any, scope: str, most: int) -> list[UUID]:
        """In order of need, then the oldest first."""
        rows = _all(actor)
        if scope == "pressing":
            rows = rows.filter(urgency__in=(Urgency.EMERGENCY, Urgency.URGENT))
        elif scope == "own":
            rows = rows.filter(owner=actor)
        return list(rows.order_by(NEED, "opened_at").values_list("pk", flat=True)[:most])

    def names(self, actor: Any, ids: Sequence[UUID]) -> list[str]:
        """Codes."""
        return list(_all(actor).filter(pk__in=ids).order_by("code").values_list("code", flat=True))

    def rows(self, actor: Any, ids: Sequence[UUID], columns: Sequence[str]) -> Iterator[Row]:
        """One chunk: four queries at most, whatever the number of rows."""
        found = _all(actor).filter(pk__in=ids).select_related("unit", "owner")
        if "alias" in columns:
            found = found.with_key().select_related("person")
        cases = {case.pk: case for case in found}
        facts = _Facts(list(cases.values()), columns)
        for pk in ids:
            if pk in cases:
                cells = [facts.cell(cases[pk], code) for code in columns]
                yield Row(pk, cells, n_withheld=int("alias" in columns and not facts.agreed(cases[pk])))


def _all(actor: Any) -> Any:
    """Cases in the actor's visible scope whose consent stands."""
    scope = doors.whole("cases_case", actor, VIEW, Kind.CASE)
    return Case.objects.filter(scope).exclude(status=CaseStatus.RESTRICTED)


class _Facts:
    """What the cells of one chunk need from other tables."""

    def __init__(self, cases: list[Case], columns: Sequence[str]) -> None:
        pks = [case.pk for case in cases]
        urgencies, stages = words_of(Urgency), words_of(CaseStatus)
        self.columns: dict[str, Callable[[Case], Cell]] = {
            "code": lambda case: case.code,
            "urgency": lambda case: urgencies[case.urgency],
            "stage": lambda case: stages[case.status],
            "owner": lambda case: case.owner.name,
            "unit": lambda case: case.unit.name,
            "opened": lambda case: self._day(case, case.opened_at),
            "follow_up": lambda case: self._day(case, self.due.get(case.pk)),
            "alias": self._alias,
        }
        self.due: dict[UUID, datetime] = {}
        self.recorded: set[tuple[UUID, UUID]] = set()
        if "follow_up" in columns:
            clocks = Clock.objects.running().filter(subject_id__in=pks, code="follow_up")
            self.due = {clock.subject_id: clock.due_at for clock in clocks}
        if "alias" in columns:
            people = [case.person_id for case in cases]
            self.recorded = agreed(people, Purpose.RECORD_CASE, "alias")

    def agreed(self, case: Case) -> bool:
        """Whether the person agreed that this unit keeps their alias, and has not taken it back (HS-01)."""
        return (case.person_id, case.unit_id) in self.recorded

    def cell(self, case: Case, code: str) -> Cell:
        """One cell."""
        return self.columns[code](case)

    def _day(self, case: Case, moment: datetime | None) -> Cell:
        return local_day(moment, zone_of(case)) if moment else None

    def _alias(self, case: Case) -> str:
        if not self.agreed(case):
            return ""
        case.person.__dict__["_cipher"] = case.cipher()
        return case.person.alias or ""
