"""The story: from a volunteer's first page to the partner's report, and what happens when the person says stop."""

import sys
import time
from typing import Any

from config.story.browser import Browser, Page, expect, first_id
from config.story.erasing import erase
from config.story.filing import add_file
from config.story.partner import PATIENCE, Api, Listener, listening, manage
from config.story.talking import how_held

BEGAN = time.monotonic()
ALIAS, PHONE = "ليلى", "+380 50 123 45 67"
WORDS = "صاحب السكن أخذ أوراقي ويقفل الباب في الليل."
WISHES = "أريد أوراقي. لا أريد الشرطة."
REASON = "Help to get the identity papers back from the landlord."
SECRETS = (ALIAS, PHONE, WORDS, WISHES, REASON)


def say(text: str) -> None:
    """One line of the transcript, with the seconds since the beginning."""
    sys.stdout.write(f"[{time.monotonic() - BEGAN:5.1f} s] {text}\n")
    sys.stdout.flush()


class Play:
    """One performance. What a chapter finds out, the next ones use."""

    def __init__(self, base: str, demo: dict[str, Any]) -> None:
        self.base, self.demo = base.rstrip("/"), demo
        self.addresses: list[str] = []
        self.case = self.code = ""

    def all(self) -> None:
        """Every chapter, in order."""
        first, second = self.demo["partners"][:2]
        with listening(first["name"]) as one, listening(second["name"]) as two:
            say(f"Webhooks of {first['name']} and {second['name']} are registered, on this computer")
            concern = self.concern()
            self.triage(concern)
            self.take_on()
            say(f"The caseworker adds a letter to the case: {add_file(self)}")
            served = self.refer(first["name"])
            self.serve(Api(self.base, first), one, served)
            self.close(served)
            stopped = self.refer(second["name"])
            self.withdraw(Api(self.base, second), two, stopped)
            self.nobody_else(served, stopped)
            erase(self, SECRETS)
            say(
                "The person asks for erasure: the caseworker and the data officer destroy the keys, a certificate is left"
            )
            manage("webhook_remove", one.endpoint, two.endpoint)
        say("The story is over: everything went as it must")

    def person(self, who: str) -> Browser:
        """Somebody of the demonstration, signed in."""
        facts = self.demo["people"][who]
        browser = Browser(self.base, who)
        browser.sign_in(facts["email"], facts["password"], facts.get("totp_secret"))
        return browser

    def concern(self) -> str:
        """A volunteer records a concern in Arabic; the limits come first, the agreement is the person's."""
        volunteer = self.person("volunteer")
        self._conduct(volunteer)
        day = volunteer.opened("/")
        day = volunteer.submit(day, day.form("language"), language="ar")
        expect(day.lang.get("dir") == "rtl" and day.lang.get("lang") == "ar", "the page is not in Arabic")
        say("The volunteer signs in and chooses Arabic: the page runs from right to left")
        tasks = volunteer.submit(day, day.form(action="/concerns/start/"))
        pk = tasks.pk
        early = volunteer.get(f"/concerns/{pk}/words/")
        expect(early.path.endswith("/limits/"), "details are asked before the limits were explained")
        self._questions(volunteer, f"/concerns/{pk}")
        handed = volunteer.step(f"/concerns/{pk}/check/")
        expect(handed.path == f"/concerns/{pk}/", f"the concern was not handed over: {handed.text[:300]}")
        expect(all(secret not in handed.text for secret in SECRETS), "the volunteer still reads what was handed over")
        self.addresses += [f"/concerns/{pk}/", f"/concerns/{pk}/words/", f"/concerns/{pk}/check/"]
        say("The person agrees, the concern is handed over, and the volunteer sees only where it stands")
        return pk

    def _conduct(self, volunteer: Browser) -> None:
        text = volunteer.opened("/conduct/")
        expect("You accepted this version" in text.text, "the code of conduct was not accepted")
        say("The volunteer signs in the first time and accepts the code of conduct")

    def _questions(self, volunteer: Browser, at: str) -> None:
        volunteer.step(f"{at}/limits/", said="on")
        say("The limits of confidentiality are explained before anything is asked")
        volunteer.step(f"{at}/where/", reporter_kind="affected_person_self", setting="hsp")
        volunteer.step(f"{at}/danger/", flags=["none"])
        volunteer.step(f"{at}/words/", summary=WORDS, category="documents_legal_status")
        volunteer.step(f"{at}/wishes/", wishes=WISHES)
        volunteer.step(f"{at}/agreement/", answer="granted", mode="verbal", interpreter="none")
        contact = {"alias": ALIAS, "method": "phone", "value": PHONE, "safe_times": "10:00–12:00"}
        volunteer.step(f"{at}/contact/", **contact)
        kept = volunteer.opened(f"{at}/words/")
        expect(WORDS in dict(kept.form("summary").held)["summary"], "the draft did not keep the person's words")
        say("Where, danger, the person's words and wishes, agreement, safe contact: each kept on the server")

    def triage(self, concern: str) -> None:
        """The focal point is told by the worker, reads it and opens a case."""
        lead = self.person("focal_point")
        began = time.monotonic()
        while "Something new waits" not in (day := lead.opened("/")).text:
            expect(time.monotonic() - began < PATIENCE, "the worker delivered no notice to the focal point")
            time.sleep(0.2)
        link = day.link(rf"/concerns/{concern}/")
        say("The focal point has a notice from the worker, and the concern on the day page")
        page = lead.opened(link)
        expect(WORDS in page.text, "the focal point cannot read the person's words")
        form = page.form("urgency", "outcome")
        owner = form.choice("owner", self.demo["people"]["caseworker"]["seats"][0])
        decided = {"urgency": "normal", "outcome": "escalated_to_case", "owner": owner, "exposure": "actual"}
        case = lead.submit(page, form, **decided, harm_forms=["coercion"])
        expect(case.path.startswith("/cases/"), f"no case was opened: {case.text[:400]}")
        self.case = case.pk
        self.addresses += [f"/cases/{self.case}/{part}" for part in ("", "consent/", "person/", "notes/", "refer/")]
        say("Urgency confirmed, harm named, a case opened with the caseworker as its owner")

    def take_on(self) -> None:
        """The owner finds the case on the day page and accepts it."""
        worker = self.person("caseworker")
        page = worker.opened(worker.opened("/").link(rf"/cases/{self.case}/"))
        worker.submit(page, page.form(action="/accept/"))
        say("The caseworker finds the case on the day page and takes it on")

    def refer(self, partner: str) -> str:
        """Consent for one service, the referral prepared and submitted; the focal point shares it."""
        worker = self.person("caseworker")
        ask = worker.opened(f"/cases/{self.case}/refer/").link(r"\?service=", partner)
        service = first_id(ask.split("?")[1])
        page = worker.opened(ask)
        form = page.form(service)
        worker.submit(page, form, **how_held(form), **{service: "granted"})
        say(f"The person agrees to one service of {partner}; nothing was chosen beforehand")
        prepared = worker.step(f"/cases/{self.case}/refer/{service}/", reason=REASON)
        expect(prepared.path.startswith("/referrals/"), f"no referral was prepared: {prepared.text[:400]}")
        pk = prepared.pk
        worker.step(f"/referrals/{pk}/submit/")
        expect(worker.get(f"/referrals/{pk}/share/").status == 403, "the requester can share the referral alone")
        lead = self.person("focal_point")
        stop = lead.opened(f"/referrals/{pk}/share/")
        expect(partner in stop.text and ALIAS in stop.text, "the last page does not say what goes to whom")
        lead.submit(stop, stop.own_form("csrfmiddlewaretoken"))
        expect(lead.get(f"/referrals/{pk}/share/").status == 409, "the referral was not sent")
        self.addresses += [f"/referrals/{pk}/", f"/referrals/{pk}/share/", f"/inbox/{pk}/"]
        say("Prepared and submitted; the focal point reads exactly what would be told, and shares it")
        return pk

    def serve(self, api: Api, hook: Listener, pk: str) -> None:
        """The partner hears of it, looks, accepts, reads, gives the service and reports."""
        seconds = hook.wait_for("referral.sent", pk)
        expect(
            not any(secret.encode() in body for _h, body in hook.got for secret in SECRETS), "a webhook told a secret"
        )
        say(f"{api.name} gets the signed webhook from the worker (waited {seconds:.1f} s): an id, nothing else")
        listed = [line for line in self._feed(api) if line["id"] == pk]
        expect(len(listed) == 1, "the referral is not in the partner's feed")
        seen = api.get(f"/{pk}")
        expect(seen.data["preview"] and seen.data["contact"] is None, "the preview is not a preview")
        expect(not any(secret in seen.text for secret in SECRETS), "the preview tells of the person")
        etag = api.done(pk, "acknowledge", seen.headers["ETag"])
        stale = api.act(pk, "accept", seen.headers["ETag"])
        expect((stale.status, stale.data["code"]) == (412, "state.stale"), "a stale version was accepted")
        say("It lists it, reads the preview without a name, acknowledges; a stale version is refused")
        self._accept(api, pk, etag)

    def _accept(self, api: Api, pk: str, etag: str) -> None:
        first, again = (api.act(pk, "accept", etag, key=f"story-{pk}") for _n in range(2))
        is_one = first.text == again.text and again.headers["Idempotency-Replayed"] == "true"
        expect(first.status == 200 and is_one, f"accepting twice with one key: {first.data} {again.data}")
        opened = api.get(f"/{pk}")
        contact, need = opened.data["contact"], opened.data["need"]
        expect(contact["alias"] == ALIAS and contact["safe_contact"]["value"] == PHONE, "the contact did not open")
        expect(need["reason"] == REASON and WORDS not in opened.text, "the need did not open as agreed")
        say(
            "It accepts, twice with one key and to one effect; now name, safe contact and need are open, the story is not"
        )
        etag = api.done(pk, "start", opened.headers["ETag"])
        api.done(pk, "complete", etag, outcome="met", text="The papers were returned.")
        shut = api.get(f"/{pk}")
        expect(shut.data["outcome"] == "met" and shut.data["contact"] is None, "access did not shrink")
        expect(not any(secret in shut.text for secret in SECRETS), "the partner still reads of the person")
        say("It starts, completes and reports; from then on it reads its own outcome only")

    def _feed(self, api: Api) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        cursor, has_more = 0, True
        while has_more:
            page = api.get(f"?after={cursor}&limit=100").data
            lines, cursor, has_more = lines + page["results"], page["next_cursor"], page["has_more"]
        return lines

    def close(self, pk: str) -> None:
        """The caseworker reads the report and verifies it with the person."""
        worker = self.person("caseworker")
        page = worker.opened(f"/referrals/{pk}/")
        expect("The papers were returned." in page.text, "the report did not come back")
        worker.step(f"/referrals/{pk}/verify/", text="She has them and was safe.", got="yes", was_safe="yes")
        say("The caseworker reads the report and closes the loop with the person's own word")

    def withdraw(self, api: Api, hook: Listener, pk: str) -> None:
        """The person takes the consent back; the partner is told, reads 410 and confirms."""
        hook.wait_for("referral.sent", pk)
        api.done(pk, "accept", api.get(f"/{pk}").headers["ETag"])
        expect(ALIAS in api.get(f"/{pk}").text, "the contact did not open")
        say(f"{api.name} accepts the second referral and reads the contact")
        worker = self.person("caseworker")
        worker.step(worker.opened(f"/referrals/{pk}/").link("/withdraw/"))
        say("The person takes the consent back; the caseworker carries it out")
        gone = api.get(f"/{pk}")
        expect((gone.status, gone.data["code"]) == (410, "consent.withdrawn"), f"the partner still reads: {gone.data}")
        expect(not any(secret in gone.text for secret in SECRETS), "the 410 tells of the person")
        seconds = hook.wait_for("consent.withdrawn", pk)
        say(f"At once the partner reads 410, and is told by webhook (waited {seconds:.1f} s)")
        expect(gone.data["available_actions"] == ["confirm-withdrawal"], "there is nothing to confirm")
        api.done(pk, "confirm-withdrawal", gone.headers["ETag"], confirmation="deleted")
        expect(api.get(f"/{pk}").data["available_actions"] == [], "the confirmation was not kept")
        say("It confirms that it deleted what it kept")

    def nobody_else(self, served: str, stopped: str) -> None:
        """For everybody else there is nothing: the same page as for an address that never was."""
        for who in ("outsider", "administrator", "auditor"):
            other = self.person(who)
            pages = [other.get(path) for path in self.addresses]
            seen = [page.path for page in pages if page.status != 404]
            expect(not seen, f"{who} can tell that these exist: {seen}")
            lists = [other.get(path) for path in ("/", "/cases/", "/concerns/")]
            expect(not any(self._told(page) for page in lists), f"{who} reads of the matter in a list")
        say(f"Outsider, administrator and auditor: {len(self.addresses)} addresses, 404 each; nothing in any list")
        first, second = (Api(self.base, facts) for facts in self.demo["partners"][:2])
        for api, pk in ((first, stopped), (second, served)):
            unknown, theirs = api.get(f"/{pk[:-12]}{'0' * 12}"), api.get(f"/{pk}")
            expect(theirs.status == unknown.status == 404, f"{api.name} gets {theirs.status}")
            expect(theirs.text == unknown.text, "hidden and unknown can be told apart")
            expect(pk not in [line["id"] for line in self._feed(api)], "another partner's referral is listed")
        say("Each partner gets the same 404 for the other's referral as for one that never was")

    def _told(self, page: Page) -> bool:
        return self.case in page.body.decode() or any(secret in page.text for secret in SECRETS)
