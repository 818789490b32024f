"""What a recipient may read of a referral at this very moment: state, consent and tier decide (HS-01)."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from consent.vocabulary import Purpose
from foundation.core.errors import Gone
from foundation.dossiers.models import Clock
from referrals.models import Referral, values_of
from referrals.states import LIFE, PARTNER, WITH_PARTNER, tiers_open
from referrals.vocabulary import FIELDS

TIERS = {0: "preview", 1: "contact", 2: "need", 3: "items"}


def available_actions(referral: Referral) -> list[str]:
    """The verbs that the recipient may use now, from the same table as the guard."""
    if referral.recalled_at:
        return [] if referral.confirmation else ["confirm-withdrawal"]
    return [verb.replace("_", "-") for verb in LIFE.verbs(referral.status, PARTNER)]


def summary(referral: Referral) -> dict[str, Any]:
    """A line of the inbox: nothing of the person."""
    return {
        "id": str(referral.pk),
        "reference": referral.reference,
        "status": referral.status,
        "urgency": referral.urgency,
        "service_id": str(referral.service_id),
        "referred_by": referral.unit.name,
        "sent_at": referral.sent_at,
        "status_at": referral.status_at,
        "needs_action_by": referral.needs_action_by,
        "available_actions": available_actions(referral),
        "end_reason": referral.end_reason,
        "version": referral.version,
    }


def whole(referral: Referral) -> dict[str, Any]:
    """The representation of one referral. ``Gone`` once the consent has ended or was taken back."""
    check_ground(referral)
    limit = tiers_open(referral.status, referral.urgency)
    released: dict[str, Any] = {}
    for tier, name in TIERS.items():
        codes = [code for code in referral.fields if FIELDS[code][0] == tier]
        released[name] = values_of(referral, codes) if tier <= limit and codes else None
    return {
        **summary(referral),
        **released,
        "consent": _consent(referral),
        "due": dues(referral),
        "messages": _messages(referral),
        "outcome": referral.outcome,
    }


def check_ground(referral: Referral) -> None:
    """HS-01 at each read."""
    if referral.recalled_at:
        raise Gone("consent.withdrawn", _("The person has taken back the consent. Stop, and confirm it."))
    decision = referral.decision
    fields = set(referral.fields)
    is_covered = decision and decision.covers(Purpose.EXTERNAL_REFERRAL, referral.service_id, fields, timezone.now())
    if referral.status in WITH_PARTNER and not is_covered:
        raise Gone("consent.expired", _("The person’s consent has ended."))


def _consent(referral: Referral) -> dict[str, Any] | None:
    decision = referral.decision
    if decision is None:
        return None
    return {"id": str(decision.pk), "fields": referral.fields, "valid_until": decision.valid_until}


def dues(referral: Referral) -> dict[str, Any]:
    """When the running waits are due: code → time."""
    running = Clock.objects.running().filter(subject_id=referral.pk)
    return {clock.code: clock.due_at for clock in running}


def _messages(referral: Referral) -> list[dict[str, Any]]:
    if referral.status not in WITH_PARTNER:
        return []
    rows = referral.messages.order_by("at")
    for row in rows:
        row.dossier = referral.dossier
    return [{"from": row.side, "at": row.at, "text": row.text} for row in rows]
