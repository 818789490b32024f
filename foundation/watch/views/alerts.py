"""The data-protection officer's alerts: what was unusual, by whom, when; and what became of it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.watch import actions, words
from foundation.watch.forms import STEPS
from foundation.watch.models import Alert
from foundation.watch.policy import is_officer
from foundation.watch.states import ALERT, OFFICER
from foundation.watch.views.who import me, require

SHOWN = 100
RELATED = ("dossier", "person", "unit", "explained_by", "checked_by")


@login_required
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """What waits first, most serious first; then incidents and what was explained."""
    require(is_officer(me(request)))
    rows = Alert.objects.by_need(me(request)).select_related("person", "unit")
    found = list(rows[: SHOWN + 1])
    context = {"sections": words.sections(found[:SHOWN], me(request)), "has_more": len(found) > SHOWN}
    return render(request, "watch/alerts.html", context)


def _fetch(request: HttpRequest, pk: UUID) -> Alert:
    found: Alert = policy.fetch(request.user, Alert, pk, related=RELATED)
    return found


@login_required
@require_safe
def alert(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One alert: the figures, the references of what was opened, what was done so far."""
    found = _fetch(request, pk)
    return render(
        request, "watch/alert.html", {**words.whole(found, me(request)), "steps": _steps(found, request.user)}
    )


def _steps(found: Alert, actor: Any) -> list[str]:
    return [verb for verb in ALERT.verbs(found.state, OFFICER) if policy.allows(actor, verb, found)]


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One of the officer's verbs: a small form on GET, done on POST."""
    found = _fetch(request, pk)
    form = STEPS[verb](request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            getattr(actions, verb)(found, *form.cleaned_data.values(), by=me(request))
            return redirect("watch:alert", pk)
        except DomainError as error:
            if error.status in (403, 409):
                raise
            form.add_error(error.field, error.message)
    policy.require(me(request), verb, found)
    ALERT.check(verb, found.state)
    context = {"alert": words.line(found, me(request)), "verb": verb, "title": words.DO[verb], "form": form}
    return render(request, "watch/step.html", context, status=422 if form.errors else 200)
