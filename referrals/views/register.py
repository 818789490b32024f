"""The register of partners: who is proposed, vetted, under agreement, active; each step with its second person."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cases.views.guards import typed
from cases.views.who import me
from consent.pages import when
from consent.sources import Source
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, Forbidden
from referrals import pages
from referrals.actions import register
from referrals.forms.register import TIERS, AgreementForm, EndForm, NothingForm, ProposeForm, VettingForm
from referrals.models import Partner, Vetting
from referrals.partnership import PARTNERSHIP, QUESTIONS, DataSharing, EndReason, PartnerStatus, stopping
from referrals.policy import keeps_register
from referrals.views.guards import refuse

PER_PAGE = 50
TONES = {
    PartnerStatus.ACTIVE: ("good", "done"), PartnerStatus.SUSPENDED: ("late", "pause"), PartnerStatus.ENDED: ("", ""),
}  # fmt: skip
LABELS = {
    "answer": gettext_lazy("Answer the checklist"),
    "approve": gettext_lazy("Approve the answers"),
    "sign": gettext_lazy("Record a signed agreement"),
    "activate": gettext_lazy("Make it active"),
    "suspend": gettext_lazy("Suspend it at once"),
    "resume": gettext_lazy("Let it go on"),
    "end": gettext_lazy("End the partnership"),
}
WORDS = {
    "approve": gettext_lazy("You have read every answer and agree with it. You are not the one who answered."),
    "sign": gettext_lazy("Write down what both sides have signed."),
    "activate": gettext_lazy("From now on it can receive referrals."),
    "suspend": gettext_lazy(
        "Its programs and pages read nothing more at once. Every open referral goes back to its referrer."
    ),
    "resume": gettext_lazy("It can receive referrals again."),
    "end": gettext_lazy("Nothing more goes there. Every open referral goes back to its referrer."),
}
MOVES = {
    "propose": gettext_lazy("Proposed"), "approve": gettext_lazy("Vetted"), "sign": gettext_lazy("Agreement signed"),
    "activate": gettext_lazy("Became active"), "suspend": gettext_lazy("Suspended"), "resume": gettext_lazy("Goes on"),
    "end": gettext_lazy("Ended"),
}  # fmt: skip
FORMS: dict[str, type[Form]] = {"sign": AgreementForm, "suspend": EndForm, "end": EndForm}
DO: dict[str, Callable[..., Any]] = {
    "sign": lambda p, d, by: register.sign(p, **d, by=by),
    "suspend": lambda p, d, by: register.suspend(p, d["reason"], by=by),
    "end": lambda p, d, by: register.end(p, d["reason"], by=by),
    "activate": lambda p, d, by: register.activate(p, by=by),
    "resume": lambda p, d, by: register.resume(p, by=by),
    "approve": lambda p, d, by: register.approve_vetting(waiting(p), by=by),
}


def require_keeper(request: HttpRequest) -> User:
    """Who looks after the register; else 403."""
    if not keeps_register(request.user):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    return me(request)


def fetch(pk: UUID) -> Partner:
    """A partner, or ``Absent``."""
    found = Partner.objects.select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


def waiting(partner: Partner) -> Vetting:
    """The answers that wait for a second person."""
    found = partner.vettings.filter(approved_at=None).first()
    if found is None:
        raise Absent("record.absent", _("Nobody has answered the checklist yet."))
    return found


def status_tag(partner: Partner) -> dict[str, Any]:
    """Where it stands; active without an agreement in force is late."""
    if partner.status == PartnerStatus.ACTIVE and not partner.may_receive:
        return pages.tag(_("No agreement"), "late", "pause")
    return pages.tag(partner.get_status_display(), *TONES.get(PartnerStatus(partner.status), ("act", "open")))


@login_required
@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """All partners, those first that need something."""
    require_keeper(request)
    rows = Partner.objects.select_related("organisation").annotate(n=Count("services")).order_by(
        "-status", "organisation__name"
    )  # fmt: skip
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    trail.record("partner.listed", count=len(page.object_list))
    return pages.listing(
        request, title=_("Register of partners"), page=page, query="",
        lede=_("Who may receive referrals: asked by one person, approved by another, with a signed agreement."),
        sections=[{"title": _("Organisations"), "rows": [_line(p) for p in page]}] if page.object_list else [],
        add={"url": reverse("referrals:propose"), "label": _("Propose an organisation")},
        back={"url": reverse("referrals:directory"), "label": _("Services")},
        empty={"title": _("No partner yet"), "text": _("Propose the first organisation.")},
    )  # fmt: skip


def _line(partner: Any) -> dict[str, Any]:
    n = ngettext("%(n)s service", "%(n)s services", partner.n) % {"n": partner.n}
    until = pages.on(partner.agreement_until)
    agreed = _("Agreement until %(day)s") % {"day": until} if until else _("No agreement yet")
    return {
        "url": reverse("referrals:partner", args=[partner.pk]), "title": str(partner), "tag": status_tag(partner),
        "lines": [n, agreed],
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """A new organisation."""
    by = require_keeper(request)
    form = ProposeForm(typed(request))
    if form.is_bound and form.is_valid():
        try:
            made = register.propose(form.cleaned_data["name"], form.cleaned_data["phone"], by=by)
            return redirect("referrals:partner", made.pk)
        except DomainError as error:
            refuse(form, error)
    return pages.step(
        request, form, heading=_("Propose an organisation"), back=_register(), submit=_("Enter it"),
        lede=_("It receives nothing before it is vetted by two people, has signed, and is made active."),
    )  # fmt: skip


def _register() -> dict[str, str]:
    return {"url": reverse("referrals:partners"), "label": _("Register of partners")}


def _back(partner: Partner) -> dict[str, str]:
    return {"url": reverse("referrals:partner", args=[partner.pk]), "label": str(partner)}


@login_required
@require_safe
def partner(request: HttpRequest, partner: UUID) -> HttpResponse:
    """One partner: where it stands, what was asked, what was signed, what can be done now."""
    by = require_keeper(request)
    found = fetch(partner)
    vettings = list(found.vettings.select_related("answered_by", "approved_by").order_by("-answered_at")[:2])
    trail.record("partner.listed", subject=found.pk)
    return pages.record(
        request, heading=str(found), back=_register(), tag=status_tag(found),
        rows=[*_facts(found), *(vetted(vettings[0], request) if vettings else [])],
        steps=_steps(found, by, vettings), moves=_moves(found, request),
    )  # fmt: skip


def _facts(partner: Partner) -> list[dict[str, Any]]:
    services = [
        f"{s.name} ({s.get_status_display()})" for s in partner.services.order_by("name")[:PER_PAGE]
    ]  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"key": _("Phone"), "value": partner.phone, "typed": True},
        {"key": _("Agreement until"), "value": pages.on(partner.agreement_until) or _("No agreement yet")},
        {"key": _("May be told at most"), "value": dict(TIERS)[partner.max_tier]},
        {"key": _("Services"), "lines": services or [_("None yet")]},
    ]
    if partner.data_sharing == DataSharing.WITHOUT:
        warn = _("No referral of people who are detained, at a border or whose status is at stake.")
        rows.append({"key": _("Tells authorities"), "value": warn})
    return rows


def vetted(vetting: Vetting, request: HttpRequest) -> list[dict[str, Any]]:
    """The answers of the checklist as rows."""
    rows = [
        {"key": q.text, "value": dict(q.answers).get(vetting.answers.get(code, ""), "")}
        for code, q in QUESTIONS.items()
    ]
    of = [str(Source(code).label) for code in vetting.belongs_to]
    rows.append({"key": _("Part of, or paid by"), "lines": of or [_("None of those on the list")]})
    rows.append({"key": _("Who is served, and who is not"), "value": vetting.notes, "typed": True})
    answered = [vetting.answered_by.name, when(vetting.answered_at, request.user)]
    rows.append({"key": _("Answered by"), "lines": answered})
    second = [_("Waits for another person")]
    if vetting.approved_by is not None:
        second = [vetting.approved_by.name, when(vetting.approved_at, request.user)]
    rows.append({"key": _("Approved by"), "lines": second})
    if stopping(vetting.answers):
        stops = [str(QUESTIONS[code].text) for code in stopping(vetting.answers)]
        rows.append({"key": _("Rules it out"), "lines": stops})
    return rows


def _steps(partner: Partner, by: User, vettings: list[Vetting]) -> list[dict[str, str]]:
    may = policy.abilities(by, partner)
    verbs = [verb for verb in LABELS if may.get(verb) and _is_possible(partner, by, verb, vettings)]
    steps = [{"url": _url(partner, verb), "label": str(LABELS[verb])} for verb in verbs]
    steps.append({"url": reverse("referrals:endpoints", args=[partner.pk]), "label": _("Messages to its system")})
    if partner.status != PartnerStatus.ENDED:
        steps.append({"url": reverse("referrals:service_new", args=[partner.pk]), "label": _("Add a service")})
        steps.append({"url": reverse("referrals:programs", args=[partner.pk]), "label": _("Programs")})
    return steps


def _is_possible(partner: Partner, by: User, verb: str, vettings: list[Vetting]) -> bool:
    waits = bool(vettings) and vettings[0].approved_at is None
    is_over = partner.status == PartnerStatus.ENDED
    if verb == "answer":
        return not is_over
    if verb == "approve":
        return waits and not is_over and vettings[0].answered_by_id != by.pk
    if verb == "sign":
        return partner.status not in (PartnerStatus.PROPOSED, PartnerStatus.ENDED)
    return partner.status in PARTNERSHIP.moves[verb].sources


def _url(partner: Partner, verb: str) -> str:
    if verb == "answer":
        return reverse("referrals:vetting", args=[partner.pk])
    return reverse("referrals:partner_step", args=[partner.pk, verb])


def _moves(partner: Partner, request: HttpRequest) -> list[dict[str, Any]]:
    rows = partner.moves.select_related("actor").order_by("-at")[:PER_PAGE]
    return [
        {
            "title": MOVES[row.verb], "at": when(row.at, request.user), "by": row.actor.name if row.actor else "",
            "text": str(EndReason(row.reason).label) if row.reason else "",
        }
        for row in rows
    ]  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def vetting(request: HttpRequest, partner: UUID) -> HttpResponse:
    """The checklist; one person answers it, another approves."""
    by = require_keeper(request)
    found = fetch(partner)
    last = found.vettings.order_by("-answered_at").first()
    known = {**last.answers, "belongs_to": last.belongs_to, "notes": last.notes} if last else {}
    form = VettingForm(typed(request), initial=known)
    if form.is_bound and form.is_valid():
        try:
            register.answer_vetting(found, register.Answers(*form.said()), by=by)
            return redirect("referrals:partner", found.pk)
        except DomainError as error:
            refuse(form, error)
    return pages.step(
        request, form, heading=_("Answer the checklist"), back=_back(found), over=str(found),
        submit=_("Save, and let another person approve it"),
        lede=_("Ask them, and look at it there. Lives depend on these answers."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, partner: UUID, verb: str) -> HttpResponse:
    """One step of a partnership."""
    by = require_keeper(request)
    found = fetch(partner)
    if verb not in DO:
        raise Absent("record.absent", _("There is nothing at this address."))
    policy.require(by, verb, found)
    form = FORMS.get(verb, NothingForm)(typed(request))
    if form.is_bound and form.is_valid():
        try:
            DO[verb](found, form.cleaned_data, by)
            return redirect("referrals:partner", found.pk)
        except DomainError as error:
            refuse(form, error)
    rows = vetted(waiting(found), request) if verb == "approve" else []
    return pages.step(
        request, form, heading=LABELS[verb], back=_back(found), over=str(found), lede=WORDS[verb], rows=rows,
        submit=LABELS[verb],
    )  # fmt: skip
