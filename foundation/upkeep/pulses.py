"""The pulse: Celery tells of each scheduled task that ended, whatever app it belongs to."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.schedules import maybe_schedule
from celery.signals import task_failure, task_postrun, task_prerun
from django.conf import settings
from django.utils import timezone

from foundation.upkeep import actions
from foundation.upkeep.models import Pulse

ALLOWED = timedelta(minutes=2)
"""How much later than its time a task may run; a restart takes less."""

_began: dict[str, float] = {}


def scheduled() -> dict[str, Any]:
    """Name of each scheduled task → its schedule."""
    return {entry["task"]: maybe_schedule(entry["schedule"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def _begun(task_id: str, task: Any, **_more: Any) -> None:
    if task.name in scheduled():
        _began[task_id] = time.monotonic()


def _ended(task_id: str, task: Any, state: str, **_more: Any) -> None:
    began = _began.pop(task_id, None)
    if began is not None and state == "SUCCESS":
        actions.note_run(task.name, time.monotonic() - began)


def _failed(sender: Any, exception: BaseException, **_more: Any) -> None:
    if sender.name in scheduled():
        actions.note_failure(sender.name, type(exception).__name__)


def connect() -> None:
    """Listen in every process that may be a worker."""
    task_prerun.connect(_begun, dispatch_uid="pulse")
    task_postrun.connect(_ended, dispatch_uid="pulse")
    task_failure.connect(_failed, dispatch_uid="pulse")


@dataclass(frozen=True)
class Beat:
    """A scheduled task as it stands now."""

    task: str
    pulse: Pulse | None
    is_late: bool
    now: datetime

    @property
    def age(self) -> timedelta | None:
        """Since the last success; ``None`` if it never ran."""
        return self.now - self.pulse.ran_at if self.pulse and self.pulse.ran_at else None

    @property
    def is_failing(self) -> bool:
        """Whether the last run broke off."""
        pulse = self.pulse
        return bool(pulse and pulse.failed_at and (pulse.ran_at is None or pulse.failed_at > pulse.ran_at))


def beats() -> list[Beat]:
    """Every scheduled task, in the order of its name. One query."""
    now, found = timezone.now(), {pulse.task: pulse for pulse in Pulse.objects.all()}
    return [_beat(task, schedule, found.get(task), now) for task, schedule in sorted(scheduled().items())]


def _beat(task: str, schedule: Any, pulse: Pulse | None, now: datetime) -> Beat:
    """What never ran is late when its whole period has passed since it first failed, or runs every minute or so."""
    since = pulse and (pulse.ran_at or pulse.first_at)
    if since is None:
        every = getattr(schedule, "run_every", timedelta(days=1))
        return Beat(task, pulse, every <= ALLOWED, now)
    return Beat(task, pulse, schedule.remaining_estimate(since) < -ALLOWED, now)
