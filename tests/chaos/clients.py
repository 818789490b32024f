"""People and a partner at work while processes die: they try again as people do, and look first whether it has arrived."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from config.story.browser import Browser, Form, Page, StoryError, expect, first_id
from config.story.partner import Api
from config.story.talking import how_held
from tests.installation import Installation

PATIENCE = 120.0
LOST = (URLError, http.client.HTTPException, OSError)
STEPS: dict[str, dict[str, Any]] = {
    "limits": {"said": "on"},
    "where": {"reporter_kind": "affected_person_self", "setting": "hsp"},
    "danger": {"flags": ["none"]},
    "words": {"summary": "The landlord keeps the papers.", "category": "documents_legal_status"},
    "wishes": {"wishes": "My papers back."},
    "agreement": {"answer": "granted", "mode": "verbal", "interpreter": "none"},
    "contact": {"alias": "Mira", "method": "phone", "value": "+380 50 123 45 67", "safe_times": "10:00–12:00"},
}


class Unsure(Exception):
    """No answer came: it may have been done, or not."""


class _Stay(HTTPRedirectHandler):
    """A redirect is an answer; where it leads is asked apart."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class Tough(Browser):
    """One person at one device who does not give up."""

    def __init__(self, base: str, who: str) -> None:
        super().__init__(base, who)
        jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(jar))
        self._sender = build_opener(HTTPCookieProcessor(jar), _Stay())
        self.n_failed = self.n_unsure = 0

    def get(self, path: str) -> Page:
        """Open an address; while the house is not there, again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            page = self._try(path)
            if page is not None and page.status < 500:
                return page
            self.n_failed += 1
            expect(time.monotonic() < deadline, f"{self.who} waited for {path} in vain: {page and page.text[:300]}")
            time.sleep(0.3)

    def _try(self, path: str) -> Page | None:
        try:
            return super().get(path)
        except LOST:
            return None

    def post(self, path: str, pairs: list[tuple[str, str]]) -> Page:
        """Send once. What was accepted leads on; ``Unsure`` when no clear answer came."""
        request = Request(urljoin(self.base, path), urlencode(pairs).encode())
        try:
            with self._sender.open(request, timeout=30) as answer:
                return Page(answer.status, answer.url, answer.read())
        except HTTPError as error:
            with error:
                if error.code in (301, 302, 303):
                    return self.get(urljoin(request.full_url, error.headers["Location"]))
                if error.code < 500:
                    return Page(error.code, request.full_url, error.read())
        except LOST:
            pass
        self.n_unsure += 1
        raise Unsure

    def settle(self, do: Callable[[], Page], is_done: Callable[[], Page | None]) -> Page:
        """Do it until it is done: after each answer that did not come look first."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                return do()
            except Unsure:
                time.sleep(0.3)
                if found := is_done():
                    return found
        raise StoryError(f"{self.who} could not do it in {PATIENCE:.0f} s")

    def again(self, path: str, **values: Any) -> Page:
        """A step whose repetition changes nothing more."""
        return self.settle(lambda: self.step(path, **values), lambda: None)


class ToughApi(Api):
    """The partner's program: the same key until the answer comes."""

    def __init__(self, base: str, facts: dict[str, str]) -> None:
        self.facts, self.n_again, self.n_replayed = facts, 0, 0
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                super().__init__(base, facts)
                return
            except (StoryError, *LOST, ValueError):
                expect(time.monotonic() < deadline, "the partner gets no token")
                time.sleep(0.3)

    def certain(self, ask: Callable[[], Any]) -> Any:
        """Ask until the answer is the house's own and not an outage."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = ask()
            except (*LOST, ValueError):
                answer = None
            if answer is not None and answer.status < 500:
                return answer
            self.n_again += 1
            time.sleep(0.3)
        raise StoryError("the partner got no answer")

    def carry_out(self, pk: str, verb: str, key: str, **data: str) -> None:
        """One verb with one key, on the newest version, until it is accepted."""
        for _ in range(5):
            etag = self.certain(lambda: self.get(f"/{pk}")).headers["ETag"]
            answer = self.certain(lambda tag=etag: self.act(pk, verb, tag, key=key, **data))
            if answer.status == 200:
                self.n_replayed += answer.headers["Idempotency-Replayed"] == "true"
                return
            expect(answer.status == 412, f"{verb}: {answer.data}")
        raise StoryError(f"{verb} was never accepted")


@dataclass
class Ledger:
    """What was accepted: every line of it must be there exactly once afterwards."""

    concerns: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    referrals: list[str] = field(default_factory=list)
    n_failed: int = 0
    n_unsure: int = 0
    n_again: int = 0
    n_replayed: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def n_writes(self) -> int:
        """Accepted changes: steps of concerns, hand-overs, triage, notes, referrals and the partner's answers."""
        n_steps = len(STEPS) + 2
        return (
            n_steps * len(self.concerns)
            + 2 * len(self.cases)
            + sum(map(len, self.notes.values()))
            + 8 * len(self.referrals)
        )


def signed_in(house: Installation, who: str) -> Tough:
    """Somebody of the demonstration after the code of conduct and, where it is asked, the second step."""
    facts, person = house.demo["people"][who], Tough(house.url, who)
    person.sign_in(facts["email"], facts["password"], facts.get("totp_secret"))
    return person


@dataclass
class Client:
    """One chain of people, from the volunteer to the partner, again and again until told to stop.

    All chains have one focal point: each code of the app counts once, and nobody waits half a minute for the next one.
    """

    house: Installation
    lead: Tough
    number: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.volunteer, self.worker = (signed_in(self.house, who) for who in ("volunteer", "caseworker"))
        self.api = ToughApi(self.house.url, self.house.demo["partners"][0])

    def run(self) -> None:
        """Until the end; what breaks is noted, and fails the proof."""
        try:
            while not self.ended.is_set():
                self.chain()
        except (StoryError, AssertionError) as problem:
            self.ledger.broken.append(f"{self.number}: {problem}")
        finally:
            self._count()

    def _count(self) -> None:
        people = (self.volunteer, self.worker)
        self.ledger.n_failed += sum(person.n_failed for person in people)
        self.ledger.n_unsure += sum(person.n_unsure for person in people)
        self.ledger.n_again += self.api.n_again
        self.ledger.n_replayed += self.api.n_replayed

    def chain(self) -> None:
        """A concern, its triage, the case, two notes, a referral, the partner's answers."""
        concern = self.concern()
        case = self.case(concern)
        for n in range(2):
            self.note(case, f"Note {n} of client {self.number}")
        pk = self.refer(case)
        for verb, data in (
            ("acknowledge", {}),
            ("accept", {}),
            ("start", {}),
            ("complete", {"outcome": "met", "text": "Done."}),
        ):
            self.api.carry_out(pk, verb, f"{pk}-{verb}", **data)

    def concern(self) -> str:
        """Recorded and handed over; a draft whose start was never answered is left behind."""

        def start() -> Page:
            day = self.volunteer.opened("/")
            return self.volunteer.submit(day, day.form(action="/concerns/start/"))

        at = self.volunteer.settle(start, lambda: None).path
        for step, answers in STEPS.items():
            self.volunteer.again(f"{at}{step}/", **answers)
        self.volunteer.settle(lambda: self.volunteer.step(f"{at}check/"), lambda: self._handed_over(at))
        self.ledger.concerns.append(first_id(at))
        return at

    def _handed_over(self, at: str) -> Page | None:
        page = self.volunteer.get(f"{at}check/")
        return page if not page.path.endswith("/check/") else None

    def case(self, at: str) -> str:
        """Triaged to a case, accepted by its owner."""
        owner = self.house.demo["people"]["caseworker"]["seats"][0]

        def decide() -> Page:
            page = self.lead.opened(at)
            form: Form = page.form("urgency", "outcome")
            said = {
                "urgency": "normal",
                "outcome": "escalated_to_case",
                "exposure": "actual",
                "harm_forms": ["coercion"],
            }
            return self.lead.submit(page, form, **said, owner=form.choice("owner", owner))

        page = self.lead.settle(decide, lambda: self._case_of(at))
        case = page.pk
        self.worker.settle(lambda: self._accept(case), lambda: self._accepted(case))
        self.ledger.cases.append(case)
        return case

    def _case_of(self, at: str) -> Page | None:
        page = self.lead.opened(at)
        links = [link for link, _words in page.links if link.startswith("/cases/") and len(link) > 20]
        return self.lead.opened(links[0]) if links else None

    def _accept(self, case: str) -> Page:
        page = self.worker.opened(f"/cases/{case}/")
        return self.worker.submit(page, page.form(action="/accept/"))

    def _accepted(self, case: str) -> Page | None:
        page = self.worker.opened(f"/cases/{case}/")
        return None if any(form.action.endswith("/accept/") for form in page.forms) else page

    def note(self, case: str, text: str) -> None:
        """Kept once, whatever happened to the answer."""
        at = f"/cases/{case}/notes/"

        def is_there() -> Page | None:
            page = self.worker.opened(at)
            return page if text in page.text else None

        self.worker.settle(lambda: self.worker.step(at, text=text), is_there)
        self.ledger.notes.setdefault(case, []).append(text)

    def refer(self, case: str) -> str:
        """Consent, a referral, its approval; the referral's id."""
        at = f"/cases/{case}/refer/"
        ask = self.worker.opened(at).link(r"\?service=", self.house.demo["partners"][0]["name"])
        service = first_id(ask.split("?")[1])

        def agree() -> Page:
            page = self.worker.opened(ask)
            form = page.form(service)
            return self.worker.submit(page, form, **how_held(form), **{service: "granted"})

        self.worker.settle(agree, lambda: self._agreed(f"{at}{service}/"))
        page = self.worker.settle(
            lambda: self.worker.step(f"{at}{service}/", reason="Papers."), lambda: self._referral_of(case)
        )
        pk = page.pk
        self.worker.settle(
            lambda: self.worker.step(f"/referrals/{pk}/submit/"), lambda: self._past(self.worker, pk, "submit")
        )
        self.lead.settle(lambda: self.lead.step(f"/referrals/{pk}/share/"), lambda: self._past(self.lead, pk, "share"))
        self.ledger.referrals.append(pk)
        return pk

    def _agreed(self, at: str) -> Page | None:
        page = self.worker.get(at)
        return page if page.status == 200 and any("reason" in form.names for form in page.forms) else None

    def _referral_of(self, case: str) -> Page | None:
        links = [link for link, _words in self.worker.opened(f"/cases/{case}/").links if link.startswith("/referrals/")]
        return self.worker.opened(f"/referrals/{first_id(links[0])}/") if links else None

    def _past(self, person: Tough, pk: str, verb: str) -> Page | None:
        page = person.get(f"/referrals/{pk}/{verb}/")
        return page if page.status == 409 else None
