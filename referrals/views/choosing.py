"""Choosing a service for a case, preparing a referral."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.identity import open_case
from cases.models import Case
from cases.views.guards import typed
from cases.views.who import me
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError
from foundation.core.words import list_words
from referrals import actions, saving_words
from referrals.carrying import why_not as why_not_carried
from referrals.consulting import mandates
from referrals.directory import Entry, decisions_on_services, exceptions_for_services, may_hold, why_not
from referrals.forms.referral import KindForm, PrepareForm
from referrals.forms.saving import SavingForm
from referrals.listing import RELATED
from referrals.models import Referral, Service
from referrals.saving import is_offered
from referrals.states import OPEN
from referrals.suggesting import choice
from referrals.views.guards import refuse
from referrals.vocabulary import ServiceType, Status
from referrals.warnings import warnings_for
from referrals.words import labels


@login_required
@require_safe
def choose(request: HttpRequest, case: UUID) -> HttpResponse:
    """The directory for one case: which service may be asked, and what the person has decided about it."""
    found = open_case(request.user, case)
    policy.require(request.user, "refer", found)
    trail.record("case.read", dossier=found.dossier_id, subject=found.pk)
    kind = request.GET.get("kind", "")
    form = KindForm(request.GET if kind in ServiceType.values else None)
    return render(request, "referrals/choose.html", _offered(found, form, kind, request.GET.get("page")))


def _offered(case: Case, form: KindForm, kind: str, page: str | None) -> dict[str, Any]:
    chosen = choice(case, kind, page)
    usual = [str(ServiceType(code).label) for code in chosen.kinds]
    return {
        "case": case, "form": form, "kind": kind, "choice": chosen, "page": chosen.page, "mandates": mandates(case),
        "usual": list_words(usual) if usual else "", "query": f"kind={kind}&" if kind else "",
        "related": [(code.value, code.label) for code in RELATED.get(kind, ())],
    }  # fmt: skip


@login_required
@require_POST
def missing(request: HttpRequest, case: UUID) -> HttpResponse:
    """Nobody here gives this kind of help: a gap for the figures; nothing is stopped by it. Field: ``kind``."""
    found = open_case(request.user, case)
    form = KindForm(request.POST)
    if not form.is_valid():
        trail.record("case.read", dossier=found.dossier_id, subject=found.pk)
        return render(request, "referrals/choose.html", _offered(found, form, "", None), status=422)
    actions.report_gap(found, form.cleaned_data["kind"], by=me(request))
    return redirect(f"{reverse('referrals:choose', args=[case])}?kind={form.cleaned_data['kind']}&noted=1")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, case: UUID, service: UUID) -> HttpResponse:
    """Write what is needed and what stays here. Fields: ``reason``, ``withheld``. A draft that waits is changed."""
    found = open_case(request.user, case)
    policy.require(request.user, "refer", found)
    entry = _entry(found, service)
    draft = _draft(found, entry, me(request))
    is_warned = draft is None and bool(warnings_for(found, entry.service))
    form = _form(request, entry, draft, is_warned=is_warned, may_carry=not why_not_carried(found, entry.service))
    if form.is_bound and form.is_valid():
        try:
            saved = _save(found, entry.service, form, draft, me(request))
            return redirect("referrals:referral", saved.pk)
        except DomainError as error:
            refuse(form, error)
    status = 422 if form.errors else 200
    trail.record("case.read", dossier=found.dossier_id, subject=found.pk)
    context = {"case": found, "entry": entry, "form": form, "told": _told(entry), "previous": _previous(found, entry)}
    context["cautions"] = warnings_for(found, entry.service)
    return render(request, "referrals/prepare.html", context, status=status)


def _entry(case: Case, pk: UUID) -> Entry:
    service = Service.objects.select_related("partner__organisation").filter(pk=pk).first()
    if service is None:
        raise Absent("record.absent", "")
    signed = exceptions_for_services(case).get(pk)
    said = decisions_on_services(case).get(pk)
    return Entry(service, why_not(service), said, signed, is_offered(case, service))


def _draft(case: Case, entry: Entry, actor: User) -> Referral | None:
    rows = Referral.objects.visible_to(actor).filter(case=case, service=entry.service, status=Status.DRAFT)
    if entry.may_save:  # what was begun in the ordinary way goes no further
        rows = rows.filter(is_life_saving=True)
    draft: Referral | None = rows.select_related("dossier").order_by("-created_at").first()
    return draft


def _form(
    request: HttpRequest, entry: Entry, draft: Referral | None, *, is_warned: bool, may_carry: bool
) -> PrepareForm:
    held = {code: words for code, words in may_hold(entry.service).items() if code in entry.told}
    known: dict[str, Any] = {}
    if draft is not None and draft.is_open:
        known = {"reason": draft.reason, "withheld": [code for code in held if code not in draft.fields]}
        saved = saving_words.of(draft)
        known |= {"answered_by": saved.answered_by, "why": saved.why} if saved else {}
    kind = SavingForm if entry.may_save or (draft is not None and draft.is_life_saving) else PrepareForm
    asked = {"is_warned": is_warned, "is_new": draft is None, "may_carry": may_carry}
    return kind(held, typed(request), initial=known, **asked)


def _way(form: PrepareForm, case: Case) -> dict[str, Any]:
    given = {name: form.cleaned_data[name] for name in ("channel", "is_safe_to_carry") if form.cleaned_data.get(name)}
    return {**given, "call": form.call(case.unit)} if isinstance(form, SavingForm) else given


def _told(entry: Entry) -> str:
    return labels([code for code in entry.service.offered_fields if code in entry.told])


def _previous(case: Case, entry: Entry) -> Referral | None:
    """The attempt that this one follows, the newest for the same kind of help.

    Declined, not answered, reopened; or open at another partner whose agreement has run out (scenario 10).
    """
    same = Referral.objects.filter(case=case, service__service_type=entry.service.service_type)
    lapsed = Q(status__in=OPEN, is_life_saving=False, recipient__partner__agreement_until__lt=timezone.localdate())
    lapsed &= ~Q(service=entry.service)
    refused = Q(status__in=(Status.DECLINED, Status.EXPIRED), verified_at=None)
    row: Referral | None = same.filter(refused | Q(is_reopened=True) | lapsed).order_by("-created_at").first()
    return row


def _save(case: Case, service: Service, form: PrepareForm, draft: Referral | None, by: User) -> Referral:
    given = form.cleaned_data
    offer = actions.Offer(given["reason"], given.get("withheld", []), given.get("anyway", ""), **_way(form, case))
    if draft is not None:
        return actions.revise(draft, offer, by=by)
    return actions.prepare(case, service, offer, by=by, previous=_previous(case, Entry(service, "")))
