"""The bench's Society is ready for the four elements and its people are trained: rows as the actions leave them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from foundation.accounts.models import Unit, User
from foundation.readiness.items import ITEMS, RECORDED
from foundation.readiness.models import Competence, ReadinessAssessment, ReadinessItem, Training
from foundation.readiness.states import ReadinessState, TrainingState


def make(national: Unit, people: dict[str, User]) -> None:
    """One approved assessment at the top, from which every unit takes its answers; a training for everybody."""
    writer, second = people["manager"], people["officer"]
    now, today = timezone.now(), timezone.localdate()
    row = ReadinessAssessment.objects.create(unit=national, drafted_by=writer)
    ReadinessItem.objects.bulk_create(
        ReadinessItem(
            assessment=row, code=code, is_met=True, evidence="Bench", owner=writer,
            valid_until=today + timedelta(days=ITEMS[code].days - 1),
        )
        for code in RECORDED
    )  # fmt: skip
    row.state, row.submitted_by, row.submitted_at = ReadinessState.SUBMITTED, writer, now
    row.save()
    row.state, row.decided_by, row.decided_at = ReadinessState.APPROVED, second, now
    row.valid_until = today + timedelta(days=300)
    row.save()
    Unit.objects.filter(pk=national.pk).update(phone="0800 555 000")
    _train(writer, second)


def _train(recorder: User, second: User) -> None:
    """Everybody; the two record and confirm each other with the help of a third."""
    third = User.objects.get(email="focal0@bench.invalid")
    Training.objects.bulk_create(
        _training(user, recorder, second, third) for user in User.objects.filter(is_machine=False)
    )


def _training(user: User, recorder: User, second: User, third: User) -> Training:
    today = timezone.localdate()
    pair = [one for one in (recorder, second, third) if one != user]
    about: dict[str, Any] = {"competence": Competence.PROTECTION_REFERRAL, "evidence": "Bench"}
    return Training(
        user=user, recorded_by=pair[0], decided_by=pair[1], decided_at=timezone.now(), state=TrainingState.CONFIRMED,
        held_on=today - timedelta(days=30), valid_until=today + timedelta(days=700), **about,
    )  # fmt: skip
