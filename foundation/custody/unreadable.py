"""A record that cannot be opened: the trail knows, and the data-protection officers are told where to look."""

from collections.abc import Iterable
from contextlib import nullcontext

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import Appointment, OrganisationKind, Role, User
from foundation.audit import trail
from foundation.core.acting import ACTOR
from foundation.core.codes import new_code
from foundation.core.errors import Unreadable
from foundation.core.machines import COURIER
from foundation.outbox import delivery

MOST = 25
"""So many places of one request are written down; whoever looks there finds the others."""


def officers() -> list[User]:
    """Those who protect data here, and are there now: who to tell."""
    held = Appointment.objects.present().filter(
        seat__role=Role.DATA_OFFICER, seat__unit__organisation__kind=OrganisationKind.NATIONAL_SOCIETY
    )
    return list({row.user_id: row.user for row in held.select_related("user").order_by("user__name")}.values())


def report(problems: Iterable[Unreadable]) -> str:
    """Write down what could not be opened, in a transaction of its own, and tell the officers once per place.

    Returns the reference under which it stands in the trail, for the reader to pass on.
    """
    reference = new_code((3, 3))
    by_place = {problem.place: problem for problem in problems}
    with transaction.atomic():
        for problem in list(by_place.values())[:MOST]:
            _one(problem, reference)
    return reference


def _one(problem: Unreadable, reference: str) -> None:
    table, field, row = problem.place or ("", "", None)
    trail.record("record.unreadable", subject=row, table=table, field=field, why=type(problem).__name__, code=reference)
    # At the door nobody acts yet (a second factor that does not open), and nobody may add no message.
    with COURIER.acting() if ACTOR.get() is None else nullcontext():
        delivery.tell(officers(), "record.unreadable", f"unreadable:{row or timezone.now().date()}")
