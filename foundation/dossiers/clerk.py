"""The installation's own actor: follows every folder, opens none. Sweeps and reminders run in its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.contrib.auth.models import Group
from django.db import transaction

from foundation.accounts import actions as accounts
from foundation.accounts.models import Organisation, OrganisationKind, Role, Unit, UnitKind, User
from foundation.core.acting import acting

EMAIL = "clerk@amparo.invalid"


def install() -> User:
    """Make the clerk and its seat, once per database."""
    found = User.objects.filter(email=EMAIL).first()
    if found is not None:
        return found
    with transaction.atomic():
        house, _made = Organisation.objects.get_or_create(name="Amparo", kind=OrganisationKind.HOUSE)
        unit, _made = Unit.objects.get_or_create(organisation=house, name="Clerk", kind=UnitKind.NATIONAL)
        user = User.objects.create_user(EMAIL, "Amparo", is_machine=True)
        accounts.confirm(accounts.propose(user, accounts.seat_of(unit, Role.AUDITOR), by=None), by=None)
    return user


@lru_cache(maxsize=1)
def _ids() -> tuple[int, int]:
    user = User.objects.get(email=EMAIL)
    return user.pk, Group.objects.get(seat__appointments__user=user).pk


def group_id() -> int:
    """The auth group of the clerk's seat, for access lists."""
    return _ids()[1]


def forget() -> None:
    """Read the ids anew (tests flush the tables)."""
    _ids.cache_clear()


@contextmanager
def as_clerk() -> Iterator[User]:
    """Run as the clerk, in one transaction."""
    user = User.objects.get(pk=_ids()[0])
    with acting(user.pk), transaction.atomic():
        yield user
