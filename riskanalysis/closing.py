"""What of the risk keeps a case from being closed, and when a second person must agree to it (HS-18, HS-19)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.closing import Veto
from cases.models import Case
from riskanalysis import scheme
from riskanalysis.measuring import current
from riskanalysis.models import RiskAssessment
from riskanalysis.risks import State
from riskanalysis.suggesting import confirmed_of, latest


def vetoes(case: Case) -> list[Veto]:
    """A sign of danger that stands; an assessment under way; of a risk that was assessed no outcome since the last look, nor
    "unknown, because". What changed for a person whose risk was never assessed is said in the closing itself.
    """
    url, found, known = reverse("riskanalysis:risk", args=[case.pk]), [], confirmed_of(case)
    if any(row.flags for row in latest(known).values()):
        found.append(
            Veto("risk.danger", _("The last assessment says that there is immediate danger. Look at it again."), url)
        )
    if RiskAssessment.objects.filter(case=case.pk, status__in=(State.DRAFT, State.PROPOSED)).exists():
        found.append(Veto("risk.open", _("An assessment is not finished. Finish it, or throw the draft away."), url))
    if known and current(case) is None:
        what = _("What became of the risk is not written down. Write it down, or say why it is not known.")
        found.append(Veto("risk.outcome", what, reverse("riskanalysis:outcome", args=[case.pk])))
    return found


def is_grave(case: Case) -> bool:
    """A threat that was last seen as high or critical, or may be."""
    return any(row.decided.high >= scheme.HIGH for row in latest(confirmed_of(case)).values())
