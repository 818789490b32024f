"""The rights of the person: what can be asked, what was asked, by when, what came of it (domain.md §4.3)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import actions, rights_copy
from cases.forms.copy import CopyForm
from cases.forms.rights import HINTS, form_for
from cases.identity import bar, clocks_of, open_case
from cases.models import Case
from cases.story import tell
from cases.views.guards import keeps_words, page, refuse, status_of, typed
from cases.views.who import me
from consent import request_words as words
from consent.actions import requests
from consent.models import DataSubjectRequest
from consent.request_forms import CloseForm, IdentityForm
from consent.rights import CORRECTABLE, VOICES, Right, Ruling
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError

RELATED = ("dossier", "unit", "taken_by", "decided_by", "about")


@login_required
@require_safe
def rights(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the person can ask, and what they asked so far; a complaint never stands here."""
    case = open_case(request.user, pk)
    policy.require(request.user, "rights", case)
    rows = DataSubjectRequest.objects.visible_to(me(request)).filter(person=case.person_id).select_related("unit")
    asked = [words.line(row, reverse("cases:right", args=[row.pk])) for row in rows.order_by("-received_at")]
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    context = {"case": case, "bar": bar(case, "case", clocks=clocks_of(case)), "asked": asked, "can": _can(case)}
    return render(request, "cases/rights.html", context)


def _can(case: Case) -> list[dict[str, Any]]:
    return [
        {"label": right.label, "hint": HINTS[right], "url": reverse("cases:right_ask", args=[case.pk, right.value]),
         "tag": {"text": _("Ask"), "plain": True}}
        for right in Right
    ]  # fmt: skip


@keeps_words
def ask(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """Take down what the person asks; of a correction first what is wrong (``?field=``)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "rights", case)
    if kind not in Right.values:
        raise Absent("record.absent", "")
    form = form_for(kind, case, request.GET.get("field", ""), typed(request))
    if form is not None and form.is_valid():
        try:
            made = actions.ask_right(case, form.asking(kind), by=me(request))
            return _taken(request, case, made)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    context = {"case": case, "kind": kind, "right": Right(kind), "hint": HINTS[Right(kind)], "fields": CORRECTABLE}
    return page(request, "right_ask", form or Form(), **context, is_chosen=form is not None)


def _taken(request: HttpRequest, case: Case, made: DataSubjectRequest) -> HttpResponse:
    if made.kind in VOICES:
        said = _("It is on its way to a seat that they do not hold. Tell the person this number: %(code)s")
        messages.success(request, said % {"code": made.reference})
        return redirect("cases:rights", case.pk)
    return redirect("cases:right", made.pk)


def _fetch(request: HttpRequest, pk: UUID) -> tuple[Case, DataSubjectRequest]:
    """The request and the case of its person, if this person opens both."""
    found: DataSubjectRequest = policy.fetch(request.user, DataSubjectRequest, pk, related=RELATED)
    case = Case.objects.visible_to(me(request)).filter(person=found.person_id).first()
    if case is None:
        raise Absent("record.absent", "")
    opened = open_case(request.user, case.pk)
    policy.require(request.user, "rights", opened)
    return opened, found


@login_required
@require_safe
def right(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request: what was asked, what was decided, what is to be done now. A complaint has its page elsewhere."""
    known: DataSubjectRequest = policy.fetch(request.user, DataSubjectRequest, pk, related=RELATED)
    if known.is_voice:
        return redirect("consent:request", pk)
    case, found = _fetch(request, pk)
    trail.record("right.read", dossier=found.dossier_id, subject=found.pk)
    can = policy.abilities(request.user, found)
    is_copy = found.kind == Right.ACCESS and found.ruling == Ruling.GRANTED
    context = {"case": case, "asked": found, "heading": words.heading(found), "rows": words.facts(found)}
    return render(request, "cases/right.html", {**context, "can": can, "is_copy": is_copy})


STEPS: dict[str, type[Form]] = {"close": CloseForm, "identity": IdentityForm}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Carry out what was decided, or say how it was made sure that it is the person."""
    case, found = _fetch(request, pk)
    policy.require(request.user, "close" if verb == "close" else "check_identity", found)
    form = STEPS[verb](typed(request))
    if form.is_valid():
        try:
            _carry_out(case, found, form, me(request))
            return redirect("cases:right", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("right.read", dossier=found.dossier_id, subject=found.pk)
    return page(request, "right_step", form, case=case, asked=found, verb=verb, heading=words.heading(found))


def _carry_out(case: Case, found: DataSubjectRequest, form: Form, by: Any) -> None:
    if isinstance(form, CloseForm):
        actions.close_right(case, found, form.cleaned_data["told"], by=by)
    else:
        requests.check_identity(found, form.cleaned_data["identity"], by=by)


@login_required
@require_POST
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person no longer asks."""
    case, found = _fetch(request, pk)
    actions.take_back_right(case, found, by=me(request))
    return redirect("cases:rights", case.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The copy, in the person's language: to read aloud, or on paper if that is safe (W-22). Made in the act, kept nowhere."""
    case, found = _fetch(request, pk)
    policy.require(request.user, "close", found)
    form = CopyForm(typed(request), initial={"language": _language(case)})
    if not (form.is_bound and form.is_valid()):
        trail.record("right.read", dossier=found.dossier_id, subject=found.pk)
        return render(
            request, "cases/right_copy.html", {"case": case, "asked": found, "form": form}, status=status_of(form)
        )
    data = form.cleaned_data
    with translation.override(data["language"]):
        parts = rights_copy.sections(case, tell(case, me(request)))
        how = {"way": data["way"], "language": data["language"], "why": data["reason"]}
        reference = actions.copy_right(case, found, **how, by=me(request))
        context = {"case": case, "reference": reference, "sections": parts}
        return render(request, "cases/right_sheet.html", context)


def _language(case: Case) -> str:
    """The person's own language where the product speaks it, else the one in which the concern was told."""
    known = [code for code, _name in settings.LANGUAGES]
    own = [*case.person.facts.get("languages", []), case.concern.language]
    return next((code for code in own if code in known), "")
