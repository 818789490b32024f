"""Emergency access: asking for a case by its code, the second person's answer, and what became of it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.watch import access_words, actions, stepup
from foundation.watch.forms import Ask, Confirm, Refuse
from foundation.watch.models import EmergencyAccess
from foundation.watch.policy import may_ask, may_confirm_any
from foundation.watch.views.who import me, require

SHOWN = 25
RELATED = ("dossier", "unit", "asked_by", "answered_by")
ANSWERS = {"confirm": Confirm, "refuse": Refuse}


@login_required
@require_safe
def accesses(request: HttpRequest) -> HttpResponse:
    """What waits for this person's answer, and what they asked for themselves."""
    require(may_ask(me(request)) or may_confirm_any(me(request)))
    rows = EmergencyAccess.objects.visible_to(me(request)).select_related(*RELATED).order_by("-asked_at")
    lines = access_words.lists(list(rows[:SHOWN]), me(request))
    return render(request, "watch/accesses.html", {**lines, "may_ask": may_ask(me(request))})


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a case that is on no list of one's own. The answer is the same whether there is such a case."""
    require(may_ask(me(request)))
    return _ask(request)


@stepup.asked_before
def _ask(request: HttpRequest) -> HttpResponse:
    form = Ask(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and stepup.is_fresh(request, form):
        try:
            asked = actions.ask(**form.cleaned_data, by=me(request))
            return redirect("watch:access", asked.pk)
        except DomainError as error:
            form.add_error(error.field, error.message)
    context = {"form": form, "seconds": access_words.seconds_of(me(request))}
    return render(request, "watch/access_ask.html", context, status=422 if form.errors else 200)


def _fetch(request: HttpRequest, pk: UUID) -> EmergencyAccess:
    found: EmergencyAccess = policy.fetch(request.user, EmergencyAccess, pk, related=RELATED)
    return found


@login_required
@require_safe
def access(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request: where it stands, for who asked and for who may confirm."""
    found = _fetch(request, pk)
    can = policy.abilities(request.user, found)
    return render(request, "watch/access.html", {**access_words.whole(found, me(request)), "can": can})


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """The second person's page: confirm or refuse."""
    found = _fetch(request, pk)
    policy.require(request.user, verb, found)
    return _answer(request, found, verb)


@stepup.asked_before
def _answer(request: HttpRequest, found: EmergencyAccess, verb: str) -> HttpResponse:
    form = ANSWERS[verb](request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and stepup.is_fresh(request, form):
        done = getattr(actions, verb)(found, *form.cleaned_data.values(), by=me(request))
        return redirect("watch:access", done.pk)
    context: dict[str, Any] = {**access_words.whole(found, me(request)), "form": form, "verb": verb}
    return render(request, "watch/access_answer.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End it before its time."""
    actions.close(_fetch(request, pk), by=me(request))
    return redirect("watch:access", pk)
