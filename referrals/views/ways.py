"""The published pathways: the list, one of them in plain words, drawing and publishing them (R-53, P6)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.policy import has_seat
from cases.views.guards import typed
from cases.views.who import me
from consent.pages import when
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, Forbidden
from referrals import pages, pathways
from referrals.actions import pathways as actions
from referrals.capacity import units_of
from referrals.forms.pathway import BeginForm, WaysForm, WriteForm
from referrals.forms.register import NothingForm
from referrals.models import Pathway
from referrals.pathway_terms import PATHWAY, UNPUBLISHED, PathwayState
from referrals.policy import KEEPERS, SHOWN_THE_WAY, draws
from referrals.views.guards import refuse

PER_PAGE = 50
TONES = {
    PathwayState.DRAFT: ("act", "open"), PathwayState.SUBMITTED: ("act", "clock"),
    PathwayState.PUBLISHED: ("good", "done"),
}  # fmt: skip
LABELS = {
    "submit": gettext_lazy("Hand it to a second person"),
    "publish": gettext_lazy("Publish it"),
    "give_back": gettext_lazy("Give it back to who wrote it"),
    "drop": gettext_lazy("Throw it away"),
}
WORDS = {
    "submit": gettext_lazy("From now on no step changes. Another person reads it and publishes it."),
    "publish": gettext_lazy(
        "You have read every step and would send somebody there. It is shown from now on and never changes: what is to "
        "change stands in the next version."
    ),
    "give_back": gettext_lazy("It is not published as it is. Tell who wrote it what is missing."),
    "drop": gettext_lazy("What is published stays as it is."),
}
DO: dict[str, Callable[..., Any]] = {
    "submit": actions.submit, "publish": actions.publish, "give_back": actions.give_back, "drop": actions.drop,
}  # fmt: skip


def fetch(actor: User, pk: UUID, verb: str = "read") -> Pathway:
    """A version, or ``Absent``: what is not published is there for those who draw it alone."""
    rows = Pathway.objects.select_related("unit", "drafted_by", "published_by")
    found = rows.filter(pk=pk).exclude(state=PathwayState.DROPPED).first()
    if found is None or (found.state in UNPUBLISHED and not draws(actor, found.unit)):
        raise Absent("record.absent", _("There is nothing at this address."))
    policy.require(actor, verb, found)
    return found


@login_required
@require_safe
def ways(request: HttpRequest) -> HttpResponse:
    """The pathways of the areas of this person's seats, and for who draws them what is being written."""
    actor = me(request)
    if not has_seat(actor, SHOWN_THE_WAY):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    form, mine = WaysForm(request.GET), units_of(actor, KEEPERS)
    near = {unit.pk for seat in actor.seats for unit in seat.unit.upwards()}
    rows = pathways.shown([*near, *(unit.pk for unit in mine)], mine=[unit.pk for unit in mine])
    need = form.cleaned_data["need"] if form.is_valid() else ""
    page = Paginator(rows.filter(need=need) if need else rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form, "page": page, "lines": [_line(row) for row in page], "query": f"need={need}&" if need else "",
        "draws": bool(mine),
    }  # fmt: skip
    return render(request, "referrals/ways.html", context)


def _line(row: Pathway) -> dict[str, Any]:
    lines = [pathways.area(row), _("To be looked at again by %(day)s") % {"day": pages.on(row.review_by)}]
    return {
        "url": reverse("referrals:way", args=[row.pk]),
        "title": row.get_need_display(),
        "tag": tag(row),
        "lines": lines,
    }


def tag(row: Pathway) -> dict[str, Any]:
    """Where it stands; published and past its day is late."""
    if row.state == PathwayState.PUBLISHED and not row.is_in_date:
        return pages.tag(_("To be looked at again"), "late", "clock")
    return pages.tag(row.get_state_display(), *TONES.get(PathwayState(row.state), ("", "")))


@login_required
@require_safe
def way(request: HttpRequest, pathway: UUID) -> HttpResponse:
    """One pathway in plain words: to read aloud, to print, to follow."""
    actor = me(request)
    found = fetch(actor, pathway)
    steps = pathways.steps_of(found)
    context = {
        "pathway": found, "area": pathways.area(found), "tag": tag(found), "rows": pathways.read(steps),
        "alone": pathways.lacks_specialist(steps), "violence": pathways.is_after_violence(found, steps),
        "may_write": found.state == PathwayState.DRAFT and draws(actor, found.unit), "verbs": _verbs(found, actor),
        "facts": _facts(found, request), "newer": _newer(found), "is_late": timezone.localdate() > found.review_by,
    }  # fmt: skip
    return render(request, "referrals/way.html", context)


def _newer(found: Pathway) -> Pathway | None:
    if found.state != PathwayState.SUPERSEDED:
        return None
    return found.versions().published().first()


def _facts(found: Pathway, request: HttpRequest) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"key": _("Version"), "value": str(found.version)}]
    rows.append({"key": _("Written by"), "value": found.drafted_by.name, "typed": True})
    if found.published_by is not None and found.published_at is not None:
        rows.append(
            {"key": _("Published by"), "lines": [found.published_by.name, when(found.published_at, request.user)]}
        )
    return [*rows, {"key": _("To be looked at again by"), "value": pages.on(found.review_by)}]


def _verbs(found: Pathway, actor: User) -> list[dict[str, Any]]:
    if not draws(actor, found.unit):
        return []
    wrote = actor.pk in (found.drafted_by_id, found.submitted_by_id)
    verbs = [v for v in LABELS if found.state in PATHWAY.moves[v].sources and not (v == "publish" and wrote)]
    return [{"url": reverse("referrals:way_move", args=[found.pk, verb]), "label": LABELS[verb]} for verb in verbs]


def back(found: Pathway) -> dict[str, str]:
    """The way back to a pathway."""
    return {"url": reverse("referrals:way", args=[found.pk]), "label": pathways.name(found)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """A new pathway, or the next version of one: what is published is where it starts from."""
    actor = me(request)
    units = units_of(actor, KEEPERS)
    if not units:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    known = {name: request.GET[name] for name in ("unit", "need", "district") if name in request.GET}
    form = BeginForm(units, typed(request), initial=known)
    if form.is_bound and form.is_valid():
        try:
            made = actions.begin(form.area, form.cleaned_data["need"], form.cleaned_data["district"], by=actor)
            return redirect("referrals:way", made.pk)
        except DomainError as error:
            refuse(form, error)
    there = {"url": reverse("referrals:ways"), "label": _("Pathways")}
    return pages.step(
        request, form, heading=_("Draw a pathway"), back=there, submit=_("Go on"),
        lede=_("Who is asked first, who next, and within which time. Another person publishes it."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pathway: UUID) -> HttpResponse:
    """What everybody should know, and the day by which it is looked at again."""
    actor = me(request)
    found = fetch(actor, pathway, "write")
    form = WriteForm(typed(request), initial={"words": found.words, "review_by": found.review_by})
    if form.is_bound and form.is_valid():
        try:
            actions.write(found, form.cleaned_data["words"], form.cleaned_data["review_by"], by=actor)
            return redirect("referrals:way", found.pk)
        except DomainError as error:
            refuse(form, error)
    return pages.step(
        request, form, heading=_("What everybody should know"), back=back(found), over=pathways.name(found),
        submit=_("Save it"),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pathway: UUID, verb: str) -> HttpResponse:
    """Hand in, publish, give back, throw away."""
    actor = me(request)
    if verb not in DO:
        raise Absent("record.absent", _("There is nothing at this address."))
    found = fetch(actor, pathway, verb)
    form = NothingForm(typed(request))
    if form.is_bound and form.is_valid():
        try:
            moved = DO[verb](found, by=actor)
            return redirect("referrals:ways") if verb == "drop" else redirect("referrals:way", moved.pk)
        except DomainError as error:
            refuse(form, error)
    return pages.step(
        request, form, heading=LABELS[verb], back=back(found), over=pathways.name(found), lede=WORDS[verb],
        submit=LABELS[verb],
    )  # fmt: skip
