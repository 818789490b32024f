"""The signed-in person of a request, for views behind ``login_required``."""

from typing import cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from foundation.accounts.models import Role, User
from foundation.core.errors import Forbidden


def me(request: HttpRequest) -> User:
    """The person who acts."""
    return cast(User, request.user)


def zone_of(person: User) -> ZoneInfo:
    """The time zone of the person's first seat."""
    return ZoneInfo(person.seats[0].unit.time_zone if person.seats else "UTC")


def require(is_allowed: bool) -> None:
    """A page that belongs to other seats says so, whatever stands behind it."""
    if not is_allowed:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))


def require_seat(request: HttpRequest, *roles: Role) -> User:
    """The person who acts, if one of their seats is among these; else 403."""
    person = me(request)
    require(any(seat.role in roles for seat in person.seats))
    return person
