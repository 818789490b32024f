"""What the partner's pages show: previews in order of need, and one referral with what is open of it."""

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.core.errors import Gone
from foundation.core.legible import SHUT, legible
from foundation.core.words import due_words, inside, moment_words
from foundation.dossiers.models import Clock
from referrals import appointment_words, item_words
from referrals.api.representation import TIERS, available_actions, check_open, whole
from referrals.models import Referral, values_of
from referrals.states import SERVING, UNDECIDED, WITH_PARTNER
from referrals.vocabulary import PREVIEW, Status
from referrals.words import facts, labels

MOST = 50
RANKS = ("emergency", "urgent", "normal")
LABELS = {
    "accept": gettext_lazy("Accept"),
    "acknowledge": gettext_lazy("Confirm receipt"),
    "ask": gettext_lazy("Ask a question"),
    "decline": gettext_lazy("Decline"),
    "start": gettext_lazy("The service begins"),
    "complete": gettext_lazy("The service was given"),
    "not-complete": gettext_lazy("The service could not be given"),
    "attempt": gettext_lazy("Note that we tried to reach the person"),
    "appointment": gettext_lazy("Set an appointment, or change it"),
    "appointment-result": gettext_lazy("Say what came of the appointment"),
    "request-item": gettext_lazy("Ask for one item more"),
    "unable-to-reach": gettext_lazy("We cannot reach the person"),
    "hold": gettext_lazy("Put it on hold"),
    "resume": gettext_lazy("Go on with it"),
    "confirm-withdrawal": gettext_lazy("Confirm what you did"),
}
GROUPS = {
    "contact": gettext_lazy("How to reach the person"),
    "need": gettext_lazy("What is needed"),
    "items": gettext_lazy("More"),
}


def _rows(actor: User) -> list[Referral]:
    mine = [seat.unit.organisation_id for seat in actor.seats]
    rows = Referral.objects.visible_to(actor).filter(recipient__in=mine, sent_at__isnull=False)
    live = rows.filter(status__in=WITH_PARTNER) | rows.filter(narrowed_at__isnull=False, confirmation="")
    live |= rows.filter(recalled_at__isnull=False, confirmation="")
    return list(
        live.select_related("dossier", "unit", "service__partner", "decision", "exception")
        .with_key()
        .order_by("sent_at")[:MOST]
    )


def sections(actor: User) -> dict[str, Any]:
    """The inbox: what waits for an answer, what was taken back, what is under way. Three queries."""
    rows = _rows(actor)
    clocks: dict[Any, list[Clock]] = {}
    waits = Clock.objects.running().filter(subject_id__in=[r.pk for r in rows], group_id__in=actor.group_ids)
    for clock in waits.order_by("rank", "due_at"):
        clocks.setdefault(clock.subject_id, []).append(clock)
    rows.sort(key=lambda r: (RANKS.index(r.urgency), clocks[r.pk][0].due_at if r.pk in clocks else r.sent_at))
    waiting = [r for r in rows if not r.recalled_at and (r.status in UNDECIDED or r.status == Status.INFO_REQUESTED)]
    return {
        "offers": [_offer(r, clocks.get(r.pk, [])) for r in waiting if _is_covered(r)],
        "recalled": [_line(r, clocks) for r in rows if r.must_confirm],
        "running": [_line(r, clocks) for r in rows if not r.recalled_at and r.status in SERVING],
        "ids": [r.pk for r in rows],
    }


def _is_covered(referral: Referral) -> bool:
    try:
        check_open(referral)
    except Gone:
        return False
    return referral.is_covered  # its ground was read in the same query


def _line(referral: Referral, clocks: dict[Any, list[Clock]]) -> dict[str, Any]:
    mine = clocks.get(referral.pk, [])
    due = due_words(mine[0].due_at, timezone.now(), ZoneInfo(referral.unit.time_zone)).main if mine else ""
    state = "" if referral.recalled_at else referral.get_status_display()
    code = referral.reference
    text = ", ".join(part for part in (code, state, inside(due)) if part)
    return {"label": referral.service.name, "text": text, "url": reverse("referrals:offer", args=[referral.pk])}


def _offer(referral: Referral, clocks: list[Clock]) -> dict[str, Any]:
    zone, now = ZoneInfo(referral.unit.time_zone), timezone.now()
    dues = {clock.code: moment_words(clock.due_at, now, zone) for clock in clocks if clock.paused_at is None}
    words = [_("Confirm receipt by %(when)s.") % {"when": dues["acknowledge"]}] if "acknowledge" in dues else []
    words += [_("Decide by %(when)s.") % {"when": dues["decide"]}] if "decide" in dues else []
    note = _("sent %(when)s, by %(unit)s") % {
        "when": inside(moment_words(referral.sent_at or now, now, zone)), "unit": referral.unit.name,
    }  # fmt: skip
    if referral.status == Status.INFO_REQUESTED:
        waits = _("You asked a question; the referrer has not answered yet.")
        note = f"{note}. {waits}"
    preview = legible(lambda: _preview(referral), None)
    return {
        "code": referral.reference,
        "title": f"{referral.service.get_service_type_display()}: {referral.service.name}",
        "url": reverse("referrals:offer", args=[referral.pk]),
        "urgency": referral.urgency,
        "urgency_label": referral.get_urgency_display(),
        "deadline": " ".join(words) or _("Your time stands still until the question is answered."),
        "facts": [{"term": _("Referral"), "main": str(SHUT)}] if preview is None else facts(preview),
        "note": note,
        **_links(referral),
    }


def _preview(referral: Referral) -> dict[str, Any]:
    hidden = ("urgency", "service_type")
    return values_of(referral, [c for c in PREVIEW if c in referral.fields and c not in hidden])


def _links(referral: Referral) -> dict[str, str]:
    may = available_actions(referral)
    return {f"{verb}_url": _url(referral, verb) for verb in ("accept", "ask", "decline") if verb in may}


def _url(referral: Referral, verb: str) -> str:
    return reverse("referrals:respond", args=[referral.pk, verb])


def opened(referral: Referral, reader: User) -> dict[str, Any]:
    """One referral for its page. ``Gone`` when the consent has ended."""
    data, zone, now = whole(referral, reader), ZoneInfo(referral.unit.time_zone), timezone.now()
    groups = [
        {"title": GROUPS[name], "facts": facts(data[name])} for name in TIERS.values() if name in GROUPS and data[name]
    ]
    dues = [due_words(at, now, zone) for _code, at in sorted(data["due"].items(), key=lambda item: item[1])]
    return {
        "referral": referral,
        "preview": facts(data["preview"] or {}),
        "groups": groups,
        "due": dues[0] if dues and data["needs_action_by"] == "partner" else None,
        "taken_back": labels(referral.taken_back) if referral.must_confirm else "",
        "corrections": facts({row["field"]: row["value"] for row in data["corrections"]}),
        "appointment": appointment_words.told(data["appointment"], referral.service, zone),
        "asked": item_words.asked(data["item_requests"]),
        "messages": [{**m, "at": moment_words(m["at"], now, zone)} for m in data["messages"]],
        "verbs": [{"label": LABELS[v], "url": _url(referral, v)} for v in LABELS if v in data["available_actions"]],
        "sent": inside(moment_words(referral.sent_at or now, now, zone)),
    }
