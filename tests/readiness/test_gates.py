"""No path to an element while a blocking item is missing; the emergency door is always open (HS-07, HS-09, P1–P16)."""

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions as cases
from cases.actions.triage import Triage
from cases.models import Case, Concern
from cases.vocabulary import Outcome
from foundation.accounts.models import Appointment, Unit
from foundation.core.acting import acting
from foundation.core.errors import Refused
from foundation.readiness import evidence, gates
from foundation.readiness.elements import Element
from foundation.readiness.evidence import Evidence
from foundation.readiness.items import ITEMS, RECORDED
from foundation.readiness.training import Competence, is_trained, require_training
from referrals import actions as referrals
from referrals.models import Referral
from tests import factories

CHILD = {"category": "child_in_danger"}
WRITTEN = [code for code in RECORDED if code != "P10"]
"""What is answered in writing alone: what a unit can give is worked out from its own declaration."""


def codes(unit: Unit, element: str, **more) -> set[str]:
    return {gap.code for gap in gates.missing(unit, element, **more)}


def expected(lacking: set[str], element: str, is_child: bool) -> set[str]:
    """Worked out from the table of domain.md §2.2 alone."""
    table = {
        Element.ESCALATE: {"P1", "P5", "P8"}, Element.REFER: {"P1", "P5", "P6", "P8"},
        Element.ASSIST: {"P1", "P5", "P8", "P10"}, Element.REPRESENT: {"P1", "P5", "P8", "P11"},
    }  # fmt: skip
    return lacking & (table[Element(element)] | ({"P16"} if is_child else set()))


def test_the_demonstration_is_ready_for_everything(house):
    for element in Element:
        assert gates.missing(house.units["harbour"], element, is_child=True) == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lacking=st.sets(st.sampled_from(WRITTEN), max_size=5))
def test_hs_09_whatever_is_missing_shuts_what_the_table_says_and_never_the_emergency_door(house, lacking):
    """P1, P5–P16: for any set of missing items, on every path; re-direction and emergencies stay open."""
    with transaction.atomic():
        if lacking:
            factories.unready(house, *sorted(lacking))
        factories.checked(house, 100 if "P6" in lacking else 0)  # the directory itself says how it stands
        for element in Element:
            for is_child in (False, True):
                assert codes(house.units["harbour"], element, is_child=is_child) == expected(lacking, element, is_child)
        assert may_submit(house) == (not expected(lacking, "a", False))
        assert may_submit(house, **CHILD) == (not expected(lacking, "a", True))
        assert may_submit(house, flags=["held_captive"])
        assert may_redirect(house)
        transaction.set_rollback(True)


def may_submit(house, **values) -> bool:
    try:
        factories.submitted(house, **values)
    except Refused as refusal:
        if refusal.code != "readiness.missing":
            raise
        return False
    return True


def may_redirect(house) -> bool:
    """An emergency is handed over and its person is given a contact, whatever is missing."""
    concern, lead = factories.submitted(house, flags=["held_captive"]), house.people["focal_point"]
    with acting(lead.pk):
        decided = Triage(Outcome.REDIRECTED, "emergency", contact="Shelter hotline, 0800 555 777")
        return cases.triage(Concern.objects.get(pk=concern.pk), decided, by=lead).status == Outcome.REDIRECTED


def test_hs_09_an_emergency_that_was_made_normal_opens_no_case_in_a_unit_that_is_not_ready(house):
    factories.unready(house, "P1")
    concern, lead, owner = (
        factories.submitted(house, flags=["held_captive"]), house.people["focal_point"], house.people["caseworker"],
    )  # fmt: skip
    with acting(lead.pk):
        concern = Concern.objects.get(pk=concern.pk)
        lowered = Triage(Outcome.CASE, "normal", "It is over.", "actual", ["coercion"], owner=owner)
        with pytest.raises(Refused, match=r"readiness\.missing"):
            cases.triage(concern, lowered, by=lead)
        kept = Triage(Outcome.CASE, "emergency", "", "actual", ["coercion"], owner=owner)
        assert cases.triage(concern, kept, by=lead).status == Outcome.CASE


def test_hs_09_no_referral_is_prepared_submitted_or_sent_without_the_pathway(house):
    """P6: each of the three doors, each closed by itself."""
    case, service = factories.case(house), house.services["Papers and status service"]
    factories.agreed(house, case, service)
    draft = factories.prepared(house, case, service)
    factories.checked(house, 100)
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    with acting(owner.pk), pytest.raises(Refused, match=r"readiness\.missing"):
        referrals.submit(Referral.objects.get(pk=draft.pk), by=owner)
    factories.checked(house)
    with acting(owner.pk):
        referrals.submit(Referral.objects.get(pk=draft.pk), by=owner)
    factories.checked(house, 100)
    with acting(lead.pk), pytest.raises(Refused, match=r"readiness\.missing"):
        referrals.send(Referral.objects.get(pk=draft.pk), by=lead)
    with pytest.raises(Refused, match=r"readiness\.missing"):
        factories.prepared(house, case, house.services["Safe shelter"])


def test_p16_shuts_for_children_and_for_whom_nobody_knows_the_age_of(house):
    factories.unready(house, "P16")
    service = house.services["Papers and status service"]
    adult = factories.case(house)
    factories.agreed(house, adult, service)
    assert factories.prepared(house, adult, service)
    with pytest.raises(Refused, match=r"readiness\.missing"):
        factories.prepared(house, factories.case(house, age=None), service)


def test_p2_without_a_deputy_nothing_but_emergencies_is_passed_on_and_it_says_who_can_mend_it(house):
    """P2: a fact; nobody's written evidence opens it."""
    deputy = house.people["deputy"].held[0]
    Appointment.objects.filter(pk=deputy.pk).update(valid_until=deputy.valid_from)
    with pytest.raises(Refused) as refusal:
        factories.submitted(house)
    assert "P2" in refusal.value.message
    assert "Protection manager" in refusal.value.message
    assert factories.submitted(house, flags=["held_captive"]).status == "submitted"


def test_p2_nobody_is_their_own_deputy(house):
    lead, deputy = house.people["focal_point"].held[0], house.people["deputy"].held[0]
    Appointment.objects.filter(pk=deputy.pk).update(user=lead.user)
    assert codes(house.units["harbour"], "a") == {"P2"}


def test_p8_without_a_named_officer_the_written_schedule_is_not_enough(house):
    for row in Appointment.objects.filter(seat__role="data_officer"):
        Appointment.objects.filter(pk=row.pk).update(valid_until=row.valid_from)
    assert codes(house.units["harbour"], "a") == {"P8"}


def test_a_service_point_takes_what_it_has_not_answered_from_the_unit_above(house):
    factories.unready(house, "P5", unit="harbour")
    assert codes(house.units["harbour"], "a") == {"P5"}
    assert codes(house.units["coast"], "a") == {"P2"}, "the branch has no focal point of its own"
    factories.unready(house, "P5", is_met=True, unit="harbour")
    factories.unready(house, "P5")
    assert codes(house.units["harbour"], "a") == set(), "its own answer counts before the branch's"


def test_evidence_that_ran_out_counts_no_more(house, time_machine_at):
    with time_machine_at(days=70):
        assert "P6" not in codes(house.units["harbour"], "b")
    with time_machine_at(days=95):
        assert "P6" in codes(house.units["harbour"], "b")
    with time_machine_at(days=366):
        assert codes(house.units["harbour"], "a") >= {"P1", "P5"}


def test_a_source_that_says_no_binds_whatever_was_written(house, monkeypatch):
    monkeypatch.setitem(evidence.sources(), "P6", [lambda unit: Evidence(False, "two services were not verified")])
    (gap,) = gates.missing(house.units["harbour"], "b")
    assert gap.code == "P6"
    assert "two services were not verified" in gap.what
    assert gap.url == f"{reverse('readiness:unit', args=[house.units['harbour'].pk])}#P6"


def test_hs_07_without_a_valid_training_no_case_is_accepted_and_nothing_is_referred_but_concerns_are_taken_down(house):
    """R-36: volunteers raise and re-direct; casework is for people trained in it."""
    owner = house.people["caseworker"]
    case, service = factories.case(house), house.services["Papers and status service"]
    factories.agreed(house, case, service)
    end_training(house, owner)
    with pytest.raises(Refused, match=r"training\.missing"):
        factories.prepared(house, case, service)
    with pytest.raises(Refused, match=r"training\.missing"):
        factories.case(house)
    assert Case.objects.filter(pk=case.pk) is not None
    assert not is_trained(house.people["volunteer"], Competence.PROTECTION_REFERRAL)
    assert factories.submitted(house).status == "submitted"


def end_training(house, user) -> None:
    from foundation.readiness import actions

    manager = house.people["manager"]
    with acting(manager.pk):
        for row in user.trainings.filter(state="confirmed"):
            actions.end(row, by=manager)


def test_hs_08_dialogue_with_authorities_needs_its_own_training(house):
    with pytest.raises(Refused, match=r"training\.missing"):
        require_training(house.people["caseworker"], Competence.AUTHORITY_DIALOGUE)
    factories.trained(house, house.people["caseworker"], Competence.AUTHORITY_DIALOGUE)
    require_training(house.people["caseworker"], Competence.AUTHORITY_DIALOGUE)


def test_every_item_of_the_table_is_there_in_plain_words():
    assert list(ITEMS) == [f"P{n}" for n in range(1, 17)]
    assert all(str(item.asks).endswith(".") and item.menders and item.touches for item in ITEMS.values())
