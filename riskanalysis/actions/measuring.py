"""Measuring what became of a risk, telling of medical help in time, and tidying up after an erasure (domain.md §8.4)."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import note_event
from cases.models import Case
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused, WrongState
from foundation.dossiers import clocks
from foundation.dossiers.models import Dossier
from riskanalysis.actions.locking import held_case
from riskanalysis.measuring import changes_of, codes_of
from riskanalysis.models import ClinicalWindow, OutcomeMeasurement, RiskAssessment, SpecificThreat
from riskanalysis.outcomes import Category, of_case
from riskanalysis.questions import SINCE
from riskanalysis.risks import WORDS_LENGTH, Told
from riskanalysis.suggesting import confirmed_of, latest


@transaction.atomic
def measure(case: Case, why: str = "", *, by: User) -> OutcomeMeasurement:
    """Write down what the assessments show. The category is worked out, never chosen; what is not known needs a word on why."""
    locked = held_case(case.pk, by)
    changes, last = changes_of(locked), latest(confirmed_of(locked))
    category = of_case(changes.values())
    if category == Category.UNKNOWN and not why.strip():
        raise Refused("outcome.why", _("Write why it is not known what became of the risk."), "why")
    if len(why) > WORDS_LENGTH:
        raise Refused("outcome.why", _("This is too long."), "why")
    row = OutcomeMeasurement(
        dossier=locked.dossier, case=locked, category=category, measured_by=by, why=why.strip() or None,
        found={
            str(threat): {**codes_of(change), "since": last[threat].known.get(SINCE)} for threat, change in changes.items()
        },
    )  # fmt: skip
    row.save(force_insert=True)
    note_event(locked, "outcome_measured", by=by)
    trail.record("outcome.measured", dossier=row.dossier_id, subject=row.pk, category=category)
    return row


@transaction.atomic
def tell_of_help(window: ClinicalWindow, answer: str, *, by: User) -> ClinicalWindow:
    """Say what came of telling the person about medical help. Information alone: nothing is agreed to by it (W-15)."""
    case = held_case(window.case_id, by)
    row: ClinicalWindow = ClinicalWindow.objects.select_for_update(of=("self",)).get(pk=window.pk)
    if row.answer not in ("", Told.NOT_SAFE):
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    if answer not in Told.values:
        raise Refused("window.answer", _("Choose an answer."), "answer")
    row.answer, row.answered_by, row.answered_at = answer, by, timezone.now()
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    note_event(case, f"help_{answer}", by=by)
    trail.record("window.answered", dossier=case.dossier_id, subject=row.pk)
    return row


def clear(dossier: Dossier) -> None:
    """Of an erased case nothing of its risk stays, and nobody is asked any more."""
    for pk in RiskAssessment.objects.filter(dossier=dossier).values_list("pk", flat=True):
        clocks.stop(pk)
    kinds: tuple[Any, ...] = (OutcomeMeasurement, ClinicalWindow, RiskAssessment, SpecificThreat)
    for model in kinds:
        model.objects.filter(dossier=dossier).delete()
