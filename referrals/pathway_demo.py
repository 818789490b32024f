"""Pathways of the demonstration: drawn by the directory's editor, published by another person (R-53, P6)."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from foundation.accounts.models import Unit, User
from foundation.core.acting import acting
from referrals.actions import pathways
from referrals.models import Pathway, Service
from referrals.pathway_terms import Within
from referrals.vocabulary import ServiceType

Line = tuple[str, int, str, str, str]
"""Kind of help, hours, name of the service to ask first (or none), of the next, a few words."""
PAPERS: tuple[Line, ...] = (
    (
        ServiceType.LEGAL, Within.TWO_WEEKS, "Papers and status service", "Advice before a removal",
        "Bring every paper, also an expired one.",
    ),
    (ServiceType.MHPSS, Within.ANY, "Somebody to talk to", "", "Waiting for papers wears people out. Offer it each time."),
)  # fmt: skip
VIOLENCE: tuple[Line, ...] = (
    (
        ServiceType.RAPE, Within.THREE_DAYS, "", "",
        "The nearest hospital that gives it is in the capital. We pay the ride and somebody goes along, if wanted.",
    ),
    (ServiceType.SHELTER_SAFE, Within.AT_ONCE, "Safe shelter", "", "Phone day and night. They say how to come."),
    (ServiceType.MHPSS, Within.ANY, "Somebody to talk to", "", ""),
)  # fmt: skip
WORDS = {
    "documents_legal_status": "Nobody has to show papers to be helped. The advice costs nothing.",
    "sexual_or_gender_based": "The person decides on each step. Medical care needs no report to anybody.",
}


def publish(unit: Unit, need: str, lines: Iterable[Line], words: str, *, writer: User, second: User) -> Pathway:
    """Draw it as one person, hand it in, publish it as the other."""
    services = {service.name: service for service in Service.objects.all()}
    with acting(writer.pk):
        made = pathways.begin(unit, need, by=writer)
        pathways.write(made, words, timezone.localdate() + timedelta(days=settings.PATHWAY_DAYS), by=writer)
        for kind, within, first, otherwise, note in lines:
            said = pathways.Step(kind, within, services.get(first), services.get(otherwise), note)
            pathways.put_step(made, said, by=writer)
        pathways.submit(made, by=writer)
    with acting(second.pk):
        return pathways.publish(made, by=second)


def furnish(unit: Unit, *, writer: User, second: User) -> None:
    """What people of this branch need most: papers, and what to do after violence."""
    for need, lines in (("documents_legal_status", PAPERS), ("sexual_or_gender_based", VIOLENCE)):
        publish(unit, need, lines, WORDS[need], writer=writer, second=second)
