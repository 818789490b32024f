"""What the page of a referral shows to the referring side: clocks, moves, messages, what is open, what may be done."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.words import day_words, inside, isolated, moment_words
from foundation.core.worklist import job
from foundation.dossiers.clocks import is_running_late
from foundation.dossiers.models import Clock
from referrals import appointment_words, item_words, saving_words
from referrals.actions.moving import ITEM, TELL
from referrals.actions.sending import tiers_told
from referrals.api.representation import answers
from referrals.models import ContactAttempt, Message, Referral, ReferralMove
from referrals.partnership import PartnerStatus
from referrals.states import APPROVER, LIFE, NEEDS, OPEN, PARTNER, REFERRER, SERVING, UNDECIDED, UNSENT, WITH_PARTNER
from referrals.vocabulary import FIELDS, CancelReason, Confirmation, DeclineReason, OwnGround, ServiceOutcome, Status
from referrals.words import heading, labels, limit, move_words, span

WAITS = (
    ("acknowledge", gettext_lazy("Acknowledge")),
    ("decide", gettext_lazy("Decide")),
    ("first_contact", gettext_lazy("Serve")),
    ("feedback", gettext_lazy("Feed back")),
)
CHECKABLE = (Status.COMPLETED, Status.NOT_COMPLETED, Status.DECLINED, Status.EXPIRED)
PARTNERS = {code for need in NEEDS.values() for code, side in need.clocks if side == PARTNER} | {"withdrawal_confirm"}
BROKEN_OFF = (Status.CANCELLED, Status.ENTERED_IN_ERROR, Status.EXPIRED)
HEARD = {
    "acknowledge": gettext_lazy("They know of it"),
    "accept": gettext_lazy("They accept"),
    "ask": gettext_lazy("They ask a question"),
    "decline": gettext_lazy("They decline"),
    "start": gettext_lazy("The service begins"),
    "complete": gettext_lazy("The service was given"),
    "not-complete": gettext_lazy("The service could not be given"),
    "attempt": gettext_lazy("They tried to reach the person"),
    "appointment": gettext_lazy("They set an appointment, or change it"),
    "appointment-result": gettext_lazy("They say what came of the appointment"),
    "unable-to-reach": gettext_lazy("They cannot reach the person"),
    "hold": gettext_lazy("They put it on hold"),
    "resume": gettext_lazy("They go on with it"),
}
QUIET = ("return_to_draft", "cancel", "mark_error")
LABELS = {
    "hear_confirmation": gettext_lazy("Write down what they said on the phone"),
    "submit": gettext_lazy("Ask the focal point to approve"),
    "send": gettext_lazy("Check and share"),
    "return_to_draft": gettext_lazy("Give it back to the referrer"),
    "answer": gettext_lazy("Answer the question"),
    "open_item": gettext_lazy("Open what the partner asks for"),
    "refuse_item": gettext_lazy("Say why it is not told"),
    "tell_appointment": gettext_lazy("The person was told of the appointment"),
    "advise": gettext_lazy("Say how else to reach the person"),
    "verify": gettext_lazy("Record what the person says about it"),
    "close_unverified": gettext_lazy("Close it as not verified"),
    "expire": gettext_lazy("Confirm that no answer came"),
    "cancel": gettext_lazy("Call it off"),
    "mark_error": gettext_lazy("Mark as entered in error"),
}


def verbs(referral: Referral, actor: User) -> list[str]:
    """What this person may do now: the life-cycle's table and the seat's abilities together, most needed first."""
    may = policy.abilities(actor, referral)
    now = {v for side in (REFERRER, APPROVER) for v in LIFE.verbs(referral.status, side) if may.get(v)}
    if referral.status in CHECKABLE and may["verify"] and (referral.verified_at is None or referral.unverified_for):
        now.add("verify")
    if _may_end(referral) and may["close_unverified"]:
        now.add("close_unverified")
    if referral.must_confirm and may["hear_confirmation"]:
        now.add("hear_confirmation")
    if referral.item_asked and referral.status in SERVING:
        now |= {verb for verb in ("open_item", "refuse_item") if may[verb]}
    if appointment_words.is_to_tell(referral) and may["tell_appointment"]:
        now.add("tell_appointment")
    if "expire" in now and not is_running_late(referral.pk, "decide"):
        now.remove("expire")
    return [verb for verb in LABELS if verb in now]


def _may_end(referral: Referral) -> bool:
    """Whether the time for asking the person is over, so that it may be closed as not verified."""
    is_served = referral.status in (Status.COMPLETED, Status.NOT_COMPLETED)
    return is_served and referral.verified_at is None and is_running_late(referral.pk, "verify")


def summary(referral: Referral, actor: User) -> dict[str, Any]:
    """The context of the page."""
    known = _clocks(referral.pk)
    offered = verbs(referral, actor)
    return {
        "referral": referral,
        "heading": heading(referral),
        "lede": lede(referral, known),
        "clocks": clocks(referral, known) if referral.sent_at else [],
        "timeline": timeline(referral, known, actor),
        "asked": item_words.pending(referral),
        "appointment": appointment_words.card(referral),
        "sees": sees(referral),
        "not_yet": not_yet(referral),
        "held": stays(referral),
        "rests": rests(referral),
        "saved": saving_words.card(referral),
        "verbs": [_button(verb, referral) for verb in offered if verb not in QUIET],
        "quiet": [_button(verb, referral) for verb in offered if verb in QUIET],
        "may_change": policy.allows(actor, "revise", referral),
        "may_offer_elsewhere": may_offer_elsewhere(referral),
        "is_shut": is_shut(referral),
        "has_lapsed": has_lapsed(referral),
        "heard": heard(referral, actor),
        "may_carry": referral.status in UNDECIDED and policy.allows(actor, "make_code", referral),
        "partner": referral.service.partner,
        "needs_phone": referral.must_confirm,
        "taken_back": labels(referral.taken_back),
        "report": referral.report if referral.is_open else None,
        "outcome": ServiceOutcome(referral.outcome).label if referral.outcome else "",
    }


def is_shut(referral: Referral) -> bool:
    """Whether it is open, and its partner was suspended or has ended: nothing more goes there."""
    gone = referral.service.partner.status in (PartnerStatus.SUSPENDED, PartnerStatus.ENDED)
    return gone and referral.status in OPEN and not referral.recalled_at


def has_lapsed(referral: Referral) -> bool:
    """Whether it is open in the ordinary way, and the agreement with its partner has run out (scenario 10)."""
    partner = referral.service.partner
    is_over = partner.status == PartnerStatus.ACTIVE and not partner.may_receive
    return is_over and referral.status in OPEN and not referral.recalled_at and not referral.is_life_saving


def may_offer_elsewhere(referral: Referral) -> bool:
    """Whether the help is to be offered to somebody else: declined, not answered, or nothing more goes there."""
    was_refused = referral.status in (Status.DECLINED, Status.EXPIRED) and not referral.verified_at
    return was_refused or referral.is_reopened or is_shut(referral) or has_lapsed(referral)


def heard(referral: Referral, actor: User) -> list[dict[str, str]]:
    """What the partner may have answered by phone, in person or on paper, to be written down here."""
    if not policy.allows(actor, "hear", referral) or referral.recalled_at:
        return []
    names = [verb.replace("_", "-") for verb in answers(referral)]
    return [
        {"url": reverse("referrals:heard", args=[referral.pk, name]), "label": str(HEARD[name])} for name in names
    ]  # fmt: skip


def _button(verb: str, referral: Referral) -> dict[str, Any]:
    name = "share" if verb == "send" else verb
    return {"verb": verb, "label": LABELS[verb], "url": reverse(f"referrals:{name}", args=[referral.pk])}


def _clocks(pk: UUID) -> dict[str, Clock]:
    rows = Clock.objects.filter(subject_id=pk).order_by("started_at")
    return {clock.code: clock for clock in rows}


def _zone(referral: Referral) -> ZoneInfo:
    return ZoneInfo(referral.unit.time_zone)


def lede(referral: Referral, known: dict[str, Clock]) -> dict[str, str]:
    """The sentence under the heading: until when, and what the reader has to do meanwhile."""
    running = [c for c in known.values() if c.stopped_at is None and c.paused_at is None]
    first = min((c.due_at for c in running), default=None)
    until = moment_words(first, timezone.now(), _zone(referral)) if first else ""
    if referral.recalled_at:
        return {"until": until, "then": _("Phone them: they must stop, delete what they kept, and confirm it.")}
    if ours := [code for code in (TELL, ITEM) if code in known and known[code].stopped_at is None]:
        return {"until": until, "then": f"{job('referral', ours[0]).do}."}
    side = referral.needs_action_by
    if side == PARTNER and referral.is_on_the_way and referral.status in UNDECIDED:
        return {"until": until, "then": _carried(referral)}
    if side == PARTNER and referral.is_told_by_us:
        return {"until": until, "then": _("You tell them, and write down here what they answer.")}
    if side == PARTNER:
        return {"until": until, "then": _("You need to do nothing now. If nobody answers, it comes back to you.")}
    return {"until": until, "then": ""}


def _carried(referral: Referral) -> str:
    if referral.code_hash is None or referral.code_until is None:
        return _("Give the person a code: the partner learns nothing until it is told there.")
    until = day_words(referral.code_until, _zone(referral))
    words = _("The person carries a code until %(day)s. The partner learns nothing until it is told there.")
    return words % {"day": until}


def clocks(referral: Referral, known: dict[str, Clock]) -> list[dict[str, Any]]:
    """The four waits of a referral."""
    return [_wait(referral, known.get(code), code, title) for code, title in WAITS]


def _wait(referral: Referral, clock: Clock | None, code: str, title: Any) -> dict[str, Any]:
    most = limit(code, referral.urgency)
    if clock is None:
        begun = _("Within %(limit)s") % {"limit": most}
        return {"title": title, "state": "later", "main": _("Not begun"), "sub": begun}
    now, zone = timezone.now(), _zone(referral)
    full, passed = clock.due_at - clock.started_at, (clock.stopped_at or clock.paused_at or now) - clock.started_at
    wait = {"title": title, "value": passed.total_seconds(), "of": full.total_seconds()}
    if clock.stopped_at and referral.status in BROKEN_OFF and clock.stopped_at >= referral.status_at:
        return {"title": title, "state": "later", "main": _("Ended"), "sub": moment_words(clock.stopped_at, now, zone)}
    if clock.stopped_at:
        kept = _("Limit %(limit)s, kept") if clock.stopped_at <= clock.due_at else _("Limit %(limit)s, not kept")
        when = moment_words(clock.stopped_at, now, zone)
        return {**wait, "state": "done", "main": _("In %(span)s") % {"span": span(passed)}, "sub": when,
                "limit": kept % {"limit": most}}  # fmt: skip
    if clock.paused_at:
        return {**wait, "state": "paused", "main": _("Stands still"), "sub": _("It waits for an answer from us")}
    due = _("due %(when)s") % {"when": moment_words(clock.due_at, now, zone)}
    words = {"sub": due, "limit": _("Limit %(limit)s. The partner acts.") % {"limit": most}}
    if clock.due_at <= now:
        late = _("Late by %(span)s") % {"span": span(now - clock.due_at)}
        return {**wait, **words, "state": "late", "main": late}
    return {**wait, **words, "state": "now", "main": _("%(span)s left") % {"span": span(clock.due_at - now)}}


def timeline(referral: Referral, known: dict[str, Clock], actor: User) -> list[dict[str, Any]]:
    """Moves and messages, newest first, under the next step."""
    zone, now, names = _zone(referral), timezone.now(), {"partner": referral.recipient.name}
    found: list[tuple[Any, str, str]] = []
    spoken = ("ask", "answer", "advise") if referral.is_open else ()
    for move in ReferralMove.objects.filter(referral=referral).exclude(verb__in=spoken).select_related("actor"):
        why = _reason(move.reason)
        who = _("by %(name)s") % {"name": move.actor.name} if move.side != "system" else ""
        found.append((move.at, move_words(referral, move.verb), ". ".join(part for part in (who, why) if part)))
    found += _messages(referral)
    found += _attempts(referral)
    found += appointment_words.steps(referral)
    found += item_words.steps(referral)
    if referral.arrived_at:
        found.append((referral.arrived_at, _("The person told the code at %(partner)s") % names, ""))
    if referral.viewed_at:
        found.append((referral.viewed_at, _("%(partner)s first opened it") % names, ""))
    if referral.confirmation:
        found.append((referral.confirmed_at or referral.status_at, _("%(partner)s confirmed") % names, said(referral)))
    if referral.narrowed_at:
        found.append((referral.narrowed_at, _("The person took a part of it back"), labels(referral.taken_back)))
    found.sort(key=lambda row: row[0], reverse=True)
    items = [{"title": title, "detail": detail, "at": moment_words(at, now, zone)} for at, title, detail in found]
    return _next(referral, known, actor) + items


def said(referral: Referral) -> str:
    """What the recipient did after a withdrawal, and on what ground it keeps something."""
    words = [str(Confirmation(referral.confirmation).label)]
    words += [str(OwnGround(referral.own_ground).label)] if referral.own_ground else []
    return ". ".join(words)


def _reason(code: str) -> str:
    words = {**dict(DeclineReason.choices), **dict(CancelReason.choices)}
    return str(words.get(code, ""))


def _attempts(referral: Referral) -> list[tuple[Any, str, str]]:
    if referral.decided_at is None:
        return []
    rows = ContactAttempt.objects.filter(referral=referral)
    words = _("Tried to reach the person: %(way)s")
    return [(row.at, words % {"way": inside(row.get_way_display())}, row.get_outside_display()) for row in rows]


def _messages(referral: Referral) -> list[tuple[Any, str, str]]:
    if not referral.is_open:
        return []
    found = []
    for row in Message.objects.filter(referral=referral).select_related("author"):
        row.dossier = referral.dossier
        words = _("Asked: “%(text)s”") if row.side == PARTNER else _("Answered: “%(text)s”")
        found.append((row.at, words % {"text": isolated(row.text)}, _("by %(name)s") % {"name": row.author.name}))
    return found


def _next(referral: Referral, known: dict[str, Clock], actor: User) -> list[dict[str, Any]]:
    clock = min((c for c in known.values() if c.stopped_at is None), key=lambda c: c.due_at, default=None)
    if clock is None:
        return []
    when = _("by %(when)s") % {"when": inside(moment_words(clock.due_at, timezone.now(), _zone(referral)))}
    title = _("Next: %(what)s") % {"what": inside(str(job("referral", clock.code).do))}
    return [{"title": title, "detail": whose_turn(clock, referral, actor), "at": when, "is_next": True}]


def whose_turn(clock: Clock, referral: Referral, actor: User) -> str:
    """Whom a clock waits for, in words for this reader."""
    if clock.user_id == actor.pk or clock.group_id in actor.group_ids:
        return _("You")
    if clock.user_id is not None:
        return referral.handler.name
    is_ours = referral.status in UNSENT or clock.code not in PARTNERS
    return _("The focal point") if is_ours else referral.recipient.name


def sees(referral: Referral) -> list[str]:
    """What the recipient can read at this moment, by field."""
    most = tiers_told(referral)
    if referral.sent_at is None or referral.recalled_at or most < 0:
        return []
    by_tier = [[code for code in referral.fields if FIELDS[code][0] == tier] for tier in range(most + 1)]
    lines = [labels(codes) for codes in by_tier if codes]
    if referral.opened_items and referral.status in SERVING:
        lines.append(labels([code for code in referral.opened_items if code in referral.fields]))
    return lines + ([_("The questions and answers")] if referral.status in WITH_PARTNER else [])


def not_yet(referral: Referral) -> str:
    """What opens when the recipient accepts."""
    if referral.recalled_at or referral.status not in {*WITH_PARTNER, Status.DRAFT, Status.AWAITING_APPROVAL}:
        return ""
    most = tiers_told(referral)
    return labels([code for code in referral.fields if FIELDS[code][0] > most and FIELDS[code][0] < 3])


def stays(referral: Referral) -> list[dict[str, str]]:
    """What is not passed on, with the reason, as plainly as what is."""
    offered, ground = referral.service.offered_fields, referral.ground
    allowed = ground.fields if ground else []
    groups: dict[str, list[str]] = {}
    for code in FIELDS:
        if code in referral.fields:
            continue
        why = _("Not needed for this service")
        if code in offered:
            why = _("Held back here") if code in allowed else _no(referral)
        groups.setdefault(why, []).append(code)
    return [{"what": labels(codes), "why": why} for why, codes in groups.items()]


def _no(referral: Referral) -> str:
    if referral.exception is not None:
        return _("Nobody signed that it may be told without consent")
    return _("The person does not want it passed on")


def rests(referral: Referral) -> dict[str, Any]:
    """The decision, or the exceptional disclosure, that the referral rests on."""
    decision, zone, now = referral.decision, _zone(referral), timezone.now()
    if decision is None:
        return _excepted(referral, zone) if referral.exception else {}
    return {
        "at": inside(moment_words(decision.valid_from, now, zone)),
        "until": day_words(decision.valid_until, zone),
        "is_active": decision.is_active(),
        "url": reverse("cases:case_consent", args=[referral.case_id]),
        "withdraw": reverse("cases:withdraw", args=[referral.case_id, decision.pk]) if decision.is_active() else "",
    }


def _excepted(referral: Referral, zone: ZoneInfo) -> dict[str, Any]:
    signed = referral.exception
    if signed is None or signed.valid_from is None or signed.valid_until is None:
        return {}
    return {
        "why": signed.get_ground_display(),
        "at": inside(moment_words(signed.valid_from, timezone.now(), zone)),
        "until": moment_words(signed.valid_until, timezone.now(), zone),
        "is_active": signed.is_active(),
        "url": reverse("cases:exception", args=[signed.pk]),
        "withdraw": "",
    }
