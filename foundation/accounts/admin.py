"""What the administrator keeps: people, organisations, units, seats, appointments. Writes go through the actions."""

from functools import partial
from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.core import context
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.accounts import actions
from foundation.accounts.forms import Invitation, Known, Proposal
from foundation.accounts.models import Appointment, Organisation, OrganisationKind, Role, Seat, Unit, User


class Kept(admin.ModelAdmin):  # type: ignore[type-arg]
    """Seen and changed by an administrator's seat; deleted by nobody."""

    actions = None

    def _is_administrator(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_authenticated and user.holds(Role.ADMINISTRATOR))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """For the seat."""
        return self._is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For the seat."""
        return self._is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """For the seat."""
        return self._is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For the seat."""
        return self._is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For nobody: what was is needed to read the trail."""
        return False


def _send_first_password_link(email: str, request: HttpRequest) -> None:
    form = ResetPasswordForm(data={"email": email})
    with context.request_context(request):
        if form.is_valid():
            form.save(request)


@admin.register(User)
class UserAdmin(Kept):
    """People are invited; the first password comes by a link to their own address."""

    form = Known
    list_display = ("name", "email", "language", "is_active")
    search_fields = ("name", "email")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """No machines."""
        return super().get_queryset(request).filter(is_machine=False)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """An invitation has three fields."""
        if obj is None:
            return Invitation
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Never a password."""
        return (
            ("email", "name", "language") if obj is None else ("email", "name", "language", "is_active", "last_login")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address is who somebody is at sign-in."""
        return () if obj is None else ("email", "is_active", "last_login")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Invite, and send the link once the row is committed."""
        if change:
            super().save_model(request, obj, form, change)
            return
        by: Any = request.user
        invited = actions.invite(by=by, email=obj.email, name=obj.name, language=obj.language)
        obj.pk, obj._state.adding = invited.pk, False
        transaction.on_commit(partial(_send_first_password_link, invited.email, request))


@admin.register(Organisation)
class OrganisationAdmin(Kept):
    """National Societies and partners."""

    list_display = ("name", "kind")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        """Without the installation's own."""
        return super().get_queryset(request).exclude(kind=OrganisationKind.HOUSE)


@admin.register(Unit)
class UnitAdmin(Kept):
    """Branches and service points with their hours."""

    list_display = ("name", "kind", "organisation", "parent", "time_zone")
    list_select_related = ("organisation", "parent")
    ordering = ("organisation__name", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        """Without the installation's own."""
        return super().get_queryset(request).exclude(organisation__kind=OrganisationKind.HOUSE)


class Read(Kept):
    """Looked at, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Made on first use."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For nobody."""
        return False


@admin.register(Seat)
class SeatAdmin(Read):
    """Roles in units."""

    list_display = ("role", "unit")
    list_filter = ("role",)
    list_select_related = ("unit",)
    exclude = ("group",)


@admin.register(Appointment)
class AppointmentAdmin(Read):
    """Proposed here, confirmed by a manager or data-protection officer on a page of their own (HS-20)."""

    list_display = ("user", "seat", "valid_from", "valid_until", "is_confirmed")
    list_select_related = ("user", "seat__unit")
    ordering = ("-valid_from",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """For the seat."""
        return self._is_administrator(request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A proposal."""
        return Proposal if obj is None else super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A proposal names unit and role; the seat follows."""
        dates = ("valid_from", "valid_until")
        return ("user", "unit", "role", *dates) if obj is None else ("user", "seat", *dates, "confirmed_at")

    def save_model(self, request: HttpRequest, obj: Appointment, form: Any, change: bool) -> None:
        """Propose; it takes effect when somebody else confirms."""
        by: Any = request.user
        data = form.cleaned_data
        seat = actions.seat_of(data["unit"], data["role"])
        dates = {"valid_from": obj.valid_from, "valid_until": obj.valid_until}
        made = actions.propose(data["user"], seat, by=by, **dates)
        obj.pk, obj.seat, obj.proposed_by, obj._state.adding = made.pk, seat, by, False

    @admin.display(description=_("Confirmed"), boolean=True)
    def is_confirmed(self, obj: Appointment) -> bool:
        """Whether it counts."""
        return obj.confirmed_at is not None
