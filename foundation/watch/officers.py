"""Who is told, and where it is written: the data-protection officer's seat of the line, and the book of that seat."""

from collections.abc import Iterable

from foundation.accounts.models import Appointment, OrganisationKind, Role, Seat, Unit, User
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk
from foundation.dossiers.models import VIEW, Dossier, DossierGroupPermission, Kind


def seats_over(unit: Unit | None, *, without: User | None = None) -> list[Seat]:
    """The nearest officer's seat upwards that somebody else holds; with none, every officer's of the National Societies."""
    held = Appointment.objects.in_force().filter(seat__role=Role.DATA_OFFICER, user__is_active=True)
    held = held.exclude(user=without) if without is not None else held
    for place in unit.upwards() if unit is not None else []:
        seats = Seat.objects.filter(pk__in=held.filter(seat__unit=place).values("seat"))
        if seats:
            return list(seats.select_related("unit"))
    everywhere = held.filter(seat__unit__organisation__kind=OrganisationKind.NATIONAL_SOCIETY)
    return list(Seat.objects.filter(pk__in=everywhere.values("seat")).select_related("unit"))


def people_on(seats: Iterable[Seat]) -> list[User]:
    """The people who hold these seats now."""
    held = Appointment.objects.in_force().filter(seat__in=list(seats), user__is_active=True).select_related("user")
    return [appointment.user for appointment in held.order_by("user_id")]


def book(seat: Seat) -> Dossier:
    """The folder of an officer's seat, for alerts and decoys; opened by the clerk on first use, who then holds no key."""
    found = _book(seat)
    if found is None:
        Seat.objects.select_for_update(of=("self",)).get(pk=seat.pk)  # two sweeps make one book
        found = _book(seat) or _new_book(seat)
    return found


def _book(seat: Seat) -> Dossier | None:
    rows = DossierGroupPermission.objects.filter(
        group=seat.group_id, dossier_kind=Kind.BOOK, permission_id=dossiers.permission_id(VIEW)
    )
    row = rows.order_by("dossier_created_at").values_list("content_object", flat=True).first()
    return Dossier.objects.filter(pk=row).first() if row else None


def _new_book(seat: Seat) -> Dossier:
    with clerk.as_clerk() as keeper:
        made = dossiers.open_dossier(Kind.BOOK, seat.unit, by=keeper, groups={seat.group_id: VIEW}, reason="keeper")
        dossiers.unshare(made, user=keeper)
        made.__dict__.pop("_cipher", None)
        return made
