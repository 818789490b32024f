"""Planning, growing and retiring decoys.

A ghost is a colleague who is made up: an account with which nobody can sign in, appointed to the unit's own seat. It is
awake only inside the transaction of a step, so that nobody meets it on a list of people or gives it work. What it does
stands in the trail as its own doing, never as somebody else's; the officers' book says that it is a ghost.
"""

import json
import secrets
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from anyascii import anyascii
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import Appointment, Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Forbidden, Refused, Unreadable
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, ladder
from foundation.dossiers.models import Dossier, DossierGroupPermission, DossierUserPermission
from foundation.outbox import delivery
from foundation.vault.models import current_key
from foundation.vault.secrets import open_secret, seal_secret
from foundation.watch.actions.scripts import KIND
from foundation.watch.decoys import STEPS, Stage, Step
from foundation.watch.models import Decoy
from foundation.watch.officers import book
from foundation.watch.policy import officer_over

CHANCE = SystemRandom()
LATE = timedelta(hours=1)


@transaction.atomic
def plan(unit: Unit, colleague: str, script: dict[str, Any], *, by: User) -> Decoy:
    """Plan a decoy for a unit: it begins at a working hour of the next days and grows by itself.

    ``script`` holds ``language``, ``story``, ``alias``, ``summary``, ``wishes``, ``note`` and the story's ``facts``; it is
    kept sealed until the last step. ``colleague`` is the name of the person who is made up for it.
    """
    officers = officer_over(by, unit)
    if officers is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    seat = ladder.first(unit)
    if seat is None or seat.unit.organisation_id != unit.organisation_id:
        raise Refused("decoy.nobody", _("Nobody triages in this unit now, so no case can arise there."), "unit")
    with clerk.as_clerk():
        folder = book(officers)
    key = current_key(unit.organisation_id)
    decoy = Decoy(
        dossier=folder, unit=unit, ghost=_ghost(colleague, seat, by), language=script["language"],
        story=script["story"], planned_by=by, script_key_id=key.pk, next_at=_beginning(unit),
    )  # fmt: skip
    decoy.script = seal_secret(key.pk, KIND, decoy.pk, json.dumps(script).encode())
    decoy.save(force_insert=True)
    trail.record("decoy.planned", subject=decoy.pk)
    return decoy


def _ghost(name: str, seat: Seat, by: User) -> User:
    """An account like any other on this seat; nobody knows its password, and it sleeps."""
    words = "".join(sign if sign.isalnum() else "." for sign in anyascii(name).lower())
    local = ".".join(part for part in words.split(".") if part)[:40] or "colleague"
    domain, now = by.email.rpartition("@")[2], timezone.now()
    taken = User.objects.filter(email__startswith=f"{local}@").exists()
    email = f"{local}{secrets.randbelow(90) + 10}@{domain}" if taken else f"{local}@{domain}"
    ghost = User.objects.create_user(email, name, language=by.language, is_active=False)
    User.objects.filter(pk=ghost.pk).update(password=make_password(secrets.token_urlsafe(24)))
    Appointment(
        user=ghost, seat=seat, valid_from=now, confirmed_by=by, confirmed_at=now,
        valid_until=now + timedelta(days=30 + secrets.randbelow(60)),
    ).save(force_insert=True)  # fmt: skip
    ghost.groups.add(seat.group)
    return ghost


def _beginning(unit: Unit) -> datetime:
    """A moment of one of the next three working days, early enough to be finished before closing."""
    calendar = unit.calendar
    day = calendar.local(timezone.now()).date()
    for _n in range(1 + secrets.randbelow(3)):
        day = calendar.working_day_after(day)
    opening, closing = calendar.hours_on(day)
    return opening + (closing - opening) * CHANCE.uniform(0.05, 0.75)


def _another_day(unit: Unit) -> datetime:
    calendar = unit.calendar
    opening, closing = calendar.hours_on(calendar.working_day_after(calendar.local(timezone.now()).date()))
    return opening + (closing - opening) * CHANCE.uniform(0.05, 0.9)


def grow() -> int:
    """Do the next step of every decoy whose time has come, each in a transaction of its own; how many were done."""
    with clerk.as_clerk():
        due = list(Decoy.objects.due().values_list("pk", flat=True)[:10])
    return sum(_grown(pk) for pk in due)


def _grown(pk: Any) -> bool:
    with clerk.as_clerk():
        rows = Decoy.objects.due().select_for_update(of=("self",), skip_locked=True)
        decoy: Decoy | None = rows.select_related("unit").filter(pk=pk).first()
        if decoy is None:
            return False
        try:
            with transaction.atomic():
                _do(decoy, STEPS[decoy.n_done])
        except (DomainError, Unreadable):  # nobody triages just now, or the like: a colleague would try again later
            Decoy.objects.filter(pk=pk).update(next_at=timezone.now() + LATE)
            return False
    return True


def _do(decoy: Decoy, step: Step) -> None:
    script = json.loads(open_secret(decoy.script_key_id, KIND, decoy.pk, bytes(decoy.script or b"")))
    ghost = _woken(decoy)
    with acting(ghost.pk):
        step.do(Stage(decoy, ghost, script))
    User.objects.filter(pk=ghost.pk).update(is_active=False)
    for subject in (decoy.concern, decoy.case):
        if subject is not None:
            delivery.take_back(str(subject))  # nobody has work with it, so nobody is told
    _after(decoy)


def _woken(decoy: Decoy) -> User:
    if decoy.n_done == 0:
        with acting(None):
            trail.record("session.began", user=decoy.ghost_id)
    User.objects.filter(pk=decoy.ghost_id).update(is_active=True, last_login=timezone.now())
    return User.objects.get(pk=decoy.ghost_id)


def _after(decoy: Decoy) -> None:
    decoy.n_done += 1
    decoy.next_at = _next(decoy)
    if decoy.next_at is None:
        decoy.script, decoy.stands_since = None, timezone.now()
    decoy.save(update_fields=["n_done", "next_at", "script", "stands_since", "folder", "concern", "case", "reference"])


def _next(decoy: Decoy) -> datetime | None:
    if decoy.n_done >= len(STEPS):
        return None
    step = STEPS[decoy.n_done]
    if step.is_another_day:
        return _another_day(decoy.unit)
    return timezone.now() + timedelta(seconds=CHANCE.uniform(step.least, step.most))


@transaction.atomic
def retire(decoy: Decoy, *, by: User) -> Decoy:
    """Take a decoy away: off every list, its key destroyed as that of a case whose time is over."""
    locked: Decoy = Decoy.objects.select_for_update(of=("self",)).get(pk=decoy.pk)
    policy.require(by, "retire", locked)
    locked.retired_at, locked.next_at, locked.script = timezone.now(), None, None
    locked.save(update_fields=["retired_at", "next_at", "script"])
    with clerk.as_clerk():
        folder = Dossier.objects.filter(pk=locked.folder).first() if locked.folder else None
        if folder is not None:
            _clear(folder)
            dossiers.erase(folder, "retired")
    trail.record("decoy.retired", subject=locked.pk)
    return locked


def _clear(folder: Dossier) -> None:
    """Off every list but the clerk's own."""
    DossierUserPermission.objects.filter(content_object=folder).delete()
    DossierGroupPermission.objects.filter(content_object=folder).exclude(group_id=clerk.group_id()).delete()
