"""Issues: nobody stands in them; analysed, taken up, linked only for who may see (R-10, R-12, R-26, R-35, R-38, R-44)."""

import pytest
from django.db import DatabaseError, connections, transaction
from django.urls import reverse

from cases.actions import issues
from cases.issue_states import ISSUE, ISSUE_RETURNS
from cases.issue_words import IssueStatus
from cases.models import AdvocacyAction, Case, Issue, IssueLink
from foundation.accounts import actions as accounts
from foundation.accounts.models import Appointment, Role, Unit, User
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from tests import factories
from tests.referrals import speaking as made


@pytest.fixture
def lead(house):
    return house.people["focal_point"]


def refused(code: str, call, *args, **more) -> Refused:
    with pytest.raises(Refused) as caught, transaction.atomic():
        call(*args, **more)
    assert caught.value.code == code, (caught.value.code, caught.value.message)
    return caught.value


def fresh() -> Issue:
    return Issue.objects.get()


def act(by, action, *args, **more):
    with acting(by.pk):
        return action(fresh(), *args, by=by, **more)


def specialised(house) -> None:
    with acting(house.people["administrator"].pk):
        Unit.objects.filter(pk=house.units["harbour"].pk).update(runs_specialised=True)


def test_an_issue_goes_from_what_was_noticed_to_what_has_changed(house, lead):
    specialised(house)
    issue = made.issue(house)
    assert issue.status == "identified"
    evidence = issues.Evidence("community", "B", "corroborated", "Elders say that it has grown since spring.")
    act(lead, issues.add_evidence, evidence)
    act(lead, issues.analyse, ["will", "deliberate_act"], "The office knows and does nothing.", has_context=True)
    act(lead, issues.plan_strategy, "Ask the ministry for an order, with the ombudsperson.")
    act(lead, issues.begin_dialogue)
    act(lead, issues.plan_action, "practice", "Leaflet for landlords on the law", None)
    with acting(lead.pk):
        issues.finish_action(AdvocacyAction.objects.get(), "Four hundred were given out.", by=lead)
    act(lead, issues.assess_outcome, "reduced", "Fewer tenants tell of it; the order was one of the reasons.")
    assert act(lead, issues.turn_issue, "close", "The order holds.").status == "closed"


def test_somebody_who_could_be_recognised_is_refused_in_every_field(house, lead):
    """W-05, HS-15."""
    for name, words in {
        "title": "What Ivan told on 12.03.2026", "description": "Call +380 50 123 45 67.", "areas": "ул. Морская, 5",
    }.items():  # fmt: skip
        assert refused("nobody.recognised", made.issue, house, **{name: words}).field == name
    facts = issues.Facts("Papers", "They say that Ivan Petrov keeps papers.", "Coast", ["GPC-09"])
    with acting(lead.pk):
        refused("nobody.unconfirmed", issues.open_issue, facts, by=lead, is_confirmed=False)
    refused("issue.risks", made.issue, house, risks=[])
    made.issue(house)
    refused("nobody.recognised", act, lead, issues.analyse, ["will"], "See case K7F-2QX.", has_context=False)
    evidence = issues.Evidence("report", "A", "verified", "Page of 1 March 2026, mira@example.org")
    refused("nobody.recognised", act, lead, issues.add_evidence, evidence)


def test_a_unit_with_the_minimum_approach_plans_no_strategy_r_35_r_44(house, lead):
    made.issue(house)
    act(lead, issues.analyse, ["knowledge"], "They do not know the law.", has_context=False)
    refused("issue.basic", act, lead, issues.plan_strategy, "Ask the ministry.")
    assert act(lead, issues.begin_dialogue).status == "in_dialogue"


def test_a_missing_analysis_of_the_context_is_a_warning_and_no_stop_r_12(house, lead, browse):
    specialised(house)
    issue = made.issue(house)
    act(lead, issues.analyse, ["knowledge"], "They do not know the law.", has_context=False)
    page = browse(lead).get(reverse("cases:issue", args=[issue.pk])).content.decode()
    assert "No analysis of the context" in page
    assert act(lead, issues.plan_strategy, "Ask the ministry.").status == "strategy"


def test_a_link_is_seen_only_by_who_may_open_the_case(house, lead, browse):
    issue, case = made.issue(house), factories.case(house)
    with acting(lead.pk):
        issues.link_case(fresh(), Case.objects.get(pk=case.pk), by=lead)
        refused("issue.linked", issues.link_case, fresh(), Case.objects.get(pk=case.pk), by=lead)
    url = reverse("cases:issue", args=[issue.pk])
    assert case.code in browse(lead).get(url).content.decode()
    manager = browse(house.people["manager"]).get(url)
    assert manager.status_code == 200
    assert case.code not in manager.content.decode()
    with acting(house.people["manager"].pk):
        assert not IssueLink.objects.exists()


def test_who_works_elsewhere_or_on_another_seat_finds_no_issue(house, browse):
    issue = made.issue(house)
    for who in ("outsider", "volunteer", "caseworker", "administrator", "data_officer", "partner_worker"):
        user = house.people[who]
        assert browse(user).get(reverse("cases:issue", args=[issue.pk])).status_code == 404
        with acting(user.pk), connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1 FROM cases_issue")
            assert cursor.fetchall() == []
    facts = issues.Facts("Papers", "Papers are kept.", "Coast", ["GPC-09"])
    with acting(house.people["caseworker"].pk), pytest.raises(Forbidden):
        issues.open_issue(facts, by=house.people["caseworker"], is_confirmed=True)


@pytest.mark.parametrize("target", IssueStatus.values)
def test_the_database_refuses_a_move_that_the_table_does_not_know(house, lead, target):
    issue = made.issue(house)
    if (issue.status, target) in ISSUE.pairs(ISSUE_RETURNS) or issue.status == target:
        return
    with acting(lead.pk), pytest.raises(DatabaseError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(status=target)


def test_who_is_appointed_later_to_a_seat_that_nobody_held_finds_the_issue(house, browse):
    """R-40: a list of readers that was made before the seat existed would shut out its first holder."""
    issue, branch = made.issue(house), house.units["harbour"].parent
    assert not Appointment.objects.filter(seat__unit=branch, seat__role=Role.DIALOGUE).exists()
    late = User.objects.create_user("late@example.org", "Ada Lind")
    accounts.confirm(accounts.propose(late, accounts.seat_of(branch, Role.DIALOGUE), by=None), by=None)
    page = browse(factories.settle(late)).get(reverse("cases:issue", args=[issue.pk]))
    assert issue.title in page.content.decode()


def test_an_issue_rests_and_wakes_where_it_was(house, lead):
    made.issue(house)
    act(lead, issues.analyse, ["knowledge"], "They do not know the law.", has_context=False)
    refused("issue.note", act, lead, issues.turn_issue, "rest", " ")
    assert act(lead, issues.turn_issue, "rest", "Elections first.").status == "dormant"
    assert act(lead, issues.turn_issue, "wake").status == "analysed"


def test_issues_are_written_and_moved_on_their_pages(house, lead, browse):
    client = browse(lead)
    assert client.post(reverse("cases:issue_new"), {}).status_code == 422
    typed = {
        "title": "Papers are kept", "description": "Landlords keep papers.", "areas": "Coast", "risks": ["GPC-09"],
        "groups": ["migrants"], "drivers": ["law"], "rights": ["identity"], "frameworks": ["ihrl"], "is_confirmed": "on",
    }  # fmt: skip
    answer = client.post(reverse("cases:issue_new"), typed)
    assert answer.status_code == 302
    with acting(lead.pk):
        issue = fresh()
    step = lambda verb: reverse("cases:issue_step", args=[issue.pk, verb])  # noqa: E731
    assert client.get(step("plan_strategy")).status_code == 409
    said = {"kind": "observation", "text": "Seen in four towns.", "reliability": "A", "info_status": "verified"}
    assert client.post(step("add_evidence"), said).status_code == 302
    assert client.post(step("analyse"), {"bearing": ["will"], "analysis": "They do not want to."}).status_code == 302
    assert client.post(step("act"), {"target": "law", "text": "A letter to the committee"}).status_code == 302
    page = client.get(answer["Location"]).content.decode()
    for words in (
        "A: reliable",
        "Seen in four towns.",
        "They lack the will",
        "A letter to the committee",
        "Papers and legal status",
    ):
        assert words in page, words
    assert "Papers are kept" in client.get(reverse("cases:issues")).content.decode()
