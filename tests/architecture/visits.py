"""Walking over every address of the router, as every seat, with a record that exists and with one that does not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cases import actions as cases
from cases.models import Case
from cases.vocabulary import Ground
from consent import actions as consent
from consent import notices
from consent.models import Decision
from foundation.accounts import actions as accounts
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.models import Message, Status
from foundation.readiness import actions as readiness
from referrals import webhooks
from referrals.hsds.terms import TAXONOMIES
from referrals.models import Referral
from riskanalysis import actions as reports
from riskanalysis.models import ClinicalWindow, Release
from tests import door, factories, office, partner
from tests.exports.asking import asked
from tests.referrals import drawing, signing, speaking
from tests.riskanalysis import assessing, world

# The six seats of every test, the case's owner, another partner's machine, and nobody.
PEOPLE = (
    "volunteer",
    "caseworker",
    "focal_point",
    "outsider",
    "partner_worker",
    "data_officer",
    "administrator",
    "nobody",
)
NO_NUMBER = 10**9
NAMED = ("unit", "window", "promise", "action")
CALLERS = ("partner", "other partner", "person", "nobody")
PAGES, API, FOREIGN = "pages", "api", "foreign"
ELSEWHERE = {
    "content_type_id": "0",
    "app_label": "accounts",
    "url": "nowhere/",
    "object_id": "nobody",
    "uidb36": "1",
    "key": "x-y",
}
OURS = (
    "core:", "cases:", "referrals:", "accounts:", "upkeep:", "exports:", "watch:", "riskanalysis:", "consent:", "readiness:",
)  # fmt: skip
PROVED = ("watch:", "accounts:", "consent:", "readiness:")


def routes() -> dict[str, str]:
    """Every address of the router: name (or the pattern itself) → pattern."""
    return dict(_walk(get_resolver(), "", ""))


def _walk(resolver: Any, prefix: str, space: str) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield (f"{space}{entry.name}" if entry.name else pattern), pattern


def kind(route: str) -> str:
    """Our page, our API, or an address of a library (signing in, the administrator's site)."""
    if route.startswith(OURS) or route == "set_language":
        return PAGES
    return API if route.startswith(("api", "^api")) else FOREIGN


@dataclass
class World:
    """One record of each kind, and a client for each seat."""

    house: factories.House
    things: dict[str, UUID | int]
    clients: dict[str, Any]

    def values(self, route: str, thing: str) -> dict[str, Any]:
        """What fills the address: of the record that exists, or (``absent``) of none."""
        names = {name: of for of, name in re.findall(r"<(?:(\w+):)?(\w+)>", routes()[route])}
        if kind(route) == FOREIGN:
            return {name: ELSEWHERE.get(name, "1") for name in names}
        given = {
            "verb": "accept",
            "path": "x",
            "kind": "access",
            "service": self.things["service"],
            "decision": self.things["decision"],
        }
        given |= {"file": self.things["file"], "source": "cases", "recipient": self.things["service"]}
        given |= {"consent": self.things["consent"], "purpose": "record_case", "name": "concern"}
        given |= {"caregiver": self.things["caregiver"], "note": self.things["note"]}
        given |= {
            "verb": VERBS.get(route, "accept"),
            "question": "threat",
            **{name: self.things[name] for name in NAMED},
        }
        if thing == "absent":
            given |= {
                name: uuid4()
                for name in (*NAMED, "service", "decision", "file", "recipient", "consent", "caregiver", "note")
            }
        given |= {"position": 1} if route.startswith("referrals:way_") else {}
        given |= {"code": "P1"} if route == "readiness:fill" else {}
        none = {name: NO_NUMBER if of == "int" else uuid4() for name, of in names.items()}
        return {name: given.get(name) or self.things.get(thing) or none[name] for name in names}


# Addresses whose verbs are other ones.
VERBS = {
    "consent:assessment_step": "approve", "consent:rule_step": "agree", "consent:hold_step": "agree",
    "consent:incident_step": "take_on", "readiness:step": "approve", "readiness:decide": "confirm",
    "referrals:speech_step": "answered", "cases:issue_step": "add_evidence", "cases:harm_step": "take_on",
    "referrals:partner_step": "suspend", "referrals:way_move": "publish",
    "referrals:program_step": "shut", "cases:safeguarding_step": "take_on", "referrals:endpoint_step": "test",
}  # fmt: skip
# Part of an address → the record it is about; all others are about a case.
THINGS = {
    "hsds/services/": "service", "hsds/service_at_locations/": "service", "hsds/organizations/": "partner",
    "hsds/taxonomies/": "taxonomy", "hsds/taxonomy_terms/": "term",
    "endpoints/<uuid": "endpoint",
    "pathways/<uuid": "pathway", "partners/services/": "service", "v1/services/": "service", "partners/register/": "partner",
    "partners/programs/": "client",
    "readying:verb": "readiness waiting", "readiness/assessments/": "readiness", "focal-points/": "held",
    "readiness/": "unit", "trainings/<int": "worker", "trainings/<uuid": "training",
    "exports/": "export", "messages/": "message", "appointments/": "appointment", "erasures/": "erasure",
    "exceptions/": "exception", "closures/": "closure", "steps/": "step", "hand-overs/": "handover", "team/<int": "worker",
    "representations/": "representation", "authorities/": "authority", "issues/": "issue",
    "harm/": "harm", "lessons/": "lesson", "safeguarding/": "safeguarding",
    "assistance/": "assistance", "own-services/": "capacity",
    "alerts/": "alert", "decoys/": "decoy", "emergency-access/": "access", "referrals/": "referral",
    "people/": "person", "sessions/": "session", "measures/": "measure", "inbox/": "referral", "<str:id>": "referral",
    "reports/": "report", "proposals/": "proposal", "requests/": "request", "assessments/": "assessment", "rules/": "rule",
    "keeping/": "keeping", "threats/": "threat", "assessing/": "risk", "holds/": "hold", "incidents/": "incident",
}  # fmt: skip


def things_of(route: str) -> list[str]:
    """Which records an address is tried with."""
    pattern = routes()[route]
    if (
        "<" not in pattern
        or "path:" in pattern
        or "<slug:" in pattern
        or kind(route) == FOREIGN
        or route == "exports:ask"
    ):
        return []
    if "concerns/" in pattern:
        return ["draft", "concern", *(["anonymous"] if route in ("cases:concern", "cases:triage") else [])]
    return next(([thing] for part, thing in THINGS.items() if part in pattern), ["case"])


def build(house: factories.House, browse: Any) -> World:
    """The records, made by the real actions, and the clients."""
    draft, concern = factories.draft(house), factories.submitted(house)
    anonymous = factories.submitted(house, answer="refused")
    case = factories.case(house)
    referral = factories.sent(house, case)
    newcomer = User.objects.create_user("new@amparo.example", "New Person")
    pending = accounts.propose(newcomer, accounts.seat_of(house.units["harbour"], "reporter"), by=None)
    accounts.give_app(newcomer, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", by=None)
    with acting(house.people["administrator"].pk):
        measure = accounts.propose_measure("reset_factors", newcomer, by=house.people["administrator"])
    door.password(Client(), house.people["volunteer"])
    session = UserSession.objects.get(user=house.people["volunteer"])
    other, lead = factories.case(house), house.people["focal_point"]
    with acting(lead.pk):
        erasure = cases.request_erasure(Case.objects.get(pk=other.pk), Ground.ASKED, by=lead)
    with acting(house.people["caseworker"].pk):
        decision = Decision.objects.get(pk=Referral.objects.get(pk=referral.pk).decision_id)
    things = {
        "draft": draft.pk, "concern": concern.pk, "anonymous": anonymous.pk, "case": case.pk, "referral": referral.pk,
        "file": factories.filed(house, case).pk,
        "message": stuck(house).pk, "export": asked(house.people["focal_point"]).pk,
        "appointment": pending.pk, "person": newcomer.pk, "measure": measure.pk, "session": session.pk,
        "caregiver": factories.caregiver(house, case).pk, "note": factories.note(house, case).pk,
        "erasure": erasure.pk, "exception": factories.excepted(house, case).pk, "alert": factories.alert(house).pk,
        "access": factories.access(house, case.code).pk,
        "decoy": factories.decoy(house).pk, "decision": decision.pk, "consent": decision.consent_id,
        "proposal": _proposal(house),
        "report": _report(house).pk, **office.things(house), **speaking.things(house, case),
        "request": factories.right(house, case).pk, **_readiness(house),
        "service": house.services["Safe shelter"].pk, "partner": house.services["Safe shelter"].partner_id,
        "safeguarding": factories.conduct(house).pk, "pathway": drawing.published(house).pk,
        "assistance": factories.assistance(house, case).pk, "capacity": factories.capacity(house).pk,
        "client": signing.client_of(house.clients["Lantern House"]).pk,
        "unit": house.units["harbour"].pk, "taxonomy": UUID(TAXONOMIES["access"].id),
        "term": UUID(TAXONOMIES["access"].term_id("step_free")), "endpoint": _endpoint(house), **_risk(house, case),
        **_life(house),
    }  # fmt: skip
    clients: dict[str, Any] = {seat: browse(house.people[seat]) for seat in PEOPLE if seat != "nobody"}
    clients |= {
        f"proved {s}": factories.prove(browse(house.people[s]), house.people[s]) for s in PEOPLE if s != "nobody"
    }
    clients["nobody"] = clients["no token"] = Client()
    clients["partner"] = partner.api(house)
    clients["other partner"] = partner.api(house, "Lantern House")
    return World(house, things, clients)


def stuck(house: factories.House) -> Message:
    """A message that failed for good."""
    with COURIER.at_work():
        message = delivery.add("notice", "work.waiting", f"stuck:{uuid4()}", recipient=house.people["volunteer"])
        Message.objects.filter(pk=message.pk).update(status=Status.FAILED, problem="died")
    return message


def _endpoint(house: factories.House) -> UUID:
    """Where the partner's system is told."""
    made, _secret = webhooks.register(house.partners["Quayside Legal Clinic"], "http://127.0.0.1:9/hook")
    return made.pk


def _risk(house: factories.House, case: Case) -> dict[str, UUID]:
    """A threat of the case that its owner is assessing, and hours of medical help that run."""
    row = assessing.named(house, case)
    assessing.train(house, "focal_point")
    owner = house.people["caseworker"]
    with acting(owner.pk):
        given = {"flags": ["sexual_violence_120h"], "hours": 12}
        reports.answer(row, "danger", given, by=owner)
        window = ClinicalWindow.objects.get(case=case)
    return {"risk": row.pk, "threat": row.threat_id, "window": window.pk}


def _life(house: factories.House) -> dict[str, UUID]:
    """The closing of a child's case that waits for a second person, a step of a plan, and an owner who asks for another."""
    owner = house.people["caseworker"]
    return {
        "closure": factories.closing(house).pk, "step": factories.step(house, factories.case(house)).pk,
        "handover": factories.asked_other(house, owner).pk,
    }  # fmt: skip


def _proposal(house: factories.House) -> UUID:
    """A new text of what people are told, which the manager wrote."""
    manager = house.people["manager"]
    with acting(manager.pk):
        return consent.propose_notice(notices.current(), by=manager).pk


def _readiness(house: factories.House) -> dict[str, UUID | int]:
    """An assessment that the focal point writes, one that the manager submitted, a training that waits, a focal point."""
    lead, manager, worker = (house.people[seat] for seat in ("focal_point", "manager", "caseworker"))
    with acting(lead.pk):
        written = readiness.begin(house.units["harbour"], by=lead)
    with acting(manager.pk):
        waiting = readiness.submit(readiness.begin(house.units["coast"], by=manager), by=manager)
    return {
        "readiness": written.pk, "readiness waiting": waiting.pk, "worker": worker.pk,
        "training": factories.trained(house, worker, "child_protection", is_confirmed=False).pk,
        "held": lead.held[0].pk,
    }  # fmt: skip


def _report(house: factories.House) -> Release:
    """A frozen report of the branch."""
    world.concerns(house.units["harbour"], 40)
    reports.release_due(world.AFTER)
    with acting(house.people["data_officer"].pk):
        return Release.objects.get()


def visit(client: Client, method: str, url: str) -> Any:
    """One request whose effects are undone, a sign-out included."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        answer = client.generic(method, url, b"", "application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies[name] = value
    return answer


def call(client: Any, method: str, url: str) -> Any:
    """One request to the API, with the token of a partner where the caller is one."""
    headers = {"If-Match": "*"} if method == "POST" else {}
    if isinstance(client, partner.Api):
        headers |= client._headers({})
        client = client.client
    with transaction.atomic():
        answer = client.generic(method, url, b"{}", "application/json", headers=headers)
        transaction.set_rollback(True)
    return answer


def address(world: World, route: str, thing: str = "") -> str:
    """The address with its values."""
    if route == routes()[route]:
        return "/" + re.sub(r"\^|\(/\.\*\)\?|\$", "", re.sub(r"<path:\w+>|\(\?P<\w+>[^)]*\)", "nowhere", route))
    return reverse(route, kwargs=world.values(route, thing))


def same(answer: Any, url: str) -> tuple[Any, ...]:
    """What an onlooker can compare: status, headers and body, without what is random in every answer, and without
    ``RateLimit``, which counts the caller's own requests whatever they asked for.
    """
    body = answer.content.decode(errors="replace")
    for ref in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", url):
        body = body.replace(ref, "REF")
    for number in re.findall(r"/(\d+)/", url):
        body = body.replace(f"/{number}/", "/REF/")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "TOKEN", body)
    left_out = ("Date", "Set-Cookie", "Content-Length", "RateLimit")
    headers = {name: value for name, value in answer.headers.items() if name not in left_out}
    return answer.status_code, sorted(headers.items()), body


def rows() -> list[tuple[str, str, str]]:
    """(method, route, thing) of every address of ours and of the API; libraries' addresses with GET only."""
    found = []
    for route in sorted(routes()):
        methods = ("GET",) if kind(route) == FOREIGN else ("GET", "POST")
        found += [(method, route, thing) for thing in things_of(route) or [""] for method in methods]
    return found


def seats(route: str) -> tuple[str, ...]:
    """Who tries an address."""
    return CALLERS if kind(route) == API else PEOPLE


def attempt(world: World, seat: str, method: str, route: str, thing: str) -> tuple[str, Any]:
    """The address that was asked, and the answer."""
    url = address(world, route, thing)
    if kind(route) == API:
        client = world.clients[{"person": "caseworker"}.get(seat, seat)]
        return url, call(client, method, url)
    # Pages that ask again who it is are tried by people who have just proved it: the answer then is their seat's.
    name = f"proved {seat}" if route.startswith(PROVED) and seat != "nobody" else seat
    return url, visit(world.clients[name], method, url)
