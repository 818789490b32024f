"""Counting, in the transaction of the move that is counted. Nothing that leads back is written: no id, no day, no order."""

import json
import logging
import uuid
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cases.models import Concern
from cases.vocabulary import Category
from consent.vocabulary import AgeBand, Gender
from foundation.accounts.models import Unit
from foundation.core.calendars import local_day
from foundation.core.errors import Unreadable
from foundation.dossiers.models import Clock
from referrals.models import Referral
from referrals.vocabulary import Status
from riskanalysis.sealing import Sealer
from riskanalysis.vocabulary import (
    ANSWER_AGE,
    ANSWER_GENDER,
    CONCERN,
    CONCERN_KEPT,
    CONCERN_REPORTER,
    CUBES,
    DECLINED,
    ENDED,
    SENT,
    SENT_AGE,
    SENT_WHO,
    WAIT_AGE,
    WAIT_GENDER,
    Answered,
    Ending,
    Kept,
    Waited,
)

logger = logging.getLogger("amparo.riskanalysis")
Cells = dict[str, tuple[str, ...]]
ENDINGS: dict[str, str] = {
    "complete": Ending.GIVEN, "not_complete": Ending.NOT_GIVEN, "decline": Ending.DECLINED, "expire": Ending.NO_ANSWER,
    "cancel": Ending.CALLED_OFF, "withdraw": Ending.CALLED_OFF, "mark_error": Ending.CALLED_OFF,
}  # fmt: skip
ANSWERS: dict[str, str] = {
    "accept": Answered.ACCEPTED, "decline": Answered.DECLINED, "expire": Answered.NONE,
}  # fmt: skip


def count_concern(concern: Concern) -> None:
    """A concern was triaged: what it is about, how urgent, what came of it, who brought it, whether in time."""
    known, urgency = concern.known.get("category") or Category.UNSAID, concern.urgency
    count_cells(
        concern.unit,
        month_of(concern.triaged_at or timezone.now(), concern.unit),
        {
            CONCERN: (known, urgency, concern.status),
            CONCERN_REPORTER: (concern.reporter_kind, urgency),
            CONCERN_KEPT: (urgency, _kept(concern)),
        },
    )


def _kept(concern: Concern) -> str:
    """Whether its clock was stopped in time. One that never ran was never late."""
    clock = Clock.objects.filter(subject_id=concern.pk, code="triage").order_by("-started_at").first()
    is_late = clock is not None and (clock.stopped_at or timezone.now()) > clock.due_at
    return Kept.LATE if is_late else Kept.KEPT


def count_referral(moved: tuple[Referral, str, str]) -> None:
    """A referral was sent or has ended. It is counted in the month of its sending, so that one month's add up.

    Not if the person refused to be counted by age, service and place (``Referral.is_counted``).
    """
    referral, verb, former = moved
    if not referral.is_counted or referral.sent_at is None:
        return
    cells: Cells = {}
    service = referral.service.service_type
    if verb == "send":
        age, gender = _who(referral)
        cells = {SENT: (service,), SENT_AGE: (service, age), SENT_WHO: (age, gender), **_waited(referral, age, gender)}
    elif verb in ENDINGS and former != Status.EXPIRED:  # what got no answer has ended, whatever follows
        cells = {ENDED: (service, ENDINGS[verb])}
        if verb == "decline":
            cells[DECLINED] = (service, referral.end_reason)
    if verb in ANSWERS:
        age, gender = _who(referral)
        said = ANSWERS[verb]
        cells |= {ANSWER_AGE: (referral.urgency, age, said), ANSWER_GENDER: (referral.urgency, gender, said)}
    if cells:
        count_cells(referral.unit, month_of(referral.sent_at, referral.unit), cells)


def _waited(referral: Referral, age: str, gender: str) -> Cells:
    """Of the first referral of a case alone: how long the person waited for it since they were heard (R-01)."""
    heard = referral.case.concern.submitted_at
    if heard is None or referral.sent_at is None or referral.previous_id is not None:
        return {}
    limit = timedelta(hours=settings.FAIR_WAIT_HOURS[referral.urgency])
    waited = Waited.LONG if referral.sent_at - heard > limit else Waited.SHORT
    return {WAIT_AGE: (referral.urgency, age, waited), WAIT_GENDER: (referral.urgency, gender, waited)}


def _who(referral: Referral) -> tuple[str, str]:
    """Age band and sex as far as they are passed on anyway."""
    told: dict[str, Any] = referral.package or {}
    return told.get("age_band") or AgeBand.UNKNOWN, told.get("gender") or Gender.UNKNOWN


def month_of(moment: datetime, unit: Unit) -> date:
    """The first day of the month, by the unit's own clock."""
    return local_day(moment, ZoneInfo(unit.time_zone)).replace(day=1)


def count_cells(unit: Unit, month: date, cells: Cells) -> None:
    """Figures never stand in the way of help: without the organisation's key (in a restore, while the erasure ledger is
    applied; after an evacuation) the move is taken and not counted.
    """
    try:
        count(unit, month, cells)
    except Unreadable:
        logger.error("a move was not counted", extra={"code": "figures.shut"})


@transaction.atomic
def count(unit: Unit, month: date, cells: Cells, n: int = 1) -> None:
    """Add ``n`` to one cell of each of these cubes. The rows are locked in one order, so that two never wait for each other."""
    sealer, lines = Sealer.of(unit.organisation_id), []
    for cube, codes in cells.items():
        if len(codes) != len(CUBES[cube]):
            raise ValueError(f"{cube} has {len(CUBES[cube])} dimensions")
        pk, said = uuid.uuid4(), json.dumps([cube, *codes])
        mark = sealer.mark(str(unit.pk), month.isoformat(), cube, *codes)
        lines.append((mark, pk, sealer.seal(pk, said.encode())))
    lines.sort()
    marks, ids, sealed = ([line[part] for line in lines] for part in range(3))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT riskanalysis_count(%s::uuid, %s::date, %s::bytea[], %s::uuid[], %s::bytea[], %s::integer)",
            [unit.pk, month, marks, ids, sealed, n],
        )
