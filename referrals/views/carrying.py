"""The carried code: shown once to the referrer, typed by the partner's worker (partners.md §4; W-22)."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases.identity import zone_of
from cases.policy import has_seat
from cases.views.guards import status_of, typed
from cases.views.who import me
from foundation.accounts.models import Role
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError
from foundation.core.words import day_words
from referrals import actions, telling
from referrals.carrying import Carry
from referrals.forms.carrying import CarryForm, CodeForm
from referrals.models import Referral
from referrals.views.guards import refuse
from referrals.views.referral import fetch


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whether carrying is safe; posting ``language`` and ``why`` shows the new code, this once."""
    found = fetch(request.user, pk)
    policy.require(request.user, "make_code", found)
    initial = {"language": telling.language_of(found.case, [code for code, _name in settings.LANGUAGES])}
    form = CarryForm(typed(request), initial=initial)
    trail.record("referral.read", dossier=found.dossier_id, subject=found.pk, version=found.version)
    if form.is_bound and form.is_valid():
        try:
            code = actions.make_code(found, form.cleaned_data["why"], by=me(request))
            return _shown(request, found, code, form.cleaned_data)
        except DomainError as error:
            refuse(form, error)
    return render(request, "referrals/code.html", {"referral": found, "form": form}, status=status_of(form))


def _shown(request: HttpRequest, referral: Referral, code: str, given: dict[str, str]) -> HttpResponse:
    fresh = Referral.objects.only("code_until").get(pk=referral.pk)
    with translation.override(given["language"]):
        until = day_words(fresh.code_until, zone_of(referral.case)) if fresh.code_until else ""
        context = {"referral": referral, "code": code, "until": until, "is_paper": given["why"] != Carry.HEART}
        return render(request, "referrals/code_slip.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def enter(request: HttpRequest) -> HttpResponse:
    """The person stands at the desk and tells the code. Field: ``code``."""
    if not has_seat(request.user, (Role.PARTNER_WORKER,)):
        raise Absent("record.absent", "")
    form = CodeForm(typed(request))
    if form.is_bound and form.is_valid():
        try:
            return redirect("referrals:offer", actions.enter_code(form.cleaned_data["code"], by=me(request)).pk)
        except DomainError as error:
            refuse(form, error)
    return render(request, "referrals/enter_code.html", {"form": form}, status=status_of(form))
