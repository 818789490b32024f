"""Messages to a partner's system: its endpoints, their secrets, the log of deliveries; tests and replays.

For who keeps the register and for the partner's own workers; for everybody else there is nothing here. An address, its
way back into use and a new secret are asked for again.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.views.guards import typed
from cases.views.who import me
from foundation.accounts.models import User
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core.errors import Absent, DomainError
from referrals import endpoints as reading
from referrals import pages, webhooks
from referrals.actions import endpoints as actions
from referrals.forms.endpoints import AddressForm, ReplayForm, RotateForm
from referrals.forms.register import NothingForm
from referrals.models import Partner, WebhookEndpoint
from referrals.policy import keeps_register, works_for
from referrals.views.guards import refuse

LABELS = {
    "test": gettext_lazy("Send a test"),
    "replay": gettext_lazy("Send again what failed"),
    "rotate": gettext_lazy("Make a new secret"),
    "on": gettext_lazy("Switch it on again"),
    "off": gettext_lazy("Switch it off"),
}
WORDS = {
    "test": gettext_lazy("A message of the type endpoint.test goes there at once. How it ended stands in the log."),
    "replay": gettext_lazy("Each goes with the id it had. The system there knows by it what it has seen already."),
    "rotate": gettext_lazy("The new secret is shown once. Enter it in the system there before the old one ends."),
    "on": gettext_lazy("Messages go there again from now on. What failed meanwhile can be sent again."),
    "off": gettext_lazy("No message goes there. The partner’s people still find everything on their pages."),
}
FORMS: dict[str, type[Form]] = {"rotate": RotateForm, "replay": ReplayForm}
ASKED_AGAIN = ("on", "rotate")


def _zone(user: User) -> ZoneInfo:
    return ZoneInfo(user.seats[0].unit.time_zone)


def fetch_partner(request: HttpRequest, pk: UUID) -> Partner:
    """A partner whose endpoints this person looks after; any other is the same 404."""
    actions.require_tender(me(request), pk)
    found = Partner.objects.select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    trail.record("webhook.listed", subject=pk)
    return found


def fetch(request: HttpRequest, pk: UUID) -> reading.Standing:
    """An endpoint that this person looks after; any other is the same 404."""
    found = reading.one(pk)
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    actions.require_tender(me(request), found.endpoint.organisation_id)
    trail.record("webhook.listed", subject=pk)
    return found


@login_required
@require_safe
def endpoints(request: HttpRequest, partner: UUID) -> HttpResponse:
    """All endpoints of a partner: host, state, what arrived and what failed last."""
    of, zone = fetch_partner(request, partner), _zone(me(request))
    rows = [_line(found, zone) for found in reading.of(of.pk)]
    says = _("Programs of the partner are told that something changed: a type, a time and an id, nothing of a person.")
    lede = says if of.may_receive else reading.suspended_words()
    add = {"url": reverse("referrals:endpoint_new", args=[of.pk]), "label": _("Add an address")}
    return pages.listing(
        request, title=_("Messages to its system"), lede=lede, page=None, query="", back=_home(request, of),
        sections=[{"title": str(of), "rows": rows}] if rows else [], add=add if of.may_receive else None,
        empty={"title": _("No address yet"), "text": _("Without one the partner looks by itself what is new.")},
    )  # fmt: skip


def _line(found: reading.Standing, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "url": reverse("referrals:endpoint", args=[found.endpoint.pk]), "title": found.host, "tag": found.tag,
        "lines": reading.lines(found, zone),
    }  # fmt: skip


def _home(request: HttpRequest, of: Partner) -> dict[str, str]:
    if keeps_register(request.user):
        return {"url": reverse("referrals:partner", args=[of.pk]), "label": str(of)}
    return {"url": reverse("referrals:inbox"), "label": _("Referrals")}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def new(request: HttpRequest, partner: UUID) -> HttpResponse:
    """An address more. Whoever adds it confirms first that it is them; the secret is shown on the answer, this once."""
    return _new(request, fetch_partner(request, partner))


@asked_again
def _new(request: HttpRequest, of: Partner) -> HttpResponse:
    form = AddressForm(typed(request))
    if form.is_bound and form.is_valid():
        try:
            made, secret = actions.add(of.organisation, form.cleaned_data["url"], by=me(request))
            return _secret(request, made, secret)
        except DomainError as error:
            refuse(form, error)
    back = {"url": reverse("referrals:endpoints", args=[of.pk]), "label": _("Messages to its system")}
    return pages.step(
        request, form, heading=_("Add an address"), back=back, over=str(of), submit=_("Add it"),
        lede=_("It is told at once, with a test. Only ids go there; everything else is read through the interface."),
    )  # fmt: skip


def _secret(request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    fresh = fetch(request, endpoint.pk)
    until = fresh.endpoint.old_until
    context = {
        "secret": secret, "endpoint": endpoint, "organisation": str(endpoint.organisation),
        "until": reading.when(until, _zone(me(request))) if until else "",
    }  # fmt: skip
    return render(request, "referrals/endpoint_secret.html", context)


@login_required
@require_safe
def endpoint(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One endpoint: how it stands, what can be done, and the last attempts. Of a referral only its partner reads the id."""
    found, by = fetch(request, pk), me(request)
    rows, zone = reading.attempts(pk), _zone(by)
    is_own = found.endpoint.organisation_id in works_for(by)
    of = found.endpoint.organisation_id
    context = {
        "heading": found.host, "over": str(found.endpoint.organisation), "tag": found.tag, "endpoint": found.endpoint,
        "back": {"url": reverse("referrals:endpoints", args=[of]), "label": _("Messages to its system")},
        "rows": reading.facts(found, zone), "steps": _steps(found), "log": [_attempt(row, zone, is_own) for row in rows],
        "may_replay": found.endpoint.is_active and not found.is_suspended,
    }  # fmt: skip
    return render(request, "referrals/endpoint.html", context)


def _attempt(row: Any, zone: ZoneInfo, is_own: bool) -> dict[str, Any]:
    is_done = row.status is not None and 200 <= row.status < 300
    return {
        "at": reading.when(row.at, zone), "event": row.event, "message": row.message_id,
        "name": webhooks.named(row.message_id), "reference": row.reference if is_own else None, "number": row.number,
        "kind": reading.kind(row), "is_done": is_done, "milliseconds": row.milliseconds,
    }  # fmt: skip


def _steps(found: reading.Standing) -> list[dict[str, str]]:
    verbs = ["test", "replay", "rotate", "off"] if found.endpoint.is_active else ["on"]
    if found.is_suspended:
        verbs = ["off"] if found.endpoint.is_active else []
    pk = found.endpoint.pk
    return [{"url": reverse("referrals:endpoint_step", args=[pk, verb]), "label": str(LABELS[verb])} for verb in verbs]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One verb: a small form on GET, done on POST."""
    found = fetch(request, pk)
    if verb not in LABELS:
        raise Absent("record.absent", _("There is nothing at this address."))
    view = asked_again(_step) if verb in ASKED_AGAIN else _step
    return view(request, found, verb)


def _step(request: HttpRequest, found: reading.Standing, verb: str) -> HttpResponse:
    form = FORMS.get(verb, NothingForm)(typed(request))
    if form.is_bound and form.is_valid():
        try:
            return DO[verb](request, found.endpoint, form)
        except DomainError as error:
            refuse(form, error)
    back = {"url": reverse("referrals:endpoint", args=[found.endpoint.pk]), "label": found.host}
    return pages.step(
        request, form, heading=LABELS[verb], back=back, over=str(found.endpoint.organisation), lede=WORDS[verb],
        submit=LABELS[verb],
    )  # fmt: skip


def _done(request: HttpRequest, endpoint: WebhookEndpoint, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("referrals:endpoint", endpoint.pk)


def _test(request: HttpRequest, endpoint: WebhookEndpoint, form: Form) -> HttpResponse:
    actions.send_test(endpoint, by=me(request))
    return _done(request, endpoint, _("The test is on its way."))


def _replay(request: HttpRequest, endpoint: WebhookEndpoint, form: Any) -> HttpResponse:
    n = actions.replay_failed(endpoint, timezone.now() - form.for_how_long(), by=me(request))
    said = ngettext("%(n)s message is sent again now.", "%(n)s messages are sent again now.", n)
    return _done(request, endpoint, said % {"n": n})


def _rotate(request: HttpRequest, endpoint: WebhookEndpoint, form: Any) -> HttpResponse:
    return _secret(request, endpoint, actions.rotate(endpoint, form.for_how_long(), by=me(request)))


def _on(request: HttpRequest, endpoint: WebhookEndpoint, form: Form) -> HttpResponse:
    actions.switch_on(endpoint, by=me(request))
    return _done(request, endpoint, _("It is in use again."))


def _off(request: HttpRequest, endpoint: WebhookEndpoint, form: Form) -> HttpResponse:
    actions.switch_off(endpoint, by=me(request))
    return _done(request, endpoint, _("Nothing more goes there."))


DO: dict[str, Callable[[HttpRequest, WebhookEndpoint, Any], HttpResponse]] = {
    "test": _test, "replay": _replay, "rotate": _rotate, "on": _on, "off": _off,
}  # fmt: skip


@login_required
@require_POST
def again(request: HttpRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Send one message again, with its own id."""
    found = fetch(request, pk)
    actions.replay(found.endpoint, message, by=me(request))
    return _done(request, found.endpoint, _("It is sent again now."))
