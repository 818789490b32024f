"""Raising an alert, and what an officer does with it."""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Role, Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.core.hooks import Hook
from foundation.dossiers.models import Clock, Dossier
from foundation.outbox import delivery
from foundation.watch.models import Alert, AlertMove, AlertOpening
from foundation.watch.officers import book, people_on, seats_over
from foundation.watch.rules import Finding, Touch
from foundation.watch.states import ALERT, AlertState

logger = logging.getLogger("amparo.watch")
_LOCK = 0xA1E7
MOST_LINES = 200
reported: Hook[Alert] = Hook()
"""An officer calls an alert an incident, in the transaction that says so."""
GROWTH = 1.5
"""An alert that was explained is new again when its figure is half as high again."""


@transaction.atomic
def raise_alerts(found: Finding, person: User, *, by: User) -> list[Alert]:
    """Raise or grow the alert of this rule, person and day in the officers' books. ``by`` is the clerk (HS-24).

    The same rule for the same person within a day is one alert: a new one is told once, a growing one is not told again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    seat = next(iter(person.seats), None)
    told = seats_over(_unit_of(found, seat), without=person)
    if not told:
        logger.warning("an alert has no officer to tell", extra={"code": "no-officer"})
    return [_raise_in(officers, found, person, seat, by) for officers in told]


def _unit_of(found: Finding, seat: Seat | None) -> Unit | None:
    """Whose officer is told: of the person's unit; for a partner's people, of the folder that they opened."""
    if seat is not None and seat.role != Role.PARTNER_WORKER:
        return seat.unit
    folders = [touch.folder for touch in found.seen if touch.folder is not None]
    opened = Dossier.objects.filter(pk__in=folders[:1]).select_related("unit").first()
    return opened.unit if opened else None


def _raise_in(officers: Seat, found: Finding, person: User, seat: Seat | None, by: User) -> Alert:
    folder = book(officers)
    same = Alert.objects.filter(dossier=folder, person=person, rule=found.rule, day=found.day)
    alert: Alert | None = same.select_for_update(of=("self",)).first()
    if alert is None:
        alert = _new(folder, found, person, seat)
        _tell(alert, officers)
    elif _grow(alert, found):
        AlertMove(dossier=folder, alert=alert, verb="reopen", by=by).save(force_insert=True)
        _tell(alert, officers)
    _list(alert, found.seen)
    _quote(alert, found.said)
    return alert


def _new(folder: Dossier, found: Finding, person: User, seat: Seat | None) -> Alert:
    first, last = _span(found)
    alert = Alert(
        dossier=folder, rule=found.rule, person=person, unit=seat.unit if seat else None, role=seat.role if seat else "",
        day=found.day, rank=found.rank, n=found.n, n_told=found.n, limit=found.limit, first_at=first, last_at=last,
    )  # fmt: skip
    alert.save(force_insert=True)
    return alert


def _span(found: Finding) -> tuple[datetime, datetime]:
    moments = [touch.at for touch in found.seen]
    return min(moments), max(moments)


def _grow(alert: Alert, found: Finding) -> bool:
    """Take over the higher figures; whether an explained alert is new again by that."""
    first, last = _span(found)
    is_worse = found.n >= alert.n_told * GROWTH or found.rank < alert.rank
    alert.n, alert.rank = max(alert.n, found.n), min(alert.rank, found.rank)
    alert.first_at, alert.last_at = min(alert.first_at, first), max(alert.last_at, last)
    is_reopened = is_worse and alert.state in ALERT.moves["reopen"].sources
    if is_reopened:
        alert.state, alert.n_told = AlertState.NEW, alert.n
        alert.explained_by = alert.checked_by = None
    names = ["n", "rank", "first_at", "last_at", "state", "n_told", "explained_by", "checked_by"]
    alert.save(update_fields=names)
    return is_reopened


def _tell(alert: Alert, officers: Seat) -> None:
    """A content-free notice. The trail says neither rule nor person: who reads it could tell a decoy by the moment."""
    trail.record("alert.raised", subject=alert.pk)
    delivery.tell(people_on([officers]), "alert.raised", f"alert:{alert.pk}:{alert.n_told}")


def _list(alert: Alert, seen: Iterable[Touch]) -> None:
    met = {touch.folder: touch for touch in seen if touch.folder is not None}
    known = set(AlertOpening.objects.filter(alert=alert).values_list("folder", flat=True))
    fresh = [folder for folder in met if folder not in known][: max(MOST_LINES - len(known), 0)]
    codes = references(fresh)
    AlertOpening.objects.bulk_create(
        AlertOpening(
            dossier_id=alert.dossier_id, alert=alert, folder=folder, reference=codes.get(folder, ""), at=met[folder].at
        )
        for folder in fresh
    )


def _quote(alert: Alert, said: Iterable[Touch]) -> None:
    """What the person answered when they were asked why: for the officer, each answer once."""
    known = set(AlertMove.objects.filter(alert=alert, verb="said").values_list("at", flat=True))
    AlertMove.objects.bulk_create(
        AlertMove(dossier_id=alert.dossier_id, alert=alert, verb="said", by_id=touch.actor, at=touch.at, why=touch.why)
        for touch in said
        if touch.at not in known
    )


def references(folders: Iterable[UUID]) -> dict[UUID, str]:
    """The public codes of folders, as their clocks carry them; a case's own before those of its concern."""
    rows = Clock.objects.filter(dossier__in=list(folders)).exclude(reference="").order_by("subject_kind", "-started_at")
    codes: dict[UUID, str] = {}
    for folder, code in rows.values_list("dossier_id", "reference"):
        codes.setdefault(folder, code)
    return codes


def _step(alert: Alert, verb: str, by: User, text: str) -> Alert:
    locked: Alert = Alert.objects.select_for_update(of=("self",)).select_related("dossier").get(pk=alert.pk)
    policy.require(by, verb, locked)
    row = ALERT.check(verb, locked.state)
    if verb in ("explain", "report", "note") and not text.strip():
        raise Refused("alert.text", _("Write why."), "text")
    locked.state = row.target or locked.state
    move = AlertMove(dossier=locked.dossier, alert=locked, verb=verb, by=by, text=text.strip() or None)
    move.clean_fields(exclude=["dossier", "alert", "by"])
    move.save(force_insert=True)
    return locked


@transaction.atomic
def look(alert: Alert, *, by: User) -> Alert:
    """Say that somebody is looking at it."""
    locked = _step(alert, "look", by, "")
    locked.save(update_fields=["state"])
    trail.record("alert.looked", subject=locked.pk)
    return locked


@transaction.atomic
def explain(alert: Alert, text: str, *, by: User) -> Alert:
    """Say why it was in order. What was most serious then waits for the second look of another officer (HS-20)."""
    locked = _step(alert, "explain", by, text)
    locked.explained_by, locked.checked_by, locked.n_told = by, None, locked.n
    locked.save(update_fields=["state", "explained_by", "checked_by", "n_told"])
    trail.record("alert.explained", subject=locked.pk)
    return locked


@transaction.atomic
def report(alert: Alert, text: str, *, by: User) -> Alert:
    """Say that it was an incident, and why."""
    locked = _step(alert, "report", by, text)
    locked.save(update_fields=["state"])
    trail.record("alert.reported", subject=locked.pk)
    reported.send(locked)
    return locked


@transaction.atomic
def check(alert: Alert, text: str, *, by: User) -> Alert:
    """The second look: another officer agrees with the explanation (HS-20)."""
    locked = _step(alert, "check", by, text)
    locked.checked_by = by
    locked.save(update_fields=["checked_by"])
    trail.record("alert.checked", subject=locked.pk)
    return locked


@transaction.atomic
def note(alert: Alert, text: str, *, by: User) -> Alert:
    """Write something down without moving it."""
    locked = _step(alert, "note", by, text)
    trail.record("alert.noted", subject=locked.pk)
    return locked
