"""An emergency access in words, for its pages."""

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.core.words import inside, moment_words
from foundation.core.worklist import job
from foundation.dossiers.models import Clock
from foundation.watch import policy
from foundation.watch.actions.access import seconds
from foundation.watch.models import EmergencyAccess
from foundation.watch.states import AccessState

TONES = {
    AccessState.WAITING: ("act", "clock"),
    AccessState.OPEN: ("urgent", "key"),
    AccessState.NOTHING: ("normal", "normal"),
    AccessState.REFUSED: ("private", "eye-off"),
    AccessState.LAPSED: ("late", "clock"),
    AccessState.CLOSED: ("good", "done"),
}
MEANS: dict[str, str | Promise] = {
    AccessState.NOTHING: gettext_lazy(
        "It was confirmed, but there is no case with this code that can be opened on this person’s word."
    ),
    AccessState.REFUSED: gettext_lazy("Nothing was opened."),
    AccessState.LAPSED: gettext_lazy("Nobody answered in time. Nothing was opened. You can ask again."),
    AccessState.CLOSED: gettext_lazy("The case is shut again for who asked. What was read stands in the trail."),
}


def seconds_of(person: User) -> list[str]:
    """Who could confirm a request of this person, by name and seat."""
    return [f"{a.user.name}, {a.seat}" for a in seconds(policy.asking_seat(person).unit, without=person)]


def lists(rows: list[EmergencyAccess], actor: User) -> dict[str, Any]:
    """Two lists: what waits for this person, and the rest. Who sees another's request is one who may confirm it."""
    waiting = [row for row in rows if row.state == AccessState.WAITING and row.asked_by_id != actor.pk]
    return {
        "waiting": [line(row) for row in waiting],
        "others": [line(row) for row in rows if row not in waiting],
    }


def line(access: EmergencyAccess) -> dict[str, Any]:
    """One request as its row says it."""
    tone, icon = TONES[AccessState(access.state)]
    return {
        "access": access,
        "url": reverse("watch:access", args=[access.pk]),
        "who": access.asked_by.name,
        "when": _moment(access, access.asked_at),
        "ground": access.get_ground_display(),
        "state": {"text": access.get_state_display(), "tone": tone, "icon": icon},
    }


def _moment(access: EmergencyAccess, at: Any) -> str:
    return moment_words(at, timezone.now(), ZoneInfo(access.unit.time_zone))


def whole(access: EmergencyAccess, actor: User) -> dict[str, Any]:
    """One request for who asked or may confirm: what was asked and why, where it stands, what comes next."""
    is_mine = access.asked_by_id == actor.pk
    return {
        **line(access),
        "is_mine": is_mine,
        "reason": access.reason,
        "answer": access.answer or "",
        "second": access.answered_by.name if access.answered_by else "",
        "answered": _moment(access, access.answered_at) if access.answered_at else "",
        "sentence": _sentence(access),
        "seconds": _others(access) if access.state == AccessState.WAITING else [],
        "case_url": _case_url(access) if is_mine and access.state == AccessState.OPEN else "",
    }


def _sentence(access: EmergencyAccess) -> str:
    if access.state == AccessState.WAITING:
        return _("A second person can confirm it until %(when)s.") % {"when": inside(_moment(access, access.lapses_at))}
    if access.state == AccessState.OPEN and access.closes_at is not None:
        return _("Open until %(when)s. It closes by itself.") % {"when": inside(_moment(access, access.closes_at))}
    return str(MEANS[access.state])


def _others(access: EmergencyAccess) -> list[str]:
    return [f"{a.user.name}, {a.seat}" for a in seconds(access.unit, without=access.asked_by)]


def _case_url(access: EmergencyAccess) -> str:
    """The page of the case, by the address that its clocks carry."""
    if access.folder is None:
        return ""
    clock = Clock.objects.filter(dossier_id=access.folder, subject_kind="case").first()
    return job("case", "owner").url(clock) if clock else ""
