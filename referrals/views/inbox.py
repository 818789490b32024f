"""The partner's pages. They say exactly what the API says: the same rows, the same tiers, the same verbs."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.policy import has_seat
from cases.views.guards import typed
from cases.views.who import me
from foundation.accounts.models import Role, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, WrongState
from referrals import actions
from referrals.api.representation import available_actions, check_ground
from referrals.forms.partner import FORMS
from referrals.models import Referral
from referrals.offers import opened, sections
from referrals.policy import is_recipient
from referrals.views.guards import refuse

RELATED = ("dossier", "unit", "service__partner", "decision", "exception")


def fetch(actor: Any, pk: UUID) -> Referral:
    """A referral that was sent to the actor's organisation; any other is the same 404."""
    found: Referral = policy.fetch(actor, Referral, pk, related=RELATED)
    if not is_recipient(actor, found) or found.sent_at is None:
        raise Absent("record.absent", "")
    return found


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the organisation, in order of need, without a name."""
    if not has_seat(request.user, (Role.PARTNER_WORKER,)):
        raise Absent("record.absent", "")
    context = sections(me(request))
    trail.record("referral.listed", ids=context.pop("ids"))
    of = next(seat.unit.organisation_id for seat in me(request).seats if seat.role == Role.PARTNER_WORKER)
    context["system"] = reverse("referrals:endpoints", args=[of])
    return render(request, "referrals/inbox.html", context)


@login_required
@require_safe
def offer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One referral, as far as its state and the person's consent allow at this moment."""
    found = fetch(request.user, pk)
    if found.recalled_at:
        context = {"referral": found, "form": FORMS["confirm-withdrawal"](), "is_open": found.must_confirm}
        trail.record("referral.read", dossier=found.dossier_id, subject=found.pk, version=found.version)
        return render(request, "referrals/recalled.html", context, status=410)
    context = opened(found, me(request))
    actions.viewed(found)
    return render(request, "referrals/offer.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def respond(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One of the recipient's verbs, as in the API: a small form on GET, done on POST."""
    found = fetch(request.user, pk)
    if verb not in FORMS:
        raise Absent("record.absent", "")
    with timezone.override(ZoneInfo(found.unit.time_zone)):
        return _respond(request, found, verb)


def _respond(request: HttpRequest, found: Referral, verb: str) -> HttpResponse:
    form = FORMS[verb](typed(request))
    if form.is_bound and form.is_valid():
        try:
            _carry_out(found, verb, form.cleaned_data, me(request))
            return redirect("referrals:offer", found.pk)
        except DomainError as error:
            refuse(form, error)
    elif not form.is_bound:
        _check(found, verb)
    trail.record("referral.read", dossier=found.dossier_id, subject=found.pk, version=found.version)
    context = {"referral": found, "verb": verb, "form": form}
    return render(request, "referrals/respond.html", context, status=422 if form.errors else 200)


def _check(referral: Referral, verb: str) -> None:
    if verb != "confirm-withdrawal":
        check_ground(referral)
    if verb not in available_actions(referral):
        raise WrongState("state.not_from_here", "")


def _carry_out(referral: Referral, verb: str, data: dict[str, Any], by: User) -> Referral:
    if verb == "confirm-withdrawal":
        kept = actions.Kept(data["ground"], data["text"])
        return actions.confirm_withdrawal(referral, data["confirmation"], kept, by=by)
    if verb == "attempt":
        return actions.log_attempt(referral, data["tried"], by=by)
    if verb == "request-item":
        return actions.request_item(referral, **data, by=by)
    if verb == "appointment":
        return actions.appoint(referral, data["meeting"], by=by)
    if verb == "appointment-result":
        return actions.end_appointment(referral, data["result"], by=by)
    return actions.act_as_recipient(referral, verb.replace("-", "_"), actions.Reply(**data), by=by)
