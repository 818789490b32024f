"""How many cases a person has, and how many one should have at most: a warning, never a wall (W-14, P15)."""

from collections.abc import Iterable

from django.conf import settings
from django.db import connection
from django.utils.translation import ngettext

from cases.models import Ceiling
from foundation.accounts.models import Unit, User
from foundation.core.errors import Refused


def open_cases(people: Iterable[User]) -> dict[int, int]:
    """How many open cases each of these people follows up, wherever they are: numbers and nothing of the cases. One query."""
    keys = [user.pk for user in people]
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, n FROM cases_load(%s)", [keys])
        return dict.fromkeys(keys, 0) | dict(cursor.fetchall())


def ceiling_of(unit: Unit) -> int:
    """The figure of the unit or of the nearest one above that has set one, else that of the installation."""
    above = [place.pk for place in unit.upwards()]
    found = dict(Ceiling.objects.filter(unit__in=above).values_list("unit_id", "most"))
    return next((found[pk] for pk in above if pk in found), settings.CASELOAD_CEILING)


def warning(owner: User, unit: Unit, more: int = 1) -> str:
    """What is said before somebody gets ``more`` cases than one person should have; empty while there is room."""
    n, most = open_cases([owner])[owner.pk], ceiling_of(unit)
    if n + more <= most:
        return ""
    words = ngettext(
        "%(name)s follows up %(n)d case already; %(most)d is the most for one person here. Choose somebody else, or say why.",
        "%(name)s follows up %(n)d cases already; %(most)d is the most for one person here. Choose somebody else, or say why.",
        n,
    )
    return words % {"name": owner.name, "n": n, "most": most}


def require_room(owner: User, unit: Unit, reason: str, more: int = 1) -> bool:
    """Whether it goes over the ceiling; without a reason that is refused (W-14)."""
    said = warning(owner, unit, more)
    if said and not reason.strip():
        raise Refused("caseload.over", said, "load_reason")
    return bool(said)
