"""What the risk adds to the page of a case (see ``cases.contributions``)."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.contributions import Event, Part
from cases.identity import zone_of
from cases.models import Case
from cases.states import CaseStatus
from consent.models import Decision
from foundation.core.legible import SHUT, legible
from foundation.core.words import day_words
from foundation.dossiers.models import Clock
from riskanalysis import risk_words
from riskanalysis.measuring import by_threat
from riskanalysis.models import RiskAssessment
from riskanalysis.suggesting import confirmed_of


def overview(case: Case, actor: Any, decisions: list[Decision]) -> Part:
    """The section on risk, medical help that is still in time, the next look: three queries."""
    rows = confirmed_of(case)
    url = reverse("riskanalysis:risk", args=[case.pk])
    section = {
        "title": _("Risk"),
        "lines": [_line(case, known[-1]) for known in by_threat(rows).values()],
        "nothing": _("No threat was assessed yet."),
        "panels": risk_words.windows(case),
        "url": url if rows or case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED) else "",
        "link": _("The risk, and how it changed") if rows else _("Assess a threat"),
    }
    clocks = Clock.objects.running().filter(subject_id=case.pk, code="reassess")
    steps = [Event(clock.due_at, _("look at the risk again"), case.owner.name) for clock in clocks]
    return Part(sections=[section], steps=steps)


def _line(case: Case, row: RiskAssessment) -> dict[str, Any]:
    return {
        "what": legible(lambda: risk_words.title(row.threat), SHUT),
        "tag": risk_words.tag(row.decided),
        "when": day_words(row.confirmed_at or timezone.now(), zone_of(case)),
    }
