"""No small figure is published or can be worked out (proof 13): held against every table that fits what is shown."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from riskanalysis.disclosure import Cells, Place, Protected, coarsen, is_small, largest, protect, smallest

pytestmark = pytest.mark.proof("statistics")


def fitting(shown: Protected, cells: Cells) -> Iterator[dict[Place, int]]:
    """Every table of whole numbers that agrees with all that is shown: what an attacker has to choose from."""
    hidden = [(i, j) for i, row in enumerate(shown.cells) for j, cell in enumerate(row) if cell is None]
    rows = [total - sum(cell or 0 for cell in row) for total, row in zip(shown.row_totals, shown.cells, strict=True)]
    columns = [
        total - sum(row[j] or 0 for row in shown.cells) for j, total in enumerate(shown.column_totals)
    ]  # fmt: skip
    chosen: dict[Place, int] = {}

    def rest(n: int) -> Iterator[dict[Place, int]]:
        if n == len(hidden):
            if not any(rows) and not any(columns):
                yield dict(chosen)
            return
        i, j = hidden[n]
        for value in range(min(rows[i], columns[j]) + 1):
            rows[i] -= value
            columns[j] -= value
            chosen[i, j] = value
            yield from rest(n + 1)
            rows[i] += value
            columns[j] += value

    yield from rest(0)


@st.composite
def tables(draw, most: int = 9, sides: int = 3) -> tuple[list[list[int]], int]:
    k = draw(st.integers(3, 5))
    n_rows, n_columns = draw(st.integers(1, sides)), draw(st.integers(1, sides))
    cell = st.one_of(st.integers(0, k), st.integers(0, most))
    return draw(st.lists(st.lists(cell, min_size=n_columns, max_size=n_columns), min_size=n_rows, max_size=n_rows)), k


SEEN = {"tables": 0, "shown": 0, "small": 0, "worlds": 0}


@pytest.mark.slow
@hypothesis(max_examples=1500, deadline=None)
@given(table=tables(), seed=st.integers(0, 1000))
def test_no_small_figure_is_shown_and_each_could_just_as_well_be_a_large_one(table, seed):
    """For every hidden small figure there is a table that agrees with all that is shown and in which it is k or more."""
    cells, k = table
    shown = protect(cells, k, Random(seed).choice)
    SEEN["tables"] += 1
    if shown is None:
        return
    SEEN["shown"] += 1
    everything = [*(cell for row in shown.cells for cell in row), *shown.row_totals, *shown.column_totals, shown.total]
    assert not any(is_small(n, k) for n in everything if n is not None), "published"
    assert all(
        cell in (None, true)
        for row, own in zip(shown.cells, cells, strict=True)
        for cell, true in zip(row, own, strict=True)
    )
    worlds = list(fitting(shown, cells))
    SEEN["worlds"] += len(worlds)
    for i, row in enumerate(cells):
        for j, n in enumerate(row):
            if is_small(n, k):
                SEEN["small"] += 1
                assert shown.cells[i][j] is None
                assert max(world[i, j] for world in worlds) >= k, "can be worked out to be small"


@pytest.mark.slow
def test_what_was_tried(figure):
    """Runs after the one above, which counts."""
    figure(
        f"{SEEN['tables']:,} random tables, {SEEN['shown']:,} shown with {SEEN['small']:,} small figures: 0 published, 0 proven"
        f" small by all of the {SEEN['worlds']:,} tables that fit what is shown"
    )


@hypothesis(max_examples=400, deadline=None)
@given(table=tables(), seed=st.integers(0, 1000))
def test_the_range_of_a_hidden_figure_is_exact(table, seed):
    """The flow in the network gives what trying all tables gives, for the smallest and for the largest value."""
    cells, k = table
    shown = protect(cells, k, Random(seed).choice)
    if shown is None or not shown.n_hidden:
        return
    hidden = {(i, j) for i, row in enumerate(shown.cells) for j, cell in enumerate(row) if cell is None}
    worlds = list(fitting(shown, cells))
    for place in hidden:
        values = [world[place] for world in worlds]
        assert (smallest(cells, hidden, place), largest(cells, hidden, place)) == (min(values), max(values))


def test_a_table_with_one_small_figure_hides_its_protectors_too(figure):
    """Scenario 13: complementary suppression."""
    cells = [[1, 24, 40], [25, 30, 22], [18, 11, 60]]
    shown = protect(cells, 5, Random(1).choice)
    assert shown is not None
    assert shown.cells[0][0] is None
    for line in (shown.cells[0], [row[0] for row in shown.cells]):
        assert sum(cell is None for cell in line) >= 2, "alone it would be the total less the others"
    assert (shown.row_totals, shown.column_totals) == ((65, 77, 89), (44, 65, 122))
    assert shown.n_hidden == 4
    figure("scenario 13: one small figure, 4 of 9 hidden, all totals shown")


def test_figures_that_are_none_or_many_are_all_shown():
    shown = protect([[0, 12], [30, 5]], 5)
    assert shown is not None
    assert shown.n_hidden == 0
    assert shown.cells == ((0, 12), (30, 5))


def test_a_small_total_is_never_shown():
    """The caller coarsens first; if it forgot, nothing is shown at all."""
    assert protect([[1, 2], [30, 40]], 5) is None
    assert protect([[2, 30], [1, 40]], 5) is None


def test_a_table_in_which_a_small_figure_cannot_be_protected_is_withheld():
    """All that would protect it is nothing itself."""
    assert (
        protect([[3, 0, 7], [0, 9, 0], [7, 0, 0]], 5) is None
        or protect([[3, 0, 7], [0, 9, 0], [7, 0, 0]], 5).n_hidden >= 4
    )
    assert protect([[4, 6]], 5) is None
    assert protect([[4], [6]], 5) is None


@hypothesis(max_examples=300)
@given(totals=st.lists(st.integers(0, 12), min_size=1, max_size=9), k=st.integers(3, 6), is_ordered=st.booleans())
def test_groups_hold_enough_people_or_nobody(totals, k, is_ordered):
    groups = coarsen(totals, k, is_ordered=is_ordered)
    assert sorted(place for group in groups for place in group) == [
        place for place, n in enumerate(totals) if is_ordered or n
    ]
    sums = [sum(totals[place] for place in group) for group in groups]
    if sum(totals) >= k:
        assert not any(is_small(n, k) for n in sums)
    if is_ordered:
        assert all(group == list(range(group[0], group[-1] + 1)) for group in groups), "neighbours only"


def test_the_draw_differs_and_its_result_never_does_harm():
    """Which figures protect is drawn: who knows the rule could otherwise conclude from it."""
    cells = [[1, 24, 40], [25, 30, 22], [18, 11, 60]]
    patterns = {protect(cells, 5, Random(seed).choice).cells for seed in range(40)}
    assert len(patterns) == 4
