"""The rooms of the office of data protection, and the words of its clocks on the work list."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from consent import rooms
from consent.views import assessments, holds, incidents, processing, retention
from foundation.accounts.models import Role
from foundation.core.worklist import Job, describe


def _incident(clock: Any) -> str:
    return reverse("consent:incident", args=[clock.subject_id])


JOBS = {
    ("keeping", "retention"): Job(
        gettext_lazy("Look at it before it is erased"),
        gettext_lazy("The time for keeping it is nearly over. Keep it longer for a reason, or let it end."),
        lambda clock: reverse("consent:keeping", args=[clock.subject_id]),
    ),
    ("incident", "incident_alert"): Job(
        gettext_lazy("Take on the data incident"),
        gettext_lazy("Somebody reported it. Take it on within an hour, and stop it first."),
        _incident,
    ),
    ("incident", "incident_decision"): Job(
        gettext_lazy("Assess the data incident"),
        gettext_lazy("Say within a day how dangerous it is, and who must be told."),
        _incident,
    ),
    ("incident", "incident_authority"): Job(
        gettext_lazy("Tell the authority, or say why not"),
        gettext_lazy("Where the law asks for it, within 72 hours of when it was noticed."),
        _incident,
    ),
}
BOTH, ALL = rooms.DECIDERS, (*rooms.DECIDERS, Role.FOCAL_POINT, Role.DEPUTY)
CARDS = (
    rooms.Room(
        "register", gettext_lazy("Register of processing activities"),
        gettext_lazy("Purposes, legal bases, data, recipients, retention, protection."), "consent:register", BOTH,
        processing.n_waiting,
    ),
    rooms.Room(
        "assessments", gettext_lazy("Impact assessments"),
        gettext_lazy("What may go wrong, thought through before a partner or new data."), "consent:assessments", BOTH,
        assessments.n_waiting,
    ),
    rooms.Room(
        "retention", gettext_lazy("Retention"), gettext_lazy("How long what is kept."), "consent:retention", BOTH,
        retention.n_waiting,
    ),
    rooms.Room(
        "holds", gettext_lazy("Legal holds"), gettext_lazy("What must not be erased."), "consent:holds", ALL,
        holds.n_waiting,
    ),
    rooms.Room(
        "incidents", gettext_lazy("Data incidents"), gettext_lazy("What went wrong, and who must be told."),
        "consent:incidents", BOTH, incidents.n_waiting,
    ),
)  # fmt: skip


def install() -> None:
    """Register the cards, and the words of each clock."""
    for card in CARDS:
        rooms.register(card)
    for (kind, code), asked in JOBS.items():
        describe(kind, code, asked)
