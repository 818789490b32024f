"""Partners' programs: what each signs in with, the next secret or key, the end of one, of all (HS-25)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cases.views.guards import typed
from consent.pages import when
from foundation.accounts.models import User
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError
from referrals import pages, signing
from referrals.actions import clients
from referrals.forms.clients import KeyForm, ProgramForm, SecretForm
from referrals.forms.register import NothingForm
from referrals.models import Client, Partner
from referrals.views.guards import refuse
from referrals.views.register import fetch, require_keeper

LABELS = {
    "secret": gettext_lazy("Give it a new secret"),
    "key": gettext_lazy("Register a public key"),
    "demand": gettext_lazy("Let its keys alone count"),
    "allow": gettext_lazy("Let its secrets count again"),
    "shut": gettext_lazy("Shut it out at once"),
}
WORDS = {
    "secret": gettext_lazy("It is shown once. Read it to them on the phone, or hand it over; never by e-mail."),
    "key": gettext_lazy("They keep the private part and sign with it. What is stolen from us then lets nobody in."),
    "demand": gettext_lazy("Its secrets stop counting at once. It signs in by its keys."),
    "allow": gettext_lazy("A secret is weaker than a key. Let it count only while they mend their key."),
    "shut": gettext_lazy("Its secrets, its keys and what it was given by them stop counting at once."),
}
FORMS: dict[str, type[Form]] = {"secret": SecretForm, "key": KeyForm}
EQUIPS = ("secret", "key", "demand", "allow")
DO: dict[str, Callable[[Client, dict[str, Any], User], str | None]] = {
    "secret": lambda c, d, by: clients.add_secret(c, d["overlap"], by=by),
    "key": lambda c, d, by: _add_key(c, d, by),
    "demand": lambda c, d, by: clients.demand_key(c, True, by=by),
    "allow": lambda c, d, by: clients.demand_key(c, False, by=by),
    "shut": lambda c, d, by: clients.end_all(c, by=by),
}
ENDS = {"secret": clients.end_secret, "key": clients.end_key}


def _add_key(client: Client, given: dict[str, Any], by: User) -> None:
    clients.add_key(client, given["jwk"], given["proof"].strip(), by=by)


def _back(partner: Partner) -> dict[str, str]:
    return {"url": reverse("referrals:programs", args=[partner.pk]), "label": str(_("Programs"))}


def _program(client: Client) -> dict[str, str]:
    return {"url": reverse("referrals:program", args=[client.pk]), "label": str(_("The program"))}


def _find(request: HttpRequest, pk: UUID) -> tuple[Client, User]:
    by = require_keeper(request)
    return clients.find(pk, by=by), by


@login_required
@require_safe
def programs(request: HttpRequest, partner: UUID) -> HttpResponse:
    """The programs of a partner."""
    by = require_keeper(request)
    found = fetch(partner)
    rows = clients.of_partner(found)
    trail.record("partner.clients_listed", subject=found.pk, count=len(rows))
    add = {"url": reverse("referrals:program_new", args=[found.pk]), "label": _("Let in a new program")}
    return pages.listing(
        request, title=_("Programs"), page=None, query="", lede=_("What reads referrals by itself, without a person."),
        sections=[{"title": str(found), "rows": [_line(client, by) for client in rows]}] if rows else [],
        add=add if policy.allows(by, "equip", found) else None,
        back={"url": reverse("referrals:partner", args=[found.pk]), "label": str(found)},
        empty={"title": _("No program yet"), "text": _("Their people use the pages.")},
    )  # fmt: skip


def _line(client: Client, by: User) -> dict[str, Any]:
    secrets, keys = len(signing.live(client.secrets)), len(signing.live(client.keys))
    said = [
        ngettext("%(n)s secret", "%(n)s secrets", secrets) % {"n": secrets},
        ngettext("%(n)s key", "%(n)s keys", keys) % {"n": keys},
    ]
    return {
        "url": _program(client)["url"], "title": _("Let in %(when)s") % {"when": when(client.made_at, by)},
        "tag": _tag(client), "lines": said,
    }  # fmt: skip


def _tag(client: Client) -> dict[str, Any]:
    if not signing.live(client.keys) and (signing.needs_key(client) or not signing.live(client.secrets)):
        return pages.tag(_("Shut out"), "late", "pause")
    if signing.needs_key(client):
        return pages.tag(_("By key only"), "good", "done")
    return pages.tag(_("By secret or key") if signing.live(client.keys) else _("By secret"))


@login_required
@require_safe
def program(request: HttpRequest, client: UUID) -> HttpResponse:
    """One program: its secrets and keys that count, since when, until when, last used; what can be done now."""
    found, by = _find(request, client)
    partner = found.organisation.partner
    trail.record("partner.clients_listed", subject=partner.pk, count=1)
    rows: list[dict[str, Any]] = [{"key": _("Client id"), "value": found.application.client_id}]
    rows += [_row(found, "secret", _("Secret"), row, by) for row in signing.live(found.secrets)]
    rows += [_row(found, "key", f"{row.kid} ({row.alg})", row, by) for row in signing.live(found.keys)]
    return pages.record(
        request, heading=_("A program of %(whom)s") % {"whom": partner}, back=_back(partner), tag=_tag(found), rows=rows,
        steps=[{"url": _step_url(found, verb), "label": str(LABELS[verb])} for verb in _verbs(found, by)],
    )  # fmt: skip


def _row(client: Client, kind: str, name: str, row: Any, by: User) -> dict[str, Any]:
    lines = [_("Given %(when)s") % {"when": when(row.made_at, by)}]
    if row.ends_at:
        lines.append(_("Ends %(when)s") % {"when": when(row.ends_at, by)})
    lines.append(_("Last used on %(day)s") % {"day": pages.on(row.used_on)} if row.used_on else _("Never used"))
    url = reverse("referrals:program_end", args=[client.pk, kind, row.pk])
    return {"key": name, "lines": lines, "url": url, "action": _("End it")}


def _verbs(client: Client, by: User) -> list[str]:
    may = policy.abilities(by, client.organisation.partner)
    verbs = ["secret", "key"]
    if client.needs_key:
        verbs.append("allow")
    elif signing.live(client.keys):
        verbs.append("demand")
    return [*(verbs if may["equip"] else []), *(["shut"] if may["unequip"] else [])]


def _step_url(client: Client, verb: str) -> str:
    return reverse("referrals:program_step", args=[client.pk, verb])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, partner: UUID) -> HttpResponse:
    """Let a program in; its secret is shown on the answer, this once."""
    by = require_keeper(request)
    found = fetch(partner)
    policy.require(by, "equip", found)
    return _new(request, found, by)


@asked_again
def _new(request: HttpRequest, found: Partner, by: User) -> HttpResponse:
    form = ProgramForm(list(found.organisation.units.order_by("name")), typed(request))
    if form.is_bound and form.is_valid():
        try:
            way = clients.add_client(form.office, by=by)
            return _shown(request, clients.find(way.client_id, by=by), way.secret)
        except DomainError as error:
            refuse(form, error)
    return pages.step(
        request, form, heading=_("Let in a new program"), back=_back(found), over=str(found), submit=_("Let it in"),
        lede=_("It needs an approved assessment of the interface and an agreement in force."),
    )  # fmt: skip


def _shown(request: HttpRequest, client: Client, secret: str) -> HttpResponse:
    context = {"client": client, "secret": secret, "back": _program(client)}
    return render(request, "referrals/secret.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def step(request: HttpRequest, client: UUID, verb: str) -> HttpResponse:
    """The next secret (shown on the answer, this once) or key; what counts; the end of all."""
    found, by = _find(request, client)
    if verb not in DO:
        raise Absent("record.absent", _("There is nothing at this address."))
    policy.require(by, "equip" if verb in EQUIPS else "unequip", found.organisation.partner)
    return _step(request, found, verb, by)


@asked_again
def _step(request: HttpRequest, found: Client, verb: str, by: User) -> HttpResponse:
    form = FORMS.get(verb, NothingForm)(typed(request))
    if form.is_bound and form.is_valid():
        try:
            secret = DO[verb](found, form.cleaned_data, by)
            return _shown(request, found, secret) if secret else redirect("referrals:program", found.pk)
        except DomainError as error:
            refuse(form, error)
    return pages.step(
        request, form, heading=LABELS[verb], back=_program(found), over=str(found.organisation.partner),
        lede=WORDS[verb], submit=LABELS[verb],
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, client: UUID, kind: str, pk: UUID) -> HttpResponse:
    """End one secret or one key at once."""
    found, by = _find(request, client)
    rows = {"secret": signing.live(found.secrets), "key": signing.live(found.keys)}.get(kind, [])
    if pk not in {row.pk for row in rows}:
        raise Absent("record.absent", _("There is nothing at this address."))
    return _end(request, found, kind, pk, by)


@asked_again
def _end(request: HttpRequest, found: Client, kind: str, pk: UUID, by: User) -> HttpResponse:
    form = NothingForm(typed(request))
    if form.is_bound:
        ENDS[kind](found, pk, by=by)
        return redirect("referrals:program", found.pk)
    return pages.step(
        request, form, heading=_("End it at once"), back=_program(found), over=str(found.organisation.partner),
        lede=_("It lets nobody in any more, and what was given by it stops counting. This cannot be undone."),
        submit=_("End it at once"),
    )  # fmt: skip
