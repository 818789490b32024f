"""What was passed on about a person, to whom, when, on which decision, and what ended: in words, for the person.

Every sentence speaks to the person ("you"), in the language that is active, and stands by itself when it is read aloud.
Names of fields, never their values: a paper that is found must not hold more than it has to (W-22).
"""

from datetime import datetime, tzinfo
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from consent.models import Decision
from consent.vocabulary import Mode
from foundation.core.words import day_words, inside, isolated, list_words
from foundation.dossiers import clerk
from referrals.fields import FIELDS
from referrals.models import Disclosure, Referral
from referrals.vocabulary import Confirmation, OwnGround, Status


def releases(case: Case) -> list[Disclosure]:
    """Every release of the case, newest first. Read as the clerk, who follows every package: none is left out."""
    with clerk.as_clerk():
        rows = Disclosure.objects.filter(referral__case=case.pk).order_by("-at")
        return list(rows.select_related("referral__service", "recipient"))


def told(case: Case, zone: tzinfo) -> list[dict[str, Any]]:
    """Rows for a summary list: who, and what they were told, on what ground, and whether it has ended."""
    by_referral: dict[Any, list[Disclosure]] = {}
    for row in releases(case):
        by_referral.setdefault(row.referral_id, []).append(row)
    keys = {rows[0].decision_id for rows in by_referral.values()}
    decisions = {d.pk: d for d in Decision.objects.filter(pk__in=keys).select_related("consent")}
    return [_row(rows, decisions[rows[0].decision_id], zone) for rows in by_referral.values()]


def _row(rows: list[Disclosure], decision: Decision, zone: tzinfo) -> dict[str, Any]:
    referral = rows[0].referral
    lines = [isolated(referral.service.name), *(_release(row, zone) for row in reversed(rows))]
    if referral.narrowed_at and not referral.recalled_at:
        lines.append(_narrowed(referral, referral.narrowed_at, zone))
    return {
        "key": isolated(rows[0].recipient.name),
        "lines": [*lines, _ground(decision, zone), ended(referral, decision, zone)],
    }


def _release(row: Disclosure, zone: tzinfo) -> str:
    names = list_words([str(FIELDS[code][1]).lower() for code in row.fields if code in FIELDS])
    return _("On %(day)s they were told: %(what)s.") % {"day": day_words(row.at, zone), "what": names}


def _narrowed(referral: Referral, at: datetime, zone: tzinfo) -> str:
    names = list_words([str(FIELDS[code][1]).lower() for code in referral.taken_back if code in FIELDS])
    words = _("On %(day)s you took back a part: %(what)s. They can no longer read that.")
    return f"{words % {'day': day_words(at, zone), 'what': names}} {answered(referral)}"


def _ground(decision: Decision, zone: tzinfo) -> str:
    consent = decision.consent
    facts = {"day": day_words(consent.held_at, zone), "how": str(Mode(consent.mode).label).lower()}
    return _("You agreed to this on %(day)s (%(how)s).") % facts


def ended(referral: Referral, decision: Decision, zone: tzinfo) -> str:
    """Whether they can still read it, and if not, since when and why."""
    if referral.recalled_at:
        return _recalled(referral, zone)
    words, at = _ENDS.get(Status(referral.status)), referral.status_at
    if words is None and not decision.is_active():
        words, at = "expired", min(decision.valid_until, decision.superseded_at or decision.valid_until)
    if words is None:
        until = day_words(decision.valid_until, zone)
        return _("They can read it until %(day)s at the latest. If you take your consent back, it ends at once.") % {
            "day": until
        }
    since = _("Since then they can read none of it.")
    return f"{_why(words) % {'day': day_words(at, zone)}} {since}"


_ENDS: dict[Status, str] = {
    Status.DECLINED: "declined", Status.COMPLETED: "over", Status.NOT_COMPLETED: "over", Status.EXPIRED: "silent",
    Status.CANCELLED: "called_off", Status.ENTERED_IN_ERROR: "mistake",
}  # fmt: skip


def _why(code: str) -> str:
    return {
        "declined": _("On %(day)s they said that they cannot help."),
        "over": _("On %(day)s they finished."),
        "silent": _("They did not answer, and on %(day)s it was closed."),
        "called_off": _("On %(day)s it was called off."),
        "mistake": _("It was a mistake of ours, and on %(day)s it was closed."),
        "expired": _("Your consent ended on %(day)s."),
    }[code]


def _recalled(referral: Referral, zone: tzinfo) -> str:
    taken = _("On %(day)s you took your consent back. Since then they can read none of it.")
    at = referral.recalled_at or timezone.now()
    return f"{taken % {'day': day_words(at, zone)}} {answered(referral)}"


def answered(referral: Referral) -> str:
    """What the recipient says that it did with what it was told, or that it has said nothing."""
    if not referral.confirmation:
        return (
            _("They have not confirmed it yet.")
            if referral.unconfirmed_at is None
            else _("They have not confirmed it in time. We follow it up.")
        )
    return {
        Confirmation.STOPPED: _("They say that they stopped and kept nothing."),
        Confirmation.DELETED: _("They say that they deleted what they had kept."),
        Confirmation.RETAINED: _("They say that they must keep a part of it for reasons of their own."),
    }[Confirmation(referral.confirmation)] + _ground_words(referral)


def _ground_words(referral: Referral) -> str:
    if not referral.own_ground:
        return ""
    ground = str(OwnGround(referral.own_ground).label)
    return " " + _("Their reason: %(ground)s.") % {"ground": inside(ground)}


def language_of(case: Case, known: list[str]) -> str:
    """The person's own language where the product speaks it, else the one in which the concern was told."""
    own = [*case.person.facts.get("languages", []), case.concern.language]
    return next((code for code in own if code in known), "")
