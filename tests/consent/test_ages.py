"""The age table as pure rules: who knows less asks more, and nothing an agreement lacks is ever let through (HS-04, §5.5)."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.age_tables import SHIPPED
from consent.ages import BANDS, OLDEST, Adult, Child, Needs, Said, Table, ages_of, missing, required
from consent.vocabulary import AgeBand, CaregiverSays, ChildSays, Purpose

TABLE = Table.of(json.loads(SHIPPED.read_text("utf-8"))[0])
AGES = st.integers(0, OLDEST - 1)
NEEDS = st.builds(Needs, st.sampled_from(Child), st.sampled_from(Adult))
SAID = st.builds(
    Said, st.sampled_from(["", *ChildSays.values]), st.sampled_from(["", *CaregiverSays.values]),
    st.sampled_from([None, True, False]), st.booleans(), st.booleans(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("age", "child", "caregiver"),
    [
        (0, Child.EXPLAINED, Adult.CONSENT), (5, Child.EXPLAINED, Adult.CONSENT), (6, Child.ASSENT, Adult.CONSENT),
        (11, Child.ASSENT, Adult.CONSENT), (12, Child.ASSENT, Adult.CONSENT), (14, Child.ASSENT, Adult.CONSENT),
        (15, Child.CONSENT, Adult.IF_PERMITTED), (17, Child.CONSENT, Adult.IF_PERMITTED),
        (18, Child.NOTHING, Adult.NOTHING), (80, Child.NOTHING, Adult.NOTHING),
    ],
)  # fmt: skip
def test_the_table_that_ships(age, child, caregiver):
    assert required({age}, TABLE) == Needs(child, caregiver)


def test_an_unknown_age_is_a_child_of_any_age():
    children = [required({age}, TABLE) for age in range(18)]
    unknown = required(None, TABLE)
    assert unknown == required([], TABLE)
    assert not unknown.is_adult
    assert all(unknown.child >= n.child and unknown.caregiver >= n.caregiver for n in children)


@given(st.sets(AGES, min_size=1), st.sets(AGES))
def test_who_may_be_of_more_ages_never_needs_less(ages, more):
    less, wider = required(ages, TABLE), required(ages | more, TABLE)
    assert wider.child >= less.child
    assert wider.caregiver >= less.caregiver


@given(NEEDS, SAID)
def test_nobody_who_harms_ever_decides_and_every_child_is_explained_to(needs, said):
    if needs.is_adult:
        assert missing(needs, said) == ""
        return
    if missing(needs, said) == "":
        assert not (said.is_excluded and said.caregiver == CaregiverSays.AGREES)
        assert said.child


@given(NEEDS, SAID)
def test_a_refusing_child_of_six_or_more_is_lifted_by_two_people_alone(needs, said):
    if needs.child >= Child.ASSENT and said.child == ChildSays.REFUSES and missing(needs, said) == "":
        assert said.has_note


@given(NEEDS, SAID)
def test_without_a_best_interest_decision_what_the_table_asks_is_there(needs, said):
    if needs.is_adult or said.has_note or missing(needs, said):
        return
    if needs.child >= Child.ASSENT:
        assert said.child == ChildSays.AGREES
    if needs.caregiver == Adult.CONSENT:
        assert said.caregiver == CaregiverSays.AGREES
    if needs.caregiver == Adult.IF_PERMITTED and not said.is_permitted:
        assert said.is_permitted is False
        assert not said.caregiver, "nobody was asked behind the child's back (scenario 6)"


@given(NEEDS, SAID)
def test_a_best_interest_decision_never_makes_it_harder(needs, said):
    with_note = Said(said.child, said.caregiver, said.is_permitted, said.is_excluded, has_note=True)
    if missing(needs, said) == "":
        assert missing(needs, with_note) == ""


@given(st.dates(date(1900, 1, 1), date(2026, 11, 26)))
def test_the_age_of_a_date_of_birth_is_the_number_of_birthdays(born):
    today = date(2026, 11, 26)
    (age,) = ages_of(born, {}, today)
    assert date(born.year + age, 1, 1) <= today
    assert age == sum(
        (born.year + n, born.month, born.day) <= (today.year, today.month, today.day) for n in range(1, 130)
    )


def test_the_closest_knowledge_of_the_age_counts():
    today = date(2026, 11, 26)
    assert ages_of(date(2017, 3, 1), {"age": 30, "age_band": "18-59"}, today) == {9}
    assert ages_of(None, {"age": 16, "age_band": "12-17"}, today) == {16}
    assert set(ages_of(None, {"age_band": "12-17"}, today)) == set(range(12, 18))
    assert ages_of(None, {"age_band": "unknown"}, today) is None
    assert ages_of(None, {}, today) is None
    assert ages_of(date(2030, 1, 1), {}, today) is None, "a date to come says nothing"
    assert ages_of(None, {"age": "nine"}, today) is None
    assert ages_of(None, {"age": 7}, today) == {7}
    assert set(ages_of(None, {"age": 34, "age_band": "5-11"}, today)) == set(range(5, 12)), "the band was changed later"
    assert ages_of(None, {"age": 34, "age_band": "unknown"}, today) is None
    assert set(BANDS) == set(AgeBand.values) - {AgeBand.UNKNOWN}


@pytest.mark.parametrize(
    "rows",
    [
        [], [(0, 5), (7, 17)], [(0, 9), (9, 17)], [(1, 17)],
    ],
)  # fmt: skip
def test_a_table_with_a_hole_is_no_table(rows):
    with pytest.raises(ValueError, match="every age"):
        Table.of({"rows": [{"from": a, "to": b, "child": "assent", "caregiver": "consent"} for a, b in rows]})


def test_a_country_may_end_childhood_elsewhere():
    rows = [{"from": 0, "to": 20, "child": "assent", "caregiver": "consent"}]
    table = Table.of({"rows": rows, "inside": [Purpose.INTERNAL_ESCALATION]})
    assert table.adult_from == 21
    assert required({20}, table).child == Child.ASSENT
    assert required({21}, table).is_adult
