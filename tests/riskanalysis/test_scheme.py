"""The scheme over all its inputs, and what the seed asks of it (domain.md §8.2; R-24, R-25; scenario 14; W-13)."""

import itertools
from collections import Counter
from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.limits import EMERGENCY, NORMAL, URGENT
from riskanalysis import scheme
from riskanalysis.scheme import INPUTS, Inputs, Interval

ALL = [Inputs(*values) for values in itertools.product(range(5), repeat=5)]
SCORES = st.integers(0, 4)
MAYBE = st.one_of(st.none(), SCORES)


def test_the_level_never_falls_with_a_threat_nor_rises_with_a_capacity():
    """Exhaustive: each of 3,125 inputs against each neighbour that is one step worse or stronger."""
    n_pairs = 0
    for inputs in ALL:
        here = scheme.level(inputs)
        for name in INPUTS:
            value = getattr(inputs, name)
            if value < 4:
                there, n_pairs = scheme.level(replace(inputs, **{name: value + 1})), n_pairs + 1
                assert there <= here if name in scheme.CAPACITIES else there >= here, (inputs, name)
    assert len(ALL) == 3125
    assert n_pairs == 12500


def test_a_risk_exists_just_where_the_framework_says_so():
    """R-25: threat and vulnerability outweighing the capacity are a risk; contained by the capacity it is low at most."""
    for inputs in ALL:
        level, capacity = scheme.level(inputs), (inputs.prevent + inputs.respond + inputs.recover) // 3
        if inputs.threat == 0:
            assert level == 0
        elif inputs.threat == 4:
            assert level >= 3
        elif max(inputs.threat or 0, inputs.vulnerability or 0) <= capacity:
            assert level <= 1
        else:
            assert level >= 1


def test_the_table_is_the_one_that_was_agreed():
    """A change of the table is a new version: how often each level comes up, over all inputs."""
    found = Counter(scheme.level(inputs) for inputs in ALL)
    assert scheme.VERSION == "1"
    assert [found[n] for n in range(5)] == [844, 675, 397, 834, 375]


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ((0, 4, 0, 0, 0), 0), ((1, 1, 2, 2, 2), 1), ((2, 2, 2, 2, 2), 1), ((2, 2, 1, 1, 1), 2), ((3, 2, 1, 1, 1), 3),
        ((3, 4, 0, 0, 0), 4), ((3, 4, 3, 3, 3), 3), ((4, 0, 4, 4, 4), 3), ((4, 4, 0, 0, 0), 4), ((1, 4, 0, 0, 0), 3),
        ((2, 3, 4, 4, 4), 1),
    ],
)  # fmt: skip
def test_examples_worked_out_by_hand(values, level):
    assert scheme.level(Inputs(*values)) == level


def test_the_arithmetic_adds_up_line_by_line():
    for inputs in ALL:
        lines = scheme.workings(inputs)
        assert lines.inherent == scheme.INHERENT[inputs.threat or 0][inputs.vulnerability or 0]
        assert lines.capacity == lines.sum // 3
        assert lines.adjusted == max(0, min(4, lines.inherent + lines.moved))
        assert lines.is_raised == (lines.level > lines.ruled)
        assert not lines.is_raised or inputs.threat == 4


@given(st.builds(Inputs, *[MAYBE] * 5), st.tuples(*[SCORES] * 5))
def test_whatever_the_unknown_turns_out_to_be_lies_inside_the_interval(known, filled):
    """Scenario 14: no completion of unknown inputs leaves the interval."""
    values = [filled[n] if value is None else value for n, value in enumerate(astuple(known))]
    span, level = scheme.interval(known), scheme.level(Inputs(*values))
    assert span.low <= level <= span.high


@given(st.builds(Inputs, *[MAYBE] * 5))
def test_both_ends_of_an_interval_are_reached(known):
    span = scheme.interval(known)
    assert (scheme.level(known.best), scheme.level(known.worst)) == (span.low, span.high)
    assert span.is_certain or not known.is_whole


@given(st.builds(Inputs, *[MAYBE] * 5), st.sampled_from(INPUTS))
def test_learning_an_input_never_widens_the_interval(known, name):
    for value in range(5):
        if getattr(known, name) is None:
            narrow, wide = scheme.interval(replace(known, **{name: value})), scheme.interval(known)
            assert wide.low <= narrow.low <= narrow.high <= wide.high


def test_unknown_capacity_gives_an_interval_and_the_worst_decides():
    """Scenario 14: unknown capacity → interval, worst-case urgency."""
    known = Inputs(3, 3, None, None, None)
    span = scheme.interval(known)
    assert (span.low, span.high) == (1, 4)
    assert scheme.urgency(span.high, known.threat) == EMERGENCY


@pytest.mark.parametrize("value", [-1, 5, 99])
def test_an_input_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match="0 to 4"):
        Inputs(value, 0, 0, 0, 0)
    with pytest.raises(ValueError, match="not known"):
        scheme.workings(Inputs(None, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("worst", "threat", "more", "urgency"),
    [
        (4, 3, {}, EMERGENCY), (3, 4, {}, EMERGENCY), (3, 3, {}, URGENT), (3, None, {}, EMERGENCY), (2, 2, {}, NORMAL),
        (2, 2, {"is_child": True}, URGENT), (2, 2, {"is_worse": True}, URGENT), (1, 1, {"is_child": True}, NORMAL),
        (0, 0, {}, NORMAL), (0, 0, {"has_flag": True}, EMERGENCY),
    ],
)  # fmt: skip
def test_the_suggested_urgency(worst, threat, more, urgency):
    assert scheme.urgency(worst, threat, **more) == urgency


def test_what_does_not_fit_together_is_said():
    """Consistency, a copied assessment, the person's own rating (W-13), a group as the only reason (W-17)."""
    assert scheme.warnings(Inputs(4, 2, 3, 0, 0)) == [scheme.THREAT_PREVENTED]
    assert scheme.warnings(Inputs(3, 0, 1, 1, 1)) == [scheme.NOT_EXPOSED]
    same = Inputs(2, 2, 1, 1, 1)
    assert scheme.warnings(same, former=same) == [scheme.COPIED]
    assert scheme.warnings(same, former=replace(same, recover=2)) == []
    assert scheme.warnings(same, rating=4) == [scheme.OWN_RATING]
    assert scheme.warnings(same, rating=3) == []
    assert scheme.warnings(same, rating=0) == [scheme.OWN_RATING]
    assert scheme.warnings(Inputs(3, 3, None, None, None), rating=0) == []
    assert scheme.warnings(same, is_group_alone=True) == [scheme.GROUP_ONLY]
    assert scheme.warnings(Inputs(None, None, None, None, None)) == []


def test_lowering_a_high_level_takes_two_people():
    assert scheme.needs_second(2, Interval(3, 3))
    assert not scheme.needs_second(1, Interval(2, 2))
    assert scheme.is_lowered(1, Interval(2, 2))
    assert not scheme.is_lowered(3, Interval(2, 2))
    assert scheme.needs_second(2, Interval(2, 4)), "the worst end of what is not known counts"
    assert not scheme.needs_second(None, Interval(2, 4))


def test_the_most_pressing_of_several_threats_counts():
    assert scheme.most_pressing([NORMAL, URGENT]) == URGENT
    assert scheme.most_pressing([]) == NORMAL
