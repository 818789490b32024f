"""What keeps a case open that this app and consent know of (HS-18). Each says what is missing, and where to settle it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import closing
from cases.closing import Veto
from cases.closures import HandStatus, StepStatus
from cases.models import Case, CaseNote, Erasure, HandOver, PlanStep
from cases.states import ErasureStatus
from cases.vocabulary import Urgency
from consent.models import BasisReview, DataSubjectRequest, ExceptionalDisclosure
from consent.rights import VOICES, Stage
from consent.states import ExceptionStatus
from foundation.dossiers import clerk

UNSIGNED = (ExceptionStatus.REQUESTED, ExceptionStatus.SINGLE_SIGNED)


def _url(name: str, *args: Any) -> str:
    return reverse(f"cases:{name}", args=args)


def since(case: Case) -> Any:
    """From when on an answer counts: the opening, or the last time it was opened again."""
    return case.reopened_at or case.opened_at


def is_planned(case: Case) -> bool:
    """Whether steps were agreed with the person, or it is written down why none is (R-46)."""
    if PlanStep.objects.filter(case=case.pk, agreed_at__gte=since(case)).exists():
        return True
    return CaseNote.objects.filter(case=case.pk, event="no_step", written_at__gte=since(case)).exists()


def emergency(case: Case) -> list[Veto]:
    """It still counts as an emergency."""
    if case.urgency != Urgency.EMERGENCY:
        return []
    what = _("It still counts as an emergency. Look at the danger again with the person; if it is over, say so.")
    return [Veto("emergency", what, _url("case_urgency", case.pk))]


def unanswered(case: Case) -> list[Veto]:
    """The concern has no answer yet (R-46)."""
    if closing.is_answered(case):
        return []
    what = _(
        "Nothing is written down as an answer to the concern: no step, no referral, and no reason why there is none."
    )
    return [Veto("concern.unanswered", what, _url("case_plan", case.pk))]


def plan(case: Case) -> list[Veto]:
    """Steps that were agreed and are neither done nor dropped."""
    n = PlanStep.objects.filter(case=case.pk, status=StepStatus.AGREED).count()
    words = ngettext("%(n)d step that was agreed is not done yet.", "%(n)d steps that were agreed are not done yet.", n)
    return [Veto("plan.open", words % {"n": n}, _url("case_plan", case.pk))] if n else []


def handing(case: Case) -> list[Veto]:
    """Somebody was asked to take it over and has not answered."""
    found = HandOver.objects.filter(case=case.pk, status=HandStatus.ASKED).first()
    what = _("Somebody was asked to take the case over, and has not answered.")
    return [Veto("handing.open", what, _url("hand_over", found.pk))] if found else []


def exceptions(case: Case) -> list[Veto]:
    """Something is told without consent, waits for a signature, or was not looked back at."""
    found = []
    for row in ExceptionalDisclosure.objects.filter(matter=case.dossier_id).order_by("requested_at"):
        if row.status in UNSIGNED:
            what = _("Something is to be told without consent, and waits for a signature.")
        elif row.is_active():
            what = _("Something is still told without consent. End it first.")
        elif row.valid_from is not None and row.reviewed_at is None:
            what = _("Something was told without consent, and nobody has looked back at it yet.")
        else:
            continue
        found.append(Veto("exception.open", what, _url("exception", row.pk)))
    return found


def requests(case: Case) -> list[Veto]:
    """The person asked for something that is their right. A complaint is not said here: it stands in no case."""
    with clerk.as_clerk():
        rows = DataSubjectRequest.objects.filter(person=case.person_id, stage__in=(Stage.OPEN, Stage.DECIDED))
        is_open = rows.exclude(kind__in=VOICES).exists()
    what = _("The person asked for something that is their right, and has no answer yet.")
    return [Veto("right.open", what, _url("rights", case.pk))] if is_open else []


def record(case: Case) -> list[Veto]:
    """Whether the record may stay is not decided, or it is being erased."""
    found = []
    if BasisReview.objects.filter(dossier=case.dossier_id, decided_at=None).exists():
        what = _("The person took a consent back, and nobody has decided whether the record may stay.")
        found.append(Veto("basis.open", what, _url("basis", case.pk)))
    asked = Erasure.objects.filter(
        dossier=case.dossier_id, status__in=(ErasureStatus.REQUESTED, ErasureStatus.AUTHORISED)
    ).first()
    if asked is not None:
        found.append(Veto("erasure.open", _("Somebody asked for this case to be erased."), _url("erasure", asked.pk)))
    return found


def install() -> None:
    """Register, in the order in which the page lists them."""
    closing.answer(is_planned)
    for function in (emergency, unanswered, plan, handing, exceptions, requests, record):
        closing.veto(function)
