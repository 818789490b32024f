"""A case changes hands: acceptance, consent, folders, ceilings, somebody who leaves (R-40, W-14)."""

import pytest

from cases import actions, load
from cases.actions.triage import Triage
from cases.models import Case, Concern, HandOver
from cases.vocabulary import Outcome
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from foundation.dossiers.models import Clock
from tests import factories

pytestmark = pytest.mark.django_db
TOLD = ["alias", "safe_contact", "summary", "wishes"]


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


def test_who_is_asked_takes_a_case_on_whatever_its_state(house, case, lead, owner):
    """Acceptance is the new owner's, also of a case that came further: its clock stops with it (R-40)."""
    heir = house.people["deputy"]
    with acting(lead.pk):
        actions.assign(fresh(case), heir, by=lead)
    with acting(heir.pk):
        assert Clock.objects.running().filter(subject_id=case.pk, code="owner", user=heir).exists()
        actions.accept(fresh(case), by=heir)
        assert (fresh(case).status, fresh(case).waits_for_owner) == ("accepted", False)
        assert not Clock.objects.running().filter(subject_id=case.pk, code="owner").exists()


def test_owner_asks_for_somebody_else_and_a_lead_finds_somebody(house, case, lead, owner):
    heir = house.people["deputy"]
    with acting(owner.pk):
        asked = actions.ask_other(fresh(case), "too_many", by=owner)
        with pytest.raises(Forbidden):
            actions.take(asked, heir, by=owner)
        assert fresh(case).owner == owner, "until then they still follow it up"
    with acting(lead.pk):
        actions.take(HandOver.objects.get(pk=asked.pk), heir, by=lead)
        assert fresh(case).owner == heir
    with acting(owner.pk):
        assert not Case.objects.filter(pk=case.pk).exists()


def test_over_the_ceiling_nobody_gets_a_case_without_a_reason_w14(house, case, lead, owner):
    other = factories.case(house, category="other")
    heir = house.people["deputy"]
    with acting(lead.pk):
        actions.set_ceiling(house.units["harbour"], 1, by=lead)
        assert load.open_cases([owner, heir]) == {owner.pk: 2, heir.pk: 0}
        actions.assign(fresh(case), heir, by=lead)
        with pytest.raises(Refused) as caught:
            actions.assign(fresh(other), heir, by=lead)
        assert (caught.value.code, caught.value.field) == ("caseload.over", "load_reason")
        actions.assign(fresh(other), heir, by=lead, load_reason="Nobody else speaks the language")
        assert load.open_cases([owner, heir]) == {owner.pk: 0, heir.pk: 2}
        concern = factories.submitted(house)
    with acting(lead.pk):
        concern = Concern.objects.get(pk=concern.pk)
        decided = Triage(Outcome.CASE, concern.urgency, "", "actual", ["coercion"], owner=heir)
        with pytest.raises(Refused):
            actions.triage(concern, decided, by=lead)


def test_only_the_leads_of_a_unit_set_its_ceiling(house, owner, lead):
    with acting(owner.pk), pytest.raises(Forbidden):
        actions.set_ceiling(house.units["harbour"], 3, by=owner)
    with acting(lead.pk), pytest.raises(Forbidden):
        actions.set_ceiling(next(u for k, u in house.units.items() if k != "harbour"), 3, by=lead)


def test_somebody_leaves_and_all_their_cases_go_on_at_once_or_none(house, case, lead, owner):
    factories.case(house, category="other")
    heir = house.people["deputy"]
    with acting(lead.pk):
        actions.set_ceiling(house.units["harbour"], 1, by=lead)
        with pytest.raises(Refused):
            actions.reassign_all(owner, heir, by=lead)
        assert Case.objects.filter(owner=owner).count() == 2
        assert actions.reassign_all(owner, heir, by=lead, load_reason="Sefa leaves today") == 2
        assert not Case.objects.filter(owner=owner).exists()
    admin = house.people["administrator"]
    with acting(admin.pk), pytest.raises(Refused):
        actions.reassign_all(heir, lead, by=admin)


def test_another_unit_gets_a_case_only_with_the_persons_word_and_after_accepting(house, case, lead, owner):
    """HS-02: the person agrees first; nothing opens before the other side accepts; then the former unit is shut out."""
    there, chief = house.units["coast"], house.people["manager"]
    with acting(lead.pk):
        with pytest.raises(Refused) as caught:
            actions.ask_transfer(fresh(case), there, "person_moved", by=lead)
        assert caught.value.code == "transfer.consent"
    factories.decide(house, case, Purpose.INTERNAL_ESCALATION, there.pk, fields=TOLD)
    with acting(lead.pk):
        asked = actions.ask_transfer(fresh(case), there, "person_moved", by=lead)
    with acting(chief.pk):
        assert not Case.objects.visible_to(chief).filter(pk=case.pk).exists()
        assert HandOver.objects.visible_to(chief).filter(pk=asked.pk).exists()
        actions.take(HandOver.objects.get(pk=asked.pk), chief, by=chief)
        moved = fresh(case)
        assert (moved.unit, moved.owner, moved.waits_for_owner) == (there, chief, True)
    for person in (lead, owner):
        with acting(person.pk):
            assert not Case.objects.filter(pk=case.pk).exists(), "the former unit no longer opens it"


def test_declining_leaves_the_case_where_it_is(house, case, lead):
    there, chief = house.units["coast"], house.people["manager"]
    factories.decide(house, case, Purpose.INTERNAL_ESCALATION, there.pk, fields=TOLD)
    with acting(lead.pk):
        asked = actions.ask_transfer(fresh(case), there, "person_moved", by=lead)
    with acting(chief.pk):
        actions.decline(HandOver.objects.get(pk=asked.pk), "too_many", by=chief)
        assert not Case.objects.filter(pk=case.pk).exists()
    with acting(lead.pk):
        assert (fresh(case).unit, HandOver.objects.get(pk=asked.pk).status) == (house.units["harbour"], "declined")
