"""Is everything running? For the administrator and the data-protection officer; nothing of a person stands here."""

from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Forbidden
from foundation.upkeep import actions, checks, figures, policy, stuck, targets, words
from foundation.upkeep.forms import GiveUp


def _me(request: HttpRequest, verb: str = "look") -> User:
    if not policy.may(request.user, verb):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    return cast(User, request.user)


def _zone(actor: User) -> Any:
    return ZoneInfo(actor.seats[0].unit.time_zone)


@login_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Every part, every task, every flow, and what to do where something is wrong."""
    zone, standing = _zone(_me(request)), figures.standing()
    groups: dict[str, list[words.Line]] = {
        "parts": words.parts(checks.results()),
        "tasks": words.tasks(standing, zone),
        "flows": words.flows(standing, zone),
        "endpoints": words.endpoints(targets.lines(), standing.now, zone),
    }
    wrong = [line for lines in groups.values() for line in lines if line.is_wrong]
    right = {name: [line for line in lines if not line.is_wrong] for name, lines in groups.items()}
    context = {**right, "wrong": wrong, "n_wrong": len(wrong), "n_stuck": standing.n_stuck}
    return render(request, "upkeep/status.html", context)


@login_required
@require_safe
def stuck_messages(request: HttpRequest) -> HttpResponse:
    """The messages that did not arrive: how, to whom, how often tried, since when. Never what about."""
    actor = _me(request)
    rows, has_more = stuck.rows(_zone(actor))
    trail.record("message.listed", n=len(rows))
    context = {"rows": rows, "has_more": has_more, "may_give_up": policy.may(actor, "give_up")}
    return render(request, "upkeep/stuck.html", context)


@login_required
@require_POST
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One more round for one message."""
    actor = _me(request, "retry")
    actions.retry(stuck.waiting(pk), by=actor)
    messages.success(request, _("It is tried again now."))
    return redirect("upkeep:stuck")


@login_required
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """One more round for all of them."""
    n = actions.retry_all(by=_me(request, "retry"))
    said = ngettext("%(n)d message is tried again now.", "%(n)d messages are tried again now.", n)
    messages.success(request, said % {"n": n})
    return redirect("upkeep:stuck")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let one go, for a reason."""
    actor, message = _me(request, "give_up"), stuck.waiting(pk)
    form = GiveUp(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.give_up(message, form.cleaned_data["reason"], by=actor)
        messages.success(request, _("It will not be delivered. The trail says why."))
        return redirect("upkeep:stuck")
    row = stuck.row(message, _zone(actor))
    trail.record("message.listed", n=1)
    return render(request, "upkeep/give_up.html", {"form": form, "row": row}, status=422 if form.errors else 200)
