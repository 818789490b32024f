"""What people make of a suggestion: confirm it, raise it, lower it with a reason, and with a second person where it is high.

The suggestion is shown with its arithmetic and decides nothing itself (HS-24). What is confirmed is never changed.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import mark_assessed, note_event, set_urgency
from cases.models import Case
from cases.vocabulary import RANK, Urgency
from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, User
from foundation.audit import trail
from foundation.core.errors import Refused, WrongState
from foundation.core.limits import SLA_DEFAULTS
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks, ladder
from foundation.dossiers.models import VIEW
from foundation.outbox import delivery
from riskanalysis import scheme
from riskanalysis.actions.locking import held
from riskanalysis.models import ClinicalWindow, RiskAssessment
from riskanalysis.questions import questions_of
from riskanalysis.risks import WORDS_LENGTH, State
from riskanalysis.suggesting import LEVEL, URGENCY, suggest
from riskanalysis.window import remaining

REASSESS, SIGN = "reassess", "risk_sign"


@dataclass(frozen=True)
class Choice:
    """What the author decides: a level (``None``: not determined), the case's urgency, and a reason per code that needs one."""

    level: int | None
    urgency: str
    reasons: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def decide(assessment: RiskAssessment, choice: Choice, *, by: User) -> RiskAssessment:
    """Confirm an assessment, or hand it to a second person where a high risk is rated lower than suggested."""
    row = held(assessment, "describe", by)
    missing = next((name for name in questions_of(row.number) if name not in row.known), None)
    if missing is not None:
        raise WrongState("assessment.unanswered", _("A question has no answer yet. “Not known” is one."))
    _require_told(row.case)
    made = suggest(row)
    _check(row, choice)
    row.low, row.high = made.span.low, made.span.high
    row.level, row.urgency, row.proposed_at = choice.level, choice.urgency, timezone.now()
    row.reasons = {code: text.strip() for code, text in choice.reasons.items() if text.strip()}
    if scheme.needs_second(choice.level, made.span):
        return _propose(row, by)
    return _confirm(row, by)


def _require_told(case: Case) -> None:
    """While the hours of medical help run, the person is told of it before anything else is settled (W-15)."""
    for window in ClinicalWindow.objects.filter(case=case, answer=""):
        window.dossier = case.dossier
        if remaining(window.happened_at, timezone.now()).is_running:
            raise Refused("window.untold", _("First tell the person about medical help, while there is time for it."))


def _check(row: RiskAssessment, choice: Choice) -> None:
    made = suggest(row, choice.level)
    if choice.level not in made.choices:
        raise Refused("assessment.level", _("Choose a level."), "level")
    if choice.urgency not in Urgency.values:
        raise Refused("assessment.urgency", _("Choose how urgent it is."), "urgency")
    if made.has_flag and choice.urgency != Urgency.EMERGENCY:
        raise Refused("assessment.flag", _("There is immediate danger: this is an emergency."), "urgency")
    needed = list(made.warnings)
    needed += [LEVEL] if scheme.is_lowered(choice.level, made.span) else []
    needed += [URGENCY] if RANK[Urgency(choice.urgency)] > RANK[Urgency(row.case.urgency)] else []
    for code in needed:
        _require_reason(code, choice.reasons.get(code, ""))


def _require_reason(code: str, text: str) -> None:
    if not text.strip():
        raise Refused(f"assessment.reason_{code}", _("Write in a few words why."), f"reason_{code}")
    if len(text) > WORDS_LENGTH:
        raise Refused(f"assessment.reason_{code}", _("This is too long."), f"reason_{code}")


def _propose(row: RiskAssessment, by: User) -> RiskAssessment:
    """Nothing takes effect until another trained person of the ladder has agreed."""
    seat = next((seat for seat in ladder.rungs(row.case.unit) if _others(seat, by)), None)
    if seat is None:
        raise Refused(
            "assessment.nobody", _("Nobody else can agree to this: there is no second person on a seat for it.")
        )
    row.status = State.PROPOSED
    row.save()
    dossiers.share_with_group(row.dossier, seat.group_id, VIEW)
    subject = clocks.Subject("risk", row.pk, row.case.code)
    clocks.start(row.dossier, SIGN, subject, row.case.urgency, row.case.unit, group=seat.group_id)
    note_event(row.case, "risk_second_asked", by=by)
    trail.record("assessment.proposed", dossier=row.dossier_id, subject=row.pk)
    delivery.tell(_others(seat, by), "work.waiting", f"risk:{row.pk}:{row.proposed_at:%s}")
    return row


def _others(seat: Seat, by: User) -> list[User]:
    return [user for user in accounts.members(seat.group_id) if user != by]


@transaction.atomic
def agree(assessment: RiskAssessment, *, by: User) -> RiskAssessment:
    """The second person agrees that a high risk is rated lower than suggested."""
    row = held(assessment, "sign", by)
    row.second = by
    clocks.stop(row.pk, SIGN)
    return _confirm(row, by)


@transaction.atomic
def disagree(assessment: RiskAssessment, why: str, *, by: User) -> RiskAssessment:
    """The second person does not agree: the author has it back, with the reason."""
    row = held(assessment, "sign", by)
    if not why.strip():
        raise Refused("assessment.refusal", _("Write why not, for the person who asked."), "why")
    row.status, row.refusal = State.DRAFT, why.strip()
    row.clean_fields(exclude=["dossier", "case", "threat", "author", "second"])
    row.save()
    clocks.stop(row.pk, SIGN)
    note_event(row.case, "risk_second_refused", by=by)
    trail.record("assessment.refused", dossier=row.dossier_id, subject=row.pk)
    delivery.tell([row.author], "work.waiting", f"risk:{row.pk}:refused:{row.proposed_at:%s}")
    return row


def _confirm(row: RiskAssessment, by: User) -> RiskAssessment:
    """It takes effect: urgency, the clock to the next look, the stage of the case."""
    row.status, row.confirmed_at = State.CONFIRMED, timezone.now()
    row.save()
    case = row.case
    why = dict(row.reasons or {}).get(URGENCY, "")
    if (
        RANK[Urgency(row.urgency)] < RANK[Urgency(case.urgency)] or why
    ):  # nothing is lowered without a word on why (HS-24)
        set_urgency(case, row.urgency, by=by, reason=why)
        case.refresh_from_db(fields=["urgency"])
    mark_assessed(case)
    note_event(case, "risk_assessed", by=by)
    trail.record("assessment.confirmed", dossier=row.dossier_id, subject=row.pk, number=row.number)
    restart_clock(case)
    return row


def restart_clock(case: Case) -> None:
    """The time until the next look: from the threat whose last look is the longest ago. A threat that is gone needs none."""
    clocks.stop(case.pk, REASSESS)
    last: dict[object, RiskAssessment] = {}
    for row in RiskAssessment.objects.filter(case=case, status=State.CONFIRMED).order_by("number"):
        last[row.threat_id] = row
    looked = [row.confirmed_at for row in last.values() if row.level != scheme.NONE and row.confirmed_at]
    if not looked:
        return
    hours = SLA_DEFAULTS[REASSESS][case.urgency].hours or 0
    due = max(min(looked) + timedelta(hours=hours), timezone.now() + timedelta(hours=1))
    subject = clocks.Subject("case", case.pk, case.code)
    clocks.start(case.dossier, REASSESS, subject, case.urgency, case.unit, user=case.owner, due=due)
