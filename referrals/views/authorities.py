"""The register of authorities, for its keepers; whoever works on cases reads what is open in it (R-07)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from cases.policy import WORKERS, has_seat
from cases.views.who import me
from consent.pages import posted, refuse, tag
from consent.sources import Source
from foundation.accounts.models import Role
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError, Forbidden
from foundation.core.words import list_words
from referrals.actions import authorities as actions
from referrals.forms.speech import AuthorityForm
from referrals.models import Authority
from referrals.models.authority import KEEPERS

READERS = (*WORKERS, Role.DIALOGUE)


def _require(request: HttpRequest, roles: tuple[Role, ...]) -> None:
    if not has_seat(request.user, roles):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))


@login_required
@require_safe
def authorities(request: HttpRequest) -> HttpResponse:
    """Who has a duty, at which level, which role is the contact, and whether a threat may come from there."""
    _require(request, READERS)
    found = list(Authority.objects.visible_to(me(request)).order_by("name"))
    trail.record("authority.listed", n=len(found))
    keeps = has_seat(request.user, KEEPERS)
    groups = ((_("In the register"), True), (_("Not spoken to now"), False))
    sections = [
        {"title": title, "rows": [_line(row, keeps=keeps) for row in found if row.is_active == is_on]}
        for title, is_on in groups
    ]
    context = {
        "sections": [s for s in sections if s["rows"]],
        "add": reverse("referrals:authority_new") if keeps else "",
    }
    return render(request, "referrals/authorities.html", context)


def _line(row: Authority, *, keeps: bool) -> dict[str, Any]:
    lines = [f"{row.get_kind_display()}, {row.get_level_display()}", *([row.mandate] if row.mandate else [])]
    if row.contact:
        lines.append(_("Contact: %(role)s") % {"role": row.contact})
    if row.threats:
        sources = list_words([str(Source(code).label) for code in sorted(row.threats)])
        lines.append(_("A threat may come from here: %(sources)s") % {"sources": sources})
    lines += [_("Closed: seen by its keepers only")] * row.is_closed
    closed = tag(pgettext("authority", "Closed"), "private", "lock")
    shown = closed if row.is_closed else tag(row.get_confidentiality_display())
    url = reverse("referrals:authority", args=[row.pk]) if keeps else ""
    return {"title": row.name, "lines": lines, "tag": shown, "url": url}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new entry."""
    _require(request, KEEPERS)
    form = AuthorityForm(posted(request))
    if form.is_valid():
        try:
            actions.enter_authority(actions.Entry(**form.cleaned_data), by=me(request))
            return redirect("referrals:authorities")
        except DomainError as error:
            refuse(form, error)
    return _page(request, form, _("Enter an authority"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def authority(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an entry."""
    found: Authority = policy.fetch(request.user, Authority, pk)
    policy.require(request.user, "change", found)
    names = (*AuthorityForm.base_fields,)
    form = AuthorityForm(posted(request), initial={name: getattr(found, name) for name in names})
    if form.is_valid():
        try:
            actions.change_authority(found, actions.Entry(**form.cleaned_data), by=me(request))
            return redirect("referrals:authorities")
        except DomainError as error:
            refuse(form, error)
    trail.record("authority.listed", subject=found.pk, n=1)
    return _page(request, form, _("Change the entry"))


def _page(request: HttpRequest, form: AuthorityForm, heading: str) -> HttpResponse:
    back = {"url": reverse("referrals:authorities"), "label": _("Authorities")}
    context = {"form": form, "back": back, "heading": heading, "submit": _("Save")}
    return render(request, "referrals/authority.html", context, status=422 if form.errors else 200)
