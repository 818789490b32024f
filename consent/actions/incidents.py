"""Data incidents: reported by anybody in three fields, handled by the data-protection officers (domain.md §4.3)."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import office
from consent.actions.hooks import Unconfirmed
from consent.models import DataIncident, ExceptionalDisclosure, IncidentMove
from consent.models.incident import incident_code
from consent.terms import INCIDENT, IncidentSource, IncidentState, StillGoing
from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import FOLLOW, VIEW, Dossier, Kind
from foundation.outbox import delivery
from foundation.watch.models import Alert
from foundation.watch.officers import people_on, seats_over

logger = logging.getLogger("amparo.incidents")
CLOCKS = ("incident_alert", "incident_decision", "incident_authority")


@dataclass(frozen=True)
class Noticed:
    """What who reports it knows: in words, since when, and whether it still goes on."""

    text: str
    at: datetime
    still_going: str = StillGoing.UNKNOWN


@transaction.atomic
def report_incident(noticed: Noticed, *, by: User) -> DataIncident:
    """Report an incident. The officers are told at once; from then on only they read what was written."""
    now = timezone.now()
    if not noticed.text.strip():
        raise Refused("incident.words", _("Write what happened."), "text")
    if not now - timedelta(days=3660) <= noticed.at <= now:
        raise Refused("incident.when", _("It cannot have been noticed in the future."), "at")
    if noticed.still_going not in StillGoing.values:
        raise Refused("incident.going", _("Say whether it still goes on."), "still_going")
    return _open(by.seats[0].unit, IncidentSource.WORKER, noticed, by, None)


def open_incident(unit: Unit, source: str, subject: UUID) -> DataIncident | None:
    """Open an incident that the installation itself noticed; once for each cause. ``None`` where it is known already."""
    with clerk.as_clerk() as by:
        if DataIncident.objects.filter(source=source, subject=subject).exists():
            return None
        return _open(unit, source, Noticed("", timezone.now()), by, subject)


def never_signed(exception: ExceptionalDisclosure) -> None:
    """Something was told on one signature, and nobody gave the second in time (scenario 11)."""
    open_incident(exception.unit, IncidentSource.UNSIGNED, exception.pk)


def never_answered(silent: Unconfirmed) -> None:
    """A recipient has not said what it did after a withdrawal (partners.md §2)."""
    open_incident(silent.unit, IncidentSource.UNCONFIRMED, silent.subject)


def from_alert(alert: Alert) -> None:
    """An officer called an alert about unusual reading an incident: it has its clocks from here on."""
    open_incident(alert.unit or alert.dossier.unit, IncidentSource.ALERT, alert.pk)


def _open(unit: Unit, source: str, noticed: Noticed, by: User, subject: UUID | None) -> DataIncident:
    officers = seats_over(unit, without=by) or seats_over(unit)
    if not officers:
        logger.warning("an incident has no officer to tell", extra={"code": "no-officer"})
    dossier = dossiers.open_dossier(
        Kind.INCIDENT, unit, by=by, groups={seat.group_id: VIEW for seat in officers}, reason="reporter"
    )
    made = DataIncident(
        dossier=dossier, unit=unit, source=source, still_going=noticed.still_going, reported_by=by, subject=subject,
        noticed_at=noticed.at, text=noticed.text.strip() or None,
    )  # fmt: skip
    made.clean_fields(exclude=["dossier", "unit", "reported_by", "taken_by", "silence_asked_by", "silence_agreed_by"])
    dossiers.insert_with_code(made, "code", incident_code)
    for code in CLOCKS[: 3 if settings.INCIDENT_AUTHORITY else 2]:
        _clock(made, code, officers)
    trail.record("incident.reported", dossier=dossier.pk, subject=made.pk, source=source)
    delivery.tell(people_on(officers), "incident.reported", f"incident:{made.pk}")
    _hand_over(dossier, by)
    return made


def _clock(incident: DataIncident, code: str, officers: list[Seat]) -> None:
    if officers:
        subject = clocks.Subject("incident", incident.pk, incident.code)
        clocks.start(incident.dossier, code, subject, "emergency", incident.unit, group=officers[0].group_id)


def _hand_over(dossier: Dossier, by: User) -> None:
    """Who reported sees where it stands, and opens it no more; an officer opens it by the seat."""
    dossiers.share_with_user(dossier, by, "reporter", by=by, codename=FOLLOW)
    dossiers.unshare(dossier, user=by)


def _locked(incident: DataIncident, verb: str, by: User) -> DataIncident:
    rows = DataIncident.objects.select_for_update(of=("self",)).select_related("dossier", "unit")
    locked: DataIncident = rows.get(pk=incident.pk)
    INCIDENT.check(verb, locked.state)
    policy.require(by, verb, locked)
    return locked


def _move(incident: DataIncident, verb: str, by: User, text: str) -> None:
    move = IncidentMove(dossier_id=incident.dossier_id, incident=incident, verb=verb, by=by, text=text.strip() or None)
    move.clean_fields(exclude=["dossier", "incident", "by"])
    move.save(force_insert=True)
    trail.record("incident.moved", dossier=incident.dossier_id, subject=incident.pk, move=verb)


def _set(incident: DataIncident, **values: Any) -> None:
    for name, value in values.items():
        setattr(incident, name, value)
    incident.save(update_fields=list(values))


def _need(text: str, field: str = "text") -> None:
    if not text.strip():
        raise Refused("incident.why", _("Write what was done, and why."), field)


@transaction.atomic
def take_on(incident: DataIncident, *, by: User) -> DataIncident:
    """An officer looks at it: the first hour is over."""
    locked = _locked(incident, "take_on", by)
    if locked.taken_at is None:
        _set(locked, taken_by=by, taken_at=timezone.now())
    clocks.stop(locked.pk, "incident_alert")
    _move(locked, "take_on", by, "")
    return locked


@transaction.atomic
def contain(incident: DataIncident, text: str, *, by: User) -> DataIncident:
    """It goes on no longer: what was done so that it stops."""
    locked = _locked(incident, "contain", by)
    _need(text)
    _set(locked, state=IncidentState.CONTAINED, contained_at=timezone.now())
    clocks.stop(locked.pk, "incident_alert")
    _move(locked, "contain", by, text)
    return locked


@transaction.atomic
def assess(incident: DataIncident, text: str, *, is_high_risk: bool, is_notifiable: bool, by: User) -> DataIncident:
    """Say how dangerous it is for people, and whether an authority must be told (within 24 h of the report)."""
    locked = _locked(incident, "assess", by)
    _need(text)
    _set(
        locked, state=IncidentState.ASSESSED, assessed_at=timezone.now(), is_high_risk=is_high_risk,
        is_notifiable=is_notifiable,
    )  # fmt: skip
    clocks.stop(locked.pk, "incident_decision", "incident_alert")
    _move(locked, "assess", by, text)
    return locked


@transaction.atomic
def notify(incident: DataIncident, text: str, *, by: User) -> DataIncident:
    """The authority was told: whom, what, and when stands in the text."""
    locked = _locked(incident, "notify", by)
    _need(text)
    if not locked.is_notifiable:
        raise Refused("incident.not_notifiable", _("It was assessed as nothing that an authority must be told."))
    _set(locked, state=IncidentState.NOTIFIED, notified_at=timezone.now())
    clocks.stop(locked.pk, "incident_authority")
    _move(locked, "notify", by, text)
    return locked


@transaction.atomic
def dismiss(incident: DataIncident, text: str, *, by: User) -> DataIncident:
    """No authority need be told, and why."""
    locked = _locked(incident, "dismiss", by)
    _need(text)
    if locked.is_notifiable:
        raise Refused("incident.notifiable", _("It was assessed as something that the authority must be told."))
    _set(locked, state=IncidentState.NOT_NOTIFIABLE)
    clocks.stop(locked.pk, "incident_authority")
    _move(locked, "dismiss", by, text)
    return locked


@transaction.atomic
def tell_people(incident: DataIncident, text: str, *, by: User) -> DataIncident:
    """The people concerned were told: how, by whom."""
    locked = _locked(incident, "tell_people", by)
    _need(text)
    _set(locked, people_told_at=timezone.now())
    _move(locked, "tell_people", by, text)
    return locked


@transaction.atomic
def ask_silence(incident: DataIncident, text: str, *, by: User) -> DataIncident:
    """Telling the people would endanger them: what is done instead, for a second person to agree to (§4.3)."""
    locked = _locked(incident, "ask_silence", by)
    _need(text)
    if locked.silence_agreed_by_id is not None:
        raise Refused("incident.silent", _("Two people have decided on this already."))
    _set(locked, silence_asked_by=by)
    for seat in office.deciders(locked.unit):  # there may be no other officer: then a manager is the second person
        dossiers.share_with_group(locked.dossier, seat.group_id, VIEW)
        others = [user for user in accounts.members(seat.group_id) if user != by]
        delivery.tell(others, "work.waiting", f"silence:{locked.pk}:{seat.pk}")
    _move(locked, "ask_silence", by, text)
    return locked


@transaction.atomic
def decide_silence(incident: DataIncident, text: str, *, is_agreed: bool, by: User) -> DataIncident:
    """A second person agrees that the people are not told, and to what is done instead; or does not (HS-20)."""
    if incident.silence_asked_by_id == by.pk:
        raise Refused("incident.same_person", _("Another person must decide on this, not the one who asked for it."))
    locked = _locked(incident, "agree_silence" if is_agreed else "refuse_silence", by)
    _set(locked, **({"silence_agreed_by": by} if is_agreed else {"silence_asked_by": None}))
    _move(locked, "agree_silence" if is_agreed else "refuse_silence", by, text)
    return locked


@transaction.atomic
def note(incident: DataIncident, text: str, *, by: User) -> DataIncident:
    """Write something down without moving it."""
    locked = _locked(incident, "note", by)
    _need(text)
    _move(locked, "note", by, text)
    return locked


@transaction.atomic
def close_incident(incident: DataIncident, text: str, *, by: User) -> DataIncident:
    """It is over: what was learned. Where the danger is high, the people were told or two people decided otherwise."""
    locked = _locked(incident, "close", by)
    _need(text)
    if locked.is_high_risk and not (locked.people_told_at or locked.silence_agreed_by_id):
        raise Refused(
            "incident.people",
            _(
                "The danger is high: tell the people concerned first, or let a second person agree to what is done instead."
            ),
        )
    _set(locked, state=IncidentState.CLOSED, closed_at=timezone.now())
    clocks.stop(locked.pk)
    _move(locked, "close", by, text)
    return locked
