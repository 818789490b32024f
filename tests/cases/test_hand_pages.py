"""Pages on which a case changes hands, waits, is counted: who sees them, who is refused, what was typed stays (R-40, W-14)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import actions
from cases.actions.closing import Ending
from cases.models import Case, Ceiling, HandOver
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.dossiers.models import Clock
from tests import factories

pytestmark = pytest.mark.django_db
TOLD = ["alias", "safe_contact", "summary", "wishes"]
NOBODYS = ["volunteer", "partner_worker", "administrator", "data_officer"]


def fresh(case):
    return Case.objects.select_related("dossier", "unit").get(pk=case.pk)


@pytest.fixture
def owner(house):
    return house.people["caseworker"]


@pytest.fixture
def lead(house):
    return house.people["focal_point"]


@pytest.fixture
def case(house):
    return factories.case(house, category="other")


def of(name: str, *args) -> str:
    return reverse(f"cases:{name}", args=args)


def local(moment) -> str:
    """A moment as its field sends it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


# --- asking for somebody else


def test_the_owner_asks_a_lead_answers_and_the_case_is_never_shown_before(house, case, owner, lead, browse):
    client = browse(owner)
    assert client.post(of("ask_other", case.pk), {}).status_code == 422
    assert client.post(of("ask_other", case.pk), {"reason": "too_many"})["Location"] == of("case", case.pk)
    with acting(owner.pk):
        hand = HandOver.objects.get()
    page = browse(lead).get(of("hand_over", hand.pk)).content.decode()
    assert "Too many cases" in page
    assert owner.name in page
    assert "landlord" not in page, "codes only: nothing that the person said"
    assert of("hand_over_take", hand.pk) in page
    mine = client.get(of("hand_over", hand.pk)).content.decode()
    assert of("hand_over_take", hand.pk) not in mine, "who asked does not answer"
    assert client.post(of("hand_over_take", hand.pk), {"owner": owner.pk}).status_code == 403


def test_taking_it_on_needs_a_person_and_over_the_ceiling_a_reason_that_stays(house, case, owner, lead, browse):
    hand, heir = factories.asked_other(house, owner), house.people["deputy"]
    client, at = browse(lead), of("hand_over_take", hand.pk)
    missing = client.post(at, {"owner": "", "load_reason": "He speaks Dari."})
    assert missing.status_code == 422
    assert "He speaks Dari." in missing.content.decode()
    with acting(lead.pk):
        actions.set_ceiling(house.units["harbour"], 1, by=lead)
        actions.assign(fresh(case), heir, by=lead)
    over = client.post(at, {"owner": heir.pk, "load_reason": ""})
    assert over.status_code == 422
    assert f'<option value="{heir.pk}" selected>' in over.content.decode(), "what was chosen stays"
    assert client.post(at, {"owner": heir.pk, "load_reason": "He speaks Dari."}).status_code == 302
    with acting(heir.pk):
        assert Case.objects.filter(owner=heir).count() == 2


def test_declining_says_why_and_leaves_the_case(house, owner, lead, browse):
    hand, client = factories.asked_other(house, owner), browse(lead)
    empty = client.post(of("hand_over_decline", hand.pk), {})
    assert empty.status_code == 422
    assert "Choose why it is not taken on." in empty.content.decode()
    assert client.post(of("hand_over_decline", hand.pk), {"reason": "too_many"})["Location"] == of("day")
    page = browse(owner).get(of("hand_over", hand.pk)).content.decode()
    assert "Not taken on" in page
    assert client.post(of("hand_over_take", hand.pk), {"owner": owner.pk}).status_code in (403, 409)


def test_who_asked_can_take_it_back_once(house, owner, browse):
    hand, client = factories.asked_other(house, owner), browse(owner)
    assert client.get(of("hand_over_take_back", hand.pk)).status_code == 405
    assert client.post(of("hand_over_take_back", hand.pk))["Location"] == of("hand_over", hand.pk)
    assert "No longer asked for" in client.get(of("hand_over", hand.pk)).content.decode()
    assert client.post(of("hand_over_take_back", hand.pk)).status_code in (403, 409)


@pytest.mark.parametrize("who", [*NOBODYS, "outsider"])
def test_for_everybody_else_there_is_no_hand_over(house, owner, browse, who):
    hand, client = factories.asked_other(house, owner), browse(house.people[who])
    for answer in (
        client.get(of("hand_over", hand.pk)),
        client.post(of("hand_over_take", hand.pk), {"owner": owner.pk}),
    ):
        assert answer.status_code == 404, who
    assert client.post(of("ask_other", hand.case_id), {"reason": "too_many"}).status_code == 404
    with acting(owner.pk):
        assert HandOver.objects.get().status == "asked"


# --- another unit


def test_another_unit_is_asked_only_with_the_persons_word_and_the_choice_stays(house, case, owner, lead, browse):
    unit = house.units["coast"]
    assert browse(owner).get(of("transfer", case.pk)).status_code == 403, "a lead asks another unit"
    client, at = browse(lead), of("transfer", case.pk)
    refused = client.post(at, {"unit": unit.pk, "reason": "person_moved"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert f'<option value="{unit.pk}" selected>' in page
    assert f"{of('case_consent', case.pk)}?unit={unit.pk}" in page, "the way to ask the person"
    factories.decide(house, case, Purpose.INTERNAL_ESCALATION, unit.pk, fields=TOLD)
    assert client.post(at, {"unit": unit.pk, "reason": "person_moved"}).status_code == 302
    with acting(lead.pk):
        hand = HandOver.objects.get()
        assert (hand.kind, hand.to_unit) == ("other_unit", unit)


# --- waiting


def test_a_case_waits_until_a_day_and_goes_on(house, case, owner, browse):
    client = browse(owner)
    until = local(timezone.now() + timedelta(days=4))
    assert client.post(of("case_wait", case.pk), {"waits_for": "thinking", "until": until}).status_code == 302
    with acting(owner.pk):
        assert (fresh(case).status, fresh(case).waits_for) == ("on_hold", "thinking")
        assert Clock.objects.running().filter(subject_id=case.pk, code="waiting").exists()
    assert of("case_go_on", case.pk) in client.get(of("case", case.pk)).content.decode()
    assert client.get(of("case_go_on", case.pk)).status_code == 405
    assert client.post(of("case_go_on", case.pk)).status_code == 302
    with acting(owner.pk):
        assert fresh(case).status == "accepted"


@pytest.mark.parametrize(
    ("said", "kept"),
    [({"waits_for": "thinking", "until": ""}, r'value="thinking"[^>]* checked'), ({"waits_for": ""}, ""),
     ({"waits_for": "thinking", "until": "2020-01-01T10:00"}, "2020-01-01T10:00")],
)  # fmt: skip
def test_waiting_without_a_reason_or_a_day_ahead_is_refused_and_what_was_chosen_stays(case, owner, browse, said, kept):
    client = browse(owner)
    answer = client.post(of("case_wait", case.pk), said)
    assert answer.status_code == 422
    assert re.search(kept, answer.content.decode())
    with acting(owner.pk):
        assert fresh(case).status == "accepted"


@pytest.mark.parametrize("who", [*NOBODYS, "outsider"])
def test_nobody_else_lets_a_case_wait(house, case, browse, who):
    client = browse(house.people[who])
    for name in ("case_wait", "case_go_on"):
        assert client.post(of(name, case.pk), {"waits_for": "thinking"}).status_code in (403, 404), name


# --- the team


def test_a_lead_sees_how_many_cases_everybody_has_and_none_of_them(house, case, owner, lead, browse):
    page = browse(lead).get(of("team")).content.decode()
    assert owner.name in page
    assert case.code not in page, "a number, and nothing of the cases"


def test_the_ceiling_is_a_number_and_what_was_typed_stays(house, lead, browse):
    client = browse(lead)
    wrong = client.post(of("team"), {"most": "many"})
    assert wrong.status_code == 422
    assert 'value="many"' in wrong.content.decode()
    assert client.post(of("team"), {"most": "7"})["Location"] == of("team")
    assert "At most 7 open cases for one person." in client.get(of("team")).content.decode()
    with acting(lead.pk):
        assert Ceiling.objects.get().most == 7


@pytest.mark.parametrize("who", [*NOBODYS, "caseworker"])
def test_the_team_is_for_its_leads(house, browse, who):
    client = browse(house.people[who])
    assert client.get(of("team")).status_code == 403
    assert client.post(of("team"), {"most": "3"}).status_code == 403
    assert client.get(of("leaving", house.people["deputy"].pk)).status_code == 403
    assert not Ceiling.objects.exists()


def test_somebody_leaves_and_the_page_keeps_the_reason(house, case, owner, lead, browse):
    client, at = browse(lead), of("leaving", owner.pk)
    empty = client.post(at, {"owner": "", "load_reason": "She knows the family."})
    assert empty.status_code == 422
    assert "She knows the family." in empty.content.decode()
    assert client.post(at, {"owner": house.people["deputy"].pk, "load_reason": ""})["Location"] == of("team")
    with acting(lead.pk):
        assert fresh(case).owner == house.people["deputy"]
    assert client.get(of("leaving", 10**8)).status_code == 404


# --- what is not to be done in a closed case


def test_the_way_to_assess_a_threat_is_not_shown_on_a_closed_case(house, case, owner, browse):
    client, at = browse(owner), of("case", case.pk)
    assert "Assess a threat" in client.get(at).content.decode()
    with acting(owner.pk):
        actions.plan_nothing(fresh(case), "Not wanted", by=owner)
        actions.ask_closure(fresh(case), Ending("duplicate", "same"), by=owner)
    page = client.get(at).content.decode()
    assert "Assess a threat" not in page
    assert reverse("riskanalysis:risk", args=[case.pk]) not in page
