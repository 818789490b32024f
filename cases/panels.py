"""Navigation and the words of the work list."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.exception_words import exceptions_waiting
from cases.issue_policy import ISSUERS
from cases.policy import LEADS, REPORTERS, WORKERS, has_seat
from consent import rooms
from foundation.accounts import context
from foundation.accounts.models import Role
from foundation.core.worklist import Job, describe


def _entries(actor: Any) -> list[dict[str, str]]:
    places: list[tuple[str, str, tuple[Role, ...] | None]] = [
        ("cases:day", _("Your day"), None),
        ("cases:concerns", _("Concerns"), REPORTERS),
    ]
    places += [("cases:cases", _("Cases"), WORKERS), ("cases:search", _("Search"), WORKERS)]
    places += [("cases:team", _("Team"), LEADS)]
    places += [("cases:issues", _("Issues"), ISSUERS)]
    places += [("cases:exceptions", _("Without consent"), (Role.FOCAL_POINT, Role.DEPUTY))]
    places += [("cases:safeguarding", _("Safeguarding"), (Role.SAFEGUARDING,))]
    places += [("cases:erasures", _("Erasures"), rooms.DECIDERS)]
    return [
        {"url": reverse(name), "label": label, "section": name}
        for name, label, roles in places
        if roles is None or has_seat(actor, roles)
    ]


def _concern(clock: Any) -> str:
    return reverse("cases:concern", args=[clock.subject_id])


def _case(clock: Any) -> str:
    return reverse("cases:case", args=[clock.subject_id])


def _exception(clock: Any) -> str:
    return reverse("cases:exception", args=[clock.subject_id])


def _consent(clock: Any) -> str:
    return reverse("cases:case_consent", args=[clock.subject_id])


def _harm(clock: Any) -> str:
    return reverse("cases:harm", args=[clock.subject_id])


def _right(clock: Any) -> str:
    return reverse("cases:right", args=[clock.subject_id])


JOBS = {
    ("safeguarding", "safeguarding"): Job(
        gettext_lazy("Take on a report about our own people"),
        gettext_lazy("It waits for somebody on a safeguarding seat, 24 hours at most."),
        lambda clock: reverse("cases:safeguarding_report", args=[clock.subject_id]),
    ),
    ("right", "right_close"): Job(
        gettext_lazy("Carry it out, and tell the person"),
        gettext_lazy("It was decided; the person does not know it yet"),
        _right,
    ),
    ("concern", "triage"): Job(
        gettext_lazy("Triage the concern"),
        gettext_lazy("A volunteer handed it over. Decide how urgent it is and what happens next."),
        _concern,
    ),
    ("case", "owner"): Job(
        gettext_lazy("Accept the case"),
        gettext_lazy("You were asked to follow up. Accept it, or ask for somebody else."),
        _case,
    ),
    ("case", "follow_up"): Job(
        gettext_lazy("Ask how it went"),
        gettext_lazy("A follow-up was agreed with the person. Use only the safe way to reach them."),
        _case,
    ),
    ("exception", "exception_sign"): Job(
        gettext_lazy("Sign, or do not sign, what is to be told without consent"),
        gettext_lazy("Somebody asks for a second signature. Read the reasons and ask yourself whether they hold."),
        _exception,
    ),
    ("exception", "exception_review"): Job(
        gettext_lazy("Look back at what was told without consent"),
        gettext_lazy("It took effect. Say whether it was necessary, and what we learn."),
        _exception,
    ),
    ("case", "consent"): Job(
        gettext_lazy("Ask whether the consent still holds"),
        gettext_lazy("It is more than 90 days old, or it ends by itself soon. Only the person can renew it."),
        _consent,
    ),
    ("case", "closing"): Job(
        gettext_lazy("Look at the closing of a case"),
        gettext_lazy("Somebody asks for it to be closed. Agree, or say what is missing."),
        lambda clock: reverse("cases:close", args=[clock.subject_id]),
    ),
    ("handover", "handing"): Job(
        gettext_lazy("Say whether a case is taken on"),
        gettext_lazy("Somebody asks that it changes hands. Accept it, or decline and say why."),
        lambda clock: reverse("cases:hand_over", args=[clock.subject_id]),
    ),
    ("case", "waiting"): Job(
        gettext_lazy("Look again whether the case can go on"),
        gettext_lazy("It waited for the person until now."),
        _case,
    ),
    ("harm", "harm_report"): Job(
        gettext_lazy("Look into a report of harm"),
        gettext_lazy("Somebody is worse off through what was done or left undone"),
        _harm,
    ),
    ("harm", "harm_close"): Job(
        gettext_lazy("Say what was changed after a report of harm"), gettext_lazy("You look into it"), _harm
    ),
    ("case", "basis_review"): Job(
        gettext_lazy("Decide whether the record may stay"),
        gettext_lazy("The person took back a consent. Say on which basis the record stays, or have it erased."),
        lambda clock: reverse("cases:basis", args=[clock.subject_id]),
    ),
}


def install() -> None:
    """Register; each clock of a concern or a case says what it asks for."""
    context.nav(_entries)
    rooms.register(
        rooms.Room(
            "disclosures",
            gettext_lazy("Without consent"),
            gettext_lazy("What was told without consent, or is to be: signatures, looks back, incidents."),
            "cases:exceptions",
            rooms.DECIDERS,
            exceptions_waiting,
        )
    )
    rooms.register(
        rooms.Room(
            "safeguarding",
            gettext_lazy("Safeguarding, in numbers"),
            gettext_lazy("How many reports about our own people are open or late. What they say is for others."),
            "cases:safeguarding",
        )
    )
    for (kind, code), asked in JOBS.items():
        describe(kind, code, asked)
