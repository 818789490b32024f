"""A unit that is ready for element d, people who are trained for it, representations in every state: by the real actions."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cases.actions import issues, learning
from cases.models import Case, Issue
from consent.sources import Source
from consent.vocabulary import Purpose, RecipientKind
from foundation.core.acting import acting
from foundation.readiness import gates
from foundation.readiness.actions import assessing, training
from foundation.readiness.elements import Element
from foundation.readiness.items import ITEMS, RECORDED
from foundation.readiness.models import Training
from foundation.readiness.training import Competence, is_trained
from referrals.actions import authorities, listening, speaking
from referrals.models import Authority, Representation
from referrals.speech import QUESTIONS
from tests import factories

SPEAKERS = ("caseworker", "focal_point", "manager")
WORDS = "A landlord keeps the papers of tenants. We ask the office to order that they are handed back."


def train(house, *who: str) -> None:
    """A training that the data-protection officer records and another confirms."""
    officer = house.people["data_officer"]
    for name in who:
        user = house.people[name]
        if is_trained(user, Competence.AUTHORITY_DIALOGUE):
            continue
        second = house.people["manager" if name != "manager" else "focal_point"]
        today = timezone.localdate()
        held = training.Held(Competence.AUTHORITY_DIALOGUE, today, today + timedelta(days=365), "Course of two days")
        with acting(officer.pk):
            row = training.record(user, held, by=officer)
        with acting(second.pk):
            training.confirm(row, by=second)


def untrain(house, who: str) -> None:
    """The training of this person is taken back."""
    by = house.people["manager"]
    with acting(by.pk):
        rows = Training.objects.in_date().filter(user=house.people[who], competence=Competence.AUTHORITY_DIALOGUE)
        for row in rows:
            training.end(row, by=by)


def ready(house, unit: str = "harbour") -> None:
    """What is written down for the unit, and approved by another."""
    place = house.units[unit]
    with acting(house.people["manager"].pk):
        if not gates.missing(place, Element.REPRESENT):
            return
    lead, manager = house.people["focal_point"], house.people["manager"]
    today = timezone.localdate()
    with acting(lead.pk):
        row = assessing.begin(place, by=lead)
        for code in RECORDED:
            until = today + timedelta(days=min(ITEMS[code].days, 25))
            assessing.fill(row, code, assessing.Answer(True, "Seen and kept", manager, until), by=lead)
        row = assessing.submit(row, by=lead)
    with acting(manager.pk):
        assessing.approve(row, by=manager)
        assert gates.missing(place, Element.REPRESENT) == []


def authority(house, kind: str = "ministry_justice", name: str = "Ministry of Justice", **more: Any) -> Authority:
    """An entry of the register, by the manager."""
    by = house.people["manager"]
    entry = {"level": "national", "confidentiality": "confidential", "contact": "Head of the complaints desk"}
    with acting(by.pk):
        found = Authority.objects.filter(name=name).first()
        return found or authorities.enter_authority(authorities.Entry(name, kind, **{**entry, **more}), by=by)


def agreed(house, case: Case, to: Authority, fields: tuple[str, ...] = ("alias", "summary")) -> None:
    """The person agrees that this authority is told these things."""
    factories.decide(house, case, Purpose.RAISE_IDENTIFIED, to.pk, fields=list(fields), kind=RecipientKind.AUTHORITY)


def draft(to: Authority, **more: Any) -> speaking.Draft:
    values = {"naming": "identified", "modality": "written", "content": WORDS, "fields": ["alias", "summary"]}
    return speaking.Draft(to, **{**values, **more})


def begun(house, case: Case, to: Authority, who: str = "caseworker", **more: Any) -> Representation:
    """A draft of the case's owner."""
    by = house.people[who]
    with acting(by.pk):
        return speaking.begin(Case.objects.get(pk=case.pk), draft(to, **more), by=by)


def answers(**changed: bool) -> dict[str, bool]:
    return {**dict.fromkeys(QUESTIONS, True), **changed}


def examined(house, speech: Representation, who: str = "caseworker", **more: Any) -> Representation:
    """The test, with every answer yes unless said otherwise."""
    by = house.people[who]
    values = {"answers": answers(), "why": "Asked three lawyers.", "sources": [Source.LANDLORD], "consulted": ["icrc"]}
    with acting(by.pk):
        return speaking.examine(fresh(speech), speaking.Test(**{**values, **more}), by=by)


def fresh(speech: Representation) -> Representation:
    return Representation.objects.get(pk=speech.pk)


def act(house, who: str, action, speech: Representation, *args: Any, **more: Any) -> Any:
    """One step as one person."""
    by = house.people[who]
    with acting(by.pk):
        return action(fresh(speech), *args, by=by, **more)


def prepared(
    house, case: Case | None = None, to: Authority | None = None, trained: tuple[str, ...] = SPEAKERS, **more: Any
) -> Representation:
    """Trained people, a ready unit, consent where a name is told, a draft that was examined."""
    train(house, *trained)
    ready(house)
    case, to = case or factories.case(house), to or authority(house)
    agreed(house, case, to)
    return examined(house, begun(house, case, to, **more))


def approved(house, *args: Any, **more: Any) -> Representation:
    speech = prepared(house, *args, **more)
    act(house, "caseworker", speaking.submit, speech, is_confirmed=True)
    return act(house, "focal_point", speaking.approve, speech)


def sent(house, *args: Any, **more: Any) -> Representation:
    return act(house, "caseworker", speaking.send, approved(house, *args, **more))


def issue(house, who: str = "focal_point", **more: Any) -> Issue:
    """A problem of many."""
    by = house.people[who]
    values = {
        "title": "Papers are kept as a pledge", "areas": "Coast region", "risks": ["GPC-09"],
        "description": "Landlords keep identity papers of tenants until the rent is paid.",
    }  # fmt: skip
    with acting(by.pk):
        return issues.open_issue(issues.Facts(**{**values, **more}), by=by, is_confirmed=True)


def things(house, case: Case) -> dict[str, Any]:
    """One of each for the walk over every address: a representation with a promise, its authority, an issue with an action."""
    speech = sent(house, case)
    lead, owner = house.people["focal_point"], house.people["caseworker"]
    with acting(owner.pk):
        promised = listening.promise(speech, "An order", timezone.localdate() + timedelta(days=9), by=owner)
    about = issue(house)
    with acting(lead.pk):
        action = issues.plan_action(about, "law", "A letter to the committee", None, by=lead)
        lesson = learning.write_lesson("mistake", "Ask which number is safe.", [], by=lead, is_confirmed=True)
    with acting(owner.pk):
        harm = learning.report_harm("delay", "Help came a week late.", by=owner)
    return {
        "representation": speech.pk, "authority": speech.authority_id, "issue": about.pk, "promise": promised.pk,
        "action": action.pk, "lesson": lesson.pk, "harm": harm.pk,
    }  # fmt: skip
