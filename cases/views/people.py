"""The person a case is about: what is known, and how to reach them safely."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.actions.case import may_reach
from cases.forms.case import PersonForm
from cases.identity import bar, clocks_of, open_case
from cases.models import Case
from cases.views.guards import keeps_words, page, refuse, typed
from cases.views.who import me
from consent import actions as consent
from consent.vocabulary import ContactMethod
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError


@keeps_words
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is known of the person, to read and to change. Opening it stands in the trail."""
    case = open_case(request.user, pk)
    form = PersonForm(request.POST) if typed(request) else PersonForm.of(case.person)
    if form.is_bound and form.is_valid():
        policy.require(request.user, "describe_person", case)
        try:
            consent.change_person(case.person, by=me(request), **form.values(case.person))
            return redirect("cases:case", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    if case.person.contact.get("value"):
        trail.record("person.contact_shown", dossier=case.dossier_id, subject=case.person_id)
    can = policy.allows(request.user, "describe_person", case)
    context = {"case": case, "bar": bar(case, "case_person", clocks=clocks_of(case)), "may_change": can}
    return page(request, "case_person", form, **context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The safe contact, shown when it is asked for (POST) and the person agreed to be reached; it stands in the trail."""
    case = open_case(request.user, pk)
    may_use = may_reach(case)
    is_shown = request.method == "POST" and may_use
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    if is_shown:
        trail.record("person.contact_shown", dossier=case.dossier_id, subject=case.person_id)
    context = {
        "case": case,
        "bar": bar(case, "case", clocks=clocks_of(case)),
        "rows": _contact_rows(case) if is_shown else [],
        "is_shown": is_shown,
        "may_use": may_use,
    }
    return render(
        request, "cases/case_contact.html", context, status=409 if request.method == "POST" and not may_use else 200
    )


def _contact_rows(case: Case) -> list[dict[str, Any]]:
    contact = case.person.contact
    method = contact.get("method")
    rows = [
        (_("How"), ContactMethod(method).label if method else _("Not known yet"), False),
        (_("Number, place or person"), contact.get("value"), True),
        (_("Safe times"), contact.get("safe_times"), True),
        (_("Code word to ask for first"), contact.get("code_word"), True),
    ]
    if "may_leave_message" in contact:
        rows.append((_("May a message be left?"), _("Yes") if contact["may_leave_message"] else _("No"), False))
    return [{"key": key, "value": value, "typed": is_typed} for key, value, is_typed in rows if value]
