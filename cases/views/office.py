"""What the office of data protection asks of who works on a case: a legal hold, and whether the record may stay."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases.identity import open_case
from cases.models import Case
from cases.views.guards import refuse, typed
from cases.views.who import me
from consent import actions as consent
from consent import office_forms as forms
from consent import pages
from consent.models import BasisReview
from consent.terms import LegalBasis
from consent.vocabulary import Purpose
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError


def _back(case: Case) -> dict[str, str]:
    return {"url": reverse("cases:case", args=[case.pk]), "label": _("Back, nothing changes")}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask that the case is not erased. A second person decides (HS-20, HS-23)."""
    case = open_case(request.user, pk)
    policy.require(me(request), "hold", case)
    waiting = consent.hold_on(case.dossier_id)
    if waiting is not None:
        return redirect("consent:hold", waiting.pk)
    form = forms.Hold(typed(request))
    if form.is_valid():
        try:
            said = form.cleaned_data
            consent.ask_hold(case.dossier, case.code, case.unit, said["ground"], said["until"], by=me(request))
            messages.success(request, _("It waits for a second person now. Until then nothing changes."))
            return redirect("cases:case", case.pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    return pages.step(
        request, form, over=case.unit.name, heading=_("Ask for a legal hold"), code=case.code,
        back=_back(case), submit=_("Ask for the hold"),
        lede=_("While it is held nobody erases the case, neither people nor the schedule. Two people end it again."),
    )  # fmt: skip


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def basis(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A consent was taken back: what is written down stays on another basis, or is to be erased (domain.md §4.2)."""
    case = open_case(request.user, pk)
    policy.require(me(request), "review_basis", case)
    review = BasisReview.objects.filter(dossier=case.dossier_id, decided_at=None).first()
    if review is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    form = forms.Review(typed(request))
    if form.is_valid():
        said = form.cleaned_data
        is_kept = said["outcome"] == "keep"
        try:
            consent.decide_review(
                review, is_kept=is_kept, basis=said["basis"], why=said["why"], subject=case.pk, by=me(request)
            )
            return redirect("cases:case" if is_kept else "cases:erase", case.pk)
        except DomainError as error:
            refuse(form, error)
    return _basis_page(request, form, case, review)


def _basis_page(request: HttpRequest, form: forms.Review, case: Case, review: BasisReview) -> HttpResponse:
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    return pages.step(
        request, form, over=case.unit.name, heading=_("May the record stay?"), code=case.code,
        back=_back(case), rows=_facts(case, review), submit=_("Save the decision"),
        lede=_("The person took back a consent. What we were allowed to do has ended; what is written down is another "
               "question. Nothing is erased before somebody has decided."),
    )  # fmt: skip


def _facts(case: Case, review: BasisReview) -> list[dict[str, object]]:
    found = consent.current_bases(case.unit.organisation).get(Purpose.RECORD_CASE)
    known = found.get_basis_display() if found and found.basis != LegalBasis.CONSENT else _("Not assessed yet")
    return [
        {"key": _("Taken back"), "lines": [str(Purpose(p).label) for p in review.purposes if p in Purpose.values]},
        {"key": _("Our basis for keeping records of cases"), "value": known},
    ]
