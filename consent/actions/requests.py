"""What a person asks of us about their data: taking it down, deciding, closing (domain.md §4.3; HS-20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import office
from consent.models import DataSubjectRequest, Person, request_reference
from consent.rights import (
    CORRECTABLE,
    OWN_COLUMNS,
    REQUEST,
    UNCHECKED,
    VOICES,
    Identity,
    Refusal,
    Right,
    Ruling,
    Spoken,
    Stage,
)
from consent.vocabulary import Told
from foundation.accounts import actions as accounts
from foundation.accounts.models import Appointment, Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks
from foundation.dossiers.models import VIEW, Dossier, Kind
from foundation.outbox import delivery

PROVEN = (Right.ACCESS, Right.RECTIFICATION, Right.ERASURE)
"""Granted only to whom it belongs: somebody else's copy, correction or erasure would be an attack."""


@dataclass(frozen=True)
class Asking:
    """What was asked. ``field`` and ``new`` of a correction; ``spoken_of`` and ``about`` of a complaint or feedback."""

    kind: str
    identity: str
    words: str = ""
    field: str = ""
    new: Any = None
    spoken_of: str = ""
    about: User | None = None


@dataclass(frozen=True)
class Readers:
    """Who is on the list of the request's folder besides whoever decides: seats' groups, and people with their reason."""

    groups: tuple[int, ...] = ()
    people: tuple[User, ...] = ()


def seat_for_voice(unit: Unit, about: User | None) -> Seat:
    """The nearest manager, else officer, that somebody holds and that is not the one spoken of."""
    held = Appointment.objects.in_force().filter(user__is_active=True)
    theirs = held.filter(user=about).values("seat") if about is not None else held.none().values("seat")
    seats = Seat.objects.filter(pk__in=held.exclude(user=about).values("seat")).exclude(pk__in=theirs)
    for role in accounts.CONFIRMING:
        for place in unit.upwards():
            found = seats.filter(unit=place, role=role).first()
            if found is not None:
                return found
    raise Refused("right.nobody", _("Nobody else can take this: every seat for it is held by the person spoken of."))


@transaction.atomic
def take(person: Person, unit: Unit, asking: Asking, readers: Readers, *, by: User) -> DataSubjectRequest:
    """Take down what the person asks, with the day by which it is answered; who decides is told."""
    _check(asking)
    is_voice = asking.kind in VOICES
    seats = [seat_for_voice(unit, asking.about)] if is_voice else office.deciders(unit)
    if not is_voice and not seats:
        raise Refused("right.nobody", _("There is nobody on a seat that could decide this."))
    folder = _folder(unit, seats, Readers() if is_voice else readers, by)
    made = _row(person, unit, asking, folder, by)
    dossiers.insert_with_code(made, "reference", request_reference)
    subject = clocks.Subject("right", made.pk, made.reference)
    first = seats[0].group_id if is_voice else next(iter(readers.groups), seats[0].group_id)
    clocks.start(folder, "right", subject, "normal", unit, group=first, due=made.due_at)
    trail.record("right.asked", dossier=folder.pk, subject=made.pk, kind=made.kind, identity=made.identity)
    for group in {first, *(seat.group_id for seat in seats)}:
        others = [user for user in accounts.members(group) if user != by]
        delivery.tell(others, "work.waiting", f"right:{made.pk}:{group}")
    if is_voice or by not in readers.people:
        dossiers.unshare(folder, user=by)
    return made


def _check(asking: Asking) -> None:
    if asking.kind not in Right.values or asking.identity not in Identity.values:
        raise Refused("right.kind", _("Choose what the person asks for."), "kind")
    if asking.kind == Right.RECTIFICATION and asking.field not in CORRECTABLE:
        raise Refused("right.field", _("Choose what is wrong."), "field")
    if asking.kind in VOICES and not asking.words.strip():
        raise Refused("right.words", _("Write what the person says."), "words")
    if asking.kind in VOICES and asking.spoken_of not in Spoken.values:
        raise Refused("right.spoken_of", _("Choose what it is about."), "spoken_of")


def _folder(unit: Unit, seats: Iterable[Seat], readers: Readers, by: User) -> Dossier:
    groups = {seat.group_id: VIEW for seat in seats} | dict.fromkeys(readers.groups, VIEW)
    folder: Dossier = dossiers.open_dossier(Kind.REQUEST, unit, by=by, groups=groups, reason="asked")
    for user in readers.people:
        if user != by:
            dossiers.share_with_user(folder, user, "owner", by=by)
    return folder


def _row(person: Person, unit: Unit, asking: Asking, folder: Dossier, by: User) -> DataSubjectRequest:
    is_voice = asking.kind in VOICES
    days = settings.COMPLAINT_DAYS if is_voice else settings.RIGHTS_DAYS
    row = DataSubjectRequest(
        dossier=folder, person=None if is_voice else person, matter=None if is_voice else person.dossier_id, unit=unit,
        kind=asking.kind, identity=asking.identity,
        due_at=timezone.now() + timedelta(days=days), taken_by=by, field=asking.field, spoken_of=asking.spoken_of,
        about=asking.about if is_voice else None, words=asking.words.strip() or None,
    )  # fmt: skip
    if asking.kind == Right.RECTIFICATION:
        row.old, row.new = {"value": known(person, asking.field)}, {"value": asking.new}
    row.clean_fields(exclude=["dossier", "person", "unit", "taken_by", "about"])
    return row


def known(person: Person, field: str) -> Any:
    """What is written now, as JSON holds it."""
    value: Any = getattr(person, field) if field in OWN_COLUMNS else person.facts.get(field)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _locked(request: DataSubjectRequest, verb: str, by: User) -> DataSubjectRequest:
    rows = DataSubjectRequest.objects.select_for_update(of=("self",)).select_related("dossier", "unit", "taken_by")
    locked: DataSubjectRequest = rows.get(pk=request.pk)
    policy.require(by, verb, locked)
    REQUEST.check(verb, locked.stage)
    return locked


@transaction.atomic
def check_identity(request: DataSubjectRequest, identity: str, *, by: User) -> DataSubjectRequest:
    """Say how it was made sure that it is the person, where that was still open."""
    rows = DataSubjectRequest.objects.select_for_update(of=("self",))
    locked: DataSubjectRequest = rows.get(pk=request.pk)
    policy.require(by, "check_identity", locked)
    if identity not in Identity.values or identity in UNCHECKED:
        raise Refused("right.identity", _("Choose how you made sure that it is the person."), "identity")
    locked.identity = identity
    locked.save(update_fields=["identity"])
    trail.record("right.identity_checked", dossier=locked.dossier_id, subject=locked.pk, identity=identity)
    return locked


@transaction.atomic
def decide(
    request: DataSubjectRequest, ruling: str, *, by: User, refusal: str = "", answer: str = ""
) -> DataSubjectRequest:
    """Grant it, or refuse it for a reason of the list, with words.

    HS-20: who took it down does not refuse it. What is granted is carried out by whoever works on the case.
    """
    locked = _locked(request, "decide", by)
    if ruling not in Ruling.values:
        raise Refused("right.ruling", _("Choose what is decided."), "ruling")
    if ruling == Ruling.REFUSED:
        _check_refusal(locked, refusal, answer, by)
    else:
        _check_grant(locked, answer)
    locked.stage, locked.ruling, locked.decided_by, locked.decided_at = Stage.DECIDED, ruling, by, timezone.now()
    locked.refusal, locked.answer = refusal if ruling == Ruling.REFUSED else "", answer.strip() or None
    locked.clean_fields(exclude=["dossier", "person", "unit", "taken_by", "decided_by", "about"])
    locked.save(update_fields=["stage", "ruling", "decided_by", "decided_at", "refusal", "answer"])
    trail.record("right.decided", dossier=locked.dossier_id, subject=locked.pk, ruling=ruling, refusal=locked.refusal)
    _then(locked, by)
    return locked


def _check_refusal(request: DataSubjectRequest, refusal: str, answer: str, by: User) -> None:
    if by.pk == request.taken_by_id:
        raise Refused("right.same_person", _("Another person must refuse this, not the one who took it down."))
    if refusal not in Refusal.values:
        raise Refused("right.refusal", _("Choose why it is refused."), "refusal")
    if not answer.strip():
        raise Refused("right.answer", _("Write it in words that can be said to the person."), "answer")


def _check_grant(request: DataSubjectRequest, answer: str) -> None:
    if request.kind in PROVEN and request.identity in UNCHECKED:
        raise Refused("right.identity", _("First make sure that it is the person who asks."))
    if request.kind == Right.ERASURE:
        raise Refused(
            "right.erasure",
            _("An erasure is asked for on the page of the case; the second person who agrees there grants this too."),
        )
    if request.is_voice and not answer.strip():
        raise Refused("right.answer", _("Write it in words that can be said to the person."), "answer")


def _then(request: DataSubjectRequest, by: User) -> None:
    """Its own clock stops; somebody carries it out and tells the person."""
    waited = clocks.running_group(request.pk, "right")
    clocks.stop(request.pk, "right")
    subject = clocks.Subject("right", request.pk, request.reference)
    whose: dict[str, Any] = {"group": waited} if request.is_voice and waited else {"user": request.taken_by}
    clocks.start(request.dossier, "right_close", subject, "normal", request.unit, **whose)
    if not request.is_voice and request.taken_by != by:
        delivery.tell([request.taken_by], "work.waiting", f"right:{request.pk}:decided")


@transaction.atomic
def close(request: DataSubjectRequest, told: str, *, by: User) -> DataSubjectRequest:
    """It is carried out, and the person knows, or it was not safe to tell them."""
    locked = _locked(request, "close", by)
    if told not in Told.values:
        raise Refused("consent.told", _("Choose whether the person was told."), "told")
    locked.stage, locked.told, locked.closed_by, locked.closed_at = Stage.CLOSED, told, by, timezone.now()
    locked.save(update_fields=["stage", "told", "closed_by", "closed_at"])
    clocks.stop(locked.pk)
    trail.record("right.closed", dossier=locked.dossier_id, subject=locked.pk, told=told)
    return locked


@transaction.atomic
def take_back(request: DataSubjectRequest, *, by: User) -> DataSubjectRequest:
    """The person no longer asks for it."""
    locked = _locked(request, "take_back", by)
    locked.stage, locked.closed_by, locked.closed_at = Stage.TAKEN_BACK, by, timezone.now()
    locked.save(update_fields=["stage", "closed_by", "closed_at"])
    clocks.stop(locked.pk)
    trail.record("right.taken_back", dossier=locked.dossier_id, subject=locked.pk)
    return locked
