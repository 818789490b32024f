"""What a seat may need in a day before somebody looks (settings ``WATCH_…``; docs/how-to/watch.md says how to set them).

The defaults come from what the work needs. A caseworker carries 20 to 25 open cases: 40 different folders are more than
all of them in one day. A focal point reads the concerns and cases of a unit: 60. A partner's program collects what was
sent to it, so it is never asked for a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from foundation.accounts.models import Role

MACHINE = "machine"


@dataclass(frozen=True)
class Budget:
    """Different folders in a day: beyond ``alert`` an alert is raised, from ``ask`` on each new one needs a reason."""

    alert: int
    ask: int | None


def budget(person: Any) -> Budget:
    """The most generous budget of the seats that a person holds; without a seat, a volunteer's."""
    known: dict[str, list[int | None]] = settings.WATCH_BUDGETS
    found = [Budget(int(alert or 0), ask) for alert, ask in (known[name] for name in _names(person) if name in known)]
    return max(found or [Budget(*known[Role.REPORTER])], key=lambda b: b.alert)  # type: ignore[arg-type]


def _names(person: Any) -> Iterable[str]:
    return [MACHINE] if person.is_machine else [seat.role for seat in person.seats]


def works_at_night(person: Any) -> bool:
    """Whether an emergency may call this person at any hour: the ladder's seats, and machines."""
    return bool(person.is_machine or {s.role for s in person.seats} & set(settings.WATCH_EMERGENCY_ROLES))


def vault(person: Any) -> int:
    """How many keys and fields a person may cause to be opened in an hour."""
    return int(settings.WATCH_VAULT_PER_HOUR[MACHINE if person.is_machine else "person"])
