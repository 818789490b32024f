"""Reports: of fixed quarters and fixed places, frozen once, under disclosure control to the last total (domain.md §10)."""

import json
from datetime import date

import pytest
from django.core.checks import run_checks
from django.db import transaction
from django.urls import get_resolver, reverse
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from foundation.core.acting import acting
from riskanalysis import actions
from riskanalysis.disclosure import is_small
from riskanalysis.figures import Line, report
from riskanalysis.models import Release
from riskanalysis.quarters import last_due, level, months_of, quarter_of
from riskanalysis.sealing import Sealer
from riskanalysis.vocabulary import (
    CLOSED,
    CLOSED_FOLLOWED,
    CLOSED_MOVED,
    CLOSED_NEEDS,
    CLOSED_RISK,
    CONCERN,
    CONCERN_KEPT,
    CONCERN_REPORTER,
)
from tests import factories
from tests.riskanalysis import world
from tests.riskanalysis.world import AFTER, QUARTER


def content(release: Release) -> dict:
    return json.loads(Sealer.of(release.unit.organisation_id).open(release.pk, bytes(release.content)))


@pytest.fixture
def filled(house) -> factories.House:
    """A quarter at two points of two branches."""
    world.concerns(house.units["harbour"], 160)
    world.referrals(house.units["harbour"], 120)
    world.closings(house.units["harbour"], 90)
    world.concerns(house.units["old"], 90, seed=2)
    return house


def released(house, who: str = "manager") -> list[Release]:
    user = house.people[who]
    with acting(user.pk):
        return list(Release.objects.visible_to(user).select_related("unit"))


def numbers(value) -> list[int]:
    """Every whole number in what is published, wherever it stands."""
    if isinstance(value, dict):
        return [n for part in value.values() for n in numbers(part)]
    if isinstance(value, list):
        return [n for part in value for n in numbers(part)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def test_a_quarter_is_frozen_a_month_after_its_end_once_per_branch(filled):
    assert actions.release_due(date(2026, 10, 30)) == 0, "too early"
    assert actions.release_due(AFTER) == 2
    assert actions.release_due(AFTER) == 0, "once and for all"
    (coast,) = released(filled)
    assert (coast.unit.name, coast.quarter) == ("Coast branch", QUARTER)


def test_what_is_counted_later_changes_no_report(filled):
    actions.release_due(AFTER)
    (before,) = released(filled)
    world.concerns(filled.units["harbour"], 50, seed=9)
    actions.release_due(AFTER)
    (after,) = released(filled)
    assert content(before) == content(after)


@pytest.mark.parametrize(
    ("day", "newest"),
    [(date(2026, 10, 30), date(2026, 4, 1)), (date(2026, 10, 31), date(2026, 7, 1)), (date(2027, 1, 30), date(2026, 7, 1)),
     (date(2027, 1, 31), date(2026, 10, 1))],
)  # fmt: skip
def test_the_grid_of_quarters_is_fixed(day, newest):
    assert last_due(day) == newest
    assert quarter_of(newest) == newest
    assert [month.month for month in months_of(newest)] == [newest.month, newest.month + 1, newest.month + 2]


def test_every_unit_is_counted_in_exactly_one_report(house):
    """So that no report is the difference of two others (domain.md §10, rule 7)."""
    assert level(house.units["harbour"]).name == "Coast branch"
    assert level(house.units["old"]).name == "Hills branch"
    assert level(house.units["national"]).name == "National office"


def test_no_small_figure_stands_in_a_report(filled):
    actions.release_due(AFTER)
    (coast,) = released(filled)
    said = content(coast)
    assert said["concerns"]["total"] == 160
    assert said["referrals"]["total"] == 120
    assert len(said["concerns"]["tables"]) == 5
    assert len(said["referrals"]["tables"]) == 3
    assert said["closings"]["total"] == 90
    assert len(said["closings"]["tables"]) == 5
    assert not [n for n in numbers(said) if is_small(n, 5)]


def test_all_tables_of_a_report_have_the_same_margins(filled):
    """They share nothing but margins that are shown: then no table tells anything about the inside of another."""
    actions.release_due(AFTER)
    said = content(released(filled)[0])
    for group in (said["concerns"], said["referrals"], said["closings"]):
        margins: dict[str, set] = {}
        edges = []
        for table in group["tables"]:
            edges.append((table["rows"], table["columns"]))
            for side, codes, totals in (
                (table["rows"], table["row_codes"], table["row_totals"]),
                (table["columns"], table["column_codes"], table["column_totals"]),
            ):
                margins.setdefault(side, set()).add((json.dumps(codes), tuple(totals)))
        assert all(len(known) == 1 for known in margins.values())
        assert len(edges) == len({name for edge in edges for name in edge}) - 1, "a tree"


MONTHS = ["2026-07", "2026-08", "2026-09"]
CODES = {"category": ["child_in_danger", "eviction_property", "other"], "urgency": ["emergency", "urgent", "normal"]}


@st.composite
def quarters(draw) -> list[Line]:
    lines = []
    for _ in range(draw(st.integers(0, 14))):
        month, n = draw(st.sampled_from(MONTHS)), draw(st.integers(1, 6))
        category, urgency = draw(st.sampled_from(CODES["category"])), draw(st.sampled_from(CODES["urgency"]))
        outcome = draw(st.sampled_from(["redirected", "escalated_to_case"]))
        lines += [
            Line(CONCERN, month, (category, urgency, outcome), n),
            Line(CONCERN_REPORTER, month, ("staff", urgency), n),
            Line(CONCERN_KEPT, month, (urgency, draw(st.sampled_from(["kept", "late"]))), n),
        ]
        result, risk = (
            draw(st.sampled_from(["safer", "worse", "unknown"])),
            draw(st.sampled_from(["reduced", "unknown"])),
        )
        lines += [
            Line(CLOSED, month, (draw(st.sampled_from(["relocated", "duplicate"])), result), n),
            Line(CLOSED_RISK, month, (risk, result), n),
            Line(CLOSED_MOVED, month, (risk, "threat" if risk == "reduced" else "unknown"), n),
            Line(CLOSED_NEEDS, month, (draw(st.sampled_from(["met", "not"])), result), n),
            Line(CLOSED_FOLLOWED, month, (draw(st.sampled_from(["reached", "none"])), result), n),
        ]
    return lines


@pytest.mark.proof("statistics")
@hypothesis(max_examples=300, deadline=None)
@given(lines=quarters(), k=st.integers(3, 6))
def test_whatever_was_counted_no_number_below_the_threshold_is_published(lines, k):
    said = report(lines, MONTHS, k)
    assert not [n for n in numbers(said) if is_small(n, k)]
    total = sum(line.n for line in lines if line.cube == CONCERN)
    assert ("total" in said["concerns"]) == ("total" in said["closings"]) == (total >= k)
    if total >= k:
        assert all(sum(t["row_totals"]) == total for t in said["concerns"]["tables"] if "row_totals" in t)


def test_a_branch_where_little_was_counted_says_so_and_nothing_else(house):
    world.concerns(house.units["harbour"], 3)
    actions.release_due(AFTER)
    said = content(released(house)[0])
    withheld = {"is_withheld": True}
    assert said == {
        "concerns": withheld,
        "referrals": withheld,
        "declines": withheld,
        "closings": withheld,
        "fairness": [],
    }


def test_who_reads_which_reports(filled):
    actions.release_due(AFTER)
    assert {r.unit.name for r in released(filled, "data_officer")} == {"Coast branch", "Hills branch"}
    for who in ("volunteer", "caseworker", "focal_point", "outsider", "partner_worker", "administrator", "auditor"):
        assert released(filled, who) == []
        with acting(filled.people[who].pk):
            assert not Release.objects.exists(), "the second wall"
    with acting(filled.people["manager"].pk):
        assert {r.unit.name for r in Release.objects.select_related("unit")} == {"Coast branch"}


def test_both_walls_agree_on_reports(filled):
    actions.release_due(AFTER)
    for user in filled.people.values():
        with acting(user.pk):
            assert set(Release.objects.visible_to(user)) == set(Release.objects.all()), user


def test_there_is_no_address_that_gives_out_records_or_files_of_figures():
    """HS-21: reports are pages; nothing is exported, and nothing takes a filter."""
    names = [
        str(pattern.name)
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "app_name", "") == "riskanalysis"
        for pattern in resolver.url_patterns
    ]
    assert sorted(name for name in names if name.startswith("report")) == ["report", "reports"]


def test_a_threshold_that_hides_nobody_is_refused(settings):
    settings.DISCLOSURE_THRESHOLD = 2
    assert "riskanalysis.E001" in {message.id for message in run_checks()}
    settings.DISCLOSURE_THRESHOLD = 3
    assert "riskanalysis.E001" not in {message.id for message in run_checks()}


# --- the pages


def test_the_page_shows_figures_marks_what_is_hidden_and_says_why(filled, browse):
    actions.release_due(AFTER)
    (coast,) = released(filled)
    client = browse(filled.people["manager"])
    listed = client.get(reverse("riskanalysis:reports")).content.decode()
    assert reverse("riskanalysis:report", args=[coast.pk]) in listed
    answer = client.get(reverse("riskanalysis:report", args=[coast.pk]), {"unit": "x", "month": "2026-07"})
    page = answer.content.decode()
    assert "July to September 2026" in page
    assert "160 concerns were triaged." in page
    assert "Why is a figure hidden" in page
    assert page.count('<span class="govuk-visually-hidden">hidden</span>') == page.count('aria-hidden="true">■')
    assert page.count('aria-hidden="true">■') > 0
    assert 'role="img" aria-label="' in page
    plain = client.get(reverse("riskanalysis:report", args=[coast.pk])).content.decode()
    assert main_of(page) == main_of(plain), "no filter"


def main_of(page: str) -> str:
    return page.split("<main", 1)[1].split("</main>")[0]


def test_in_russian_months_stand_alone_and_numbers_have_their_plural(filled, browse):
    actions.release_due(AFTER)
    (coast,) = released(filled)
    client = browse(filled.people["manager"])
    page = client.get(
        reverse("riskanalysis:report", args=[coast.pk]), headers={"accept-language": "ru"}
    ).content.decode()
    assert "июль – сентябрь 2026" in page
    assert "160 сообщений" in page


def test_others_get_nothing(filled, browse):
    actions.release_due(AFTER)
    (coast,) = released(filled)
    hills = next(r for r in released(filled, "data_officer") if r.pk != coast.pk)
    assert browse(filled.people["manager"]).get(reverse("riskanalysis:report", args=[hills.pk])).status_code == 404
    for who in ("caseworker", "administrator", "partner_worker"):
        client = browse(filled.people[who])
        assert client.get(reverse("riskanalysis:reports")).status_code == 403
        assert client.get(reverse("riskanalysis:report", args=[coast.pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_processes_freeze_a_report_once(house):
    with transaction.atomic():
        world.concerns(house.units["harbour"], 20)
    unit = level(house.units["harbour"])
    from riskanalysis.actions.releasing import release

    assert release(unit, QUARTER)
    assert not release(unit, QUARTER)
