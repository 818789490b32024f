"""The register of processing activities, as a page, on paper and as a list; and the legal basis of each purpose."""

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consent import actions, office, pages, processing
from consent import office_forms as forms
from consent.models import ProcessingBasis
from consent.rooms import DECIDERS, OFFICERS
from consent.views.who import require_seat
from consent.vocabulary import Purpose
from foundation.accounts.models import Organisation
from foundation.audit import trail
from foundation.core.errors import DomainError, Forbidden
from foundation.exports.cells import safe


def own(request: HttpRequest, *roles: Any) -> Organisation:
    """The organisation for which the actor decides; else 403."""
    found = office.own(require_seat(request, *roles))
    if found is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    return found


def n_waiting(actor: Any) -> int:
    """Purposes whose basis nobody has assessed or must look at again, for the officer's card."""
    organisation = office.own(actor)
    if organisation is None or not office.is_officer(actor):
        return 0
    known = actions.current_bases(organisation)
    return sum(_is_due(known.get(purpose)) for purpose in Purpose.values)


@login_required
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Every purpose: basis, data, recipients, retention; and what protects all of it."""
    organisation = own(request, *DECIDERS)
    rows = processing.activities(organisation)
    trail.record("register.read", n=len(rows))
    context = {
        "organisation": organisation,
        "activities": [{"row": row, "basis": _basis(row.basis), "is_due": _is_due(row.basis)} for row in rows],
        "besides": processing.besides(),
        "measures": processing.measures(),
        "may_set": office.is_officer(request.user),
    }
    return render(request, "consent/register.html", context)


def _basis(basis: Any) -> str:
    if basis is None:
        return _("Not assessed yet")
    said = {"basis": basis.get_basis_display(), "day": pages.on(basis.review_by)}
    return _("%(basis)s; to be looked at again by %(day)s") % said


def _is_due(basis: Any) -> bool:
    return basis is None or basis.is_due


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The same as comma-separated values, guarded against formulas. Nothing of a person stands in it."""
    organisation = own(request, *DECIDERS)
    rows = processing.activities(organisation)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="register.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([_("Purpose"), _("Legal basis"), _("Why"), _("Whose data"), _("Data"), _("Fields"), _("Recipients"),
                     _("Kept"), _("Protection")])  # fmt: skip
    protection = " ".join(processing.measures())
    for row in rows:
        why = row.basis.justification if row.basis else ""
        parts = ["; ".join(part) for part in (row.data, row.fields, row.recipients, row.kept)]
        writer.writerow([safe(cell) for cell in (row.label, _basis(row.basis), why, row.whose, *parts, protection)])
    trail.record("register.exported", n=len(rows))
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def basis(request: HttpRequest, purpose: str) -> HttpResponse:
    """Set the legal basis of one purpose; the versions before stay."""
    by = require_seat(request, *OFFICERS)
    organisation = own(request, *OFFICERS)
    if purpose not in Purpose.values:
        raise Http404
    form = forms.Basis(pages.posted(request), initial={"review_by": forms.latest(365)})
    if form.is_valid():
        try:
            actions.set_basis(purpose, **form.cleaned_data, by=by)
            return redirect("consent:register")
        except DomainError as error:
            pages.refuse(form, error)
    return _basis_page(request, form, purpose, actions.current_bases(organisation).get(purpose))


def _basis_page(request: HttpRequest, form: forms.Basis, purpose: str, now: ProcessingBasis | None) -> HttpResponse:
    back = {"url": reverse("consent:register"), "label": _("Register of processing activities")}
    rows: list[dict[str, Any]] = [{"key": _("Now"), "value": _basis(now)}]
    if now is not None:
        rows.append({"key": _("Why"), "value": now.justification, "typed": True})
    return pages.step(
        request, form, over=_("Legal basis"), heading=Purpose(purpose).label, back=back,
        rows=rows, submit=_("Save the basis"),
        lede=_("Apart from the person’s consent to what we do: the basis on which we may process data for it at all."),
    )  # fmt: skip
