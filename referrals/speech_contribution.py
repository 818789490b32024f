"""What representations add to the pages of a case: the card of element d, its moves, whom the person can be asked about."""

from datetime import tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.closing import Veto
from cases.contributions import Event, Line, Part
from cases.models import Case
from consent.models import Decision
from consent.vocabulary import Answer, Purpose, RecipientKind
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.acting import ACTOR
from foundation.core.words import due_words, inside, isolated, list_words, moment_words
from foundation.core.worklist import job
from foundation.dossiers.models import Clock
from referrals.models import Authority, Representation, RepresentationMove
from referrals.speech import TOLD_FIELDS, EndReason, Naming, SpeechStatus
from referrals.speech_states import OPEN, UNSENT
from referrals.speech_words import MOVES, addressee, heading


def overview(case: Case, actor: User, decisions: list[Decision]) -> Part:
    """The card of element d and what happened: five queries at most."""
    speeches = list(Representation.objects.filter(case=case.pk).select_related("written_by").order_by("-created_at"))
    asked = [d for d in decisions if d.purpose == Purpose.RAISE_IDENTIFIED]
    ids = {s.authority_id for s in speeches} | {d.recipient_id for d in asked}
    names = {a.pk: a.name for a in Authority.objects.visible_to(actor).filter(pk__in=ids)} if ids else {}
    clocks = _clocks(speeches)
    return Part(
        cards=[_card(case, actor, speeches, names, clocks)],
        steps=[_step(clock, speeches, names) for clock in clocks],
        events=_events(speeches, names),
        names={d.recipient_id: names.get(d.recipient_id) or addressee(None) for d in asked},
        links=_links(case, actor, asked),
        more=_more(case, actor),
        words={code: (1 if code == "alias" else 2, words) for code, words in TOLD_FIELDS.items()},
    )


def _more(case: Case, actor: User) -> list[dict[str, str]]:
    """Every issue begins with cases that are alike."""
    if not policy.allows(actor, "link_issue", case):
        return []
    return [
        {"url": reverse("cases:case_issue", args=[case.pk]), "link": _("Many have this problem: link it to an issue")}
    ]


def _clocks(speeches: list[Representation]) -> list[Clock]:
    if not speeches:
        return []
    rows = Clock.objects.running().filter(subject_id__in=[s.pk for s in speeches])
    return list(rows.order_by("rank", "due_at"))


def _step(clock: Clock, speeches: list[Representation], names: dict[UUID, str]) -> Event:
    speech = next(s for s in speeches if s.pk == clock.subject_id)
    whom = names.get(speech.authority_id) or addressee(None)
    return Event(clock.due_at, inside(str(job("speech", clock.code).do)), whom)


def _events(speeches: list[Representation], names: dict[UUID, str]) -> list[Event]:
    if not speeches:
        return []
    known = {s.pk: s for s in speeches}
    moves = RepresentationMove.objects.filter(representation__in=known).order_by("-at")
    return [
        Event(m.at, str(MOVES[m.verb]), names.get(known[m.representation_id].authority_id) or addressee(None))
        for m in moves
    ]


def _links(case: Case, actor: User, asked: list[Decision]) -> dict[UUID, tuple[str, str]]:
    if not policy.allows(actor, "represent", case):
        return {}
    agreed = [d for d in asked if d.answer == Answer.GRANTED and not d.superseded_at and not d.withdrawn_at]
    url = reverse("referrals:represent", args=[case.pk])
    return {d.recipient_id: (f"{url}?authority={d.recipient_id}", _("Write what is to be raised")) for d in agreed}


def _card(
    case: Case, actor: User, speeches: list[Representation], names: dict[UUID, str], clocks: list[Clock]
) -> dict[str, Any]:
    card: dict[str, Any] = {"title": _("Represent"), "sub": _("before authorities")}
    may = policy.allows(actor, "represent", case)
    more = (
        {"url": reverse("referrals:represent", args=[case.pk]), "link": _("Raise it with an authority")} if may else {}
    )
    if not speeches:
        return {**card, "tag": {"text": _("Not begun")}, "what": _("Nothing was raised with an authority."), **more}
    lines = [f"{names.get(s.authority_id) or addressee(None)}: {heading(s)}" for s in speeches]
    newest = reverse("referrals:representation", args=[speeches[0].pk])
    if any(s.status == SpeechStatus.SUSPENDED for s in speeches):
        tag = {"text": _("Suspended"), "tone": "urgent", "icon": "pause"}
    elif clocks:
        tag = {"text": _("Under way"), "tone": "act", "icon": "clock"}
    elif any(s.status in OPEN for s in speeches):
        tag = {"text": _("Under way"), "tone": "act", "icon": "open"}
    else:
        tag = {"text": _("Done"), "tone": "good", "icon": "done"}
    return {**card, "tag": tag, "what": ". ".join(lines), **_next(case, clocks, newest)}


def _next(case: Case, clocks: list[Clock], newest: str) -> dict[str, Any]:
    if not clocks:
        return {"url": newest, "link": _("open it")}
    due = due_words(clocks[0].due_at, timezone.now(), ZoneInfo(case.unit.time_zone))
    url = reverse("referrals:representation", args=[clocks[0].subject_id])
    who = inside(str(job("speech", clocks[0].code).do))
    return {"who": who, "when": inside(due.main), "url": url, "link": _("open it")}


def lines(case: Case, recipients: list[UUID]) -> list[Line]:
    """The lines of the conversation about consent for these authorities, as far as the asking person may know of them.

    Without consent no authority is offered as a recipient: that is asked for by hand and by two (HS-12).
    """
    if not recipients:
        return []
    asking = User.objects.get(pk=ACTOR.get() or 0)
    rows = Authority.objects.visible_to(asking).filter(pk__in=recipients, is_active=True)
    told = {code: str(words) for code, words in TOLD_FIELDS.items()}
    preview = list_words([*list(told.values())[:1], *map(inside, list(told.values())[1:])])
    return [
        Line(a.pk, _("Raise the matter with an authority, naming the person"), a.name, told, [], preview,
             RecipientKind.AUTHORITY, Purpose.RAISE_IDENTIFIED)
        for a in rows.filter(organisation=case.unit.organisation_id)
    ]  # fmt: skip


def labels(codes: list[str]) -> list[str]:
    """The names of fields; they are those of the referral."""
    return [str(TOLD_FIELDS[code]) for code in codes if code == "summary" and code in TOLD_FIELDS]


def for_person(case: Case, zone: tzinfo) -> list[dict[str, Any]]:
    """Which authority was told what of the person, when, and what came of it; not what it was unsafe to tell them of."""
    may_know = Q(exception=None) | Q(exception__is_person_informed=True)
    rows = list(Representation.objects.filter(may_know, case=case, sent_at__isnull=False).order_by("sent_at"))
    if not rows:
        return []
    actor = User.objects.get(pk=ACTOR.get() or 0)
    found = Authority.objects.visible_to(actor).filter(pk__in={s.authority_id for s in rows})
    names = {a.pk: a.name for a in found}
    return [_told(speech, names.get(speech.authority_id) or addressee(None), zone) for speech in rows]


def _told(speech: Representation, name: str, zone: tzinfo) -> dict[str, Any]:
    when = moment_words(speech.sent_at or speech.status_at, timezone.now(), zone)
    if speech.naming == Naming.IDENTIFIED:
        what = _("We spoke of you to them: %(what)s.") % {
            "what": list_words([str(TOLD_FIELDS[c]) for c in speech.fields])
        }
    else:
        what = _("We described the problem to them, and did not say who you are.")
    return {"key": isolated(name), "lines": [when, what, heading(speech)]}


def ends_with(decision: Decision) -> list[str]:
    """What ends when the person takes this decision back."""
    rows = Representation.objects.filter(decision=decision, status__in=OPEN)
    unsaid, said = (
        _("%(code)s: will not be raised."),
        _("%(code)s: was raised; it stops, and somebody sees to it at once."),
    )
    return [(unsaid if s.status in UNSENT else said) % {"code": s.reference} for s in rows]


def keeps_open(case: Case) -> list[Veto]:
    """What is to be said or decided still, before the case is closed (HS-18)."""
    waiting = {*UNSENT, SpeechStatus.SUSPENDED, SpeechStatus.SENT, SpeechStatus.AWAITED}
    words = _("Representation %(code)s to an authority is not over: %(where)s.")
    return [
        Veto("representation.open", words % {"code": s.reference, "where": inside(heading(s))},
             reverse("referrals:representation", args=[s.pk]))
        for s in Representation.objects.filter(case=case.pk, status__in=waiting)
        if s.end_reason != EndReason.ERASED
    ]  # fmt: skip


def is_represented(case: Case) -> bool:
    """Whether the matter was raised with an authority since the case was opened or reopened (R-46)."""
    since = case.reopened_at or case.opened_at
    return bool(Representation.objects.filter(case=case.pk, sent_at__gte=since).exists())
