"""How the demonstration's branch became ready, and its people trained: by the real actions, two people for each."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.utils import timezone

from foundation.accounts.models import Unit, User
from foundation.core.acting import acting
from foundation.readiness import actions
from foundation.readiness.actions.assessing import Answer
from foundation.readiness.actions.training import Held
from foundation.readiness.items import ITEMS, RECORDED
from foundation.readiness.models import Competence, ReadinessAssessment

SAID = {
    "P1": "Decision 14 of the Governing Board, 12 March: the Minimum Protection Approach applies. Accountable: Ada Kern.",
    "P5": "Procedures for protection, version 3: concerns, consent, referral, emergencies, mandatory reporting.",
    "P6": "Map of services of the Coast, agreed in the coordination meeting; each service was phoned.",
    "P7": "Both partners answered the questions of the vetting; the agreements are signed and in the safe.",
    "P8": "Schedule of retention signed by the Secretary General; summary on the wall of each service point.",
    "P9": "Room 2 at the Harbour: a door that closes, step-free. Interpreters for Arabic and Russian, women and men.",
    "P10": "Blankets, hygiene parcels, transport up to 40 a person; the focal point decides, from the emergency fund.",
    "P11": "Plan for dialogue with municipality and police, agreed with the ICRC delegation; law on the National Society.",
    "P12": "Card with four numbers at each telephone; all four were called last week and answered.",
    "P13": "Cases are talked through every second Thursday; a psychologist comes once a month.",
    "P14": "Box and telephone number at the door, in three languages; answered within a week.",
    "P15": "Two and a half posts; at most 25 open cases each; budget for the year approved.",
    "P16": "Review by the legal adviser: whom the law obliges to report what, from which age a child decides, who is guardian.",
}
WHO = {
    "volunteer": [Competence.SAFE_REFERRAL],
    "caseworker": [Competence.PROTECTION_REFERRAL],
    "focal_point": [Competence.PROTECTION_REFERRAL, Competence.AUTHORITY_DIALOGUE, Competence.CHILD_PROTECTION],
    "deputy": [Competence.PROTECTION_REFERRAL],
    "manager": [Competence.PROTECTION_REFERRAL, Competence.AUTHORITY_DIALOGUE],
    "outsider": [Competence.PROTECTION_REFERRAL],
    "dialogue": [Competence.AUTHORITY_DIALOGUE],
}
"""Person of the demonstration → what they were trained in. Whoever adds a person who needs a training adds a line."""


def furnish(branch: Unit, people: Mapping[str, User]) -> None:
    """The branch is ready, and so are the service points below it; everybody has the trainings of their work."""
    manager, officer, lead = people["manager"], people["data_officer"], people["focal_point"]
    assess(branch, writer=manager, second=officer)
    for key, competences in WHO.items():
        recorder = officer if key in ("manager", "outsider") or people[key].seats[0].unit.parent_id is None else manager
        second = lead if recorder is officer else officer
        train(people[key], competences, recorder=recorder, second=second)


def assess(unit: Unit, *, writer: User, second: User, but: Iterable[str] = ()) -> ReadinessAssessment:
    """Fill in every item but some, submit it, and let the second person approve it."""
    today = timezone.localdate()
    with acting(writer.pk):
        row = actions.begin(unit, by=writer)
        for code in (code for code in RECORDED if code not in set(but)):
            until = today + timedelta(days=ITEMS[code].days - 1)
            actions.fill(row, code, Answer(True, SAID[code], writer, until), by=writer)
        row = actions.submit(row, by=writer)
    with acting(second.pk):
        return actions.approve(row, by=second)


def train(user: User, competences: Iterable[str], *, recorder: User, second: User) -> None:
    """Record these trainings, held three months ago, and let the second person confirm them."""
    held_on = timezone.localdate() - timedelta(days=91)
    for competence in competences:
        held = Held(
            competence,
            held_on,
            held_on + timedelta(days=730),
            "Course of the Society, three days; list of participants.",
        )
        with acting(recorder.pk):
            row = actions.record(user, held, by=recorder)
        with acting(second.pk):
            actions.confirm(row, by=second)
