"""What a partner writes into its own entries of the directory: what it alone knows from day to day; the rest is ours."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused
from referrals.actions.directory import fill, locked_for
from referrals.listing import HIDDEN
from referrals.models import Service

DAILY = ("capacity_available", "capacity_maximum", "hours", "time_zone", "languages")
IN_WORDS = ("alert", "how_to")
"""Words in which a place could be written: of a kind of service whose place stands nowhere, ours alone."""

Check = Callable[[Service], None]


def changeable(service: Service) -> list[str]:
    """What the partner may change itself. Name, kind, area, needs, phone and address are vetted, so they are ours."""
    return [*DAILY, *(() if service.service_type in HIDDEN else IN_WORDS)]


@transaction.atomic
def change_own(service: Service, entry: Mapping[str, Any], *, by: User, check: Check | None = None) -> Service:
    """The partner changes what it may; ``check`` sees the locked row first (If-Match). It stays verified as it was."""
    locked = locked_for(service, "change_own", by)
    if check:
        check(locked)
    if ours := sorted(set(entry) - set(changeable(locked))):
        words = _("Only the people who keep the directory change this. Ask them.")
        raise Refused("sender.staff_only", words, ours[0])
    fill(locked, entry)
    locked.save()
    trail.record("service.changed", subject=locked.pk, status=locked.status)
    return locked


@transaction.atomic
def confirm_own(service: Service, *, by: User, check: Check | None = None) -> Service:
    """The partner says that all of it is still right: a date of its own, which stands for no check by us (HS-10)."""
    locked = locked_for(service, "change_own", by)
    if check:
        check(locked)
    locked.confirmed_on = timezone.localdate()
    locked.save(update_fields=["confirmed_on"])
    trail.record("service.confirmed", subject=locked.pk)
    return locked
