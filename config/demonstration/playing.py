"""The whole demonstration in one transaction: the third branch, then the matters of each language."""

import json
from functools import partial

from django.db import transaction

from cases.models import Concern
from config.demonstration import guides, network, people
from config.demonstration.scenes import SCENES
from config.demonstration.telling import Matter, Said
from foundation.accounts.models import Unit
from foundation.dossiers import clerk
from foundation.readiness import gates
from foundation.readiness.elements import Element
from referrals import demo
from referrals.models import Service


def is_fresh() -> bool:
    """Whether the demonstration was just loaded: its people are ready to work, and nothing has happened yet."""
    harbour = Unit.objects.filter(name="Harbour service point").first()
    if not demo.place().exists() or harbour is None or gates.missing(harbour, Element.ESCALATE):
        return False
    with clerk.as_clerk():
        return not Concern.objects.exists()


@transaction.atomic
def play() -> bool:
    """Play it once, into a fresh demonstration; whether it was played."""
    if not is_fresh():
        return False
    facts = json.loads(demo.place().read_text(encoding="utf-8"))
    places = people.branch()
    facts["people"] |= people.appointed(places, facts["people"]["caseworker"]["password"])
    teams = people.teams()
    people.make_ready(places, teams)
    network.partners()
    guides.publish(places)
    services, partner = {s.name: s for s in Service.objects.all()}, demo.somebody("partner_worker")
    for language, scene in SCENES.items():
        scene(partial(_begun, places[language], teams[language], language), services, partner)
    demo.write({**facts, "has_matters": True})
    return True


def _begun(place: Unit, team: people.Team, language: str, said: Said) -> Matter:
    return Matter(place, team, language).begin(said)
