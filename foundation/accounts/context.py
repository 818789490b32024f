"""What the frame of every page needs."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from foundation.accounts import oversight
from foundation.accounts.directory import provider
from foundation.accounts.models import Role

NavItem = tuple[str, str, str]
_NAV: list[Callable[[Any], list[dict[str, str]]]] = []
_LAST: list[Callable[[Any], list[dict[str, str]]]] = []


def nav(items: Callable[[Any], list[dict[str, str]]], *, is_last: bool = False) -> None:
    """Register the navigation entries an app offers to a user: dicts with ``url``, ``label`` and ``section``."""
    (_LAST if is_last else _NAV).append(items)


def house(request: HttpRequest) -> dict[str, Any]:
    """``house``: unit, person, navigation and languages for the frame."""
    user: Any = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    is_open = known and getattr(request, "held", None) is None
    return {
        "house": {
            "unit_name": user.seats[0].unit.name if known and user.seats else "",
            "user_name": user.name if known else "",
            "nav": _navigation(request, user) if is_open else [],
            "account": _account() if is_open else [],
            # Not get_host(): the page that refuses a foreign host is drawn in this frame too.
            "directory": settings.DIRECTORY["name"] if provider.is_on() else "",
            "passkeys": _has_name(request.headers.get("Host", "")),
            "safeguarding": settings.SAFEGUARDING_CONTACT,
            "languages": _languages(),
            "embedded": settings.EMBEDDED,
            "leave_to": settings.LEAVE_TO,
            "idle_seconds": int(settings.SESSION_IDLE.total_seconds()) if known else 0,
        }
    }


def _navigation(request: HttpRequest, user: Any) -> list[dict[str, Any]]:
    found = (entry for items in [*_NAV, *_LAST] for entry in items(user))
    entries = sorted(found, key=lambda entry: entry["url"] != "/")
    here = (e["url"] for e in entries if request.path.startswith(e["url"]) and e["url"] != "/")
    longest = max(here, key=len, default=request.path)
    return [{**entry, "current": entry["url"] == longest} for entry in entries]


def people(user: Any) -> list[dict[str, str]]:
    """Those who watch over other people's way in find them in the navigation."""
    watches = any(seat.role in oversight.SIGNING_OUT for seat in user.seats)
    entries = [{"url": reverse("accounts:people"), "label": _("People"), "section": "people"}] if watches else []
    if user.holds(Role.ADMINISTRATOR):
        entries.append({"url": reverse("admin:index"), "label": _("Administration"), "section": "admin"})
    return entries


def _account() -> list[dict[str, str]]:
    return [
        {"url": reverse("accounts:you"), "label": _("Your seats")},
        {"url": reverse("accounts:sessions"), "label": _("Where you are signed in")},
        {"url": reverse("mfa_index"), "label": _("Second step at sign-in")},
        {"url": reverse("account_change_password"), "label": _("Change password")},
        {"url": reverse("accounts:conduct"), "label": _("Code of conduct")},
    ]


def _has_name(host: str) -> bool:
    """Whether a passkey could work at this address: browsers bind it to a name and refuse numbers (WebAuthn §5.1.3)."""
    try:
        ip_address(host.rsplit(":", 1)[0].strip("[]"))
    except ValueError:
        return True
    return False


def _languages() -> list[dict[str, Any]]:
    now = get_language()
    infos = [get_language_info(code) for code, _name in settings.LANGUAGES]
    return [
        {"code": i["code"], "name": i["name_local"], "dir": "rtl" if i["bidi"] else "ltr", "current": i["code"] == now}
        for i in infos
    ]
