"""The service directory: the list with its filters, one entry, writing and verifying entries, giving it out (R-53)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.policy import has_seat
from cases.views.guards import typed
from foundation.audit import trail
from foundation.core.errors import Absent, DomainError, Forbidden
from referrals import finding, pages
from referrals.actions import directory as actions
from referrals.directory import Entry, why_not
from referrals.forms.directory import EntryForm, FindForm, VerifyForm, as_typed
from referrals.hsds.writing import written
from referrals.models import Service
from referrals.policy import READERS, keeps_register
from referrals.views.guards import refuse
from referrals.views.register import fetch as fetch_partner
from referrals.views.register import require_keeper


@login_required
@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Who gives what, where, to whom, checked when, agreed until when: filtered, a page at a time."""
    if not has_seat(request.user, READERS):
        raise Forbidden("actor.not_allowed", "")
    form = FindForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = finding.page_of(wanted, request.GET.get("page"))
    rows = [Entry(service, why_not(service)) for service in page]
    trail.record("partner.listed", count=len(rows))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form, "entries": rows, "page": page, "query": f"{query.urlencode()}&" if query else "",
        "keeps": keeps_register(request.user),
    }  # fmt: skip
    return render(request, "referrals/directory.html", context)


def fetch(pk: UUID) -> Service:
    """An entry, or ``Absent``."""
    rows = Service.objects.select_related("partner__organisation", "verified_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


def status_tag(service: Service) -> dict[str, Any]:
    """Whether it can be asked, and whether somebody should check it (W-01)."""
    if why_not(service):
        return pages.tag(_("Not possible now"), "late", "pause")
    if service.is_old:
        return pages.tag(_("Not checked for 90 days"), "act", "clock")
    return pages.tag(_("Can be asked"), "good", "done")


@login_required
@require_safe
def service(request: HttpRequest, service: UUID) -> HttpResponse:
    """One entry. Where a safe house is stands nowhere."""
    if not has_seat(request.user, READERS):
        raise Forbidden("actor.not_allowed", "")
    found = fetch(service)
    trail.record("service.read", subject=found.pk)
    rows = finding.facts(found)
    if why := why_not(found):
        rows.insert(0, {"key": _("Not possible now"), "value": why})
    if found.confirmed_on:
        said = _("All of it is right: said on %(day)s") % {"day": pages.on(found.confirmed_on)}
        rows.append({"key": _("What the organisation says"), "value": said})
    if found.alert:
        rows.insert(0, {"key": _("Notice"), "value": found.alert, "typed": True})
    return pages.record(
        request, heading=found.name, over=found.get_service_type_display(), tag=status_tag(found), rows=rows,
        back={"url": reverse("referrals:directory"), "label": _("Services")},
        steps=_steps(found) if keeps_register(request.user) else [],
    )  # fmt: skip


def _steps(service: Service) -> list[dict[str, str]]:
    return [
        {"url": reverse("referrals:service_verify", args=[service.pk]), "label": _("It was checked, all of it is right")},
        {"url": reverse("referrals:service_edit", args=[service.pk]), "label": _("Change the entry")},
        {"url": reverse("referrals:partner", args=[service.partner_id]), "label": _("Open the organisation")},
    ]  # fmt: skip


def _back(service: Service) -> dict[str, str]:
    return {"url": reverse("referrals:service", args=[service.pk]), "label": service.name}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, service: UUID) -> HttpResponse:
    """Change an entry."""
    by = require_keeper(request)
    found = fetch(service)
    form = EntryForm(typed(request), initial=as_typed(found))
    if form.is_bound and form.is_valid():
        try:
            actions.edit(found, form.cleaned_data, by=by)
            return redirect("referrals:service", found.pk)
        except DomainError as error:
            refuse(form, error)
    return pages.step(
        request, form, heading=_("Change the entry"), back=_back(found), over=found.name, submit=_("Save the entry")
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, partner: UUID) -> HttpResponse:
    """A new entry of a partner."""
    by = require_keeper(request)
    of = fetch_partner(partner)
    form = EntryForm(typed(request), initial={"status": "active", "time_zone": by.seats[0].unit.time_zone})
    if form.is_bound and form.is_valid():
        try:
            return redirect("referrals:service", actions.add(of, form.cleaned_data, by=by).pk)
        except DomainError as error:
            refuse(form, error)
    back = {"url": reverse("referrals:partner", args=[of.pk]), "label": str(of)}
    return pages.step(request, form, heading=_("Add a service"), back=back, over=str(of), submit=_("Save the entry"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, service: UUID) -> HttpResponse:
    """Somebody asked there, and all of it is right."""
    by = require_keeper(request)
    found = fetch(service)
    form = VerifyForm(typed(request), initial={"checked_on": timezone.localdate()})
    if form.is_bound and form.is_valid():
        try:
            actions.verify(found, by=by, on=form.cleaned_data["checked_on"])
            return redirect("referrals:service", found.pk)
        except DomainError as error:
            refuse(form, error)
    return pages.step(
        request, form, heading=_("It was checked"), back=_back(found), over=found.name, rows=finding.facts(found),
        submit=_("All of it is right"),
    )  # fmt: skip


@login_required
@require_safe
def give_out(request: HttpRequest) -> HttpResponse:
    """The directory as HSDS, for other directories: no address of a safe house, nothing of anybody who is helped."""
    require_keeper(request)
    rows = Service.objects.select_related("partner__organisation").order_by("pk")
    trail.record("partner.listed", count=rows.count())
    answer = JsonResponse(written(rows), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="directory.json"'
    return answer
