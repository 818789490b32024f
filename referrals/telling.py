"""What was passed on about a person, to whom, when, on which decision, and what ended: in words, for the person.

Every sentence speaks to the person ("you"), in the language that is active, and stands by itself when it is read aloud.
Names of fields, never their values: a paper that is found must not hold more than it has to (W-22).
"""

from datetime import datetime, tzinfo
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from consent.models import Decision, ExceptionalDisclosure
from consent.vocabulary import Mode
from foundation.core.words import day_words, inside, isolated, list_words
from foundation.dossiers import clerk
from referrals.fields import FIELDS
from referrals.models import Disclosure, Referral
from referrals.vocabulary import Confirmation, OwnGround, Status

Ground = Decision | ExceptionalDisclosure


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
    grounds = _grounds([rows[0] for rows in by_referral.values()])
    told_of = [(rows, grounds[rows[0].decision_id or rows[0].exception_id]) for rows in by_referral.values()]
    return [_row(rows, ground, zone) for rows, ground in told_of if _may_know(ground)]


def _grounds(firsts: list[Disclosure]) -> dict[Any, Ground]:
    decisions = Decision.objects.filter(pk__in=[row.decision_id for row in firsts if row.decision_id])
    signed = ExceptionalDisclosure.objects.filter(pk__in=[row.exception_id for row in firsts if row.exception_id])
    return {ground.pk: ground for ground in [*decisions.select_related("consent"), *signed]}


def _may_know(ground: Ground) -> bool:
    """What was told without consent stands on the paper only if the person was told of it: else it was unsafe to say."""
    return isinstance(ground, Decision) or ground.is_person_informed


def _row(rows: list[Disclosure], ground: Ground, zone: tzinfo) -> dict[str, Any]:
    referral = rows[0].referral
    lines = [isolated(referral.service.name), *(_release(row, zone) for row in reversed(rows))]
    if referral.narrowed_at and not referral.recalled_at:
        lines.append(_narrowed(referral, referral.narrowed_at, zone))
    return {
        "key": isolated(rows[0].recipient.name),
        "lines": [*lines, _ground(ground, zone), ended(referral, ground, zone)],
    }


def _release(row: Disclosure, zone: tzinfo) -> str:
    names = list_words([str(FIELDS[code][1]).lower() for code in row.fields if code in FIELDS])
    return _("On %(day)s they were told: %(what)s.") % {"day": day_words(row.at, zone), "what": names}


def _narrowed(referral: Referral, at: datetime, zone: tzinfo) -> str:
    names = list_words([str(FIELDS[code][1]).lower() for code in referral.taken_back if code in FIELDS])
    words = _("On %(day)s you took back a part: %(what)s. They can no longer read that.")
    return f"{words % {'day': day_words(at, zone), 'what': names}} {answered(referral)}"


def _ground(ground: Ground, zone: tzinfo) -> str:
    if isinstance(ground, ExceptionalDisclosure):
        day = day_words(ground.valid_from or ground.requested_at, zone)
        why = {"day": day, "why": inside(str(ground.get_ground_display()))}
        return _("You did not agree to this. On %(day)s we told it all the same: %(why)s.") % why
    consent = ground.consent
    facts = {"day": day_words(consent.held_at, zone), "how": str(Mode(consent.mode).label).lower()}
    return _("You agreed to this on %(day)s (%(how)s).") % facts


def ended(referral: Referral, ground: Ground, zone: tzinfo) -> str:
    """Whether they can still read it, and if not, since when and why."""
    if referral.recalled_at:
        return _recalled(referral, zone)
    words, at = _ENDS.get(Status(referral.status)), referral.status_at
    if words is None and not ground.is_active():
        words, at = "expired" if isinstance(ground, Decision) else "over_now", _end(ground)
    if words is None and isinstance(ground, ExceptionalDisclosure):
        return _("They can read it until %(day)s at the latest.") % {"day": day_words(_end(ground), zone)}
    if words is None:
        until = day_words(_end(ground), zone)
        return _("They can read it until %(day)s at the latest. If you take your consent back, it ends at once.") % {
            "day": until
        }
    since = _("Since then they can read none of it.")
    return f"{_why(words) % {'day': day_words(at, zone)}} {since}"


def _end(ground: Ground) -> datetime:
    last = ground.valid_until or timezone.now()
    earlier = ground.superseded_at if isinstance(ground, Decision) else ground.ended_at
    return min(last, earlier or last)


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
        "over_now": _("On %(day)s the time for it was over."),
    }[code]


def _recalled(referral: Referral, zone: tzinfo) -> str:
    taken = _("On %(day)s this ended. Since then they can read none of it.")
    if referral.exception_id is None:
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
