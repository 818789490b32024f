"""What people asked of us about their data: the list for whoever decides, and one request (domain.md §4.3)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consent import request_words as words
from consent.actions import requests
from consent.models import DataSubjectRequest
from consent.request_forms import CloseForm, DecideForm
from consent.rights import Stage
from consent.rights_policy import DECIDERS
from consent.views.who import me, require_seat
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError

RELATED = ("dossier", "unit", "taken_by", "decided_by", "about")
PAGE = 50


def fetch(actor: Any, pk: UUID) -> DataSubjectRequest:
    """A request on whose list this person stands, and which does not speak of them."""
    found: DataSubjectRequest = policy.fetch(actor, DataSubjectRequest, pk, related=RELATED)
    return found


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Dates and kinds of what this person may decide on; nothing that was said."""
    actor = require_seat(request, *DECIDERS)
    rows = DataSubjectRequest.objects.visible_to(actor).select_related("unit")
    found = list(rows.order_by("closed_at", "due_at")[: PAGE + 1])
    trail.record("right.listed", ids=[row.pk for row in found[:PAGE]])
    lines = [words.line(row, reverse("consent:request", args=[row.pk])) for row in found[:PAGE]]
    waiting = [one for one in lines if one["request"].stage == Stage.OPEN]
    others = [one for one in lines if one["request"].stage != Stage.OPEN]
    context = {"waiting": waiting, "others": others, "has_more": len(found) > PAGE}
    return render(request, "consent/requests.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request: what was asked, and the decision; of a complaint also the answer that was given."""
    found, actor = fetch(request.user, pk), me(request)
    form = _form(found, actor, request.POST if request.method == "POST" else None)
    if form is None and request.method == "POST":
        policy.require(actor, "decide", found)
    if form is not None and form.is_bound and form.is_valid():
        try:
            _carry_out(found, form, actor)
            messages.success(request, _("It is written down. Who carries it out is told."))
            return redirect("consent:request", pk)
        except DomainError as error:
            _refuse(form, error)
    trail.record("right.read", dossier=found.dossier_id, subject=found.pk)
    context = {"asked": found, "heading": words.heading(found), "rows": words.facts(found), "form": form}
    return render(request, "consent/request.html", context, status=422 if form is not None and form.errors else 200)


def _form(found: DataSubjectRequest, actor: Any, data: Any) -> Form | None:
    if policy.allows(actor, "decide", found):
        return DecideForm(found, data)
    return CloseForm(data) if found.is_voice and policy.allows(actor, "close", found) else None


def _carry_out(found: DataSubjectRequest, form: Form, actor: Any) -> None:
    data = form.cleaned_data
    if isinstance(form, CloseForm):
        requests.close(found, data["told"], by=actor)
    else:
        requests.decide(found, data["ruling"], by=actor, refusal=data["refusal"], answer=data["answer"])


def _refuse(form: Form, error: DomainError) -> None:
    """A hard stop stands in the form, with all that was typed; what has moved on gets its own page."""
    if error.status != 422:
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.message)
