"""The outcome of a threat, by component (domain.md §8.4; R-24): never reduced without a second look."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from riskanalysis import outcomes, scheme
from riskanalysis.outcomes import Category, Missing, Reading
from riskanalysis.scheme import Inputs, Interval

MAYBE = st.one_of(st.none(), st.integers(0, 4))


def reading(*values, rating=3, safety=2, **more) -> Reading:
    inputs = Inputs(*values)
    return Reading(scheme.VERSION, inputs, more.get("level", scheme.interval(inputs)), rating, safety)


READINGS = st.builds(lambda values, rating: reading(*values, rating=rating), st.tuples(*[MAYBE] * 5), MAYBE)


def test_without_a_second_assessment_the_outcome_is_unknown():
    """HS-19, §8.4: unknown, never reduced."""
    first = reading(3, 3, 1, 1, 1)
    for change in (outcomes.compare(None, None), outcomes.compare(first, None), outcomes.compare(first, first)):
        assert (change.category, change.missing) == (Category.UNKNOWN, Missing.NO_SECOND)


def test_a_risk_that_fell_says_which_component_moved():
    change = outcomes.compare(reading(3, 3, 1, 1, 1), reading(1, 3, 3, 3, 3, rating=1, safety=4))
    assert (change.category, change.level) == (Category.REDUCED, -2)
    assert (change.threat, change.vulnerability, change.capacity) == (-2, 0, 2)
    assert (change.rating, change.safety) == (-2, 2)
    assert change.moved == ["threat", "capacity"]


def test_what_the_person_sees_otherwise_does_not_count_as_reduced():
    first = reading(3, 3, 1, 1, 1, rating=2)
    assert outcomes.compare(first, reading(1, 3, 1, 1, 1, rating=4)).category == Category.UNCHANGED
    unasked = outcomes.compare(first, reading(1, 3, 1, 1, 1, rating=None))
    assert (unasked.category, unasked.missing) == (Category.UNKNOWN, Missing.NO_RATING)


def test_the_other_categories():
    first = reading(3, 3, 1, 1, 1)
    assert outcomes.compare(first, reading(4, 4, 0, 0, 0)).category == Category.INCREASED
    assert outcomes.compare(first, reading(3, 2, 1, 1, 1)).category == Category.STABILISED
    assert outcomes.compare(first, reading(3, 3, 1, 1, 1)).category == Category.UNCHANGED
    assert outcomes.compare(first, reading(3, 2, 1, 1, 1, rating=4)).category == Category.UNCHANGED
    other = replace(reading(1, 1, 3, 3, 3), scheme="2")
    assert outcomes.compare(first, other).missing == Missing.OTHER_SCHEME


def test_a_range_that_leaves_the_direction_open_is_unknown():
    first = reading(3, 3, 1, 1, 1)
    assert outcomes.compare(first, reading(3, 3, None, None, None)).missing == Missing.OPEN_LEVEL
    assert outcomes.compare(first, reading(1, 1, None, 2, 2, rating=2)).category == Category.REDUCED


@given(READINGS, READINGS)
def test_reduced_is_only_what_fell_and_is_not_worse_to_the_person(first, last):
    change = outcomes.compare(first, last)
    if change.category == Category.REDUCED:
        assert last.level.high < first.level.low
        assert change.rating is not None
        assert change.rating <= 0
    if change.category == Category.INCREASED:
        assert last.level.low > first.level.high
    assert (change.category == Category.UNKNOWN) == (change.missing is not None)


@given(st.lists(st.sampled_from(Category)))
def test_a_case_is_worth_its_worst_threat(found):
    outcome = outcomes.of_case([outcomes.Change(category) for category in found])
    assert outcome in (found or [Category.UNKNOWN])
    if outcome == Category.REDUCED:
        assert set(found) == {Category.REDUCED}


def test_a_confirmed_level_or_what_stayed_open():
    assert outcomes.of_level(1, 4, None) == Interval(1, 4)
    assert outcomes.of_level(1, 4, 3) == Interval(3, 3)
