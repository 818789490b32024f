"""Who may know of a report about our own people: who holds a safeguarding seat, and is neither spoken of nor their line."""

import json
from uuid import UUID

from django.db.models import QuerySet

from cases.models import SafeguardingBar
from cases.policy import LEADS
from foundation.accounts.models import Appointment, OrganisationKind, Role, Unit, UnitKind, User
from foundation.custody.holders import Holder
from foundation.dossiers import clerk
from foundation.vault.crypto import VaultError, pad, unpad
from foundation.vault.models import Lineage, current_key
from foundation.vault.secrets import open_secret, seal_secret

_KIND = b"safeguarding"


def barred_with(accused: User | None) -> set[int]:
    """HS-16: who is spoken of, and who leads in the units where they work or above: none of them learns of it."""
    if accused is None:
        return set()
    held = Appointment.objects.in_force().filter(user=accused).select_related("seat__unit")
    places = {place.pk for one in held for place in one.seat.unit.upwards()}
    line = Appointment.objects.in_force().filter(seat__unit__in=places, seat__role__in=LEADS)
    return {accused.pk, *line.values_list("user_id", flat=True)}


def home_of(actor: User) -> Unit | None:
    """Where somebody works; who holds no seat now still reports, to the national office."""
    if actor.seats:
        return actor.seats[0].unit
    return _national().first()


def _national() -> QuerySet[Unit]:
    rows = Unit.objects.filter(kind=UnitKind.NATIONAL, organisation__kind=OrganisationKind.NATIONAL_SOCIETY)
    return rows.select_related("organisation").order_by("name")


def line_of(unit: Unit) -> list[Unit]:
    """The unit and those above it; for a partner's, then the national office."""
    line = unit.upwards()
    if unit.organisation.kind != OrganisationKind.NATIONAL_SOCIETY:
        line += _national()
    return line


def keepers(line: list[Unit], barred: set[int], *, is_whole: bool = False) -> list[tuple[Unit, User]]:
    """Who receives a report: those there now on the safeguarding seat of the nearest unit that has somebody left.

    ``is_whole``: of every unit of the line, nearest first.
    """
    held = Appointment.objects.present().filter(seat__unit__in=line, seat__role=Role.SAFEGUARDING)
    rows = list(held.exclude(user__in=barred).filter(user__is_machine=False).select_related("user", "seat"))
    found = [(place, row.user) for place in line for row in rows if row.seat.unit_id == place.pk]
    if is_whole or not found:
        return found
    return [(place, user) for place, user in found if place == found[0][0]]


# --- whom the list may never name


def sealed(bar: SafeguardingBar, barred: set[int]) -> None:
    """Put them into the row, for the caller to save."""
    key = current_key(bar.unit.organisation_id, Lineage.SAFEGUARDING)
    bar.key_id, plain = key.pk, json.dumps(sorted(barred)).encode()
    bar.barred = seal_secret(key.pk, _KIND, bar.pk, pad(plain))


def barred_of(bar: SafeguardingBar) -> set[int]:
    """Who they are. ``VaultError`` where the key is gone: then nobody may be added to the list."""
    return set(json.loads(unpad(open_secret(bar.key_id, _KIND, bar.pk, bytes(bar.barred)))))


def n_under(key: UUID) -> int:
    """How many such rows need this organisation key."""
    with clerk.as_clerk():
        return SafeguardingBar.objects.filter(key_id=key).count()


def renew(key: UUID, most: int) -> int:
    """Seal up to ``most`` of them anew under the newest key. One that does not open stays as it is."""
    with clerk.as_clerk():
        rows = SafeguardingBar.objects.select_for_update(skip_locked=True, of=("self",)).select_related("unit")
        return sum(_renew(bar) for bar in rows.filter(key_id=key)[:most])


def _renew(bar: SafeguardingBar) -> bool:
    try:
        sealed(bar, barred_of(bar))
    except VaultError:
        return False
    bar.save(update_fields=["key_id", "barred"])
    return True


HOLDER = Holder(n_under, renew)
