"""What happened in a case, newest first, and what is being done: notes, decisions and what other apps add."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.contributions import CONTRIBUTORS, Event, Part
from cases.files import events as file_events
from cases.files import files_of
from cases.identity import zone_of
from cases.life_words import LIFE
from cases.models import Case, CaseNote
from cases.states import CaseStatus
from consent.models import Consent, Decision
from consent.standing import DecisionState, of_decision
from consent.vocabulary import Answer, Mode, Purpose, RecipientKind
from foundation.accounts.models import Role, Unit
from foundation.core.legible import SHUT, legible
from foundation.core.words import due_words, inside, moment_words
from foundation.dossiers.models import Clock

TITLES = {
    "note": gettext_lazy("Note"),
    "opened": gettext_lazy("Case opened"),
    "accepted": gettext_lazy("The owner took the case on"),
    "assigned": gettext_lazy("The case was given to another owner"),
    "follow_up_planned": gettext_lazy("A follow-up was agreed"),
    "follow_up_reached": gettext_lazy("Follow-up: the person was reached"),
    "follow_up_not_reached": gettext_lazy("Follow-up: the person was not reached"),
    "follow_up_not_safe": gettext_lazy("Follow-up: it was not safe to talk"),
    "restricted": gettext_lazy("The person took back the consent; the case is restricted"),
    "represented": gettext_lazy("The matter was raised with an authority"),
    "referral_verified": gettext_lazy("The person was asked whether the referral helped"),
    "referral_unverified": gettext_lazy("A referral was closed as not verified: the person could not be asked"),
    "erasure_requested": gettext_lazy("Somebody asked for this case to be erased"),
    "releases_told": gettext_lazy("The person was told what was passed on"),
    "result_told": gettext_lazy("The person was told what came of what they took back"),
    "result_not_safe": gettext_lazy("It was not safe to tell the person what came of what they took back"),
    "caregiver_flagged": gettext_lazy("A caregiver was shut out as a source of harm"),
    "best_interest_written": gettext_lazy("A best-interest decision waits for a second person"),
    "best_interest_agreed": gettext_lazy("Two people decided what is best for the child"),
    "best_interest_refused": gettext_lazy("The second person did not agree to a best-interest decision"),
    "capacity_assessed": gettext_lazy("It was assessed whether the person can take a decision now"),
    "exception_asked": gettext_lazy("Somebody asked to tell something without consent"),
    "not_asked": gettext_lazy("The person could not be asked about consent"),
    "right_asked": gettext_lazy("The person asked for something that is their right"),
    "right_closed": gettext_lazy("What the person asked for was answered"),
    "right_copied": gettext_lazy("The person got a copy of what is held"),
    "right_taken_back": gettext_lazy("The person no longer asks for it"),
    "frozen": gettext_lazy("The person objected; everything rests until it is decided"),
    "thawed": gettext_lazy("The objection is settled; it goes on"),
    "corrected": gettext_lazy("Something about the person was corrected"),
    "assistance_planned": gettext_lazy("Help by one of our services was planned"),
    "assistance_given": gettext_lazy("Help by one of our services was given"),
    "assistance_answered": gettext_lazy("The person was asked what came of our help"),
    "assistance_not_given": gettext_lazy("It was decided not to give help that was planned"),
    "risk_assessed": gettext_lazy("The risk was assessed"),
    "risk_second_asked": gettext_lazy("A second person was asked about the level of a risk"),
    "risk_second_refused": gettext_lazy("The second person did not agree to the level of a risk"),
    "outcome_measured": gettext_lazy("What became of the risk was written down"),
    "help_told": gettext_lazy("The person was told about medical help"),
    "help_declined": gettext_lazy("The person did not want to hear about medical help now"),
    "help_not_safe": gettext_lazy("It was not safe to tell the person about medical help"),
    "asked_where_hard": gettext_lazy("Something sensitive was asked where that may do harm"),
    "taken_out": gettext_lazy("A note was taken out"),
    "asked_again": gettext_lazy("The person was asked again within 24 hours"),
    **LIFE,
}
TOLD_ELSEWHERE = (
    "referral_sent",
    "represented",
)
SHORT = 8


@dataclass(frozen=True)
class Story:
    """A case as its pages tell it."""

    parts: list[Part]
    events: list[Event]
    decisions: list[Decision]
    units: dict[UUID, str] = field(default_factory=dict)

    def added(self, name: str) -> list[Any]:
        """What all apps added under one name of ``Part``, such as ``more``."""
        return [item for part in self.parts for item in getattr(part, name)]

    @property
    def names(self) -> dict[UUID, str]:
        """The recipients of decisions, in words."""
        return {key: name for part in self.parts for key, name in part.names.items()} | self.units

    @property
    def links(self) -> dict[UUID, tuple[str, str]]:
        """The steps that follow from decisions."""
        return {key: link for part in self.parts for key, link in part.links.items()}


def tell(case: Case, actor: Any, limit: int | None = None) -> Story:
    """Everything that happened, or the newest ``limit`` notes of it; a fixed number of queries."""
    rows = Decision.objects.filter(person=case.person_id).select_related("consent__held_by", "withdrawn_by")
    decisions = list(rows.order_by("-valid_from"))
    for row in decisions:
        row.dossier = case.dossier
    parts = [contributor.overview(case, actor, decisions) for contributor in CONTRIBUTORS]
    events = notes_of(case, limit) + _consents(case, decisions) + _beginning(case) + file_events(files_of(case))
    events += [event for part in parts for event in part.events]
    return Story(parts, sorted(events, key=lambda event: event.at, reverse=True), decisions, _units(case, decisions))


def _units(case: Case, decisions: list[Decision]) -> dict[UUID, str]:
    """Other units of ours that the person was asked about; no query where there is none."""
    asked = {d.recipient_id for d in decisions if d.recipient_kind == RecipientKind.UNIT} - {case.unit_id}
    return dict(Unit.objects.filter(pk__in=asked).values_list("pk", "name")) if asked else {}


def notes_of(case: Case, limit: int | None = None) -> list[Event]:
    """The notes and moves that stand with the case, newest first."""
    rows = CaseNote.objects.filter(case=case).exclude(event__in=TOLD_ELSEWHERE).select_related("author")
    found = []
    for note in rows.order_by("-written_at")[:limit]:
        note.dossier = case.dossier
        detail = _("by %(name)s") % {"name": note.author.name}
        title, text = str(TITLES.get(note.event, note.event)), legible(partial(getattr, note, "text"), SHUT)
        found.append(Event(note.written_at, f"{title}: {text}" if text else title, detail))
    return found


def _consents(case: Case, decisions: list[Decision]) -> list[Event]:
    by_consent: dict[Consent, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_consent[decision.consent].append(decision)
    held = [_conversation(consent, made) for consent, made in by_consent.items()]
    taken = [d for d in decisions if d.withdrawn_at]
    over = [d for d in decisions if of_decision(d, timezone.now()) == DecisionState.EXPIRED]
    return held + [_taken_back(decision) for decision in taken] + [_over(decision) for decision in over]


def _over(decision: Decision) -> Event:
    title = _("Consent ended by time: %(purpose)s") % {"purpose": Purpose(decision.purpose).label}
    return Event(decision.valid_until, title)


def _conversation(consent: Consent, made: list[Decision]) -> Event:
    said = [d.answer for d in made]
    parts = [
        (said.count(Answer.GRANTED), _("%(n)d given")),
        (said.count(Answer.REFUSED), _("%(n)d refused")),
        (said.count(Answer.NOT_ASKED), _("%(n)d not asked")),
    ]
    title = _("Consent recorded: %(what)s") % {"what": ", ".join(words % {"n": n} for n, words in parts if n)}
    who = {"name": consent.held_by.name, "mode": Mode(consent.mode).label.lower()}
    return Event(consent.held_at, title, _("by %(name)s, %(mode)s") % who)


def _taken_back(decision: Decision) -> Event:
    title = _("Consent taken back: %(purpose)s") % {"purpose": Purpose(decision.purpose).label}
    by = decision.withdrawn_by.name if decision.withdrawn_by else ""
    return Event(decision.withdrawn_at or decision.valid_until, title, _("recorded by %(name)s") % {"name": by})


def _beginning(case: Case) -> list[Event]:
    concern, found = case.concern, []
    if concern.submitted_at:
        found.append(Event(concern.submitted_at, _("Concern handed over"), concern.get_reporter_kind_display()))
    return found


def timeline(case: Case, story: Story, clocks: dict[str, Clock], limit: int | None = SHORT) -> list[dict[str, Any]]:
    """The items of the timeline component; the first is the next step where one is known."""
    zone, now = zone_of(case), timezone.now()
    items = [
        {"title": event.title, "detail": event.detail, "at": moment_words(event.at, now, zone)}
        for event in story.events[:limit]
    ]
    return _next_step(case, story, clocks) + items


def _next_step(case: Case, story: Story, clocks: dict[str, Clock]) -> list[dict[str, Any]]:
    """What is due first, as the hollow dot of the timeline."""
    words = {
        "owner": _("take the case on"),
        "follow_up": _("ask how it went"),
        "consent": _("ask whether the consent still holds"),
        "waiting": _("look again whether it can go on"),
    }
    steps = [Event(c.due_at, words[c.code], case.owner.name) for c in clocks.values() if c.code in words]
    steps += [step for part in story.parts for step in part.steps]
    first = min(steps, key=lambda step: step.at, default=None)
    if first is None:
        return []
    when = _("by %(when)s") % {"when": inside(moment_words(first.at, timezone.now(), zone_of(case)))}
    title = _("Next: %(what)s") % {"what": first.title}
    return [{"title": title, "detail": first.detail, "at": when, "is_next": True}]


def escalation(case: Case, readers: dict[str, list[str]], clocks: dict[str, Clock]) -> dict[str, Any]:
    """The card of element a: who answers for the case inside the organisation (R-40)."""
    leads = ", ".join(readers.get(Role.FOCAL_POINT, []) or readers.get(Role.DEPUTY, []))
    card: dict[str, Any] = {
        "title": _("Escalate"),
        "sub": _("inside our organisation"),
        "what": _("Focal point: %(name)s. Owner: %(owner)s.") % {"name": leads or "–", "owner": case.owner.name},
    }
    if case.status == CaseStatus.RESTRICTED:
        tag = {"text": _("Restricted"), "tone": "private", "icon": "lock"}
        return {**card, "tag": tag, "next": _("No new step without a new decision of the person")}
    clock = clocks.get("owner")
    if clock is None:
        done = {"text": _("Done"), "tone": "good", "icon": "done"}
        return {**card, "tag": done, "next": _("Nobody needs to act")}
    due = due_words(clock.due_at, timezone.now(), zone_of(case))
    tag = {"text": _("Late"), "tone": "late", "icon": "clock"} if due.tone == "late" else {}
    waiting = tag or {"text": _("Under way"), "tone": "act", "icon": "clock"}
    return {**card, "tag": waiting, "who": case.owner.name, "when": inside(due.main)}
