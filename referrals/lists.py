"""The list of referrals that a lead may take out: where each stands; never to whom, for what, nor what came of it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from cases.policy import LEADS, has_seat
from cases.vocabulary import Urgency
from foundation.core.calendars import local_day
from foundation.dossiers import doors
from foundation.dossiers.models import VIEW, Kind
from foundation.exports.sources import Cell, Column, Row, Words, words_of
from referrals.models import Referral
from referrals.states import OPEN, UNSENT
from referrals.vocabulary import Status


class ReferralList:
    """Referrals whose package the actor can open."""

    code = "referrals"
    label: Words = _("The referrals that you can open")
    columns: tuple[Column, ...] = (
        Column("reference", _("Referral"), is_first=True),
        Column("urgency", _("Urgency"), is_first=True),
        Column("stage", _("Stage"), is_first=True),
        Column("case", _("Case")),
        Column("prepared", _("Prepared on")),
        Column("sent", _("Sent on")),
        Column("decided", _("Decided on")),
    )
    scopes: dict[str, Words] = {
        "running": _("Those that still run"),
        "unsent": _("Those that are not sent yet"),
        "all": _("All of them"),
    }

    def may_ask(self, actor: Any) -> bool:
        """A lead."""
        return has_seat(actor, LEADS)

    def may_tell_who(self, actor: Any) -> bool:
        """Nobody: no column tells who somebody is."""
        return False

    def ids(self, actor: Any, scope: str, most: int) -> list[UUID]:
        """The oldest first."""
        rows = _all(actor)
        if scope == "running":
            rows = rows.filter(status__in=OPEN)
        elif scope == "unsent":
            rows = rows.filter(status__in=UNSENT)
        return list(rows.order_by("created_at").values_list("pk", flat=True)[:most])

    def names(self, actor: Any, ids: Sequence[UUID]) -> list[str]:
        """References."""
        return list(_all(actor).filter(pk__in=ids).order_by("reference").values_list("reference", flat=True))

    def rows(self, actor: Any, ids: Sequence[UUID], columns: Sequence[str]) -> Iterator[Row]:
        """One chunk, one query."""
        found = _all(actor).filter(pk__in=ids).select_related("unit", "case")
        rows = {referral.pk: referral for referral in found}
        cells = _cells()
        for pk in ids:
            if pk in rows:
                yield Row(pk, [cells[code](rows[pk]) for code in columns])


def _all(actor: Any) -> Any:
    """Referrals in the actor's visible scope that were not taken back."""
    scope = doors.whole("referrals_referral", actor, VIEW, Kind.PACKAGE)
    return Referral.objects.filter(scope, recalled_at=None)


def _cells() -> dict[str, Callable[[Referral], Cell]]:
    urgencies, stages = words_of(Urgency), words_of(Status)
    return {
        "reference": lambda row: row.reference,
        "urgency": lambda row: urgencies[row.urgency],
        "stage": lambda row: stages[row.status],
        "case": lambda row: row.case.code,
        "prepared": lambda row: _day(row, row.created_at),
        "sent": lambda row: _day(row, row.sent_at),
        "decided": lambda row: _day(row, row.decided_at),
    }


def _day(referral: Referral, moment: datetime | None) -> Cell:
    return local_day(moment, ZoneInfo(referral.unit.time_zone)) if moment else None
