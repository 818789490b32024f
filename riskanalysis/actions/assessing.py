"""Naming a threat and answering the questions of its assessment, each saved for itself (domain.md §8.2; R-23 to R-25)."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import set_urgency
from cases.models import Case
from cases.vocabulary import Exposure, Flag, Risk, Urgency
from consent.sources import Source
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused
from riskanalysis.actions.locking import held, held_case
from riskanalysis.models import ClinicalWindow, RiskAssessment, SpecificThreat
from riskanalysis.questions import QUESTIONS, SINCE, questions_of
from riskanalysis.risks import WORDS_LENGTH, Group, Harm, Intent, Met, Safety, Situation, State, Subject
from riskanalysis.scheme import INPUTS, LEAST, MOST
from riskanalysis.window import LAST_HOURS

OPEN = (State.DRAFT, State.PROPOSED)
ABOUT: dict[str, list[str]] = {
    "risk": Risk.values, "source": Source.values, "exposure": Exposure.values, "intent": Intent.values,
    "subject": Subject.values,
}  # fmt: skip


@transaction.atomic
def name_threat(case: Case, about: dict[str, str], *, by: User) -> RiskAssessment:
    """A specific threat, in codes alone, and its first assessment as a draft."""
    locked = held_case(case.pk, by)
    for name, known in ABOUT.items():
        if about.get(name) not in known:
            raise Refused(f"threat.{name}", _("Choose an answer."), name)
    if about["source"] == Source.PROVIDER:
        raise Refused(
            "threat.safeguarding",
            _(
                "A concern about people who work for us or a partner does not belong in a case. Take it to safeguarding."
            ),
            "source",
        )
    threats = list(SpecificThreat.objects.filter(case=locked))
    for other in threats:
        other.dossier = locked.dossier
    if any(_is_same(other.known, about) for other in threats):
        raise Refused("threat.known", _("This threat is in the case already. Assess it again instead."), "risk")
    threat = SpecificThreat(
        dossier=locked.dossier, case=locked, about={name: about[name] for name in ABOUT}, named_by=by
    )
    threat.save(force_insert=True)
    trail.record("threat.named", dossier=locked.dossier_id, subject=threat.pk)
    return _begin(threat, by)


def _is_same(known: dict[str, Any], about: dict[str, str]) -> bool:
    return all(known.get(name) == about[name] for name in ("risk", "source", "subject"))


@transaction.atomic
def start_assessment(threat: SpecificThreat, *, by: User) -> RiskAssessment:
    """Look at a threat again; nothing is copied. One that is under way is gone on with by who began it."""
    case = held_case(threat.case_id, by)
    found: RiskAssessment | None = RiskAssessment.objects.filter(threat=threat, status__in=OPEN).first()
    if found is not None and found.author_id == by.pk:
        found.dossier = case.dossier
        return found
    if found is not None:
        raise Refused("assessment.open", _("Somebody else is assessing this threat now."))
    fresh: SpecificThreat = SpecificThreat.objects.get(pk=threat.pk)
    fresh.case, fresh.dossier = case, case.dossier
    return _begin(fresh, by)


def _begin(threat: SpecificThreat, by: User) -> RiskAssessment:
    last = RiskAssessment.objects.filter(threat=threat).aggregate(n=Max("number"))["n"] or 0
    row = RiskAssessment(
        dossier=threat.dossier, case=threat.case, threat=threat, number=last + 1, answers={}, author=by
    )
    row.save(force_insert=True)
    trail.record("assessment.started", dossier=row.dossier_id, subject=row.pk, number=row.number)
    return row


@transaction.atomic
def answer(assessment: RiskAssessment, question: str, given: dict[str, Any], *, by: User) -> RiskAssessment:
    """Save the answer to one question. A sign of immediate danger makes the case an emergency at once."""
    row = held(assessment, "describe", by)
    if question not in questions_of(row.number):
        raise Refused("assessment.question", _("There is no such question."))
    kept = _CHECKS[question](given) if question in _CHECKS else _input(given)
    _set_columns(row, question, kept)
    row.answers = {**row.known, question: kept}
    row.save()
    trail.record("assessment.answered", dossier=row.dossier_id, subject=row.pk, question=question)
    if question == "danger" and kept["flags"]:
        _alarm(row, kept, by)
    return row


def _set_columns(row: RiskAssessment, question: str, kept: dict[str, Any]) -> None:
    if question in INPUTS:
        setattr(row, f"{question}_score", kept["score"])
    if question == "person":
        row.rating, row.safety = kept["rating"], kept["safety"]


def _number(given: dict[str, Any], name: str, least: int = LEAST, most: int = MOST) -> int | None:
    """A number of the scale, or ``None`` for an honest "not known"; the key must be there."""
    value = given.get(name, "")
    if value is not None and (not isinstance(value, int) or not least <= value <= most):
        raise Refused(f"assessment.{name}", _("Choose an answer; “not known” is one."), name)
    return value


def _text(given: dict[str, Any], name: str = "evidence") -> str:
    text: str = (given.get(name) or "").strip()
    if len(text) > WORDS_LENGTH:
        raise Refused(f"assessment.{name}", _("This is too long."), name)
    return text


def _codes(given: dict[str, Any], name: str, known: list[str]) -> list[str]:
    chosen = list(given.get(name, ()))
    if set(chosen) - set(known):
        raise Refused(f"assessment.{name}", _("Choose an answer."), name)
    return chosen


def _code(given: dict[str, Any], name: str, known: list[str]) -> str:
    if given.get(name) not in known:
        raise Refused(f"assessment.{name}", _("Choose an answer."), name)
    return str(given[name])


def _input(given: dict[str, Any]) -> dict[str, Any]:
    """One of the inputs: what is known needs a word on what it rests on."""
    score, evidence = _number(given, "score"), _text(given)
    kept: dict[str, Any] = {"score": score, "evidence": evidence}
    if "situation" in given or "groups" in given:
        kept["situation"] = _codes(given, "situation", Situation.values)
        kept["groups"] = _codes(given, "groups", Group.values)
    if score is not None and not evidence and not kept.get("situation") and not kept.get("groups"):
        raise Refused("assessment.evidence", _("Write in a few words what this rests on."), "evidence")
    return kept


def _duty(given: dict[str, Any]) -> dict[str, Any]:
    return {"can": _number(given, "can"), "will": _number(given, "will"), "evidence": _text(given)}


def _danger(given: dict[str, Any]) -> dict[str, Any]:
    flags = _codes(given, "flags", Flag.values)
    hours = _number(given, "hours", 0, LAST_HOURS) if Flag.SEXUAL in flags else None
    return {"flags": flags, "hours": hours}


def _person(given: dict[str, Any]) -> dict[str, Any]:
    safety = _number(given, "safety", min(Safety.values), max(Safety.values))
    return {"rating": _number(given, "rating"), "safety": safety, "words": _text(given, "words")}


def _since(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "needs": _code(given, "needs", Met.values),
        "harm": _code(given, "harm", Harm.values),
        "words": _text(given, "words"),
    }


_CHECKS = {"duty": _duty, "danger": _danger, "person": _person, SINCE: _since}
assert set(_CHECKS) | set(INPUTS) == set(QUESTIONS)  # noqa: S101


def _alarm(row: RiskAssessment, kept: dict[str, Any], by: User) -> None:
    """An emergency from now on; and after sexual violence the hours run in which medical help can do most."""
    if row.case.urgency != Urgency.EMERGENCY:
        set_urgency(row.case, Urgency.EMERGENCY, by=by)
    if Flag.SEXUAL not in kept["flags"] or kept["hours"] is None:
        return
    if ClinicalWindow.objects.filter(
        case=row.case, opened_at__gte=timezone.now() - timedelta(hours=LAST_HOURS)
    ).exists():
        return
    since = timezone.now() - timedelta(hours=kept["hours"])
    window = ClinicalWindow(
        dossier=row.dossier, case=row.case, since={"at": since.isoformat(timespec="minutes")}, opened_by=by
    )
    window.save(force_insert=True)
    trail.record("window.opened", dossier=row.dossier_id, subject=window.pk)


@transaction.atomic
def discard_assessment(assessment: RiskAssessment, *, by: User) -> None:
    """Throw a draft away; of a threat that was never assessed nothing stays either."""
    row = held(assessment, "describe", by)
    threat = row.threat
    trail.record("assessment.discarded", dossier=row.dossier_id, subject=row.pk)
    row.delete()
    if not threat.assessments.exists():
        threat.delete()
