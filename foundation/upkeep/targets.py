"""Where messages go outside the house: the app that sends there says who it is. Names of organisations, nothing else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q

from foundation.core.machines import COURIER
from foundation.outbox.models import Message, Status


@dataclass(frozen=True)
class Target:
    """An endpoint of an organisation outside."""

    organisation: str
    is_active: bool


Describe = Callable[[Iterable[UUID] | None], dict[UUID, Target]]
_DESCRIBE: list[Describe] = []


def describe_with(describe: Describe) -> None:
    """Register who knows the targets (from an app's ``ready()``); ``None`` asks for all."""
    if describe not in _DESCRIBE:
        _DESCRIBE.append(describe)


def named(ids: Iterable[UUID] | None = None) -> dict[UUID, Target]:
    """The targets with these ids, or all there are."""
    return {pk: target for describe in _DESCRIBE for pk, target in describe(ids).items()}


@dataclass(frozen=True)
class Line:
    """How deliveries to one target go."""

    target: Target
    n_failing: int
    n_failed: int
    delivered_at: datetime | None

    @property
    def is_failing(self) -> bool:
        """Whether what goes there does not arrive."""
        return bool(self.n_failing or self.n_failed)


def lines() -> list[Line]:
    """Every target with what failed there and when something arrived last; failing ones first. Asks as the courier."""
    with COURIER.at_work():
        found = _by_target()
    made = [Line(target, *found.get(pk, (0, 0, None))) for pk, target in named().items()]
    return sorted(made, key=lambda line: (not line.is_failing, line.target.organisation))


def _by_target() -> dict[UUID, tuple[int, int, datetime | None]]:
    rows = Message.objects.exclude(target_id=None).values("target_id").order_by().annotate(
        n_failing=Count("pk", filter=Q(status=Status.PENDING, n_tries__gt=1)),
        n_failed=Count("pk", filter=Q(status=Status.FAILED)),
        delivered_at=Max("done_at", filter=Q(status=Status.DONE)),
    )  # fmt: skip
    return {
        row["target_id"]: (row["n_failing"], row["n_failed"], row["delivered_at"]) for row in rows if row["target_id"]
    }
