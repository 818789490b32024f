"""What people type and hand in: sign-in, concerns, cases, search, referrals."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from config.story.browser import Browser, first_id
from config.story.talking import how_held
from tests.canaries.markers import SCRIPTS
from tests.canaries.world import World, entry

# --- signing in


@entry("sign-in that is refused, and a forgotten password")
def refused(world: World) -> None:
    for script in SCRIPTS:
        visitor = Browser(world.house.url, "nobody")
        page = visitor.opened("/accounts/login/")
        typed = {"login": f"{world.mint.plain()}@example.org", "password": world.mint.sentence(script)}
        visitor.post(page.url, page.own_form("login").filled(dict(typed)))
        typed["login"] = f"{world.mint.name(script)}@example.org"
        visitor.post(page.url, page.own_form("login").filled(dict(typed)))
        page = visitor.opened("/accounts/password/reset/")
        visitor.post(page.url, page.own_form("email").filled({"email": f"{world.mint.plain()}@example.org"}))


@entry("codes that no app shows")
def miscoded(world: World) -> None:
    facts, visitor = world.house.demo["people"]["auditor"], Browser(world.house.url, "auditor")
    page = visitor.step("/accounts/login/", login=facts["email"], password=facts["password"])
    for script in SCRIPTS[:2]:
        page = visitor.post(page.url, page.own_form("code").filled({"code": world.mint.name(script)}))


@entry("where to go after sign-in")
def onwards(world: World) -> None:
    visitor = Browser(world.house.url, "nobody")
    facts = world.house.demo["people"]["outsider"]
    page = visitor.opened(f"/accounts/login/?next=/{quote(world.mint.name())}/%3Fq={world.mint.plain()}")
    signed = page.own_form("login").filled({"login": facts["email"], "password": facts["password"]})
    visitor.post(page.url, signed)
    visitor.post("/language/", [("language", world.mint.plain()), ("next", f"/{world.mint.plain()}/")])


# --- a concern


def told(world: World, script: str) -> dict[str, dict[str, Any]]:
    """The answers of a concern, all of them canaries where words are asked."""
    mint = world.mint
    return {
        "limits": {"said": "on"},
        "where": {"reporter_kind": "affected_person_self", "setting": "hsp"},
        "danger": {"flags": ["none"]},
        "words": {"summary": f"{mint.sentence(script)} {mint.day()}", "category": "documents_legal_status"},
        "wishes": {"wishes": mint.sentence(script)},
        "agreement": {"answer": "granted", "mode": "verbal", "interpreter": "none"},
        "contact": {
            "alias": mint.name(script), "method": "phone", "value": mint.phone(), "safe_times": mint.name(script),
        },
    }  # fmt: skip


def draft(world: World, script: str, **changes: dict[str, Any]) -> str:
    """A concern filled in; its address."""
    volunteer = world.person("volunteer")
    day = volunteer.opened("/")
    at = volunteer.submit(day, day.form(action="/concerns/start/")).path
    for step, answers in {**told(world, script), **changes}.items():
        if answers:
            volunteer.step(f"{at}{step}/", **answers)
    return at


@entry("a concern that is thrown away")
def discarded(world: World) -> None:
    for script in SCRIPTS:
        world.person("volunteer").step(f"{draft(world, script)}discard/")


@entry("a concern that stays anonymous")
def anonymous(world: World) -> None:
    refusal = {"answer": "refused", "mode": "verbal", "interpreter": "none"}
    at = draft(world, "arabic", agreement={}, contact={})
    volunteer = world.person("volunteer")
    page = volunteer.opened(f"{at}agreement/")
    form = page.own_form("answer")
    known = [value for value in form.choices.get("reason", {}) if value]
    volunteer.submit(page, form, **refusal, reason=known[0])
    volunteer.step(f"{at}check/")


@entry("a concern that is left as a draft")
def left(world: World) -> None:
    draft(world, "cyrillic")


def accepted(world: World, script: str, **changes: dict[str, Any]) -> str:
    """A concern that became a case, which its owner took on; its id."""
    at = draft(world, script, **changes)
    world.person("volunteer").step(f"{at}check/")
    lead = world.person("focal_point")
    page = lead.opened(at)
    form = page.form("urgency", "outcome")
    owner = form.choice("owner", world.house.demo["people"]["caseworker"]["seats"][0])
    decided = {"urgency": "normal", "outcome": "escalated_to_case", "owner": owner, "exposure": "actual"}
    case = lead.submit(page, form, **decided, reason=world.mint.sentence(), harm_forms=["coercion"]).pk
    worker = world.person("caseworker")
    page = worker.opened(f"/cases/{case}/")
    worker.submit(page, page.form(action="/accept/"))
    return str(case)


@entry("a concern that becomes a case")
def taken_up(world: World) -> None:
    world.case = accepted(world, "latin")


@entry("why somebody at a border is asked how to adapt help")
def adapted(world: World) -> None:
    where = {"reporter_kind": "affected_person_self", "setting": "border"}
    at = f"/cases/{accepted(world, 'cyrillic', where=where)}/person/adapting/"
    world.person("caseworker").step(at, walking="lot", reason=world.mint.sentence("arabic"))


@entry("answers that are refused by a form")
def misfilled(world: World) -> None:
    at, volunteer = draft(world, "arabic"), world.person("volunteer")
    wrong: dict[str, dict[str, str]] = {
        "where": {"reporter_kind": world.mint.name(), "setting": world.mint.plain()},
        "danger": {"flags": world.mint.name()},
        "words": {"summary": "", "category": world.mint.name(), "revision": world.mint.plain()},
        "wishes": {"wishes": world.mint.sentence() * 200},
        "contact": {"alias": world.mint.name() * 40, "method": world.mint.plain(), "value": world.mint.phone() * 20},
    }
    for step, answers in wrong.items():
        page = volunteer.opened(f"{at}{step}/")
        token = dict(page.own_form("csrfmiddlewaretoken").held)["csrfmiddlewaretoken"]
        sent = volunteer.post(page.url, [("csrfmiddlewaretoken", token), *answers.items()])
        assert sent.status in (200, 409, 422), (step, sent.status)


@entry("words of somebody whose session has ended")
def too_late(world: World) -> None:
    stranger = Browser(world.house.url, "nobody")
    token = dict(stranger.opened("/accounts/login/").own_form("login").held)["csrfmiddlewaretoken"]
    typed = [("csrfmiddlewaretoken", token), ("summary", world.mint.sentence()), ("alias", world.mint.name())]
    assert stranger.post(f"/concerns/{uuid4()}/words/", typed).status == 401


# --- a case


@entry("notes, a follow-up, the person")
def case_work(world: World) -> None:
    worker, mint, at = world.person("caseworker"), world.mint, f"/cases/{world.case}/"
    for script in SCRIPTS * 2:
        worker.step(f"{at}notes/", text=f"{mint.sentence(script)} {mint.phone()} {mint.day()}")
    page = worker.opened(f"{at}consent/")
    agreed = {"follow_up_contact": "granted", "condition-follow_up_contact": mint.sentence()}
    form = page.form("follow_up_contact")
    worker.submit(page, form, **how_held(form), **agreed)
    worker.step(f"{at}follow-up/", due_at=(datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT10:00"))
    worker.step(f"{at}follow-up/", result="reached", text=mint.sentence())
    known = {"alias": mint.name("arabic"), "name": mint.name("cyrillic"), "district": mint.name("latin")}
    contact = {"method": "phone", "value": mint.phone(), "safe_times": mint.name(), "code_word": mint.name()}
    born = "1919-07-23"
    worker.step(f"{at}person/", **known, **contact, date_of_birth=born, may_leave_message="no")
    mint._kept("day", born)
    page = worker.opened(f"{at}contact/")
    worker.submit(page, page.own_form("csrfmiddlewaretoken"))


@entry("a risk: what each answer rests on, a level that is given back, an outcome that nobody knows")
def risk(world: World) -> None:
    worker, lead, mint, at = (
        world.person("caseworker"),
        world.person("focal_point"),
        world.mint,
        f"/cases/{world.case}/risk/",
    )
    about = {"risk": "GPC-12", "source": "landlord", "exposure": "actual", "intent": "unknown", "subject": "person"}
    pk = worker.step(f"{at}threat/", **about).pk
    here = f"/assessing/{pk}/"
    worker.step(f"{here}danger/", flags=["none"])
    for name, script in zip(("threat", "vulnerability", "prevent", "respond", "recover"), SCRIPTS * 2, strict=False):
        score = "3" if name in ("threat", "vulnerability") else "1"
        worker.step(f"{here}{name}/", score=score, evidence=f"{mint.sentence(script)} {mint.phone()}")
    worker.step(f"{here}duty/", can="1", will="unknown", evidence=mint.sentence())
    worker.step(f"{here}person/", rating="3", safety="2", words=mint.sentence("arabic"))
    lower = {"level": "2", "urgency": "normal", "reason_level": mint.sentence("cyrillic")}
    worker.step(here, **lower)
    lead.step(f"{here}sign/", answer="no", why=mint.sentence())
    worker.step(here, **{**lower, "reason_level": mint.sentence("arabic")})
    lead.step(f"{here}sign/", answer="yes")
    worker.step(f"{at}outcome/", why=mint.sentence("latin"))


def _ids(page: Any, pattern: str) -> list[str]:
    """The ids that stand on a page in such places."""
    return sorted(set(re.findall(pattern, page.body.decode())))


@entry("help by our own services, and what the person says came of it")
def helped(world: World) -> None:
    worker, mint, at = world.person("caseworker"), world.mint, f"/cases/{world.case}/help/"
    for script in SCRIPTS:
        worker.step(f"{at}plan/", need=mint.sentence(script), service_type="mhpss", within="hsp")
    for row in _ids(worker.opened(at), r"/assistance/([0-9a-f-]{36})/give/"):
        worker.step(f"/assistance/{row}/give/", words=mint.sentence())
        worker.step(f"/assistance/{row}/answer/", outcome="partly", said=mint.sentence())


@entry("a report about our own people, its steps, a note and a concern that are moved there")
def conduct(world: World) -> None:
    mint, worker = world.mint, world.person("caseworker")
    for script in SCRIPTS:
        world.person("volunteer").step(
            "/safeguarding/report/", text=mint.sentence(script), accused_words=mint.name(script)
        )
    worker.step(f"/cases/{world.case}/notes/", text=mint.sentence())
    page = worker.opened(f"/cases/{world.case}/notes/take-out/")
    note = _ids(page, r'name="note" value="([0-9a-f-]{36})"')[0]
    worker.submit(page, page.own_form("note"), note=note, text=mint.sentence())
    words = {"summary": mint.sentence("arabic"), "category": "conduct_of_our_staff_or_partner"}
    world.person("volunteer").step(f"{draft(world, 'arabic', words=words)}check/")
    keeper = world.person("safeguarding")
    found = _ids(keeper.opened("/safeguarding/"), r"/safeguarding/([0-9a-f-]{36})/")
    for verb in ("take_on", "note", "hand_on"):
        keeper.step(f"/safeguarding/{found[0]}/{verb}/", **({} if verb == "take_on" else {"text": mint.sentence()}))
    keeper.step(f"/safeguarding/{found[0]}/ask_close/", outcome="referred", text=mint.sentence())


@entry("search")
def searched(world: World) -> None:
    for script in SCRIPTS * 3:
        world.person("caseworker").step("/search/", term=world.mint.name(script))
    world.person("focal_point").step("/search/", term=world.mint.phone())
    world.person("caseworker").get(f"/search/?term={quote(world.mint.name())}")


# --- referrals


def refer(world: World, partner: str) -> str:
    """Consent, a referral with a reason, approved and sent; its id."""
    worker, lead, at = world.person("caseworker"), world.person("focal_point"), f"/cases/{world.case}/refer/"
    ask = worker.opened(at).link(r"\?service=", partner)
    service = first_id(ask.split("?")[1])
    page = worker.opened(ask)
    form = page.form(service)
    worker.submit(page, form, **how_held(form), **{service: "granted"})
    page = worker.opened(f"{at}{service}/")
    form = page.own_form("reason")
    more = {"anyway": "other_part"} if "anyway" in form.names else {}
    pk = worker.submit(page, form, reason=f"{world.mint.sentence()} {world.mint.sentence()}", **more).pk
    worker.step(f"/referrals/{pk}/submit/")
    lead.step(f"/referrals/{pk}/share/")
    world.referrals.append(pk)
    return pk


@entry("a referral, a question, an answer, a report")
def referred(world: World) -> None:
    api, mint, worker = world.api(0), world.mint, world.person("caseworker")
    pk = refer(world, world.house.demo["partners"][0]["name"])
    etag = api.get(f"/{pk}").headers["ETag"]
    etag = api.done(pk, "ask", etag, text=mint.sentence("cyrillic"))
    worker.step(f"/referrals/{pk}/answer/", text=mint.sentence("arabic"))
    etag = api.done(pk, "accept", api.get(f"/{pk}").headers["ETag"])
    api.get(f"/{pk}")
    for _n in range(3):
        etag = api.done(pk, "attempt", etag, at=datetime.now(UTC).isoformat(), way="phone", is_within=True)
    meeting = {"venue": "words", "tell_by": "referrer", "interpreter": "none", "where": mint.sentence("cyrillic")}
    ahead = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    etag = api.done(pk, "appointment", etag, at=ahead, **meeting)
    etag = api.done(pk, "appointment", etag, at=ahead, **{**meeting, "where": mint.sentence("arabic")})
    worker.step(f"/referrals/{pk}/tell_appointment/")
    etag = api.done(pk, "appointment-result", etag, result="off_by_person")
    etag = api.done(pk, "unable-to-reach", etag)
    worker.step(f"/referrals/{pk}/advise/", text=f"{mint.sentence()} {mint.phone()}")
    etag = api.done(pk, "start", api.get(f"/{pk}").headers["ETag"])
    api.done(pk, "complete", etag, outcome="met", text=mint.sentence("latin"))
    worker.step(f"/referrals/{pk}/verify/", text=mint.sentence("arabic"), got="yes", was_safe="yes")


@entry("a life depends on it, and the ordinary way is shut")
def saved(world: World) -> None:
    worker, lead, keeper, mint = *map(world.person, ("caseworker", "focal_point", "directory_editor")), world.mint
    worker.step(f"/cases/{world.case}/urgency/", urgency="emergency", reason=mint.sentence())
    at, name = f"/cases/{world.case}/refer/", world.house.demo["partners"][1]["name"]
    ask = worker.opened(at).link(r"\?service=", name)
    service = first_id(ask.split("?")[1])
    page = worker.opened(ask)
    form = page.form(service)
    worker.submit(page, form, **how_held(form), **{service: "granted"})
    keeper.step(f"/partners/services/{service}/edit/", status="temporarily closed")
    page = worker.opened(f"{at}{service}/")
    form = page.own_form("why")
    called = {
        "called_at": f"{datetime.now(ZoneInfo('Europe/Kyiv')):%H:%M}",
        "answered_by": "doctor",
        "channel": "phone",
    }
    more = {"anyway": "other_part"} if "anyway" in form.names else {}
    pk = worker.submit(page, form, reason=mint.sentence(), why=mint.sentence("arabic"), **called, **more).pk
    worker.step(f"/referrals/{pk}/submit/")
    lead.step(f"/referrals/{pk}/share/")
    review = mint.sentence("cyrillic")
    world.person("deputy").step(f"/referrals/{pk}/life-saving/", was_right="yes", review=review)
    keeper.step(f"/partners/services/{service}/edit/", status="active")


@entry("a referral whose consent is taken back; the partner on pages")
def withdrawn(world: World) -> None:
    pk, partner = refer(world, world.house.demo["partners"][0]["name"]), world.person("partner_worker")
    partner.step(f"/inbox/{pk}/ask/", text=world.mint.sentence())
    worker = world.person("caseworker")
    worker.step(f"/referrals/{pk}/answer/", text=world.mint.sentence())
    worker.step(worker.opened(f"/referrals/{pk}/").link("/withdraw/"))
