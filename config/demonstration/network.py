"""Three partners more, each somewhere else in its life, and what is raised, learnt and reported beside the cases."""

from datetime import timedelta

from django.utils import timezone

from cases.actions import issues, learning, safeguarding
from cases.models import Issue
from cases.vocabulary import Outcome
from config.demonstration.telling import Matter
from consent.sources import Source
from consent.vocabulary import Purpose, RecipientKind
from foundation.accounts.models import Organisation, OrganisationKind
from foundation.core.acting import acting
from foundation.readiness import demo as readiness
from foundation.readiness.models import Competence
from referrals import demo
from referrals.actions import directory, listening, register, speaking
from referrals.models import Authority, Partner, Representation
from referrals.partnership import EndReason
from referrals.speech import QUESTIONS

SURGERY = "Night surgery"
NEW = ("Northgate Health", "Little Harbour", "Open Road")


def partners() -> None:
    """One more that is active, one whose agreement is signed and not begun, one that was suspended."""
    manager = demo.somebody("manager")
    made = {name: Organisation.objects.create(name=name, kind=OrganisationKind.PARTNER) for name in NEW}
    enrolled: dict[str, Partner] = {}
    for name, organisation in made.items():
        demo.assess(organisation)
        enrolled[name] = demo.enrol(organisation)
    with acting(manager.pk):
        register.activate(enrolled["Northgate Health"], by=manager)
        register.activate(enrolled["Open Road"], by=manager)
        register.suspend(enrolled["Open Road"], EndReason.CAPACITY, by=manager)
    editor = demo.somebody("directory_editor")
    entry = {
        "name": "Clinic for everybody", "service_type": "health_medical", "area": "Coast and River", "time_zone": "Europe/Kyiv",
        "needs": ["alias", "safe_contact", "reason"], "eligibility": "Everybody, whatever their status",
        "languages": ["en", "ar", "ru"], "hours": [[day, "08:00", "20:00"] for day in range(7)], "fees": "Free of charge",
        "capacity_available": 9, "capacity_maximum": 12,
    }  # fmt: skip
    with acting(editor.pk):
        checked_on = timezone.localdate() - timedelta(days=100)
        directory.add(enrolled["Northgate Health"], entry, by=editor, checked_on=checked_on)
        surgery = {**entry, "name": SURGERY, "hours": [[day, "00:00", "24:00"] for day in range(7)]}
        directory.add(enrolled["Little Harbour"], surgery, by=editor)


def raised(matter: Matter, words: str, reply: str) -> None:
    """The person agrees; it is examined, approved by another, said, answered, and a promise is watched."""
    owner, lead = matter.owner, matter.team["focal_point"]
    readiness.train(owner, [Competence.AUTHORITY_DIALOGUE], recorder=demo.somebody("data_officer"), second=lead)
    with acting(lead.pk):
        to = Authority.objects.visible_to(lead).get(name="Harbour municipality")
    matter.agreed_with(Purpose.RAISE_IDENTIFIED, RecipientKind.AUTHORITY, to.pk, ["alias", "summary"])
    test = speaking.Test(
        answers=dict.fromkeys(QUESTIONS, True), why="Two letters of the lawyer were not answered.",
        sources=[Source.LANDLORD], consulted=["icrc"],
    )  # fmt: skip
    said = speaking.Draft(to, naming="identified", modality="written", content=words, fields=["alias", "summary"])
    with acting(owner.pk):
        speech = speaking.begin(matter.fresh(), said, by=owner)
        speech = speaking.examine(_fresh(speech), test, by=owner)
        speaking.submit(_fresh(speech), by=owner, is_confirmed=True)
    with acting(lead.pk):
        speaking.approve(_fresh(speech), by=lead)
    with acting(owner.pk):
        speaking.send(_fresh(speech), timezone.localdate() + timedelta(days=30), by=owner)
        listening.received(_fresh(speech), by=owner)
        listening.answered(_fresh(speech), "commitment", reply, by=owner)
        listening.promise(
            _fresh(speech), "An order to the owner of the house", timezone.localdate() + timedelta(days=9), by=owner
        )


def _fresh(speech: Representation) -> Representation:
    return Representation.objects.get(pk=speech.pk)


def put_behind(matter: Matter) -> None:
    """A concern in which nobody is known stands behind the issue of this team."""
    lead = matter.team["focal_point"]
    with acting(lead.pk):
        about = Issue.objects.visible_to(lead).get()
    matter.triaged(Outcome.ISSUE, issue=about)


def beside(matter: Matter) -> None:
    """An action on the issue, a lesson that another released, a report of harm, a report on our own."""
    lead, owner, volunteer = matter.team["focal_point"], matter.owner, matter.team["volunteer"]
    with acting(lead.pk):
        about = Issue.objects.visible_to(lead).get()
        issues.plan_action(about, "law", "A letter to the committee on housing", None, by=lead)
        words = "Ask at each talk whether the number is still safe."
        lesson = learning.write_lesson("good_practice", words, [], by=lead, is_confirmed=True)
    manager = demo.somebody("manager")
    with acting(manager.pk):
        learning.release_lesson(lesson, by=manager)
    with acting(owner.pk):
        learning.report_harm("delay", "An offer lay unanswered for a week, and the room was gone.", by=owner)
    with acting(volunteer.pk):
        words = "A driver of ours asks people for money for the ride to the shelter."
        safeguarding.report_conduct(safeguarding.Told(words), by=volunteer)
