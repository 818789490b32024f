"""Telling something without consent: ask, the second signature, refuse, take back, end, look back (domain.md §5.7)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import exception_words, recipients
from cases.actions.exceptions import ask_exception
from cases.forms.exception import AskException, FindRecipient, RefuseException, ReviewException, Sign
from cases.identity import open_case
from cases.models import Case
from cases.policy import LEADS, has_seat
from cases.views.guards import keeps_words, refuse, status_of, typed
from cases.views.who import me
from consent.actions import exceptions as actions
from consent.models import ExceptionalDisclosure
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError

PAGE = 50


def fetch(actor: Any, pk: UUID) -> ExceptionalDisclosure:
    """One that this person may know of; the case itself is never joined, which the second person cannot see."""
    found: ExceptionalDisclosure = policy.fetch(actor, ExceptionalDisclosure, pk, related=exception_words.RELATED)
    return found


@login_required
@require_safe
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom it would be told. First the other way is shown: asking the person."""
    case = open_case(request.user, pk)
    policy.require(request.user, "ask_exception", case)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    form = FindRecipient(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "case": case, "form": form, "groups": recipients.choices(case, words), "points": exception_words.before(case),
        "words": words,
    }  # fmt: skip
    return render(request, "cases/exception_choose.html", context)


@keeps_words
def ask(request: HttpRequest, pk: UUID, recipient: UUID) -> HttpResponse:
    """Ask for it, which is the first signature. Whoever asks confirms first that it is them."""
    case = open_case(request.user, pk)
    policy.require(request.user, "ask_exception", case)
    return _ask(request, case, recipients.recipient(case, recipient))


@asked_again
def _ask(request: HttpRequest, case: Case, who: recipients.Recipient) -> HttpResponse:
    form = AskException(who, typed(request))
    if form.is_valid():
        try:
            asked = ask_exception(case, form.plea(), by=me(request))
            messages.success(request, _("Your signature stands. A second person was told."))
            return redirect("cases:exception", asked.pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    context = {"case": case, "form": form, "who": who, "always": recipients.labels(who.always)}
    return render(request, "cases/exception_ask.html", context, status=status_of(form))


@login_required
@require_safe
def exceptions(request: HttpRequest) -> HttpResponse:
    """What waits for a signature or a second look, and the others, newest first: codes, times, no narrative."""
    actor = me(request)
    rows = ExceptionalDisclosure.objects.visible_to(actor).select_related("unit").order_by("-requested_at")
    found = list(rows[: PAGE + 1])
    trail.record("exception.listed", ids=[row.pk for row in found[:PAGE]])
    lines = [exception_words.line(row, actor) for row in found[:PAGE]]
    context = {
        "waiting": [line for line in lines if line["waits"] or line["to_review"]],
        "others": [line for line in lines if not (line["waits"] or line["to_review"])],
        "figures": exception_words.figures(found),
        "has_more": len(found) > PAGE,
        "may_ask": has_seat(actor, LEADS),
    }
    return render(request, "cases/exceptions.html", context)


@login_required
@require_safe
def exception(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where one stands, and what was written where the reader holds the key."""
    found = fetch(request.user, pk)
    trail.record("exception.read", dossier=found.matter_id, subject=found.pk)
    context = exception_words.page(found) | {"can": policy.abilities(request.user, found)}
    return render(request, "cases/exception.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def authorise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The last page before it takes effect: everything that is signed stands on it (HS-20)."""
    found = fetch(request.user, pk)
    policy.require(request.user, "authorise", found)
    return _authorise(request, found)


@asked_again
def _authorise(request: HttpRequest, found: ExceptionalDisclosure) -> HttpResponse:
    form = Sign(typed(request))
    if form.is_valid():
        actions.authorise(found, by=me(request))
        messages.success(request, _("Signed by two people. It is in effect."))
        return redirect("cases:exception", found.pk)
    trail.record("exception.read", dossier=found.matter_id, subject=found.pk)
    context = {
        "exception": found,
        "form": form,
        "rows": exception_words.asked(found),
        "text": exception_words.signing(),
    }
    return render(request, "cases/exception_authorise.html", context)


@keeps_words
def refuse_it(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The second person does not sign, and says why."""
    found = fetch(request.user, pk)
    policy.require(request.user, "refuse", found)
    form = RefuseException(typed(request))
    if form.is_valid():
        actions.refuse(found, form.cleaned_data["answer"], by=me(request))
        messages.success(request, _("Not signed. Who asked is told."))
        return redirect("cases:exceptions")
    return _words(request, found, form, _("Do not sign"))


@keeps_words
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody else looks back: was it necessary?"""
    found = fetch(request.user, pk)
    policy.require(request.user, "review", found)
    form = ReviewException(typed(request))
    if form.is_valid():
        data = form.cleaned_data
        actions.review(found, data["necessary"] == "yes", data["review"], by=me(request))
        messages.success(request, _("What you found stands."))
        return redirect("cases:exception", found.pk)
    return _words(request, found, form, _("Look back"))


def _words(request: HttpRequest, found: ExceptionalDisclosure, form: Any, title: str) -> HttpResponse:
    trail.record("exception.read", dossier=found.matter_id, subject=found.pk)
    context = exception_words.page(found) | {"form": form, "title": title}
    return render(request, "cases/exception_words.html", context, status=status_of(form))


@login_required
@require_POST
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who asked no longer asks."""
    actions.take_back(fetch(request.user, pk), by=me(request))
    messages.success(request, _("You no longer ask for it. Nothing was told."))
    return redirect("cases:exception", pk)


@login_required
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The ground is gone: it ends now."""
    actions.end(fetch(request.user, pk), by=me(request))
    messages.success(request, _("It ended. Nothing more is told."))
    return redirect("cases:exception", pk)
