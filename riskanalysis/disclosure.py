"""Disclosure control: no figure of 1 to k-1 people is shown, and none can be worked out (domain.md §10; scenario 13).

Coarsen first, then hide. Every margin of a table is made of people enough to be shown (``coarsen``), so tables that share a
margin tell nothing about each other's inside as long as they form a tree. Inside a table each small cell is hidden, and then
others with it, until each small one *could just as well* be k or more, for all that anybody can work out from what is
shown. That is asked exactly: the cells of a table and its totals are a circulation in a network, and the largest value that
a hidden cell can take is a maximum flow. A hidden cell does not say whether it is a small one or protects one.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

Cells = Sequence[Sequence[int]]
Place = tuple[int, int]
Choice = Callable[[list[Any]], Any]
_DRAW: Choice = SystemRandom().choice
_MANY = 1_000_000_000


@dataclass(frozen=True)
class Protected:
    """A table that may be shown: ``None`` stands where a figure is hidden. All totals are shown."""

    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int, ...]
    column_totals: tuple[int, ...]

    @property
    def total(self) -> int:
        """Everybody."""
        return sum(self.row_totals)

    @property
    def n_hidden(self) -> int:
        """How many figures are hidden."""
        return sum(cell is None for row in self.cells for cell in row)


def is_small(n: int, k: int) -> bool:
    """Whether a figure could show who somebody is."""
    return 0 < n < k


def coarsen(totals: Sequence[int], k: int, *, is_ordered: bool) -> list[list[int]]:
    """Groups of positions of which each holds k people or more, or nobody.

    In an ordered dimension (months, age bands) neighbours are joined. In any other the small ones go together; if they are
    still few, the smallest of the others joins them. Everything in one group means that nothing may be told apart.
    """
    return _neighbours(totals, k) if is_ordered else _rest(totals, k)


def _neighbours(totals: Sequence[int], k: int) -> list[list[int]]:
    groups = [[place] for place in range(len(totals))]
    sums = list(totals)
    while any(is_small(n, k) for n in sums) and len(groups) > 1:
        place = next(i for i, n in enumerate(sums) if is_small(n, k))
        beside = [i for i in (place - 1, place + 1) if 0 <= i < len(sums)]
        other = min(beside, key=lambda i: (sums[i] == 0, sums[i]))
        first, second = sorted((place, other))
        groups[first : second + 1] = [groups[first] + groups[second]]
        sums[first : second + 1] = [sums[first] + sums[second]]
    return groups


def _rest(totals: Sequence[int], k: int) -> list[list[int]]:
    small = [place for place, n in enumerate(totals) if is_small(n, k)]
    large = sorted((place for place, n in enumerate(totals) if n >= k), key=lambda place: -totals[place])
    while small and sum(totals[place] for place in small) < k and large:
        small.append(large.pop())
    return [*([place] for place in sorted(large)), *([sorted(small)] if small else [])]


def protect(cells: Cells, k: int, choice: Choice = _DRAW) -> Protected | None:
    """The table with what must be hidden, or ``None`` if it may not be shown at all.

    All totals must be k or more, or nothing (``coarsen``).
    """
    rows = tuple(sum(row) for row in cells)
    columns = tuple(sum(column) for column in zip(*cells, strict=True))
    if any(is_small(n, k) for n in (*rows, *columns)):
        return None
    hidden = {(i, j) for i, row in enumerate(cells) for j, n in enumerate(row) if is_small(n, k)}
    for place in sorted(hidden):
        while largest(cells, hidden, place) < k:
            more = _rectangle(cells, hidden, place, k, choice)
            if more is None:
                return None
            hidden |= more
    return Protected(_shown(cells, hidden), rows, columns)


def _shown(cells: Cells, hidden: set[Place]) -> tuple[tuple[int | None, ...], ...]:
    return tuple(tuple(None if (i, j) in hidden else n for j, n in enumerate(row)) for i, row in enumerate(cells))


def _rectangle(cells: Cells, hidden: set[Place], place: Place, k: int, choice: Choice) -> set[Place] | None:
    """The other three corners of a rectangle that lets the cell grow: enough if possible, then hiding the fewest figures.

    The two corners beside the cell give what it gains, the one across takes it from them again. Which of the equally good
    ones it is, is drawn: who knows the rule could otherwise conclude from what was hidden.
    """
    i, j = place
    found: list[tuple[bool, int, set[Place]]] = []
    for other in (o for o in range(len(cells)) if o != i):
        for column in (c for c in range(len(cells[i])) if c != j):
            more = {(i, column), (other, j), (other, column)} - hidden
            gain = min(cells[i][column], cells[other][j])
            if more and gain:
                found.append((cells[i][j] + gain < k, len(more), more))
    if not found:
        return None
    best = min(known[:2] for known in found)
    drawn: set[Place] = choice([known[2] for known in found if known[:2] == best])
    return drawn


def largest(cells: Cells, hidden: set[Place], place: Place) -> int:
    """The largest value that a hidden cell can take without any shown figure or total being another."""
    return cells[place[0]][place[1]] + _slack(cells, hidden, place, is_more=True)


def smallest(cells: Cells, hidden: set[Place], place: Place) -> int:
    """The smallest value that it can take."""
    n = cells[place[0]][place[1]]
    return n - min(n, _slack(cells, hidden, place, is_more=False))


def _slack(cells: Cells, hidden: set[Place], place: Place, *, is_more: bool) -> int:
    """By how much a cell can change: a maximum flow between its row and its column through the other hidden cells.

    Along a row a cell may grow without bound, along a column it may shrink to nothing, and the other way round.
    """
    left = {cell: cells[cell[0]][cell[1]] for cell in hidden if cell != place}
    total = 0
    while path := _path(left, place, is_more=is_more):
        shrinking = path[0::2] if is_more else path[1::2]
        step = min((left[cell] for cell in shrinking), default=_MANY)
        for n, cell in enumerate(path):
            left[cell] += -step if (n % 2 == 0) == is_more else step
        total += step
        if total >= _MANY:
            break
    return total


def _path(left: dict[Place, int], place: Place, *, is_more: bool) -> list[Place]:
    """The shortest way from the cell's row back to its column, over hidden cells, that shrink and grow in turn."""
    goal = place[1]
    start: tuple[bool, int] = (True, place[0])  # a row
    came: dict[tuple[bool, int], tuple[tuple[bool, int], Place]] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        is_row, at = node
        if not is_row and at == goal:
            return _way(came, node, start)
        for cell, n in left.items():
            if cell[0 if is_row else 1] != at:
                continue
            is_shrinking = is_row == is_more
            following = (not is_row, cell[1 if is_row else 0])
            if (n > 0 or not is_shrinking) and following not in came and following != start:
                came[following] = (node, cell)
                waiting.append(following)
    return []


def _way(
    came: dict[tuple[bool, int], tuple[tuple[bool, int], Place]], node: tuple[bool, int], start: tuple[bool, int]
) -> list[Place]:
    path: list[Place] = []
    while node != start:
        node, cell = came[node]
        path.append(cell)
    return path[::-1]
