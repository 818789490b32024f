"""Choosing a service for a case, preparing a referral."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cases.identity import open_case
from cases.models import Case
from cases.views.guards import typed
from cases.views.who import me
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError
from referrals import actions
from referrals.directory import Entry, decisions_on_services, entries, exceptions_for_services, may_hold, why_not
from referrals.forms.referral import PrepareForm
from referrals.models import Referral, Service
from referrals.views.guards import refuse
from referrals.vocabulary import Status
from referrals.words import labels


@login_required
@require_safe
def choose(request: HttpRequest, case: UUID) -> HttpResponse:
    """The directory for one case: which service may be asked, and what the person has decided about it."""
    found = open_case(request.user, case)
    policy.require(request.user, "refer", found)
    trail.record("partner.listed", dossier=found.dossier_id)
    rows = entries(found)
    context = {
        "case": found,
        "possible": [entry for entry in rows if not entry.why_not],
        "impossible": [entry for entry in rows if entry.why_not],
    }
    return render(request, "referrals/choose.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, case: UUID, service: UUID) -> HttpResponse:
    """Write what is needed and what stays here. Fields: ``reason``, ``withheld``. A draft that waits is changed."""
    found = open_case(request.user, case)
    policy.require(request.user, "refer", found)
    entry, draft = _entry(found, service), _draft(found, service, me(request))
    form = _form(request, entry, draft)
    if form.is_bound and form.is_valid():
        try:
            saved = _save(found, entry.service, form, draft, me(request))
            return redirect("referrals:referral", saved.pk)
        except DomainError as error:
            refuse(form, error)
    status = 422 if form.errors else 200
    trail.record("case.read", dossier=found.dossier_id, subject=found.pk)
    context = {"case": found, "entry": entry, "form": form, "told": _told(entry), "previous": _previous(found, entry)}
    return render(request, "referrals/prepare.html", context, status=status)


def _entry(case: Case, pk: UUID) -> Entry:
    service = Service.objects.select_related("partner__organisation").filter(pk=pk).first()
    if service is None:
        raise Absent("record.absent", "")
    signed = exceptions_for_services(case).get(pk)
    return Entry(service, why_not(service), decisions_on_services(case).get(pk), signed)


def _draft(case: Case, service: UUID, actor: User) -> Referral | None:
    rows = Referral.objects.visible_to(actor).filter(case=case, service=service, status=Status.DRAFT)
    draft: Referral | None = rows.select_related("dossier").order_by("-created_at").first()
    return draft


def _form(request: HttpRequest, entry: Entry, draft: Referral | None) -> PrepareForm:
    held = {code: words for code, words in may_hold(entry.service).items() if code in entry.fields}
    known = {}
    if draft is not None and draft.is_open:
        known = {"reason": draft.reason, "withheld": [code for code in held if code not in draft.fields]}
    return PrepareForm(held, typed(request), initial=known)


def _told(entry: Entry) -> str:
    return labels([code for code in entry.service.offered_fields if code in entry.fields])


def _previous(case: Case, entry: Entry) -> Referral | None:
    """The attempt that this one follows: the newest for the same kind of help that was declined or not answered."""
    ended = Referral.objects.filter(
        case=case, service__service_type=entry.service.service_type, status__in=(Status.DECLINED, Status.EXPIRED)
    )
    row: Referral | None = ended.filter(verified_at=None).order_by("-created_at").first()
    return row


def _save(case: Case, service: Service, form: PrepareForm, draft: Referral | None, by: User) -> Referral:
    offer = actions.Offer(form.cleaned_data["reason"], form.cleaned_data.get("withheld", []))
    if draft is not None:
        return actions.revise(draft, offer, by=by)
    return actions.prepare(case, service, offer, by=by, previous=_previous(case, Entry(service, "")))
