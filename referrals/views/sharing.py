"""The last page before information leaves the organisation (HS-01)."""

from datetime import tzinfo
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from cases.identity import zone_of
from cases.views.guards import typed
from cases.views.who import me
from cases.vocabulary import Urgency
from consent.models import ExceptionalDisclosure
from consent.states import ExceptionStatus
from consent.vocabulary import Mode
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.core.words import day_words, inside, language_name, moment_words
from referrals import actions, saving_words
from referrals.actions.preparing import gather
from referrals.listing import Channel
from referrals.models import Referral
from referrals.saving import shut_by
from referrals.saving_terms import Shut
from referrals.states import LIFE, tiers_open
from referrals.summary import stays
from referrals.views.guards import refuse
from referrals.views.referral import fetch
from referrals.vocabulary import FIELDS, Status
from referrals.words import labels, limit, sentence


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Exactly what goes to whom, when, on which decision, until when; sending is one button (HS-01, HS-20)."""
    found = fetch(request.user, pk)
    LIFE.check("send", found.status)
    policy.require(request.user, "send", found)
    form = forms.Form(typed(request))
    if form.is_bound and form.is_valid():
        try:
            actions.send(found, by=me(request))
            return redirect("referrals:referral", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("referral.read", dossier=found.dossier_id, subject=found.pk, version=found.version)
    context = {"referral": found, "form": form, "rows": _rows(found), "held": stays(found), "links": _links(found)}
    context["limits"] = {code: limit(code, found.urgency) for code in ("acknowledge", "decide")}
    return render(request, "referrals/share.html", context, status=422 if form.errors else 200)


def _links(referral: Referral) -> list[dict[str, str]]:
    page = reverse("referrals:referral", args=[referral.pk])
    back = reverse("referrals:return_to_draft", args=[referral.pk])
    return [{"url": back, "label": _("Have it changed")}, {"url": page, "label": _("Do not share")}]


def _rows(referral: Referral) -> list[dict[str, Any]]:
    values = gather(referral.case, referral.service, referral.reason or "")
    known = [code for code in referral.fields if code in values]
    is_carried = referral.channel == Channel.CARRIED
    now = tiers_open(Status.SENT, Urgency.NORMAL if is_carried else referral.urgency)
    first = [code for code in known if FIELDS[code][0] <= now]
    later = [code for code in known if now < FIELDS[code][0] <= tiers_open(Status.ACCEPTED, referral.urgency)]
    whom = f"{referral.recipient.name}, {referral.service.name}"
    at_once = _("When the code is told") if is_carried else _("At once")
    return [
        {"term": _("With whom"), "main": whom, "sub": _terms(referral)},
        *_saved(referral),
        {"term": at_once, "main": _opening(first), "sub": _part(values, first)},
        {"term": _("Once they accept"), "main": labels(later) or _("Nothing more"), "sub": _part(values, later)},
        *_ground(referral),
    ]


def _saved(referral: Referral) -> list[dict[str, Any]]:
    row = saving_words.of(referral)
    if row is None:
        return []
    called = {"term": _("Phoned"), "main": saving_words.called(row), "sub": referral.get_channel_display()}
    return [called, {"term": _("Why a life depends on it"), "main": row.why}]


def _opening(codes: list[str]) -> str:
    named = [code for code in codes if FIELDS[code][0] > 0]
    if not named:
        return _("A preview without a name")
    return _("As this is an emergency: the preview, and %(fields)s") % {"fields": inside(labels(named))}


def _part(values: dict[str, Any], codes: list[str]) -> str:
    text = sentence({code: values[code] for code in codes})
    is_danger = "immediate_danger" in codes and values["immediate_danger"]
    danger = _("Immediate danger.")
    return f"{text} {danger}" if is_danger else text


def _terms(referral: Referral) -> str:
    partner, service = referral.service.partner, referral.service
    if referral.is_life_saving:
        return _("The ordinary way is shut. %(why)s") % {"why": Shut(shut_by(service) or Shut.OLD).label}
    days = (timezone.localdate() - service.verified_on).days
    words = ngettext(
        "Agreement valid until %(until)s. Service checked %(days)s day ago.",
        "Agreement valid until %(until)s. Service checked %(days)s days ago.",
        days,
    )
    return words % {
        "until": date_format(partner.agreement_until, "j E Y") if partner.agreement_until else "",
        "days": days,
    }


def _ground(referral: Referral) -> list[dict[str, Any]]:
    decision, zone, now = referral.decision, zone_of(referral.case), timezone.now()
    if referral.exception is not None and referral.exception.is_active():
        return _excepted(referral.exception, zone)
    if decision is None or not decision.is_active():
        return [{"term": _("On which decision"), "main": _("The person has not agreed to this, or not any more.")}]
    held = decision.consent
    words = [
        str(Mode(held.mode).label),
        language_name(held.language),
        _("recorded by %(name)s") % {"name": held.held_by.name},
    ]
    condition = _("Condition: “%(text)s”") % {"text": decision.condition} if decision.condition else ""
    agreed = _("The person agreed %(when)s") % {"when": inside(moment_words(decision.valid_from, now, zone))}
    until = _("%(day)s, or earlier if the person takes it back") % {"day": day_words(decision.valid_until, zone)}
    return [
        {"term": _("On which decision"), "main": agreed, "sub": f"{', '.join(words)}. {condition}".strip()},
        {"term": _("Until"), "main": until},
    ]


def _excepted(signed: ExceptionalDisclosure, zone: tzinfo) -> list[dict[str, Any]]:
    until = moment_words(signed.valid_until or timezone.now(), timezone.now(), zone)
    words = _("Signed by one person; the second signature is due.")
    if signed.status == ExceptionStatus.AUTHORISED:
        words = _("Signed by two people.")
    return [
        {"term": _("Without consent"), "main": signed.get_ground_display(), "sub": words},
        {"term": _("Until"), "main": until},
    ]
