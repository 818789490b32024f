"""What referrals add to the pages of a case (see ``cases.contributions``)."""

from datetime import tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.contributions import Event, Line, Part
from cases.models import Case
from consent.models import Decision
from consent.vocabulary import Answer, Purpose
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.words import due_words, inside
from foundation.core.worklist import job
from foundation.dossiers.models import Clock
from referrals import directory, finding, suggesting, telling
from referrals.models import Referral, ReferralMove, Service
from referrals.states import OPEN
from referrals.summary import whose_turn
from referrals.vocabulary import FIELDS
from referrals.words import heading, label, move_words


def overview(case: Case, actor: User, decisions: list[Decision]) -> Part:
    """The card of element b, the moves, and what the person holds back: four queries."""
    about = [d for d in decisions if d.purpose == Purpose.EXTERNAL_REFERRAL and not d.superseded_at]
    rows = Referral.objects.visible_to(actor).filter(case=case)
    referrals = list(rows.select_related("service", "recipient", "requested_by").order_by("-created_at"))
    services = _services({d.recipient_id for d in decisions if d.purpose == Purpose.EXTERNAL_REFERRAL})
    clocks = _clocks(referrals)
    return Part(
        cards=[_card(case, actor, referrals, about, clocks)],
        steps=[_step(clock, referrals, actor) for clock in clocks],
        events=_events(referrals),
        names={pk: f"{s.partner.organisation.name}, {s.name}" for pk, s in services.items()},
        held=_held(about, services),
        links=_links(case, actor, about, referrals),
        words=FIELDS,
        offered={pk: s.offered_fields for pk, s in services.items()},
        more=[
            {"url": reverse("referrals:told", args=[case.pk]), "link": _("What was passed on, and to whom")},
            {"url": reverse("referrals:withdrawals", args=[case.pk]), "link": _("What was taken back")},
        ],
    )


def _services(ids: set[UUID]) -> dict[UUID, Service]:
    if not ids:
        return {}
    return {s.pk: s for s in Service.objects.filter(pk__in=ids).select_related("partner__organisation")}


def _events(referrals: list[Referral]) -> list[Event]:
    known = {referral.pk: referral for referral in referrals}
    if not known:
        return []
    moves = ReferralMove.objects.filter(referral__in=known).select_related("actor").order_by("-at")
    return [_event(move, known[move.referral_id]) for move in moves]


def _event(move: ReferralMove, referral: Referral) -> Event:
    return Event(move.at, move_words(referral, move.verb), f"{referral.service.name}, {referral.reference}")


def _held(about: list[Decision], services: dict[UUID, Service]) -> list[dict[str, str]]:
    found: dict[str, list[str]] = {}
    for decision in about:
        service = services.get(decision.recipient_id)
        if service and decision.answer == Answer.GRANTED and not decision.withdrawn_at:
            for code in service.offered_fields:
                if code not in decision.fields:
                    found.setdefault(label(code), []).append(service.partner.organisation.name)
    why = _("The person holds it back from %(names)s")
    return [{"what": what, "why": why % {"names": ", ".join(names)}} for what, names in found.items()]


def _links(case: Case, actor: User, about: list[Decision], referrals: list[Referral]) -> dict[UUID, tuple[str, str]]:
    """After consent to a service: prepare the referral, or open the one that runs."""
    running = {r.service_id: r for r in reversed(referrals) if r.status in OPEN}
    links = {}
    for decision in about:
        referral = running.get(decision.recipient_id)
        if referral is not None:
            url, words = reverse("referrals:referral", args=[referral.pk]), _("Open the referral")
        elif policy.allows(actor, "refer", case):
            url = reverse("referrals:prepare", args=[case.pk, decision.recipient_id])
            words = _("Prepare the referral")
        else:
            continue
        links[decision.recipient_id] = (url, words)
    return links


def _clocks(referrals: list[Referral]) -> list[Clock]:
    """What runs on these referrals, most needed first."""
    if not referrals:
        return []
    rows = Clock.objects.running().filter(subject_id__in=[r.pk for r in referrals])
    return list(rows.order_by("rank", "due_at"))


def _step(clock: Clock, referrals: list[Referral], actor: User) -> Event:
    referral = next(r for r in referrals if r.pk == clock.subject_id)
    detail = f"{whose_turn(clock, referral, actor)}, {referral.service.name}"
    return Event(clock.due_at, inside(str(job("referral", clock.code).do)), detail)


def _card(
    case: Case, actor: User, referrals: list[Referral], about: list[Decision], clocks: list[Clock]
) -> dict[str, Any]:
    card: dict[str, Any] = {"title": _("Refer"), "sub": _("to a specialised partner")}
    may = policy.allows(actor, "refer", case)
    more = {"url": reverse("referrals:choose", args=[case.pk]), "link": _("Choose a service")} if may else {}
    if not referrals:
        is_refused = bool(about) and all(d.answer == Answer.REFUSED or d.withdrawn_at for d in about)
        return {**card, **_nothing(is_refused), **more}
    lines = [f"{r.service.name}: {heading(r)}" for r in referrals]
    if not clocks:
        done = {"text": _("Done"), "tone": "good", "icon": "done"}
        return {**card, "tag": done, "what": ". ".join(lines), "next": _("Nobody needs to act."), **more}
    return {**card, "what": ". ".join(lines), **_next(case, actor, clocks[0], referrals)}


def _nothing(is_refused: bool) -> dict[str, Any]:
    if is_refused:
        tag = {"text": _("Refused"), "tone": "private", "icon": "eye-off"}
        return {"tag": tag, "what": _("The person does not want this. Only the person can reopen it.")}
    return {"tag": {"text": _("Not begun")}, "what": _("Nothing was passed on to anybody.")}


def _next(case: Case, actor: User, clock: Clock, referrals: list[Referral]) -> dict[str, Any]:
    referral = next(r for r in referrals if r.pk == clock.subject_id)
    due = due_words(clock.due_at, timezone.now(), ZoneInfo(case.unit.time_zone))
    tag = {"text": _("Late"), "tone": "late", "icon": "clock"}
    if due.tone != "late":
        tag = {"text": _("Under way"), "tone": "act", "icon": "clock"}
    url = reverse("referrals:referral", args=[referral.pk])
    return {
        "tag": tag,
        "who": whose_turn(clock, referral, actor),
        "when": inside(due.main),
        "url": url,
        "link": _("open the referral"),
    }


def lines(case: Case, recipients: list[UUID]) -> list[Line]:
    """The lines of the conversation about consent for these services, if they may be asked at all."""
    found = []
    for service in _services(set(recipients)).values():
        told = directory.may_hold(service)
        always = [code for code in service.offered_fields if code not in told]
        title = _("Refer: %(what)s") % {"what": service.get_service_type_display().lower()}
        who = f"{service.partner.organisation.name}, {service.name}"
        found.append(Line(service.pk, title, who, told, always, directory.told(service, case.urgency)))
    return found


def recipients(case: Case, words: str) -> dict[UUID, str]:
    """Some services that may receive something now (HS-10): those that fit the case best, or those of this name."""
    if words:
        may = list(finding.find({"q": words, "state": "open"})[: suggesting.PER_PAGE])
    else:
        may = [row.entry.service for row in suggesting.choice(case, "", None).page]
    return {s.pk: f"{s.partner.organisation.name}, {s.name}" for s in may}


def receives(_case: Case, pk: UUID) -> bool:
    """Whether it may receive something now (HS-10)."""
    return finding.find({"state": "open"}).filter(pk=pk).exists()


def labels(codes: list[str]) -> list[str]:
    """The names of fields."""
    return [label(code) for code in codes if code in FIELDS]


def folders(case: Case) -> list[UUID]:
    """The packages of its referrals."""
    return list(Referral.objects.filter(case=case).values_list("dossier_id", flat=True))


def for_person(case: Case, zone: tzinfo) -> list[dict[str, Any]]:
    """Who outside was told what, on which decision, and what ended."""
    return telling.told(case, zone)


def ends_with(decision: Decision) -> list[str]:
    """The referrals that rest on a decision, in words."""
    rows = Referral.objects.filter(decision=decision, recalled_at=None).select_related("recipient", "service")
    gone = _("%(partner)s, %(service)s (%(reference)s): nothing more can be read there.")
    unsent = _("%(partner)s, %(service)s (%(reference)s): will not be sent.")
    return [
        (gone if r.sent_at else unsent)
        % {"partner": r.recipient.name, "service": r.service.name, "reference": r.reference}
        for r in rows
    ]
