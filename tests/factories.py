"""Plain functions that call the real actions, so that an impossible case cannot be built."""

import time
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

from allauth.account.internal.flows import login
from django.test import override_settings
from django.utils import timezone

from cases import actions as cases
from cases.actions import capacity as deciding
from cases.actions import safeguarding
from cases.actions.exceptions import ask_exception
from cases.actions.triage import Triage
from cases.invented import STORIES
from cases.models import Case, Closure, Concern, HandOver, PlanStep, SafeguardingReport
from cases.vocabulary import Outcome
from consent import actions as consent
from consent.actions import exceptions
from consent.actions.requests import Asking
from consent.models import (
    BestInterestNote,
    Caregiver,
    Consent,
    DataSubjectRequest,
    ExceptionalDisclosure,
    NoticeVersion,
)
from consent.vocabulary import Answer, Element, Purpose, RecipientKind
from foundation.accounts import actions as accounts
from foundation.accounts import backend, gate
from foundation.accounts.models import ConductVersion, Organisation, Seat, Unit, User
from foundation.core.acting import acting
from foundation.core.machines import COURIER
from foundation.dossiers import clerk
from foundation.files import actions as files
from foundation.files import checking
from foundation.files.models import Attachment
from foundation.outbox.models import Message
from foundation.outbox.models import Status as MessageStatus
from foundation.readiness import actions as readiness
from foundation.readiness.items import ITEMS, RECORDED
from foundation.readiness.models import ReadinessAssessment, Training
from foundation.watch import actions as watch
from foundation.watch import rules
from foundation.watch.models import Alert, Decoy, EmergencyAccess
from foundation.watch.vocabulary import Rule
from referrals import actions as referrals
from referrals import demo
from referrals.models import Assistance, CapacityDeclaration, Referral, Service
from tests.clamd import clamd

PASSWORD = "correct horse battery staple"
NAME, PHONE, WORDS = "Mohammed Al-Zahra", "+380501234567", "The landlord keeps the papers and locks the door."


@dataclass
class House:
    """What the demonstration consists of."""

    people: dict[str, User]
    units: dict[str, Unit]
    partners: dict[str, Organisation]
    services: dict[str, Service]
    clients: dict[str, dict[str, str]] = field(default_factory=dict)

    def machine(self, partner: str) -> User:
        """The user behind a partner's API client."""
        return User.objects.get(is_machine=True, name=partner)


_CLIENTS: dict[str, dict[str, str]] = {}


def load() -> None:
    """Load the demonstration, and remember the partners' secrets, which stand nowhere else. Everybody is ready to work."""
    demo.install()
    facts = demo.load(PASSWORD)
    _CLIENTS.update({partner["name"]: partner for partner in facts["partners"]})
    for user in User.objects.filter(is_machine=False):
        settle(user)
    with COURIER.at_work():  # who was told while it was loaded has read it
        Message.objects.update(status=MessageStatus.DONE, done_at=timezone.now())


def settle(user: User) -> User:
    """Do what stands before the first page: accept the code of conduct, set up an app where the seat needs one."""
    known = backend.facts(user)
    text = ConductVersion.current(user.language)
    with acting(user.pk):
        if known.is_conduct_due and text is not None:
            accounts.accept_conduct(text, by=user)
        if gate.needs_factor(user) and not known.has_factor:
            accounts.give_app(user, b32encode(token_bytes(20)).decode(), by=None)
    return user


def house() -> House:
    """The demonstration: what the session loaded, or a new one after a flush."""
    if not demo.is_loaded():
        load()
    people = {key: User.objects.get(email=f"{key}@amparo.example") for key in demo.PEOPLE}
    units = {unit.name.split()[0].lower(): unit for unit in Unit.objects.exclude(name="Clerk")}
    partners = {o.name: o for o in Organisation.objects.filter(kind="partner")}
    return House(people, units, partners, {s.name: s for s in Service.objects.all()}, dict(_CLIENTS))


def draft(house: House, **values: Any) -> Concern:
    """A concern as the volunteer has filled it in, limits explained."""
    by = house.people["volunteer"]
    with acting(by.pk):
        concern = cases.start(by=by, unit=house.units["harbour"], language="en")
        concern = cases.explain_limits(concern, by=by, notice=NoticeVersion.current("en"))
        answers = {
            "reporter_kind": "affected_person_self", "setting": "hsp", "flags": [], "category": "documents_legal_status",
            "summary": WORDS, "wishes": "My papers back. No police.", "alias": NAME,
            "safe_contact": {"method": "phone", "value": PHONE, "safe_times": "10:00-12:00", "may_leave_message": False},
        }  # fmt: skip
        return cases.describe(concern, by=by, **{**answers, **values})


def submitted(house: House, answer: str = Answer.GRANTED, **values: Any) -> Concern:
    """A concern handed over, whole or anonymous."""
    by, concern = house.people["volunteer"], draft(house, **values)
    with acting(by.pk):
        cases.answer_escalation(concern, by=by, answer=answer)
        return cases.submit(concern, by=by)


def case(house: House, age: int | None = 34, **values: Any) -> Case:
    """A case that the caseworker has accepted; how old the person is was asked first (``None``: nobody knows it)."""
    concern, lead, owner = submitted(house, **values), house.people["focal_point"], house.people["caseworker"]
    with acting(lead.pk):
        concern = Concern.objects.get(pk=concern.pk)
        decided = Triage(Outcome.CASE, concern.urgency, "", "actual", ["coercion"], owner=owner)
        cases.triage(concern, decided, by=lead)
    with acting(owner.pk):
        found = Case.objects.get(concern=concern)
        if age is not None:
            deciding.say_age(found, age, by=owner)
        return cases.accept(found, by=owner)


def decide(
    house: House, case_: Case, purpose: str, recipient: UUID, answer: str = Answer.GRANTED, **more: Any
) -> Consent:
    """Record the person's decision, as the case's owner."""
    by = house.people["caseworker"]
    usual = RecipientKind.SERVICE if purpose == Purpose.EXTERNAL_REFERRAL else RecipientKind.UNIT
    kind = more.pop("kind", usual)
    how = {
        "language": "en", "mode": "verbal", "interpreter": "none", "is_private": True,
        "elements": list(Element.values), "asked_by_person": False,
    }  # fmt: skip
    with acting(by.pk):
        fresh = Case.objects.get(pk=case_.pk)
        line = consent.Asked(purpose, kind, recipient, answer, **more)
        return consent.record(fresh.person, [line], by=by, explained_by=by, notice=NoticeVersion.current("en"), how=how)


def agreed(house: House, case_: Case, service: Service, fields: list[str] | None = None) -> None:
    """The person agrees to a referral to this service."""
    wanted = service.offered_fields if fields is None else fields
    decide(house, case_, Purpose.EXTERNAL_REFERRAL, service.pk, fields=wanted)


def step(house: House, case_: Case) -> PlanStep:
    """A step that its owner agreed on with the person."""
    by = house.people["caseworker"]
    with acting(by.pk):
        return cases.add_step(Case.objects.get(pk=case_.pk), "Go to the registry together", "owner", by=by)


def closing(house: House, age: int = 9) -> Closure:
    """A case with an answer, of which the owner asks that it is closed; a child's waits for a second person."""
    by, made = house.people["caseworker"], case(house, age, category="other")
    done = step(house, made)
    with acting(by.pk):
        cases.end_step(done, "do", by=by)
        said = cases.Ending("goals_met_risk_reduced", "safer", unfollowed="She calls us if something changes.")
        return cases.ask_closure(Case.objects.get(pk=made.pk), said, by=by)


def asked_other(house: House, by: User) -> HandOver:
    """The owner of a case asks that somebody else follows it up."""
    made = case(house)
    with acting(by.pk):
        return cases.ask_other(Case.objects.get(pk=made.pk), "too_many", by=by)


def handed_in(house: House, case_: Case, content: bytes = b"A letter to the municipality.\n") -> Attachment:
    """A text file in the case's folder that waits for its check."""
    by = house.people["caseworker"]
    with acting(by.pk):
        upload = files.Upload(content, "Letter to the municipality", "letter", "letter.txt")
        row: Attachment = cases.add_file(Case.objects.get(pk=case_.pk), upload, by=by)
    return row


def filed(house: House, case_: Case, content: bytes = b"A letter to the municipality.\n") -> Attachment:
    """A text file in the case's folder that was checked and can be opened."""
    by, row = house.people["caseworker"], handed_in(house, case_, content)
    with clamd() as daemon, override_settings(CLAMAV=daemon.address):
        checking.check(row.pk)
    with acting(by.pk):
        return Attachment.objects.get(pk=row.pk)


def prepared(house: House, case_: Case, service: Service, **more: Any) -> Referral:
    """A draft referral by the case's owner."""
    by = house.people["caseworker"]
    with acting(by.pk):
        more.setdefault("anyway", "other_part")  # kept only where the product warns
        offer = referrals.Offer(more.pop("reason", "Help to get identity papers back"), **more)
        return referrals.prepare(Case.objects.get(pk=case_.pk), service, offer, by=by)


def sent(house: House, case_: Case | None = None, service: Service | None = None) -> Referral:
    """A referral that was agreed, approved by the focal point and sent."""
    case_ = case_ or case(house)
    service = service or house.services["Papers and status service"]
    agreed(house, case_, service)
    draft_, by, lead = prepared(house, case_, service), house.people["caseworker"], house.people["focal_point"]
    with acting(by.pk):
        referrals.submit(Referral.objects.get(pk=draft_.pk), by=by)
    with acting(lead.pk):
        return referrals.send(Referral.objects.get(pk=draft_.pk), by=lead)


def respond(
    house: House, referral: Referral, verb: str, partner: str = "Quayside Legal Clinic", **reply: str
) -> Referral:
    """One of the recipient's verbs, by its machine."""
    machine = house.machine(partner)
    with acting(machine.pk):
        fresh = Referral.objects.get(pk=referral.pk)
        return referrals.act_as_recipient(fresh, verb, referrals.Reply(**reply), by=machine)


def desk(partner: str) -> User:
    """Somebody more who works for this partner."""
    seat = Seat.objects.get(unit__organisation__name=partner, role="partner_worker")
    user = User.objects.create_user(f"desk.{seat.pk}@amparo.example", "Ines Holt", PASSWORD)
    accounts.confirm(accounts.propose(user, seat, by=None), by=None)
    return settle(user)


def alert(house: House, who: str = "caseworker", rule: Rule = Rule.BUDGET, n: int = 45) -> Alert:
    """An alert of today, as a sweep raises it."""
    now = timezone.now()
    seen = [rules.Touch(now, house.people[who].pk, uuid4(), rules.READ) for _ in range(min(n, 3))]
    with clerk.as_clerk() as by:
        (raised,) = watch.raise_alerts(rules.finding(rule, now.date(), n, 40, seen), house.people[who], by=by)
    return raised


def caregiver(house: House, case_: Case) -> Caregiver:
    """Somebody who cares for the person of a case."""
    by = house.people["caseworker"]
    with acting(by.pk):
        return deciding.add_caregiver(Case.objects.get(pk=case_.pk), "mother", "Mama", by=by)


def note(house: House, case_: Case) -> BestInterestNote:
    """What is best for a child, as one person wrote it; it waits for a second."""
    by = house.people["caseworker"]
    words = dict.fromkeys(("options", "views", "safety", "decision"), "The aunt’s house.")
    with acting(by.pk):
        return deciding.write_note(Case.objects.get(pk=case_.pk), [Purpose.FOLLOW_UP_CONTACT], words, by=by)


def plea(house: House, service: Service | None = None, **more: Any) -> exceptions.Plea:
    """What a focal point writes when a life is at risk."""
    service = service or house.services["Safe shelter"]
    values: dict[str, Any] = {
        "ground": "life_at_risk", "purpose": Purpose.EXTERNAL_REFERRAL, "recipient_kind": RecipientKind.SERVICE,
        "recipient_id": service.pk, "recipient": service.name, "fields": ["urgency", "service_type", "alias"],
        "necessity": "He said that he will come back tonight.", "proportionality": "Nobody else has a bed tonight.",
        "source": "partner", "unsafe": "He reads her telephone.",
    }  # fmt: skip
    return exceptions.Plea(**{**values, **more})


def excepted(house: House, case_: Case, who: str = "focal_point", **more: Any) -> ExceptionalDisclosure:
    """Something of a case that is to be told without consent: it waits for the second signature."""
    by = house.people[who]
    with acting(by.pk):
        return ask_exception(Case.objects.get(pk=case_.pk), plea(house, **more), by=by)


def access(house: House, code: str, who: str = "outsider") -> EmergencyAccess:
    """A request for emergency access that waits for a second person."""
    by = house.people[who]
    with acting(by.pk):
        return watch.ask(code, "life_at_risk", "He phoned. The duty phone of the unit is off.", by=by)


def prove(client: Any, person: User, seconds_ago: int = 0) -> Any:
    """Let the client's session say that its person has just proved again who they are."""
    session = client.session
    how = {"method": "mfa", "type": "totp"} if backend.facts(person).has_factor else {"method": "password"}
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {**how, "at": time.time() - seconds_ago, "reauthenticated": True}
    ]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
    session.save()
    return client


def decoy(
    house: House, unit: str = "harbour", colleague: str = "Dana Okafor", language: str = "en", about: int = 0
) -> Decoy:
    """A decoy as the data-protection officer plans it; it has not begun."""
    officer, story = house.people["data_officer"], STORIES[language][about]
    words = {"alias": "Yusra", "summary": story.summary, "wishes": story.wishes, "note": story.note}
    script = {**words, "language": language, "story": story.code, "facts": story.facts}
    with acting(officer.pk):
        return watch.plan(house.units[unit], colleague, script, by=officer)


def right(house: House, case_: Case, kind: str = "access", by: str = "caseworker", **more: Any) -> DataSubjectRequest:
    """A request of the person of this case, taken down by one of the people."""
    who = house.people[by]
    with acting(who.pk):
        fresh = Case.objects.get(pk=case_.pk)
        return cases.ask_right(fresh, Asking(kind, more.pop("identity", "known"), **more), by=who)


def assistance(house: House, case_: Case, **more: Any) -> Assistance:
    """A need that one of our services is to answer, planned by the case's owner."""
    by = house.people["caseworker"]
    need = {"service_type": "mhpss", "within": "hsp", "need": "Somebody to talk to, twice a week", "giver": by, **more}
    with acting(by.pk):
        return referrals.plan_assistance(Case.objects.get(pk=case_.pk), referrals.Need(**need), by=by)


def capacity(house: House, unit: str = "harbour", lines: dict[str, list[str]] | None = None) -> CapacityDeclaration:
    """What a unit says it can give, as the focal point proposes it."""
    by, today = house.people["focal_point"], timezone.localdate()
    given = lines or {"documents_legal_status": ["mhpss", "cash"]}
    with acting(by.pk):
        return referrals.declare_capacity(house.units[unit], given, today, today + timedelta(90), by=by)


def trained(
    house: House, user: User, competence: str = "protection_referral", *, is_confirmed: bool = True, days: int = 700
) -> Training:
    """A training of one of the people, recorded by the manager and confirmed by the data-protection officer."""
    recorder, second = house.people["manager"], house.people["data_officer"]
    today = timezone.localdate()
    held = readiness.Held(
        competence, today - timedelta(days=30), today + timedelta(days=days), "Three days, list in the safe."
    )
    with acting(recorder.pk):
        row = readiness.record(user, held, by=recorder)
    if is_confirmed:
        with acting(second.pk):
            row = readiness.confirm(row, by=second)
    return row


def unready(house: House, *codes: str, unit: str = "coast", is_met: bool = False) -> ReadinessAssessment:
    """The unit says of these items that they are not there (or there again); the manager wrote it, the officer approved it."""
    writer, second = house.people["manager"], house.people["data_officer"]
    with acting(writer.pk):
        row = readiness.begin(house.units[unit], by=writer)
        for code in codes:
            until = timezone.localdate() + timedelta(days=ITEMS[code].days)
            readiness.fill(row, code, readiness.Answer(is_met, "Since the flood.", writer, until), by=writer)
        row = readiness.submit(row, by=writer)
    with acting(second.pk):
        return readiness.approve(row, by=second)


def checked(house: House, days_ago: int = 0) -> None:
    """The directory was checked that many days ago, entry by entry."""
    with acting(house.people["directory_editor"].pk):
        Service.objects.update(verified_on=timezone.localdate() - timedelta(days=days_ago))


def written(house: House, n: int) -> ReadinessAssessment:
    """An assessment of the service point that is being written, below ``n`` more points; and ``n`` trainings of a worker."""
    lead, harbour = house.people["focal_point"], house.units["harbour"]
    with acting(lead.pk):
        row = readiness.begin(harbour, by=lead)
        for code in RECORDED[: 1 if n == 1 else len(RECORDED)]:
            until = timezone.localdate() + timedelta(days=ITEMS[code].days)
            readiness.fill(row, code, readiness.Answer(True, "In the binder.", lead, until), by=lead)
    for _ in range(n):
        trained(house, house.people["caseworker"])
        Unit.objects.create(
            organisation=harbour.organisation, parent=harbour.parent, kind="service_point", name=f"Point {uuid4()}"
        )
    return row


def conduct(house: House, accused: str = "", by: str = "volunteer", **more: Any) -> SafeguardingReport:
    """A report about one of our own people, as its first reader on a safeguarding seat finds it."""
    about = house.people[accused] if accused else None
    text = more.pop("text", "He asked for something in return for the papers.")
    with acting(house.people[by].pk):
        code = safeguarding.report_conduct(safeguarding.Told(text, about, **more), by=house.people[by])
    for seat in ("safeguarding", "safeguarding_lead"):
        with acting(house.people[seat].pk):
            found = SafeguardingReport.objects.filter(code=code).select_related("dossier", "unit").first()
            if found is not None and found.is_open:
                return found
    raise LookupError(code)
