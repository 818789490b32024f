"""A referral as the referring side sees it: who must act, by when, and what the partner can read."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.views.guards import typed
from cases.views.who import me
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, WrongState
from referrals import actions
from referrals.forms.partner import FORMS
from referrals.forms.referral import STEPS
from referrals.models import Referral
from referrals.policy import is_recipient
from referrals.states import LIFE
from referrals.summary import HEARD, summary, verbs
from referrals.views.guards import refuse

RELATED = (
    "dossier", "unit", "case__person", "case__concern", "case__dossier", "recipient__partner", "service__partner__organisation",
    "requested_by", "approved_by", "decision__consent__held_by", "exception", "previous",
)  # fmt: skip


def fetch(actor: Any, pk: UUID) -> Referral:
    """A referral whose case this person can open; for anybody else, a recipient too, there is nothing here."""
    found: Referral = policy.fetch(actor, Referral, pk, related=RELATED)
    found.case.person.dossier = found.case.concern.dossier = found.case.dossier
    if found.decision is not None:
        found.decision.dossier = found.case.dossier
    return found


@login_required
@require_safe
def referral(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a referral stands. Opening it stands in the trail."""
    try:
        found = fetch(request.user, pk)
    except Absent:
        return _ended(request, pk)
    trail.record("referral.read", dossier=found.dossier_id, subject=found.pk, version=found.version)
    return render(request, "referrals/referral.html", summary(found, me(request)))


def _ended(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The case behind it was erased: what is left to do is to see that the recipient stopped."""
    found: Referral = policy.fetch(
        request.user, Referral, pk, related=("dossier", "unit", "service__partner__organisation")
    )
    if found.dossier.erased_at is None or is_recipient(request.user, found):
        raise Absent("record.absent", "")
    trail.record("referral.read", dossier=found.dossier_id, subject=found.pk, version=found.version)
    return render(request, "referrals/ended.html", {"referral": found}, status=410)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One of the referrer's verbs: a small form on GET, done on POST."""
    found = fetch(request.user, pk)
    form = STEPS[verb](typed(request))
    if request.method != "POST" and verb not in verbs(found, me(request)):
        raise WrongState("state.not_from_here", "")
    if form.is_bound and form.is_valid():
        try:
            carry_out(found, verb, form.cleaned_data, me(request))
            return redirect("referrals:referral", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("referral.read", dossier=found.dossier_id, subject=found.pk, version=found.version)
    context = {"referral": found, "verb": verb, "form": form}
    return render(request, "referrals/step.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def heard(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """What the partner answered by phone, in person or on paper: the same small forms as on the partner's own pages."""
    found = fetch(request.user, pk)
    policy.require(request.user, "hear", found)
    if verb not in HEARD:
        raise Absent("record.absent", "")
    with timezone.override(ZoneInfo(found.unit.time_zone)):
        return _heard(request, found, verb)


def _heard(request: HttpRequest, found: Referral, verb: str) -> HttpResponse:
    form = FORMS[verb](typed(request))
    if form.is_bound and form.is_valid():
        try:
            _hear(found, verb, form.cleaned_data, me(request))
            return redirect("referrals:referral", found.pk)
        except DomainError as error:
            refuse(form, error)
    elif not form.is_bound:
        LIFE.check("unable_to_reach" if verb == "attempt" else verb.replace("-", "_"), found.status)
    trail.record("referral.read", dossier=found.dossier_id, subject=found.pk, version=found.version)
    context = {"referral": found, "verb": "heard", "title": HEARD[verb], "form": form}
    return render(request, "referrals/step.html", context, status=422 if form.errors else 200)


def _hear(referral: Referral, verb: str, data: dict[str, Any], by: User) -> Referral:
    if verb == "attempt":
        return actions.hear_attempt(referral, data["tried"], by=by)
    if verb == "appointment":
        return actions.hear_appointment(referral, data["meeting"], by=by)
    if verb == "appointment-result":
        return actions.hear_appointment_result(referral, data["result"], by=by)
    return actions.hear(referral, verb.replace("-", "_"), actions.Reply(**data), by=by)


def carry_out(referral: Referral, verb: str, typed_in: dict[str, str], by: User) -> Referral:
    """Call the action of a verb with what its form holds."""
    done: Referral = getattr(actions, verb)(referral, *typed_in.values(), by=by)
    return done
