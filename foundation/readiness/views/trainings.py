"""The register of trainings: who is trained for what, until when; recorded by one person, confirmed by another."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.models import Appointment, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError, Forbidden
from foundation.readiness import actions, forms, pages, seats
from foundation.readiness import policy as rules
from foundation.readiness.models import Training
from foundation.readiness.states import TRAINING, TrainingState

SHOWN = 200
VERBS = {"confirm": actions.confirm, "refuse": actions.refuse, "end": actions.end}


def _people(actor: User) -> list[User]:
    """The people of the Societies in which this person writes how units stand; else the person alone."""
    societies = {
        seat.unit.organisation_id for seat in actor.seats if seat.role in seats.WRITERS and seats.is_ours(seat.unit)
    }
    held = Appointment.objects.in_force().filter(seat__unit__organisation__in=societies).values("user")
    found = list(User.objects.filter(pk__in=held, is_machine=False, is_active=True).order_by("name", "pk")[:SHOWN])
    User.read_held(found)
    return found or [actor]


@login_required
@require_safe
def trainings(request: HttpRequest) -> HttpResponse:
    """Everybody with what they are trained for; what waits for a second person stands first."""
    me = pages.me(request)
    people = _people(me)
    if people == [me]:
        return redirect("readiness:person", me.pk)
    rows = Training.objects.filter(user__in=people, state__in=(TrainingState.RECORDED, TrainingState.CONFIRMED))
    found = list(rows.select_related("user").order_by("user__name", "competence", "-valid_until"))
    trail.record("training.read", n=len(found))
    waiting = [{**_row(row), "name": row.user.name} for row in found if row.state == TrainingState.RECORDED]
    lines = [_line(user, [row for row in found if row.user_id == user.pk]) for user in people]
    return render(request, "readiness/trainings.html", {"rows": lines, "waiting": waiting})


def _line(user: User, found: list[Training]) -> dict[str, Any]:
    newest: dict[str, Training] = {}
    for row in (row for row in found if row.state == TrainingState.CONFIRMED):
        newest.setdefault(row.competence, row)
    return {"user": user, "seats": user.seats, "trainings": [_row(row) for row in newest.values()]}


def _row(row: Training) -> dict[str, Any]:
    tag = pages.tag(row.get_state_display())
    if row.state == TrainingState.RECORDED:
        tag = pages.tag(row.get_state_display(), "act", "open")
    elif row.state == TrainingState.CONFIRMED:
        is_over = row.valid_until < timezone.localdate()
        tag = pages.tag(_("Run out"), "late", "urgent") if is_over else pages.tag(_("Counts"), "good", "done")
    return {
        "row": row, "title": row.get_competence_display(), "tag": tag, "held": pages.on(row.held_on),
        "until": pages.on(row.valid_until), "url": reverse("readiness:person", args=[row.user_id]),
    }  # fmt: skip


def _person(request: HttpRequest, pk: int) -> User:
    """The person, for themselves and for those who write how their Society stands; else 404."""
    found = User.objects.filter(pk=pk, is_machine=False).first()
    if found is None or (
        found.pk != request.user.pk and not seats.holds_in_society(pages.me(request), seats.WRITERS, found)
    ):
        raise pages.absent()
    return found


@login_required
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's trainings, and what may be done with each."""
    user = _person(request, pk)
    trail.record("training.read", user=user.pk)
    rows = user.trainings.select_related("recorded_by", "decided_by").order_by("-held_on", "competence")
    may_record = rules.records(request.user, user)
    found = [{**_row(row), "steps": _steps(request, row, may_record)} for row in rows]
    return render(request, "readiness/person.html", {"person": user, "rows": found, "may_record": may_record})


def _steps(request: HttpRequest, row: Training, may_end: bool) -> list[dict[str, str]]:
    labels = {"confirm": _("Confirm it"), "refuse": _("Do not confirm it"), "end": _("Take it back")}
    may = {verb: policy.allows(request.user, verb, row) for verb in ("confirm", "refuse")}
    may["end"] = may_end and row.state in TRAINING.moves["end"].sources
    return [
        {"url": reverse("readiness:decide", args=[row.pk, verb]), "label": label}
        for verb, label in labels.items()
        if may[verb]
    ]


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a training of somebody else."""
    user = _person(request, pk)
    if not rules.records(request.user, user):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    form = forms.Held(pages.posted(request))
    if form.is_valid():
        try:
            actions.record(user, actions.Held(**form.cleaned_data), by=pages.me(request))
            messages.success(request, _("Recorded. It counts when another person has confirmed it."))
            return redirect("readiness:person", user.pk)
        except DomainError as error:
            pages.refuse(form, error)
    return pages.step(
        request, form, over=user.name, heading=_("Record a training"), back=_back(user), submit=_("Record it"),
        lede=_("Without effect until another person confirms it."),
    )  # fmt: skip


def _back(user: User) -> dict[str, str]:
    return {"url": reverse("readiness:person", args=[user.pk]), "label": _("Trainings")}


WORDS = {
    "confirm": (
        gettext_lazy("Confirm this training"),
        gettext_lazy("You have seen what shows it. It counts from now on."),
        gettext_lazy("I confirm it"),
    ),
    "refuse": (
        gettext_lazy("Do not confirm this training"), gettext_lazy("It does not count."), gettext_lazy("I do not confirm it"),
    ),
    "end": (
        gettext_lazy("Take this training back"),
        gettext_lazy("It does not count any more, from this moment."),
        gettext_lazy("Take it back"),
    ),
}  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Confirm, not confirm, or take back."""
    row = Training.objects.select_related("user", "recorded_by").filter(pk=pk).first()
    if row is None:
        raise pages.absent()
    user = _person(request, row.user_id)
    TRAINING.check(verb, row.state)
    policy.require(request.user, verb, row)
    form = forms.Nothing(pages.posted(request))
    if form.is_valid():
        try:
            VERBS[verb](row, by=pages.me(request))
            return redirect("readiness:person", user.pk)
        except DomainError as error:
            pages.refuse(form, error)
    heading, lede, submit = WORDS[verb]
    return pages.step(
        request, form, over=user.name, heading=heading, lede=lede, back=_back(user), submit=submit, said=_facts(row)
    )


def _facts(row: Training) -> list[dict[str, Any]]:
    return [
        {"key": _("Training"), "value": row.get_competence_display()},
        {"key": _("When did it end?"), "value": pages.on(row.held_on)},
        {"key": _("Until when does it count?"), "value": pages.on(row.valid_until)},
        {"key": _("What shows it?"), "value": row.evidence, "typed": True},
        {"key": _("Recorded by"), "value": row.recorded_by.name},
    ]
