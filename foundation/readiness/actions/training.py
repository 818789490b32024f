"""Trainings: recorded by a manager, confirmed by another person (R-36, HS-07, HS-20)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from foundation.readiness import policy as rules
from foundation.readiness.models import Competence, Training
from foundation.readiness.states import TRAINING, TrainingState


@dataclass(frozen=True)
class Held:
    """What somebody was trained in, on which day, until when it counts, and what shows it."""

    competence: str
    held_on: date
    valid_until: date
    evidence: str


@transaction.atomic
def record(user: User, held: Held, *, by: User) -> Training:
    """Record a training of somebody else. Without effect until another person confirms it."""
    if by.pk == user.pk:
        raise Refused("training.oneself", _("Another person must do this for you."))
    if not rules.records(by, user):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    _check(user, held)
    made = Training(
        user=user, competence=held.competence, held_on=held.held_on, valid_until=held.valid_until,
        evidence=held.evidence.strip(), recorded_by=by,
    )  # fmt: skip
    made.clean_fields(exclude=["user", "recorded_by", "decided_by"])
    made.save(force_insert=True)
    trail.record("training.recorded", subject=made.pk, user=user.pk, competence=held.competence)
    return made


def _check(user: User, held: Held) -> None:
    today = timezone.localdate()
    latest = held.held_on + timedelta(days=settings.TRAINING_DAYS)
    waits = Training.objects.filter(user=user, competence=held.competence, state=TrainingState.RECORDED)
    checks = (
        (held.competence in Competence.values, "competence", _("Choose what it was about.")),
        (held.held_on <= today, "held_on", _("The day of the training must not be in the future.")),
        (held.held_on < held.valid_until <= latest, "valid_until",
         _("It counts at most %(n)d days from the day of the training.") % {"n": settings.TRAINING_DAYS}),
        (bool(held.evidence.strip()), "evidence", _("Write what shows it: who trained, which certificate.")),
        (not waits.exists(), "competence", _("One record of this training waits for a second person already.")),
    )  # fmt: skip
    for holds, name, message in checks:
        if not holds:
            raise Refused(f"training.{name}", message, name)


def _locked(row: Training, verb: str, by: User) -> Training:
    locked = Training.objects.select_for_update(of=("self",)).select_related("user").get(pk=row.pk)
    TRAINING.check(verb, locked.state)
    if verb == "confirm" and by.pk in (locked.recorded_by_id, locked.user_id):
        raise Refused(
            "training.same_person", _("Another person must confirm this, not who recorded or who was trained.")
        )
    policy.require(by, verb, locked)
    return locked


def _decide(locked: Training, state: str, by: User) -> Training:
    locked.state, locked.decided_by, locked.decided_at = state, by, timezone.now()
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    return locked


@transaction.atomic
def confirm(row: Training, *, by: User) -> Training:
    """Another person has seen what shows it: from now on it counts."""
    locked = _decide(_locked(row, "confirm", by), TrainingState.CONFIRMED, by)
    trail.record("training.confirmed", subject=locked.pk, user=locked.user_id, competence=locked.competence)
    return locked


@transaction.atomic
def refuse(row: Training, *, by: User) -> Training:
    """It does not count."""
    locked = _decide(_locked(row, "refuse", by), TrainingState.REFUSED, by)
    trail.record("training.refused", subject=locked.pk, user=locked.user_id, competence=locked.competence)
    return locked


@transaction.atomic
def end(row: Training, *, by: User) -> Training:
    """Take it back before its time; one person is enough, as for everything that takes an ability away."""
    locked = _locked(row, "end", by)
    locked.state = TrainingState.ENDED
    locked.save(update_fields=["state"])
    trail.record("training.ended", subject=locked.pk, user=locked.user_id, competence=locked.competence)
    return locked
