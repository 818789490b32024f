"""What the people of the demonstration do with a matter, each step by the real action and by whoever has to do it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases import actions as cases
from cases.actions import capacity
from cases.actions.triage import Triage
from cases.models import Case, Concern
from cases.vocabulary import Outcome
from config.demonstration.people import Team
from consent import actions as consent
from consent.models import Decision, NoticeVersion
from consent.vocabulary import Answer, Element, Purpose, RecipientKind
from foundation.accounts.models import Unit, User
from foundation.core.acting import acting
from referrals import actions as referrals
from referrals.carrying import Carry
from referrals.listing import Channel
from referrals.models import Assistance, Referral, Service


@dataclass(frozen=True)
class Said:
    """What somebody said at a service point, and how they can be reached."""

    category: str
    summary: str
    wishes: str
    alias: str = ""
    phone: str = ""
    times: str = ""
    flags: list[str] = field(default_factory=list)
    setting: str = "hsp"


@dataclass
class Matter:
    """One matter at one place, told in the language of its team."""

    place: Unit
    team: Team
    language: str
    concern: Concern | None = None
    case: Case | None = None
    referral: Referral | None = None

    # --- the concern

    def begin(self, said: Said) -> "Matter":
        """The volunteer explains the limits and writes down what was said; it stays a draft."""
        by = self.team["volunteer"]
        contact = {"method": "phone", "value": said.phone, "safe_times": said.times, "may_leave_message": False}
        answers: dict[str, Any] = {
            "reporter_kind": "affected_person_self", "setting": said.setting, "flags": said.flags,
            "category": said.category, "summary": said.summary, "wishes": said.wishes, "alias": said.alias,
            "safe_contact": contact if said.phone else {"method": "in_person"},
        }  # fmt: skip
        with acting(by.pk):
            concern = cases.start(by=by, unit=self.place, language=self.language)
            concern = cases.explain_limits(concern, by=by, notice=NoticeVersion.current(self.language))
            self.concern = cases.describe(concern, by=by, **answers)
        return self

    def hand_over(self, answer: str = Answer.GRANTED) -> "Matter":
        """The person answers whether the focal point may know; it is handed over, without a name after a no."""
        by = self.team["volunteer"]
        with acting(by.pk):
            concern = Concern.objects.get(pk=self._concern.pk)
            cases.answer_escalation(concern, by=by, answer=answer)
            self.concern = cases.submit(concern, by=by)
        return self

    def triaged(self, outcome: str, reason: str = "", contact: str = "", **more: Any) -> "Matter":
        """The focal point decides what happens next."""
        by = self.team["focal_point"]
        with acting(by.pk):
            concern = Concern.objects.get(pk=self._concern.pk)
            decided = Triage(outcome, concern.suggestion, reason, contact=contact, **more)
            self.concern = cases.triage(concern, decided, by=by)
        return self

    @property
    def _concern(self) -> Concern:
        if self.concern is None:
            raise LookupError("nothing was written down")
        return self.concern

    # --- the case

    def opened(self, exposure: str, *harm_forms: str) -> "Matter":
        """A case, with the caseworker as its owner."""
        owner = self.team["caseworker"]
        self.triaged(Outcome.CASE, exposure=exposure, harm_forms=list(harm_forms), owner=owner)
        with acting(owner.pk):
            self.case = Case.objects.get(concern=self._concern)
        return self

    def accepted(self, age: int | None = 34) -> "Matter":
        """The owner asks how old the person is and takes the case on."""
        with acting(self.owner.pk):
            if age is not None:
                capacity.say_age(self.fresh(), age, by=self.owner)
            cases.accept(self.fresh(), by=self.owner)
        return self

    @property
    def owner(self) -> User:
        """Who looks after it."""
        return self.team["caseworker"]

    def fresh(self) -> Case:
        """The case as it stands now, for whoever acts."""
        if self.case is None:
            raise LookupError("no case was opened")
        return Case.objects.get(pk=self.case.pk)

    def noted(self, text: str) -> "Matter":
        """A line of the owner."""
        with acting(self.owner.pk):
            cases.add_note(self.fresh(), by=self.owner, text=text)
        return self

    def agreed(self, purpose: str, recipient: Service | Unit, fields: list[str] | None = None) -> "Matter":
        """The person agrees that this service, or our own people here, are told these things."""
        if isinstance(recipient, Service):
            return self.agreed_with(purpose, RecipientKind.SERVICE, recipient.pk, fields or recipient.offered_fields)
        return self.agreed_with(purpose, RecipientKind.UNIT, recipient.pk, fields or [])

    def agreed_with(self, purpose: str, kind: str, recipient: UUID, fields: list[str]) -> "Matter":
        """A conversation about one line of consent; the person agrees."""
        how = {
            "language": self.language, "mode": "verbal", "interpreter": "none", "is_private": True,
            "elements": list(Element.values), "asked_by_person": False,
        }  # fmt: skip
        line = consent.Asked(purpose, kind, recipient, Answer.GRANTED, fields=fields)
        notice = NoticeVersion.current(self.language)
        with acting(self.owner.pk):
            person = self.fresh().person
            consent.record(person, [line], by=self.owner, explained_by=self.owner, notice=notice, how=how)
        return self

    def promised(self, days: float) -> "Matter":
        """The person agrees to be asked how it went, in so many days."""
        self.agreed(Purpose.FOLLOW_UP_CONTACT, self.place, fields=["safe_contact"])
        with acting(self.owner.pk):
            cases.plan_follow_up(self.fresh(), by=self.owner, due_at=timezone.now() + timedelta(days=days))
        return self

    def taken_back(self) -> "Matter":
        """The person takes back the consent that the focal point may know."""
        with acting(self.owner.pk):
            said = Decision.objects.active().get(person=self.fresh().person_id, purpose=Purpose.INTERNAL_ESCALATION)
            consent.withdraw(said, by=self.owner)
        return self

    # --- b: a referral

    def offered(self, service: Service, reason: str) -> "Matter":
        """The person agrees to this service; the owner prepares the referral."""
        self.agreed(Purpose.EXTERNAL_REFERRAL, service)
        with acting(self.owner.pk):
            self.referral = referrals.prepare(self.fresh(), service, referrals.Offer(reason), by=self.owner)
        return self

    def saved(self, service: Service, why: str) -> "Matter":
        """A life depends on it: phoned today, told by phone although the ordinary way is shut (HS-10)."""
        self.agreed(Purpose.EXTERNAL_REFERRAL, service)
        with acting(self.owner.pk):
            call = referrals.Call("doctor", timezone.now(), why)
            offer = referrals.Offer(why, channel="phone", call=call)
            self.referral = referrals.prepare(self.fresh(), service, offer, by=self.owner)
        return self

    def carried(self, service: Service, reason: str) -> "Matter":
        """As above, but the person wants to go there and tell a code, which they learn by heart (W-22)."""
        self.agreed(Purpose.EXTERNAL_REFERRAL, service)
        with acting(self.owner.pk):
            offer = referrals.Offer(reason, channel=Channel.CARRIED, is_safe_to_carry=True)
            self.referral = referrals.prepare(self.fresh(), service, offer, by=self.owner)
        self.sent()
        with acting(self.owner.pk):
            referrals.make_code(self._referral(), Carry.HEART, by=self.owner)
        return self

    def handed_in(self) -> "Matter":
        """It waits for the focal point's approval."""
        with acting(self.owner.pk):
            referrals.submit(self._referral(), by=self.owner)
        return self

    def sent(self) -> "Matter":
        """It is approved and sent."""
        self.handed_in()
        lead = self.team["focal_point"]
        with acting(lead.pk):
            referrals.send(self._referral(), by=lead)
        return self

    def _referral(self) -> Referral:
        if self.referral is None:
            raise LookupError("nothing was offered to anybody")
        return Referral.objects.get(pk=self.referral.pk)

    def answered(self, by: User, *verbs: str, **reply: Any) -> "Matter":
        """The partner's steps; ``reply`` belongs to the last one."""
        with acting(by.pk):
            for verb in verbs:
                said = referrals.Reply(**reply) if verb == verbs[-1] else referrals.Reply()
                referrals.act_as_recipient(self._referral(), verb, said, by=by)
        return self

    # --- c: help of our own

    def helped(self, kind: str, need: str, within: str = "hsp") -> Assistance:
        """Something of ours is planned."""
        with acting(self.owner.pk):
            wanted = referrals.Need(kind, within, need, self.owner)
            return referrals.plan_assistance(self.fresh(), wanted, by=self.owner)

    def given(self, row: Assistance, words: str) -> None:
        """It was given an hour ago."""
        with acting(self.owner.pk):
            given_at = timezone.now() - timedelta(hours=1)
            referrals.give_assistance(Assistance.objects.get(pk=row.pk), given_at, words, by=self.owner)

    def asked(self, row: Assistance, outcome: str, said: str) -> None:
        """The person says what came of it."""
        with acting(self.owner.pk):
            referrals.answer_assistance(Assistance.objects.get(pk=row.pk), outcome, said, by=self.owner)
