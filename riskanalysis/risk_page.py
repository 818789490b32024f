"""The page of a case's risk, and the page of its outcome: a number of queries that no row adds to."""

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.identity import zone_of
from cases.models import Case
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.legible import SHUT, legible
from foundation.core.words import day_words, moment_words
from riskanalysis import gates, risk_words
from riskanalysis.answer_words import since_lines
from riskanalysis.chart import history
from riskanalysis.measuring import by_threat, change_of
from riskanalysis.models import OutcomeMeasurement, RiskAssessment, SpecificThreat
from riskanalysis.outcomes import Category, Change, of_case
from riskanalysis.risks import State
from riskanalysis.suggesting import confirmed_of


def page(case: Case, actor: User) -> dict[str, Any]:
    """Threats with their history, newest first; what the actor may do; medical help that is in time."""
    known, open_ = by_threat(confirmed_of(case)), _open(case)
    may = policy.allows(actor, "assess_risk", case)
    threats = list(SpecificThreat.objects.filter(case=case.pk).order_by("-named_at"))
    for threat in threats:
        threat.dossier = case.dossier
    return {
        "threats": [_threat(case, t, known.get(t.pk, []), open_.get(t.pk), actor) for t in threats],
        "windows": risk_words.windows(case),
        "may_assess": may and gates.may_assess(actor),
        "is_untrained": may and not gates.may_assess(actor),
    }


def _open(case: Case) -> dict[Any, RiskAssessment]:
    rows = RiskAssessment.objects.filter(case=case.pk).exclude(status=State.CONFIRMED).select_related("author")
    return {row.threat_id: row for row in rows}


def _threat(
    case: Case, threat: SpecificThreat, rows: list[RiskAssessment], draft: RiskAssessment | None, actor: User
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "pk": threat.pk,
        "title": legible(lambda: risk_words.title(threat), SHUT),
        "about": legible(lambda: risk_words.about(threat), SHUT),
        "draft": _draft(draft, actor) if draft is not None else None,
    }
    if not rows:
        return found
    last, change = rows[-1], change_of(rows)
    found |= {
        "tag": risk_words.tag(last.decided),
        "level": risk_words.level_words(last.decided),
        "at": moment_words(last.confirmed_at or timezone.now(), timezone.now(), zone_of(case)),
        "by": last.author.name,
        "second": last.second.name if last.second else "",
        "chart": history(rows, zone_of(case)),
    }
    return found | ({"outcome": _change(change, last)} if len(rows) > 1 else {})


def _change(change: Change, last: RiskAssessment) -> dict[str, Any]:
    lines = risk_words.change_lines(change) + legible(lambda: since_lines(last), [str(SHUT)])
    return {"tag": risk_words.outcome_tag(change.category), "lines": lines}


def _draft(row: RiskAssessment, actor: User) -> dict[str, Any]:
    """What is under way, and whose turn it is."""
    url = reverse("riskanalysis:assessment", args=[row.pk])
    if policy.allows(actor, "sign", row):
        url = reverse("riskanalysis:sign", args=[row.pk])
        return {"text": _("A lower level waits for a second person."), "url": url, "link": _("Read it and answer")}
    if row.status == State.PROPOSED:
        return {"text": _("A lower level waits for a second person."), "url": url, "link": _("Show it")}
    if row.author_id == actor.pk:
        return {"text": _("You began an assessment."), "url": url, "link": _("Go on with it")}
    return {"text": _("%(name)s is assessing it.") % {"name": row.author.name}, "url": "", "link": ""}


def outcome(case: Case, actor: User) -> dict[str, Any]:
    """What moved per threat, what follows for the case, what was written down before."""
    known = by_threat(confirmed_of(case))
    changes = {pk: change_of(rows) for pk, rows in known.items()}
    category = of_case(changes.values())
    return {
        "threats": [
            {
                "title": legible(partial(risk_words.title, rows[0].threat), SHUT),
                **_change(changes[pk], rows[-1]),
            }
            for pk, rows in known.items()
        ],
        "tag": risk_words.outcome_tag(category),
        "is_unknown": category == Category.UNKNOWN,
        "measured": _measured(case),
        "may_measure": policy.allows(actor, "assess_risk", case) and gates.may_assess(actor),
    }


def _why(row: OutcomeMeasurement) -> str:
    return row.why or ""


def _measured(case: Case) -> list[dict[str, Any]]:
    rows = list(OutcomeMeasurement.objects.filter(case=case.pk).select_related("measured_by").order_by("-measured_at"))
    for row in rows:
        row.dossier = case.dossier
    return [
        {
            "what": row.get_category_display(),
            "why": legible(partial(_why, row), SHUT),
            "day": day_words(row.measured_at, zone_of(case)),
            "by": row.measured_by.name,
        }
        for row in rows
    ]
