"""Erasing a case: ask, agree or not, and the certificate (HS-20; domain.md §4.3)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import actions, erasure_words
from cases.forms.erasure import Ask, Confirm
from cases.identity import open_case
from cases.models import Case, Erasure
from cases.policy import WORKERS, has_seat
from cases.states import ErasureStatus
from cases.views.guards import refuse, status_of, typed
from cases.views.who import me
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError, WrongState

RELATED = ("unit", "requested_by", "requested_seat__unit", "decided_by", "decided_seat__unit", "rule")
PAGE = 50


def fetch(actor: Any, pk: UUID) -> Erasure:
    """An erasure that this person may know of; the case itself is never joined, which the second person cannot see."""
    found: Erasure = policy.fetch(actor, Erasure, pk, related=RELATED)
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for a case to be erased. Whoever asks confirms first that it is them."""
    case = open_case(request.user, pk)
    policy.require(request.user, "erase", case)
    return _ask(request, case)


@asked_again
def _ask(request: HttpRequest, case: Case) -> HttpResponse:
    waiting = Erasure.objects.filter(dossier=case.dossier, status=ErasureStatus.REQUESTED).first()
    if waiting is not None:
        return redirect("cases:erasure", waiting.pk)
    form = Ask(typed(request), code=case.code)
    if form.is_valid():
        try:
            asked = actions.request_erasure(case, form.cleaned_data["ground"], by=me(request))
            messages.success(request, _("It waits for a second person now. Until then nothing changes."))
            return redirect("cases:erasure", asked.pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    context = {"case": case, "form": form, "rows": erasure_words.before(case), "held": erasure_words.stays()}
    return render(request, "cases/erase.html", context, status=status_of(form))


@login_required
@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what became of the others; newest first."""
    actor = me(request)
    rows = Erasure.objects.visible_to(actor).select_related(*RELATED).order_by("-requested_at")
    found = list(rows[: PAGE + 1])
    trail.record("case.erasure_read", ids=[erasure.pk for erasure in found[:PAGE]])
    lines = [erasure_words.line(erasure, actor) for erasure in found[:PAGE]]
    context = {
        "waiting": [line for line in lines if line["waits"]],
        "others": [line for line in lines if not line["waits"]],
        "has_more": len(found) > PAGE,
        "may_ask": has_seat(actor, WORKERS),
    }
    return render(request, "cases/erasures.html", context)


@login_required
@require_safe
def erasure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where an erasure stands; in the end, its certificate, without a name in it."""
    found = fetch(request.user, pk)
    trail.record("case.erasure_read", dossier=found.dossier_id, subject=found.pk)
    context = erasure_words.page(found) | {"can": policy.abilities(request.user, found)}
    return render(request, "cases/erasure.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def authorise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The last page before the keys go: the second person types the code (HS-20)."""
    found = fetch(request.user, pk)
    if found.status != ErasureStatus.REQUESTED:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    policy.require(request.user, "authorise", found)
    return _authorise(request, found)


@asked_again
def _authorise(request: HttpRequest, found: Erasure) -> HttpResponse:
    form = Confirm(typed(request), code=found.code)
    if form.is_valid():
        actions.authorise_erasure(found, by=me(request))
        messages.success(request, _("The keys are being destroyed. The certificate appears here in a moment."))
        return redirect("cases:erasure", found.pk)
    trail.record("case.erasure_read", dossier=found.dossier_id, subject=found.pk)
    context = {"erasure": found, "form": form, "rows": erasure_words.asked(found), "held": erasure_words.stays()}
    return render(request, "cases/erasure_authorise.html", context, status=status_of(form))


@login_required
@require_POST
def refuse_it(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The second person does not agree."""
    actions.refuse_erasure(fetch(request.user, pk), by=me(request))
    messages.success(request, _("The case stays as it is. Who asked is told."))
    return redirect("cases:erasures")


@login_required
@require_POST
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who asked no longer asks."""
    actions.take_back_erasure(fetch(request.user, pk), by=me(request))
    messages.success(request, _("You no longer ask for it. The case stays as it is."))
    return redirect("cases:erasures")
