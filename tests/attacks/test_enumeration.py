"""Hidden and absent take the same time: nobody learns from a clock that a record exists (proof 12).

Both are asked in turn, hundreds of times, and the medians compared: they may differ by 5 % at most. A record that may be
seen is the positive control: it takes clearly longer, so that the clock is known to tell a difference.
"""

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from tests import factories, partner

pytestmark = [pytest.mark.proof("enumeration"), pytest.mark.slow]

N, WARM_UP, MOST = 400, 30, 0.05
Ask = Callable[[Any], Any]


def milliseconds(ask: Ask, pk: Any) -> float:
    """How long one answer takes."""
    began = perf_counter()
    ask(pk)
    return (perf_counter() - began) * 1000


def apart(ask: Ask, hidden: Any) -> tuple[float, float]:
    """The medians for hidden and for absent, asked in turn, each first in every other round."""
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.disable()
    try:
        for number in range(-WARM_UP, N):
            pair = ((0, hidden), (1, uuid4()))
            for which, pk in pair if number % 2 else reversed(pair):
                took = milliseconds(ask, pk)
                if number >= 0:
                    times[which].append(took)
    finally:
        gc.enable()
    return median(times[0]), median(times[1])


@pytest.fixture
def ways(house, browse) -> dict[str, tuple[Ask, Any]]:
    """What → how somebody asks who may not see it, and the hidden record."""
    case, draft, referral = factories.case(house), factories.draft(house), factories.sent(house)
    outsider, lead, other = (
        browse(house.people["outsider"]),
        browse(house.people["focal_point"]),
        partner.api(house, "Lantern House"),
    )

    def page(client: Any, name: str) -> Ask:
        return lambda pk: client.get(reverse(name, args=[pk]))

    return {
        "a case, by a caseworker of another unit": (page(outsider, "cases:case"), case.pk),
        "a draft, by the unit's focal point": (page(lead, "cases:concern"), draft.pk),
        "a referral, by a caseworker of another unit": (page(outsider, "referrals:referral"), referral.pk),
        "a referral, by another partner's program": (lambda pk: other.get(f"/{pk}"), referral.pk),
    }


def test_hidden_and_absent_take_the_same_time(ways, figure):
    for what, (ask, hidden) in ways.items():
        assert ask(hidden).status_code == ask(uuid4()).status_code == 404
        one, other = apart(ask, hidden)
        difference = abs(one - other) / other
        figure(f"{what}: hidden {one:.2f} ms, absent {other:.2f} ms, {difference:.1%} apart ({N} of each)")
        assert difference <= MOST, what


def test_the_clock_would_tell(house, browse, figure):
    """The positive control: the same question by somebody who may see the record."""
    case, owner = factories.case(house), browse(house.people["caseworker"])
    shown = median(milliseconds(lambda pk: owner.get(reverse("cases:case", args=[pk])), case.pk) for _ in range(40))
    absent = median(milliseconds(lambda pk: owner.get(reverse("cases:case", args=[pk])), uuid4()) for _ in range(40))
    figure(f"control: a case that may be seen takes {shown / absent:.1f} times as long")
    assert shown > absent * (1 + MOST)
