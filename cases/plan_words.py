"""The plan and the advice of colleagues, in words."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.closures import StepStatus, Typology
from cases.identity import zone_of
from cases.models import Case, Conference, PlanStep
from cases.states import CASE
from foundation.core import policy
from foundation.core.legible import SHUT, legible
from foundation.core.words import day_words

TONES = {StepStatus.DONE: ("good", "done"), StepStatus.AGREED: ("act", "clock"), StepStatus.DROPPED: ("", "")}


def _day(case: Case, day: date) -> str:
    return day_words(datetime(day.year, day.month, day.day, 12, tzinfo=zone_of(case)), zone_of(case))


def page(case: Case, actor: Any) -> dict[str, Any]:
    """The steps, what is still to be done first, and what may be done with them: one query."""
    rows = list(PlanStep.objects.filter(case=case.pk).order_by("-agreed_at"))
    steps = sorted((_step(case, row) for row in rows), key=lambda step: step["order"])
    is_open = any(row.status == StepStatus.AGREED for row in rows)
    can = policy.abilities(actor, case)
    may_finish = can["plan"] and not is_open and bool(rows) and case.status in CASE.moves["follow"].sources
    return {"steps": steps, "can": can, "may_finish": may_finish}


def _step(case: Case, row: PlanStep) -> dict[str, Any]:
    row.dossier = case.dossier
    tone, icon = TONES[StepStatus(row.status)]
    when = [_("by %(when)s") % {"when": _day(case, row.due_on)}] if row.due_on else []
    return {
        "row": row,
        "order": (row.status != StepStatus.AGREED, row.due_on or date.max),
        "what": legible(lambda: row.what, SHUT),
        "detail": ", ".join([str(row.get_doer_display()), *when]),
        "kinds": [str(Typology(code).label) for code in row.kinds or []],
        "why": legible(lambda: row.why or "", SHUT),
        "tag": {"text": row.get_status_display(), "tone": tone, "icon": icon, "plain": not tone},
        "is_open": row.status == StepStatus.AGREED,
    }


def advice(case: Case, actor: Any) -> dict[str, Any]:
    """What colleagues advised, newest first: one query."""
    rows = list(
        Conference.objects.filter(case=case.pk).select_related("written_by").order_by("-held_on", "-written_at")
    )
    return {"held": [_conference(case, row) for row in rows], "can": policy.abilities(actor, case)}


def _conference(case: Case, row: Conference) -> dict[str, Any]:
    row.dossier = case.dossier
    asked = _("The person knows of it.") if row.is_person_asked else _("The person was not told.")
    return {
        "title": _day(case, row.held_on),
        "rows": [
            {"key": _("Who took part"), "value": legible(lambda: row.who, SHUT), "typed": True},
            {"key": _("What was asked"), "value": legible(lambda: row.question, SHUT), "typed": True},
            {"key": _("What was advised"), "value": legible(lambda: row.advice, SHUT), "typed": True},
            {"key": _("Written by"), "lines": [row.written_by.name, asked]},
        ],
    }
