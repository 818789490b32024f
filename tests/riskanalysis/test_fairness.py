"""R-01, W-23: groups at equal risk are compared by shares of twenty people or more; nothing of fewer is said."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from consent.vocabulary import COUNTED, AgeBand, Purpose
from foundation.core.acting import acting
from referrals.models import Referral
from riskanalysis import actions
from riskanalysis.fairness import LEAST, fairness
from riskanalysis.figures import Line
from riskanalysis.models import Release
from riskanalysis.vocabulary import ANSWER_AGE, WAIT_AGE
from tests import factories
from tests.riskanalysis import world
from tests.riskanalysis.test_counting import counted
from tests.riskanalysis.world import AFTER


def lines(cube: str, urgency: str, **groups: tuple[int, int]) -> list[Line]:
    """Group → (how many it went against, how many it did not)."""
    against, otherwise = ("long", "short") if cube == WAIT_AGE else ("declined", "accepted")
    return [
        Line(cube, "2026-07", (urgency, group, what), n)
        for group, pair in groups.items()
        for what, n in zip((against, otherwise), pair, strict=True)
    ]


def rows(tables: list[dict]) -> dict[str, dict]:
    (table,) = tables
    return {row["code"]: row for row in table["rows"]}


def test_a_group_that_waits_clearly_longer_stands_out():
    ages = {"18-59": (20, 80), "60+": (24, 26), "12-17": (9, 36)}
    found = rows(fairness(lines(WAIT_AGE, "urgent", **ages)))
    assert {code: row["share"] for code, row in found.items()} == {"12-17": 20, "18-59": 20, "60+": 50}
    assert {code for code, row in found.items() if row["stands_out"]} == {"60+"}


def test_of_fewer_than_twenty_nothing_is_said_and_nobody_stands_out():
    found = rows(fairness(lines(ANSWER_AGE, "normal", **{"18-59": (5, 95), "12-17": (5, 95), "60+": (19, 0)})))
    assert found["60+"] == {"code": "60+", "share": None, "stands_out": False}


def test_groups_are_compared_only_at_equal_risk():
    tables = fairness(lines(WAIT_AGE, "urgent", **{"18-59": (5, 45)}) + lines(WAIT_AGE, "normal", **{"60+": (40, 10)}))
    assert tables == [], "one group alone is no comparison"


counts = st.dictionaries(st.sampled_from(AgeBand.values), st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2)


@given(counts)
def test_no_table_tells_a_count_or_a_share_of_few(groups):
    for table in fairness(lines(WAIT_AGE, "urgent", **groups)):
        for row in table["rows"]:
            n = sum(groups[row["code"]])
            assert set(row) == {"code", "share", "stands_out"}
            assert (row["share"] is None) == (n < LEAST)
            assert row["share"] is None or row["share"] % 5 == 0


def test_the_first_referral_says_how_long_the_person_waited_and_every_answer_counts(house):
    case = factories.case(house)
    factories.decide(house, case, Purpose.ANONYMOUS_STATISTICS, case.unit_id, fields=COUNTED)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=True):
        first = factories.sent(house, case)
    factories.respond(house, first, "decline", reason="no_capacity")
    found = counted(house)
    assert found["wait_age", "normal", "18-59", "long"] == found["wait_gender", "normal", "unknown", "long"] == 1
    assert found["answer_age", "normal", "18-59", "declined"] == 1
    with acting(house.people["caseworker"].pk):
        assert Referral.objects.get(pk=first.pk).previous_id is None


def test_the_report_asks_what_stands_in_the_way(house, browse):
    for point in ("harbour", "old"):
        world.referrals(house.units[point], 500)
    actions.release_due(AFTER)
    manager = house.people["manager"]
    with acting(manager.pk):
        release = Release.objects.visible_to(manager).order_by("-quarter").first()
    page = browse(manager).get(reverse("riskanalysis:report", args=[release.pk])).content.decode()
    assert "Do groups at equal risk wait equally long?" in page
    assert "clearly more often" in page
    assert "about 45 %" in page or "about 40 %" in page or "about 50 %" in page


@pytest.mark.parametrize("share", [(0, 30), (30, 0)])
def test_all_or_nobody_is_not_said_to_the_point(share, house):
    from riskanalysis.fair_words import share_words

    found = rows(fairness(lines(WAIT_AGE, "urgent", **{"60+": share, "18-59": (10, 20)})))
    assert share_words(found["60+"]["share"]) in ("less than 5 %", "more than 95 %")
