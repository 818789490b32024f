"""How each item stands in a unit now: from what the system knows, and from what was written down and approved.

An item that a unit has not answered is taken from the nearest unit above that has.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import Unit
from foundation.core.words import isolated
from foundation.readiness import evidence
from foundation.readiness.items import Item, Kind
from foundation.readiness.models import ReadinessAssessment, ReadinessItem

Answers = dict[str, ReadinessItem]


@dataclass(frozen=True)
class Standing:
    """One item in one unit: whether it is met, a sentence, the page that mends it, and what was written down for it."""

    item: Item
    is_met: bool
    text: str
    url: str = ""
    answer: ReadinessItem | None = None


def read(unit: Unit) -> Answers:
    """The answers that count here, each from the nearest unit that gave one; one query besides those for the units above."""
    line = {place.pk: distance for distance, place in enumerate(unit.upwards())}
    rows = ReadinessItem.objects.filter(assessment__in=ReadinessAssessment.objects.in_force().filter(unit__in=line))
    near = sorted(rows.select_related("assessment__unit", "owner"), key=lambda row: -line[row.assessment.unit_id])
    return {row.code: row for row in near}


def of_item(item: Item, unit: Unit, answers: Answers) -> Standing:
    """How one item stands."""
    facts = evidence.found(item.code, unit)
    lacking = next((fact for fact in facts if not fact.is_met), None)
    answer = answers.get(item.code)
    if lacking is not None:
        return Standing(item, False, lacking.text, lacking.url, answer)
    if facts and item.kind is not Kind.BOTH:
        return Standing(item, True, " ".join(fact.text for fact in facts), answer=answer)
    return _written(item, answer)


def _written(item: Item, answer: ReadinessItem | None) -> Standing:
    if answer is None:
        return Standing(item, False, _("nothing is written down and approved"))
    if not answer.is_met:
        return Standing(item, False, _("not there yet"), answer=answer)
    if not answer.is_in_date:
        return Standing(item, False, _("the evidence has run out"), answer=answer)
    said = _("In order, as written down for %(unit)s.") % {"unit": isolated(answer.assessment.unit.name)}
    return Standing(item, True, said, answer=answer)


def is_ending(standing: Standing) -> bool:
    """W-19: met, and what was written down for it runs out soon."""
    answer, today = standing.answer, timezone.localdate()
    soon = today + timedelta(days=ending_days(standing.item))
    return standing.is_met and answer is not None and answer.valid_until <= soon


def ending_days(item: Item) -> int:
    """So many days before its end it is mentioned (W-19): fewer for what counts shortly anyway."""
    return int(min(settings.READINESS_ENDING_DAYS, item.days // 3))
