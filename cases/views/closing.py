"""Closing a case, opening it again, how pressing it is, and waiting for the person."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions, ending_words
from cases.actions.closing import Ending, was_followed
from cases.forms.closing import AnswerForm, CloseForm, ReopenForm, UrgencyForm, WaitForm
from cases.identity import bar, clocks_of, open_case, zone_of
from cases.models import Case, Closure
from cases.states import CaseStatus
from cases.views.guards import keeps_words, page, refuse, typed
from cases.views.who import me
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError

Act = Callable[[Case, dict[str, Any], User], object]


def one_step(request: HttpRequest, case: Case, form: Form, act: Act, **context: Any) -> HttpResponse:
    """A page with one form about a case; what was typed stays where something is refused."""
    with timezone.override(zone_of(case)):
        if form.is_valid():
            try:
                act(case, form.cleaned_data, me(request))
                return redirect("cases:case", case.pk)
            except DomainError as error:
                refuse(form, error)
        trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
        plain = bar(case, "case", clocks=clocks_of(case))
        return page(request, "case_step", form, case=case, bar=plain, **context)


@keeps_words
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What still keeps it open, each with a link; then why it is closed. A second person decides here where it is grave."""
    case = open_case(request.user, pk)
    if case.status == CaseStatus.CLOSED:
        return redirect("cases:case", pk)
    policy.require(request.user, "close", case)
    asked = ending_words.waiting(case)
    form = CloseForm(typed(request), was_followed=was_followed(case))
    if asked is None and form.is_valid():
        try:
            made = actions.ask_closure(case, Ending(**form.cleaned_data), by=me(request))
            messages.success(request, ending_words.done(made))
            return redirect("cases:case", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    plain = bar(case, "case", clocks=clocks_of(case))
    return page(request, "case_close", form, case=case, bar=plain, **ending_words.page(case, asked, request.user))


def fetch(request: HttpRequest, pk: UUID) -> Closure:
    """A closing of a case that this person opens."""
    found: Closure | None = Closure.objects.visible_to(me(request)).select_related("case").filter(pk=pk).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


@login_required
@require_POST
def agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The second person agrees; what has come up meanwhile sends them back to the page that lists it."""
    found = fetch(request, pk)
    try:
        messages.success(request, ending_words.done(actions.agree_closure(found, by=me(request))))
    except DomainError as error:
        if error.code != "case.not_settled":
            raise
        messages.error(request, error.message)
        return redirect("cases:close", found.case_id)
    return redirect("cases:case", found.case_id)


@keeps_words
def give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The second person says what is missing."""
    found = fetch(request, pk)
    policy.require(request.user, "return", found)
    return one_step(
        request, open_case(request.user, found.case_id), AnswerForm(typed(request)),
        lambda case, said, by: actions.return_closure(found, said["answer"], by=by),
        heading=_("Do not close yet"), submit=_("Give it back"), lede=_("The case stays open. Who asked reads what you write."),
    )  # fmt: skip


@login_required
@require_POST
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who asked no longer asks."""
    found = actions.take_back_closure(fetch(request, pk), by=me(request))
    return redirect("cases:case", found.case_id)


@keeps_words
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open it again: all begins anew, and what was agreed before covers nothing (scenario 15)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "reopen", case)
    return one_step(
        request, case, ReopenForm(typed(request)), lambda c, said, by: actions.reopen(c, said["words"], by=by),
        heading=_("Open the case again"), submit=_("Open it again"),
        lede=_("Its clocks begin anew. What the person agreed to before covers nothing any more: ask again, first whether we "
               "may follow this up at all."),
    )  # fmt: skip


@keeps_words
def urgency(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How pressing it is now; the clocks follow (R-29, W-12)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "set_urgency", case)
    return one_step(
        request, case, UrgencyForm(typed(request), initial={"urgency": case.urgency}),
        lambda c, said, by: actions.set_urgency(c, said["urgency"], by=by, reason=said["reason"]),
        heading=_("How urgent is it now?"), submit=_("Save"), lede=_("Every time limit of the case follows from it."),
    )  # fmt: skip


@keeps_words
def wait(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Wait for the person; an emergency's clock never stands still (domain.md §6)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "plan", case)
    return one_step(
        request, case, WaitForm(typed(request)),
        lambda c, said, by: actions.wait(c, said["waits_for"], said["until"], by=by),
        heading=_("Wait for the person"), submit=_("Let it wait"),
        lede=_("Its clocks stand still until then, but never those of an emergency. You are reminded on that day."),
    )  # fmt: skip


@login_required
@require_POST
def go_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The waiting is over."""
    actions.go_on(open_case(request.user, pk), by=me(request))
    return redirect("cases:case", pk)
