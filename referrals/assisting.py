"""What assistance adds to the pages of a case: the third card, steps that wait, events, the warning W-06."""

from datetime import tzinfo
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.closing import Veto
from cases.contributions import Event, Part
from cases.identity import zone_of
from cases.models import Case
from cases.states import SHUT as AT_REST
from consent.models import Decision
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.legible import SHUT, legible
from foundation.core.words import due_words, inside, moment_words
from foundation.core.worklist import job
from foundation.dossiers.models import Clock
from referrals import capacity
from referrals.assistance_terms import OPEN_NEEDS, AssistanceStatus, NeedOutcome
from referrals.models import Assistance, Referral
from referrals.vocabulary import ServiceType, Status

ANSWERED_BY = tuple(s for s in Status if s not in (Status.DECLINED, Status.CANCELLED, Status.ENTERED_IN_ERROR))
"""A referral in such a state is an answer to a need; one that was declined or called off is none."""
TONES = {
    AssistanceStatus.PLANNED: ("act", "clock"), AssistanceStatus.GIVEN: ("act", "clock"),
    AssistanceStatus.ANSWERED: ("good", "done"), AssistanceStatus.NOT_GIVEN: ("", ""),
}  # fmt: skip


def label_of(row: Assistance) -> str:
    """The service, in words."""
    return str(dict(ServiceType.choices).get(row.service_type, row.service_type))


def rows_of(case: Case) -> list[Assistance]:
    """The needs of a case, newest first, with the case's key."""
    rows = list(Assistance.objects.filter(case=case.pk).select_related("giver", "given_by").order_by("-planned_at"))
    for row in rows:
        row.dossier, row.case = case.dossier, case
    return rows


def overview(case: Case, actor: User, decisions: list[Decision]) -> Part:
    """The card of element c, its steps and events, and W-06: four queries at most."""
    rows = rows_of(case)
    clocks = _clocks(rows)
    warnings = [_warning(case)] if lacks_answer(case, rows) else []
    steps = [Event(c.due_at, inside(str(job("assistance", c.code).do)), _giver(c, rows)) for c in clocks]
    if warnings:
        steps.append(Event(timezone.now(), _("say who gives what is needed"), case.owner.name))
    return Part(cards=[_card(case, actor, rows, clocks)], steps=steps, events=_events(rows), warnings=warnings)


def _clocks(rows: list[Assistance]) -> list[Clock]:
    if not any(row.status in OPEN_NEEDS for row in rows):
        return []
    found = Clock.objects.running().filter(subject_id__in=[row.pk for row in rows])
    return list(found.order_by("rank", "due_at"))


def _giver(clock: Clock, rows: list[Assistance]) -> str:
    row = next(row for row in rows if row.pk == clock.subject_id)
    return f"{row.giver.name}, {label_of(row)}"


def _events(rows: list[Assistance]) -> list[Event]:
    found = [
        Event(r.given_at, _("Given: %(what)s") % {"what": label_of(r)}, _("by %(name)s") % {"name": r.given_by.name})
        for r in rows
        if r.given_at and r.given_by
    ]
    told = [r for r in rows if r.outcome and r.ended_at]
    return found + [Event(r.ended_at, str(NeedOutcome(r.outcome).label), label_of(r)) for r in told if r.ended_at]


def lacks_answer(case: Case, rows: list[Assistance]) -> bool:
    """W-06: nothing of ours is planned, given or refused with a reason, nobody was asked to help, and we can give nothing."""
    if case.status in AT_REST or rows:
        return False
    if Referral.objects.filter(case=case.pk, status__in=ANSWERED_BY).exists():
        return False
    return not capacity.own_services(case.unit, case.concern.known.get("category", ""))


def open_needs(case: Case) -> list[Veto]:
    """HS-18: a case is not closed while a need that was planned or given has no answer."""
    n = Assistance.objects.filter(case=case.pk, status__in=OPEN_NEEDS).count()
    if not n:
        return []
    what = ngettext(
        "%(n)d need has no answer yet: say what came of it, or why nothing is given.",
        "%(n)d needs have no answer yet: say what came of them, or why nothing is given.", n,
    ) % {"n": n}  # fmt: skip
    return [Veto("assistance.open", what, reverse("referrals:assistance", args=[case.pk]))]


def _warning(case: Case) -> dict[str, str]:
    return {
        "title": _("Nobody gives what is needed yet"),
        "text": _(
            "The unit has declared no service of its own for such a concern, and no referral was made. Choose a partner,"
            " or write down why not. The person is told what we can do, whatever they have agreed to."
        ),
        "url": reverse("referrals:assist", args=[case.pk]),
        "link": _("Say who gives it, or why nobody does"),
    }


def _card(case: Case, actor: User, rows: list[Assistance], clocks: list[Clock]) -> dict[str, Any]:
    card: dict[str, Any] = {"title": _("Assist"), "sub": _("by our own services")}
    url = reverse("referrals:assistance", args=[case.pk])
    if not rows:
        more = {"url": reverse("referrals:assist", args=[case.pk]), "link": _("Plan what we give")}
        may = more if policy.allows(actor, "assist", case) else {}
        return {**card, "tag": {"text": _("Not begun")}, "what": _("Nothing of ours was planned or given."), **may}
    what = ". ".join(f"{label_of(row)}: {state(row)}" for row in rows[:4])
    if not clocks:
        done = {"text": _("Done"), "tone": "good", "icon": "done"}
        return {**card, "tag": done, "what": what, "url": url, "link": _("open what we give")}
    due = due_words(clocks[0].due_at, timezone.now(), zone_of(case))
    tag = {"text": _("Under way"), "tone": "act", "icon": "clock"}
    if due.tone == "late":
        tag = {"text": _("Late"), "tone": "late", "icon": "clock"}
    row = next(row for row in rows if row.pk == clocks[0].subject_id)
    who = {"who": row.giver.name, "when": inside(due.main)}
    return {**card, "tag": tag, "what": what, **who, "url": url, "link": _("open what we give")}


def state(row: Assistance) -> str:
    """Where it stands, in words; what came of it where the person said it."""
    if row.outcome:
        return str(NeedOutcome(row.outcome).label).lower()
    if row.why_not:
        return _("not given (%(why)s)") % {"why": str(row.get_why_not_display()).lower()}
    return str(AssistanceStatus(row.status).label).lower()


def page(case: Case, actor: User) -> list[dict[str, Any]]:
    """The needs of a case as the page lists them, with the steps that this person may take."""
    may, zone, now = policy.allows(actor, "assist", case), zone_of(case), timezone.now()
    return [_shown(row, may, zone, now) for row in rows_of(case)]


def _shown(row: Assistance, may: bool, zone: tzinfo, now: Any) -> dict[str, Any]:
    tone, icon = TONES[AssistanceStatus(row.status)]
    lines = [(_("Need"), legible(lambda: row.need, SHUT)), (_("Where"), row.get_within_display())]
    lines.append((_("Who sees to it"), row.giver.name))
    if row.given_at and row.given_by:
        when = moment_words(row.given_at, now, zone)
        lines.append((_("Given"), _("%(when)s, by %(name)s") % {"when": when, "name": row.given_by.name}))
        lines.append((_("What, and how much?"), legible(lambda: row.given_words, SHUT) or ""))
    if row.why_not:
        lines.append((_("Why not"), row.get_why_not_display()))
    if row.outcome:
        lines.append((_("What came of it"), NeedOutcome(row.outcome).label))
        lines.append((_("In the person’s words"), legible(lambda: row.said, SHUT) or ""))
    facts = [{"key": key, "value": value, "typed": True} for key, value in lines if value]
    tag = {"text": str(AssistanceStatus(row.status).label), "tone": tone, "icon": icon}
    return {"title": label_of(row), "tag": tag, "rows": facts, "steps": _steps(row) if may else []}


STEPS: dict[str, tuple[str, ...]] = {
    AssistanceStatus.PLANNED: ("give", "not_give"),
    AssistanceStatus.GIVEN: ("answer",),
}


def _steps(row: Assistance) -> list[dict[str, str]]:
    words = {
        "give": _("Say that it was given"),
        "not_give": _("Say why it is not given"),
        "answer": _("Say what came of it"),
    }
    steps = [
        {"url": reverse(f"referrals:{verb}_help", args=[row.pk]), "label": words[verb]}
        for verb in STEPS.get(row.status, ())
    ]
    if row.outcome in (NeedOutcome.PARTLY, NeedOutcome.NOT_MET):
        again = reverse("referrals:assist", args=[row.case_id])
        steps.append({"url": f"{again}?after={row.pk}", "label": _("Plan what is still needed")})
    return steps
