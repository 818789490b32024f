"""Generated organisations: units, people with seats, folders shared this way and that. The same seed, the same chart."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from django.db import connections
from django.utils import timezone

from foundation.accounts import actions as accounts
from foundation.accounts.models import Organisation, Role, Seat, Unit, User
from foundation.core.acting import acting
from foundation.dossiers import actions, clerk
from foundation.dossiers.models import FOLLOW, VIEW, Dossier, DossierGroupPermission, DossierUserPermission, Kind

ROLES = [Role.REPORTER, Role.CASEWORKER, Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER, Role.PARTNER_WORKER]
HOUR = timedelta(hours=1)


@dataclass
class Chart:
    """What was drawn."""

    people: list[User]
    seats: list[Seat]
    dossiers: list[Dossier]


def draw(seed: int, n_people: int = 5, n_dossiers: int = 9) -> Chart:
    """A chart without dates: every appointment in force, every row without an end."""
    rng = Random(seed)
    clerk.install()
    society = Organisation.objects.create(name=f"Society {seed}", kind="national_society")
    units = [Unit.objects.create(organisation=society, name=f"U{n}", kind="branch") for n in range(3)]
    seats = [accounts.seat_of(unit, role) for unit in units for role in rng.sample(ROLES, 3)]
    people = [person(f"p{n}.{seed}", rng.sample(seats, rng.randint(1, 3))) for n in range(n_people)]
    return Chart(people, seats, [folder(rng, units, seats, people) for _ in range(n_dossiers)])


def person(name: str, seats: list[Seat]) -> User:
    """Somebody who holds these seats now."""
    user = User.objects.create_user(f"{name}@amparo.example", name)
    for seat in seats:
        appoint(user, seat)
    return user


def appoint(user: User, seat: Seat, **dates: Any) -> Any:
    """A confirmed appointment."""
    return accounts.confirm(accounts.propose(user, seat, by=None, **dates), by=None)


def folder(rng: Random, units: list[Unit], seats: list[Seat], people: list[User]) -> Dossier:
    """A folder with a random list; its opener may be taken off it again."""
    opener = rng.choice(people)
    groups = {seat.group_id: rng.choice([VIEW, FOLLOW]) for seat in rng.sample(seats, rng.randint(0, 3))}
    with acting(opener.pk):
        dossier = actions.open_dossier(rng.choice(list(Kind)), rng.choice(units), by=opener, groups=groups, reason="x")
        for other in rng.sample(people, rng.randint(0, 2)):
            actions.share_with_user(dossier, other, "y", by=opener, codename=rng.choice([VIEW, FOLLOW]))
        if rng.random() < 0.4:
            actions.unshare(dossier, user=opener)
    return dossier


def add_dates(chart: Chart, seed: int) -> None:
    """Give the chart a past and a future: seats not begun, ended, unconfirmed, people gone, rows expired."""
    rng, now = Random(seed), timezone.now()
    for user in chart.people:
        for appointment in user.appointments.all():
            change = rng.choice([{}, {}, {"valid_from": now + HOUR}, {"confirmed_at": None}, ended(now), later(now)])
            type(appointment).objects.filter(pk=appointment.pk).update(**change)
    User.objects.filter(pk=rng.choice(chart.people).pk).update(is_active=False)
    with acting(clerk._ids()[0]):
        for model in (DossierGroupPermission, DossierUserPermission):
            for row in (
                model.objects.exclude(group_id=clerk.group_id())
                if model is DossierGroupPermission
                else model.objects.all()
            ):
                until = rng.choice([None, None, now + HOUR, now - HOUR])
                model.objects.filter(pk=row.pk).update(expires_at=until)


def ended(now: Any) -> dict[str, Any]:
    """Over since a second."""
    return {"valid_from": now - HOUR, "valid_until": now - timedelta(seconds=1)}


def later(now: Any) -> dict[str, Any]:
    """Ends in an hour."""
    return {"valid_from": now - HOUR, "valid_until": now + HOUR}


def expected(user: User, codenames: set[str]) -> set[Any]:
    """Who sees what, worked out in plain Python from the rows: the reference that both walls must meet."""
    now = timezone.now()
    user = User.objects.get(pk=user.pk)
    held = {
        a.seat.group_id
        for a in user.appointments.select_related("seat")
        if a.confirmed_at
        and a.confirmed_at <= now
        and a.valid_from <= now
        and (a.valid_until is None or a.valid_until > now)
    }
    if not user.is_active or not held:
        return set()
    wanted = {actions.permission_id(name) for name in codenames}
    with clerk.as_clerk():  # who reads all lists
        groups = DossierGroupPermission.objects.filter(group_id__in=held)
        rows = [*groups, *DossierUserPermission.objects.filter(user=user)]
    return {
        row.content_object_id
        for row in rows
        if row.permission_id in wanted and (row.expires_at is None or row.expires_at > now)
    }


def roles() -> list[tuple[str, bool, bool, bool, bool]]:
    """Name, superuser, bypass of row-level security, may create roles, may create databases: of who we are here."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        return list(cursor.fetchall())
