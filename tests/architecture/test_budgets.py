"""How many queries a page may cost, whatever the number of rows: the committed budget is ``budgets.json``."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import actions as cases
from cases.models import Case
from cases.vocabulary import Ground
from consent.vocabulary import Purpose
from foundation.accounts import actions as accounts
from foundation.accounts.models import Role, User
from foundation.core.acting import acting
from foundation.core.machines import COURIER
from referrals import webhooks
from referrals.actions import clients
from referrals.models import Pathway, WebhookAttempt, WebhookEndpoint
from riskanalysis.actions import release_due
from riskanalysis.models import Release
from tests import door, factories, office, partner
from tests.architecture import visits
from tests.exports.asking import asked
from tests.referrals import drawing, signing
from tests.riskanalysis import assessing, world

BUDGETS: dict[str, int] = json.loads((Path(__file__).parent / "budgets.json").read_text())
MANY = 12
HSDS = (
    "services",
    "services?full=true",
    "organizations?full_service=true",
    "service_at_locations?full=true",
    "taxonomies",
)


def fill(house, n: int) -> dict:
    """``n`` of everything: drafts, concerns, cases, notes, decisions, sent referrals with moves."""
    made: dict = {}
    lead = house.people["focal_point"]
    for _ in range(n):
        made["message"] = visits.stuck(house)
        made["endpoint"] = endpoint(house)
        made["draft"] = factories.draft(house)
        made["concern"] = factories.submitted(house)
        made["case"] = factories.case(house)
        made["referral"] = factories.sent(house, made["case"])
        factories.assistance(house, made["case"])
        factories.capacity(house)
        made["right"] = factories.right(house, made["case"])
        with acting(lead.pk):
            case = Case.objects.get(pk=made["case"].pk)
            made["erasure"] = cases.request_erasure(case, Ground.ASKED, by=lead)
        made["exception"] = factories.excepted(house, made["case"])
        made["list"] = asked(house.people["focal_point"])
        made["incident"] = office.incident(house)
        clients.add_client(house.services["Safe shelter"].partner.organisation.units.get())
        office.hold(house, factories.case(house))
        office.assessment(house)
        made["alert"] = factories.alert(house, n=45 + n)
    made["access"] = factories.access(house, made["case"].code)
    made["report"] = reports(house, n)
    owner = house.people["caseworker"]
    with acting(owner.pk):
        for number in range(n):
            cases.add_note(Case.objects.get(pk=made["case"].pk), by=owner, text=f"Note {number}")
    for _ in range(n):
        factories.caregiver(house, made["case"])
        factories.assistance(house, made["case"])
        factories.note(house, made["case"])
        factories.filed(house, made["case"])
        drawing.published(house, district=f"District {uuid4()}")
    made["pathway"] = drawing.drawn(house, district="Old harbour").pk
    made["readiness"] = factories.written(house, n).pk
    for number in range(n):
        made["person"] = another(house, f"person{User.objects.count()}.{number}")
        door.password(Client(), house.people["volunteer"])
    for number in range(n):
        made["risk"] = assessing.assessed(house, made["case"], rating=3, risk=f"GPC-{number + 1:02}")
    for service in list(house.services.values())[:n]:
        factories.decide(house, made["case"], Purpose.EXTERNAL_REFERRAL, service.pk, fields=service.offered_fields)
    return made


def endpoint(house) -> WebhookEndpoint:
    """One more endpoint of the partner, with an attempt that arrived and one that did not."""
    with COURIER.at_work():
        made, _secret = webhooks.register(house.partners["Quayside Legal Clinic"], "http://127.0.0.1:9/hook")
        for status in (204, 500):
            WebhookAttempt.objects.create(
                endpoint=made, message_id=uuid4(), event="referral.sent", number=1, status=status, milliseconds=9
            )
    return made


def another(house, name: str) -> User:
    """A volunteer with a second step that somebody wants to take away, and who is proposed for another seat."""
    keeper, user = house.people["administrator"], User.objects.create_user(f"{name}@amparo.example", name)
    seat = accounts.seat_of(house.units["harbour"], Role.REPORTER)
    accounts.confirm(accounts.propose(user, seat, by=None), by=None)
    accounts.propose(user, accounts.seat_of(house.units["harbour"], Role.DEPUTY), by=keeper)
    accounts.give_app(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", by=None)
    door.acts(keeper, accounts.propose_measure, "reset_factors", user)
    return user


def reports(house, n: int) -> Release:
    """``n`` more frozen reports, each of another quarter."""
    officer = house.people["data_officer"]
    with acting(officer.pk):
        known = Release.objects.count()
    for place in range(known, known + n):
        world.concerns(house.units["harbour"], 12, quarter=date(2024 - place // 4, 1 + 3 * (place % 4), 1))
    release_due(world.AFTER)
    with acting(officer.pk):
        return Release.objects.order_by("-frozen_at")[0]


def costs(house, browse, made) -> dict[str, int]:
    """Page → queries of its second visit, as the seat that opens it."""
    lead, owner, volunteer = (browse(house.people[seat]) for seat in ("focal_point", "caseworker", "volunteer"))
    worker, api = browse(house.people["partner_worker"]), partner.api(house)
    keeper, program = browse(house.people["administrator"]), signing.client_of(house.clients["Lantern House"])
    officer, editor = browse(house.people["data_officer"]), browse(house.people["directory_editor"])
    pages = {
        "people": (keeper, reverse("accounts:people")),
        "people of a branch": (browse(house.people["manager"]), reverse("accounts:people")),
        "person": (keeper, reverse("accounts:person", args=[made["person"].pk])),
        "sessions": (volunteer, reverse("accounts:sessions")),
        "what waits for a second person": (officer, reverse("accounts:appointments")),
        "day": (lead, reverse("cases:day")),
        "day of the volunteer": (volunteer, reverse("cases:day")),
        "concerns": (volunteer, reverse("cases:concerns")),
        "concern": (lead, reverse("cases:concern", args=[made["concern"].pk])),
        "draft": (volunteer, reverse("cases:concern", args=[made["draft"].pk])),
        "cases": (owner, reverse("cases:cases")),
        "case": (owner, reverse("cases:case", args=[made["case"].pk])),
        "case history": (owner, reverse("cases:case_history", args=[made["case"].pk])),
        "case files": (owner, reverse("cases:case_files", args=[made["case"].pk])),
        "case notes": (owner, reverse("cases:case_notes", args=[made["case"].pk])),
        "case opened": (owner, reverse("cases:case_opened", args=[made["case"].pk])),
        "consent": (owner, reverse("cases:case_consent", args=[made["case"].pk])),
        "who may know": (owner, reverse("cases:who_may_know", args=[made["case"].pk])),
        "notices": (officer, reverse("consent:notices")),
        "told": (owner, reverse("referrals:told", args=[made["case"].pk])),
        "data protection": (officer, reverse("consent:start")),
        "register": (officer, reverse("consent:register")),
        "assessments": (officer, reverse("consent:assessments")),
        "retention": (officer, reverse("consent:retention")),
        "holds": (officer, reverse("consent:holds")),
        "incidents": (officer, reverse("consent:incidents")),
        "incident": (officer, reverse("consent:incident", args=[made["incident"].pk])),
        "rights": (owner, reverse("cases:rights", args=[made["case"].pk])),
        "right": (owner, reverse("cases:right", args=[made["right"].pk])),
        "requests": (officer, reverse("consent:requests")),
        "request": (officer, reverse("consent:request", args=[made["right"].pk])),
        "our help": (owner, reverse("referrals:assistance", args=[made["case"].pk])),
        "own services": (lead, reverse("referrals:capacity")),
        "withdrawals": (owner, reverse("referrals:withdrawals", args=[made["case"].pk])),
        "erasures": (officer, reverse("cases:erasures")),
        "erasure": (officer, reverse("cases:erasure", args=[made["erasure"].pk])),
        "who decides": (owner, reverse("cases:capacity", args=[made["case"].pk])),
        "conversation": (owner, reverse("cases:case_consent", args=[made["case"].pk])),
        "exceptions": (officer, reverse("cases:exceptions")),
        "exception": (officer, reverse("cases:exception", args=[made["exception"].pk])),
        "whom to tell": (lead, reverse("cases:exception_choose", args=[made["case"].pk])),
        "lists": (lead, reverse("exports:index")),
        "list": (lead, reverse("exports:export", args=[made["list"].pk])),
        "sheet": (owner, reverse("cases:print", args=[made["case"].pk])),
        "risk": (owner, reverse("riskanalysis:risk", args=[made["case"].pk])),
        "threat": (owner, reverse("riskanalysis:assessment", args=[made["risk"].pk])),
        "outcome": (owner, reverse("riskanalysis:outcome", args=[made["case"].pk])),
        "reports": (officer, reverse("riskanalysis:reports")),
        "report": (officer, reverse("riskanalysis:report", args=[made["report"].pk])),
        "directory": (owner, reverse("referrals:directory")),
        "service": (owner, reverse("referrals:service", args=[house.services["Safe shelter"].pk])),
        "pathways": (editor, reverse("referrals:ways")),
        "pathway": (editor, reverse("referrals:way", args=[Pathway.objects.published().latest("published_at").pk])),
        "step of a pathway": (editor, reverse("referrals:way_step", args=[made["pathway"]]) + "?kind=legal_assistance"),
        "register of partners": (editor, reverse("referrals:partners")),
        "programs": (editor, reverse("referrals:programs", args=[house.services["Safe shelter"].partner_id])),
        "program": (editor, reverse("referrals:program", args=[program.pk])),
        "partner": (editor, reverse("referrals:partner", args=[house.services["Safe shelter"].partner_id])),
        "endpoints of a partner": (worker, reverse("referrals:endpoints", args=[made["endpoint"].organisation_id])),
        "endpoint": (worker, reverse("referrals:endpoint", args=[made["endpoint"].pk])),
        "choose": (owner, reverse("referrals:choose", args=[made["case"].pk])),
        "referral": (owner, reverse("referrals:referral", args=[made["referral"].pk])),
        "inbox": (worker, reverse("referrals:inbox")),
        "offer": (worker, reverse("referrals:offer", args=[made["referral"].pk])),
        "running": (keeper, reverse("upkeep:status")),
        "messages that did not arrive": (keeper, reverse("upkeep:stuck")),
        "alerts": (officer, reverse("watch:alerts")),
        "alert": (officer, reverse("watch:alert", args=[made["alert"].pk])),
        "accesses": (officer, reverse("watch:accesses")),
        "access": (officer, reverse("watch:access", args=[made["access"].pk])),
        "readiness": (officer, reverse("readiness:units")),
        "readiness of a unit": (lead, reverse("readiness:unit", args=[house.units["harbour"].pk])),
        "assessment of readiness": (lead, reverse("readiness:assessment", args=[made["readiness"]])),
        "focal points": (lead, reverse("readiness:register", args=[house.units["harbour"].pk])),
        "trainings": (officer, reverse("readiness:trainings")),
        "trainings of a person": (officer, reverse("readiness:person", args=[house.people["caseworker"].pk])),
        "api inbox": (api, ""),
        "api detail": (api, f"/{made['referral'].pk}"),
        **{f"hsds {name}": (SimpleNamespace(get=api.hsds), name) for name in HSDS},
    }
    return {name: cost(client, url) for name, (client, url) in pages.items()}


def cost(client, url: str) -> int:
    assert client.get(url).status_code == 200, url
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def test_no_page_costs_more_than_its_budget_nor_more_for_more_rows(house, browse, settings):
    settings.CASELOAD_CEILING = 1000
    few = costs(house, browse, fill(house, 1))
    assert set(few) == set(BUDGETS)
    assert {name: n for name, n in few.items() if n > BUDGETS[name]} == {}
    many = costs(house, browse, fill(house, MANY))
    assert {name: (few[name], n) for name, n in many.items() if n > few[name]} == {}
