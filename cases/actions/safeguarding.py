"""The channel for what concerns our own people: received, taken on, handed on, closed by two. We do not investigate here.

What is written goes into a folder of its own kind, under a key of its own lineage; whoever reports opens it no more from
the commit on. No event names who is spoken of (R-31, HS-16, domain.md §6).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import SafeguardingBar, SafeguardingMove, SafeguardingReport
from cases.models.safeguarding import report_code
from cases.safeguarding import barred_of, barred_with, home_of, keepers, line_of, sealed
from cases.safeguarding_terms import REPORT, ReportOutcome
from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.core.states import Move
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks
from foundation.dossiers.models import Clock, Kind
from foundation.outbox import delivery

CLOCK, REASON = "safeguarding", "safeguarding"


@dataclass(frozen=True)
class Told:
    """What is reported: the words, who is spoken of where that is known, and what is moved here from elsewhere."""

    text: str
    accused: User | None = None
    accused_words: str = ""
    may_ask: bool = True
    origin: str = "report"
    evidence: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def report_conduct(told: Told, *, by: User, unit: Unit | None = None) -> str:
    """Report it; the code is all that whoever reports gets to see. ``unit`` is where it came up, else one's own."""
    if not told.text.strip():
        raise Refused("safeguarding.words", _("Write what happened."), "text")
    barred = barred_with(told.accused)
    home = unit or home_of(by)
    line = line_of(home) if home else []
    found = keepers(line, barred)
    if not found:
        raise Refused("safeguarding.nobody", _nobody())
    place, people = found[0][0], [user for _place, user in found]
    folder = dossiers.open_dossier(Kind.GUARDED, place, by=by, groups={}, reason="author")
    made = SafeguardingReport(dossier=folder, unit=place, text=told.text.strip(), facts=_facts(told, by, line[0]))
    made.clean_fields(exclude=["dossier", "unit", "facts", "closing_asked_by", "closed_by"])
    dossiers.insert_with_code(made, "code", report_code)
    _bar(made, barred)
    for user in people:
        dossiers.share_with_user(folder, user, REASON, by=by)
    subject = clocks.Subject("safeguarding", made.pk, made.code)
    clocks.start(folder, CLOCK, subject, "emergency", place, user=people[0])
    trail.record("safeguarding.reported", dossier=folder.pk, subject=made.pk, origin=told.origin)
    delivery.tell(people, "work.waiting", f"safeguarding:{made.pk}")
    if by not in people:
        dossiers.unshare(folder, user=by)
    return made.code


def _nobody() -> str:
    phone = settings.SAFEGUARDING_CONTACT
    words = _(
        "Nobody who may read this can be reached in the system now, and nothing was kept. Phone the safeguarding contact."
    )
    return f"{words} {phone}" if phone else words


def _facts(told: Told, by: User, unit: Unit) -> dict[str, Any]:
    return {
        "reporter": by.pk, "reporter_name": by.name, "reporter_unit": unit.name, "may_ask": told.may_ask,
        "accused": told.accused.pk if told.accused else None,
        "accused_name": told.accused.name if told.accused else "",
        "accused_words": told.accused_words.strip(), "origin": told.origin, "evidence": told.evidence,
    }  # fmt: skip


def _bar(report: SafeguardingReport, barred: set[int]) -> None:
    bar = SafeguardingBar(dossier=report.dossier, report=report.pk, unit=report.unit)
    sealed(bar, barred)
    bar.save(force_insert=True)


# --- what is done with it


def _locked(report: SafeguardingReport, verb: str, by: User) -> tuple[SafeguardingReport, Move]:
    rows = SafeguardingReport.objects.select_for_update(of=("self",)).select_related("dossier", "unit__organisation")
    locked: SafeguardingReport = rows.get(pk=report.pk)
    policy.require(by, verb, locked)
    return locked, REPORT.check(verb, locked.state)


def _moved(report: SafeguardingReport, verb: str, by: User, text: str, *fields: str) -> SafeguardingReport:
    report.save(update_fields=["state", *fields])
    move = SafeguardingMove(dossier=report.dossier, report=report, verb=verb, by=by, text=text.strip() or None)
    move.clean_fields(exclude=["dossier", "report", "by"])
    move.save(force_insert=True)
    trail.record("safeguarding.moved", dossier=report.dossier_id, subject=report.pk, step=verb)
    return report


@transaction.atomic
def take_on(report: SafeguardingReport, *, by: User) -> SafeguardingReport:
    """Say that one has it: within 24 hours."""
    locked, move = _locked(report, "take_on", by)
    locked.state, locked.acknowledged_at = str(move.target), timezone.now()
    clocks.stop(locked.pk, CLOCK)
    return _moved(locked, "take_on", by, "", "acknowledged_at")


@transaction.atomic
def note(report: SafeguardingReport, text: str, *, by: User) -> SafeguardingReport:
    """Write down a step: who was spoken to, what was offered to the person it happened to."""
    locked, _move = _locked(report, "note", by)
    if not text.strip():
        raise Refused("safeguarding.words", _("Write what was done."), "text")
    return _moved(locked, "note", by, text)


@transaction.atomic
def hand_on(report: SafeguardingReport, text: str, *, by: User) -> SafeguardingReport:
    """Those who investigate have it from now on, outside this system; ``text`` says who."""
    locked, move = _locked(report, "hand_on", by)
    if not text.strip():
        raise Refused("safeguarding.words", _("Write who investigates."), "text")
    locked.state = str(move.target)
    return _moved(locked, "hand_on", by, text)


@transaction.atomic
def bar(report: SafeguardingReport, accused: User, *, by: User) -> SafeguardingReport:
    """It became known who is spoken of: they and their line are off the list from this commit on, and stay off it."""
    locked, _move = _locked(report, "bar", by)
    row = SafeguardingBar.objects.select_for_update(of=("self",)).select_related("unit").get(report=locked.pk)
    barred = barred_of(row) | barred_with(accused)
    left = keepers(line_of(locked.unit), barred)
    if not left:
        raise Refused(
            "safeguarding.nobody", _("Then nobody would be left to read it. Phone the level above first."), "accused"
        )
    sealed(row, barred)
    row.save(update_fields=["key_id", "barred"])
    locked.facts = {**locked.known, "accused": accused.pk, "accused_name": accused.name}
    done = _moved(locked, "bar", by, "", "facts")
    _keep_list(locked, [user for _place, user in left], barred, by)
    return done


def _keep_list(report: SafeguardingReport, people: list[User], barred: set[int], by: User) -> None:
    """Whoever is left receives it, whoever is barred is taken off: the actor last, who then opens it no more."""
    for user in people:
        dossiers.share_with_user(report.dossier, user, REASON, by=by)
    for clock in Clock.objects.running().filter(subject_id=report.pk, user__in=barred):
        clocks.hand_over(clock, user=people[0])
    gone = [r.key for r in dossiers.readers(report.dossier) if r.kind == "user" and r.key in barred]
    for user in sorted(User.objects.filter(pk__in=gone), key=lambda one: one == by):
        dossiers.unshare(report.dossier, user=user)


@transaction.atomic
def ask_close(report: SafeguardingReport, outcome: str, text: str, *, by: User) -> SafeguardingReport:
    """Propose to close it with what came of it; everybody above who may know of it can agree."""
    locked, move = _locked(report, "ask_close", by)
    if outcome not in ReportOutcome.values:
        raise Refused("safeguarding.outcome", _("Choose what came of it."), "outcome")
    row = SafeguardingBar.objects.select_related("unit").get(report=locked.pk)
    others = [u for _p, u in keepers(line_of(locked.unit), barred_of(row), is_whole=True) if u != by]
    if not others:
        raise Refused("safeguarding.no_second", _("Nobody else who may read it is there to agree."))
    for user in others:
        dossiers.share_with_user(locked.dossier, user, REASON, by=by)
    locked.state, locked.closing_asked_by, locked.outcome = str(move.target), by, outcome
    delivery.tell(others, "work.waiting", f"safeguarding:{locked.pk}:close:{timezone.now().timestamp():.0f}")
    return _moved(locked, "ask_close", by, text, "closing_asked_by", "outcome")


@transaction.atomic
def close(report: SafeguardingReport, *, by: User) -> SafeguardingReport:
    """The second person agrees; from here the time counts after which its key is destroyed."""
    locked, move = _locked(report, "close", by)
    locked.state, locked.closed_by, locked.closed_at = str(move.target), by, timezone.now()
    until = timezone.localdate() + timedelta(days=settings.SAFEGUARDING_KEEP_DAYS)
    done = _moved(locked, "close", by, "", "closed_by", "closed_at")
    SafeguardingBar.objects.filter(report=locked.pk).update(until=until, is_over=True)
    return done


@transaction.atomic
def keep_open(report: SafeguardingReport, text: str, *, by: User) -> SafeguardingReport:
    """The second person does not agree: it goes on."""
    locked, move = _locked(report, "keep_open", by)
    locked.state, locked.closing_asked_by, locked.outcome = str(move.target), None, None
    return _moved(locked, "keep_open", by, text, "closing_asked_by", "outcome")
