"""Where somebody is signed in, in words: "Chrome on Android", and when it was used last."""

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User

BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One session: the row, the device in words, since when, last used, whether it is the one that asks."""

    row: UserSession
    device: str
    began_at: datetime
    used_at: datetime
    is_current: bool


def device_of(agent: str) -> str:
    """Browser and system, from what the browser says of itself; the first that fits, because each claims to be the others."""
    browser = next((name for sign, name in BROWSERS if sign in agent), None)
    system = next((name for sign, name in SYSTEMS if sign in agent), None)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser that does not say which")


def places(user: User, current: str | None) -> list[Place]:
    """The sessions of a person that are still open, the present one first, then the one used last. Two queries."""
    rows = list(UserSession.objects.filter(user=user))
    keys = [row.session_key for row in rows]
    kept = {s.session_key: s for s in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())}
    found = [_place(row, kept[row.session_key], current) for row in rows if row.session_key in kept]
    return sorted(found, key=lambda place: (not place.is_current, -place.used_at.timestamp()))


def _place(row: UserSession, session: Session, current: str | None) -> Place:
    last = session.get_decoded().get("last")
    used = datetime.fromtimestamp(last, UTC) if last else row.created_at
    return Place(row, device_of(row.user_agent), row.created_at, used, row.session_key == current)
