"""Where a consent and its decisions stand (domain.md §5.4), always worked out from what happened, never stored."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import Answer

if TYPE_CHECKING:
    from consent.models import Consent, Decision


class DecisionState(models.TextChoices):
    """What one decision is worth at a moment. Only an active one allows anything."""

    ACTIVE = "active", _("Agrees")
    SUSPENDED = "suspended", _("Stands still")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Ended")
    SUPERSEDED = "superseded", _("Answered anew")
    REFUSED = "refused", _("Refuses")
    NOT_ASKED = "not_asked", _("Not asked")


class ConsentState(models.TextChoices):
    """What a whole conversation is worth at a moment."""

    DRAFT = "draft", _("Nothing is recorded yet")
    ACTIVE = "active", _("In force")
    PARTLY_WITHDRAWN = "partly_withdrawn", _("Partly taken back")
    SUSPENDED = "suspended", _("Stands still")
    WITHDRAWN = "withdrawn", _("Taken back")
    EXPIRED = "expired", _("Ended by time")
    SUPERSEDED = "superseded", _("Replaced by a later conversation")
    REFUSED = "refused", _("Refused")
    NOT_OBTAINABLE = "not_obtainable", _("Could not be asked")


_ORDER = {
    DecisionState.SUSPENDED: ConsentState.SUSPENDED,
    DecisionState.WITHDRAWN: ConsentState.WITHDRAWN,
    DecisionState.EXPIRED: ConsentState.EXPIRED,
    DecisionState.SUPERSEDED: ConsentState.SUPERSEDED,
}


def of_decision(decision: "Decision", now: datetime) -> DecisionState:
    """What this decision is worth now. What the person took back stays taken back, whatever came after it."""
    if decision.answer != Answer.GRANTED:
        return DecisionState(decision.answer)
    if decision.withdrawn_at is not None:
        return DecisionState.WITHDRAWN
    if decision.superseded_at is not None:
        return DecisionState.SUPERSEDED
    if now >= decision.valid_until:
        return DecisionState.EXPIRED
    return DecisionState.SUSPENDED if decision.suspended_at is not None else DecisionState.ACTIVE


class Nearness(models.TextChoices):
    """What a decision asks of whoever looks after the case (W-07)."""

    OVER = "over", _("Ended by time")
    NEAR = "near", _("Ends within 14 days")
    OLD = "old", _("Given more than 90 days ago")


def soonest(now: datetime) -> tuple[datetime, datetime]:
    """Given before the first, or ending before the second: such decisions are worth a look."""
    return now - timedelta(days=settings.CONSENT_DAYS_OLD), now + timedelta(days=settings.CONSENT_DAYS_ENDING)


def nearness(decision: "Decision", now: datetime) -> Nearness | None:
    """Whether it ended, ends soon (a short one: in the second half of its time) or was given long ago."""
    state = of_decision(decision, now)
    if state == DecisionState.EXPIRED:
        return Nearness.OVER
    if state != DecisionState.ACTIVE:
        return None
    if now >= _reminds_from(decision):
        return Nearness.NEAR
    return Nearness.OLD if decision.valid_from <= soonest(now)[0] else None


def _reminds_from(decision: "Decision") -> datetime:
    half = (decision.valid_until - decision.valid_from) / 2
    return decision.valid_until - min(half, timedelta(days=settings.CONSENT_DAYS_ENDING))


def asked_again_by(decisions: Iterable["Decision"], now: datetime) -> datetime | None:
    """By when somebody shall have asked the person whether it goes on; ``None`` while nothing is near or old."""
    old = timedelta(days=settings.CONSENT_DAYS_OLD + settings.CONSENT_DAYS_ENDING)
    due = {Nearness.NEAR: lambda d: d.valid_until, Nearness.OLD: lambda d: min(d.valid_until, d.valid_from + old)}
    found = [due[near](one) for one in decisions if (near := nearness(one, now)) in due]
    return min(found, default=None)


def of_consent(consent: "Consent", decisions: Iterable["Decision"], now: datetime) -> ConsentState:
    """What the conversation is worth now, from its decisions.

    In force while one agreement is; of what is over, the strongest word counts: taken back, then ended, then replaced.
    """
    if consent.obstacle:
        return ConsentState.NOT_OBTAINABLE
    states = [of_decision(decision, now) for decision in decisions]
    given = {state for state in states if state not in (DecisionState.REFUSED, DecisionState.NOT_ASKED)}
    if not given:
        return ConsentState.REFUSED if DecisionState.REFUSED in states else ConsentState.DRAFT
    if DecisionState.ACTIVE in given:
        return ConsentState.PARTLY_WITHDRAWN if DecisionState.WITHDRAWN in given else ConsentState.ACTIVE
    return next(word for state, word in _ORDER.items() if state in given)
