"""N synthetic cases, copied into the tables: real keys, real tokens, real access lists, real clocks.

What an action of the product would write for a case, a waiting concern or a referral stands here a second time, as
rows, because 100,000 cases by the actions take most of an hour. A test works on with what was loaded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cases.models import Case, CaseNote, Concern, FollowUp
from consent.models import Consent, Decision, Person
from consent.vocabulary import Element
from foundation.dossiers.models import FOLLOW, Clock
from referrals.bench.copying import WallsDown
from referrals.bench.folders import STEP, Folder, Writer, code
from referrals.bench.world import SCOPES, Place
from referrals.models import Disclosure, Referral, ReferralMove

CHUNK = 2_000
FIRST_STAGE = 1_000
SCOPES_FROM = 10_000
RARE = (100, 101, 102)
MANY_NOTES = 20
FIRST = (
    "Mohammed", "Amina", "Olha", "Tariq", "Fatima", "Yusuf", "Svitlana", "Leyla", "Ahmad", "Iryna", "Khaled", "Mariam",
    "Omar", "Natalia", "Hassan", "محمد", "فاطمة", "يوسف", "Олександр", "Ольга", "Наталія", "Ahmed", "Yousef", "Ibrahim",
    "Salma", "Dmytro", "Sergei",
)  # fmt: skip
LAST = (
    "Al-Zahra", "Kovalenko", "Haddad", "Shevchenko", "Nasser", "Bondar", "Darwish", "Ivanova", "Rahman", "Melnyk",
    "الخطيب", "Saleh", "Коваленко",
)  # fmt: skip
STORY = "The landlord keeps the papers and locks the door at night. They ask for their papers and for a safe place. "
FIELDS = ["urgency", "service_type", "district", "age_band", "languages", "alias", "safe_contact", "reason"]
DAY = timedelta(days=1)


@dataclass
class Matter:
    """One case that is being written, and what its rows refer to."""

    number: int
    place: Place
    folder: Folder
    person: UUID


class Loader(Writer):
    """Grows the database to a number of cases."""

    def grow(self, size: int) -> None:
        """Write cases until there are ``size``."""
        with WallsDown() as raw:
            while self.n_cases < size:
                upto = min(size, self.n_cases + CHUNK)
                for number in range(self.n_cases, upto):
                    self._case(number)
                self.n_cases = upto
                self.flush(raw)
        self.finish()

    def _place(self, number: int) -> Place:
        """Where a case happens. From 10,000 cases on, 7,800 of them belong to the two scopes of the search."""
        if number in RARE:
            return self.world.special["rare"]
        if self.largest >= SCOPES_FROM and number >= FIRST_STAGE:
            total, span = sum(SCOPES.values()), self.largest - FIRST_STAGE
            before, after = (total * n // span for n in (number - FIRST_STAGE, number - FIRST_STAGE + 1))
            if after > before:
                small, large = SCOPES
                return self.world.special[small if before % 6 == 0 else large]
        return self.world.points[number % len(self.world.points)]

    def _case(self, number: int) -> None:
        place, at = self._place(number), self.start + STEP * number
        matter = self._matter(number, place, "case", at)
        concern = self._concern(matter, status="escalated_to_case", triage={"exposure": "actual", "harm_forms": []})
        case, case_code = self._case_row(matter, concern)
        self._waits(matter, case, case_code)
        if self._turn(number) * 3 % 10 < 3 or number in RARE:
            self._referral(matter, case)
        if self.random.random() < place.waiting_share:
            self._waiting_concern(number, place, at)

    def _matter(self, number: int, place: Place, kind: str, at: datetime) -> Matter:
        """A folder with its access list, a person and the conversation about passing it on."""
        folder = self.folder(kind, place, at, self.world.society.pk)
        for group in (place.group, *place.more_groups):
            self.open_to(folder, group)
        if place.reporter.pk != place.owner.pk:
            self.open_to_person(folder, place.reporter, "reporter", FOLLOW)
        name = f"{self.random.choice(FIRST)} {self.random.choice(LAST)}"
        contact = {"method": "phone", "value": f"+38050{number:07d}", "safe_times": "10:00-12:00"}
        person = self.add(
            Person, folder, alias=name.split()[0], name=name, changed_at=at, safe_contact=contact,
            profile={"age_band": "18-59", "gender": "female", "languages": ["uk"], "district": "Harbour"},
        )  # fmt: skip
        matter = Matter(number, place, folder, person)
        self.consent(matter, "internal_escalation", "unit", place.unit.pk, ["alias", "safe_contact", "summary"])
        self.trail.add("dossier.opened", folder.pk, person)
        return matter

    def consent(self, matter: Matter, purpose: str, kind: str, recipient: Any, fields: list[str]) -> UUID:
        """A conversation with one decision: granted."""
        at, by = matter.folder.at, matter.place.reporter
        consent = self.add(
            Consent, matter.folder, person_id=matter.person, notice_id=self.world.notice.pk, language="en",
            mode="verbal", interpreter="none", elements=list(Element.values), held_by_id=by.pk, held_at=at,
        )  # fmt: skip
        return self.add(
            Decision, matter.folder, consent_id=consent, person_id=matter.person, purpose=purpose, recipient_kind=kind,
            recipient_id=recipient, fields=fields, answer="granted", valid_from=at, valid_until=self._later(4000),
        )  # fmt: skip

    def _later(self, days: int) -> datetime:
        return self.start + STEP * self.largest + DAY * days

    def _turn(self, number: int) -> int:
        """How many cases the point had before: what a case is like must not follow from where it is."""
        return number // len(self.world.points)

    def _urgency(self, number: int) -> tuple[int, str]:
        turn = self._turn(number)
        rank = 0 if turn % 20 == 0 else 1 if turn % 5 == 0 else 2
        return rank, ("emergency", "urgent", "normal")[rank]

    def _concern(self, matter: Matter, **values: Any) -> UUID:
        at, place = matter.folder.at, matter.place
        return self.add(
            Concern, matter.folder, code=self.code(), unit_id=place.unit.pk, reporter_id=place.reporter.pk,
            person_id=matter.person, notice_id=self.world.notice.pk, urgency=self._urgency(matter.number)[1],
            language="en", reporter_kind="affected_person_self", setting="hsp", limits_explained_at=at, started_at=at,
            saved_at=at, submitted_at=at, answers={"flags": [], "category": "documents_legal_status"}, summary=STORY,
            wishes="My papers back. No police.", **values,
        )  # fmt: skip

    def _case_row(self, matter: Matter, concern: UUID) -> tuple[UUID, str]:
        at, place, case_code = matter.folder.at, matter.place, self.code()
        self.open_to_person(matter.folder, place.owner, "owner")
        case = self.add(
            Case, matter.folder, code=case_code, unit_id=place.unit.pk, concern_id=concern, person_id=matter.person,
            owner_id=place.owner.pk, focal_group_id=place.group, status="accepted", opened_at=at,
            urgency=self._urgency(matter.number)[1], classification={"exposure": "actual", "harm_forms": ["coercion"]},
        )  # fmt: skip
        is_long = matter.number >= self.largest - 2_000 or matter.number in RARE or matter.number < FIRST_STAGE
        for hours, event in self._story(MANY_NOTES if is_long else 2):
            self.add(
                CaseNote, matter.folder, case_id=case, author_id=place.owner.pk, event=event, text=STORY,
                written_at=at + timedelta(hours=hours),
            )  # fmt: skip
        self.consent(matter, "follow_up_contact", "unit", place.unit.pk, [])
        self.trail.add("case.opened", matter.folder.pk, case)
        return case, case_code

    def _story(self, n_notes: int) -> Iterator[tuple[int, str]]:
        yield 0, "opened"
        for hours in range(1, n_notes):
            yield hours, "note"

    def clock(self, folder: Folder, number: int, subject: tuple[str, UUID, str], what: str, **values: Any) -> None:
        """A clock that runs; its due time lies ahead, so that the sweep leaves it alone."""
        rank, urgency = self._urgency(number)
        due = self._later(5 + number % 300) + timedelta(seconds=number)
        kind, pk, reference = subject
        self.add(
            Clock, folder, code=what, subject_kind=kind, subject_id=pk, reference=reference, urgency=urgency, rank=rank,
            started_at=folder.at, due_at=due, next_at=due, **values,
        )  # fmt: skip

    def _waits(self, matter: Matter, case: UUID, case_code: str) -> None:
        place, number, folder = matter.place, matter.number, matter.folder
        subject = ("case", case, case_code)
        self.clock(
            folder, number, subject, "owner", unit_id=place.unit.pk, user_id=place.owner.pk, stopped_at=folder.at
        )
        if self._turn(number) % 4 == 2 or number in RARE:
            self.add(FollowUp, folder, case_id=case, planned_by_id=place.owner.pk, due_at=self._later(20))
            self.clock(folder, number, subject, "follow_up", unit_id=place.unit.pk, user_id=place.owner.pk)

    def _waiting_concern(self, number: int, place: Place, at: datetime) -> None:
        matter = self._matter(number, place, "concern", at + timedelta(minutes=3))
        concern = self._concern(matter, status="submitted")
        reference = code(self.n_codes)
        subject = ("concern", concern, reference)
        self.clock(matter.folder, number, subject, "triage", unit_id=place.unit.pk, group_id=place.waiting_group)

    def _referral(self, matter: Matter, case: UUID) -> None:
        order = self._turn(matter.number) + matter.number
        service = self.world.services[order % len(self.world.services)]
        decision = self.consent(matter, "external_referral", "service", service.pk, FIELDS)
        recipient = service.partner_id
        place, at, owner = matter.place, matter.folder.at + DAY / 24, matter.place.owner
        folder = self.folder("package", place, at, recipient)
        for group in (place.group, *place.more_groups, self.world.partner_groups[recipient]):
            self.open_to(folder, group)
        self.open_to_person(folder, owner, "referrer")
        self.feeds[recipient] += 1
        is_accepted = order % 3 > 0
        self._referral_rows(matter, folder, case, service, decision, is_accepted=is_accepted)

    def _referral_rows(
        self, matter: Matter, folder: Folder, case: UUID, service: Any, decision: UUID, *, is_accepted: bool
    ) -> None:
        place, at, recipient = matter.place, folder.at, service.partner_id
        approver = self.world.approver if place.owner.pk != self.world.approver.pk else place.reporter
        status, reference = "accepted" if is_accepted else "sent", self.code() + "-0"
        package = {
            "urgency": "normal", "service_type": service.service_type, "district": "Harbour", "age_band": "18-59",
            "languages": ["uk"], "alias": "Amina", "reason": "Help to get identity papers back",
            "safe_contact": {"method": "phone", "value": "+380501234567"},
        }  # fmt: skip
        referral = self.add(
            Referral, folder, reference=reference, case_id=case, unit_id=place.unit.pk, service_id=service.pk,
            recipient_id=recipient, decision_id=decision, urgency="normal", status=status, fields=FIELDS,
            requested_by_id=place.owner.pk, approved_by_id=approver.pk, created_at=at, status_at=at, sent_at=at, touched_at=at,
            decided_at=at if is_accepted else None, viewed_at=at, version=3, change=self.feeds[recipient],
            reason="Help to get identity papers back", package=package,
        )  # fmt: skip
        self._moves(folder, referral, place.owner.pk, is_accepted=is_accepted)
        for tier, fields in enumerate((FIELDS[:5], FIELDS[5:7], FIELDS[7:])[: 3 if is_accepted else 1]):
            self.add(
                Disclosure, folder, referral_id=referral, recipient_id=recipient, decision_id=decision,
                purpose="external_referral", tier=tier, fields=fields, at=at,
            )  # fmt: skip
        what = "first_contact" if is_accepted else "decide"
        self.clock(
            folder, matter.number, ("referral", referral, reference), what, unit_id=place.unit.pk,
            group_id=self.world.partner_groups[recipient],
        )  # fmt: skip
        self.trail.add("referral.send", folder.pk, referral)

    def _moves(self, folder: Folder, referral: UUID, actor: int, *, is_accepted: bool) -> None:
        steps = [("submit", "draft", "awaiting_approval"), ("send", "awaiting_approval", "sent")]
        for verb, former, status in [*steps, *([("accept", "sent", "accepted")] if is_accepted else [])]:
            self.add(
                ReferralMove, folder, referral_id=referral, verb=verb, actor_id=actor, side="referrer",
                from_status=former, to_status=status, at=folder.at, lasted=timedelta(hours=1),
            )  # fmt: skip
