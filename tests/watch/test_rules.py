"""The rules on invented touches: days, nights, weekends, changes of the clocks, jumps of a clock (scenario 19)."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.calendars import WorkingCalendar
from foundation.watch import rules
from foundation.watch.rules import READ, SHOWN, WRITE, Touch
from foundation.watch.vocabulary import SERIOUS, TO_CHECK, Rule

DAY = date(2026, 11, 24)  # a Tuesday
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KYIV = WorkingCalendar("Europe/Kyiv", time(9), time(17))
HOUR = timedelta(hours=1)
SPACE = UUID(int=0)


def folder(n: int) -> UUID:
    return uuid5(SPACE, str(n))


def touches(*events: tuple[float, int, str]) -> list[Touch]:
    """(minutes after noon, folder, kind)."""
    return [Touch(NOON + timedelta(minutes=m), 1, folder(f), kind) for m, f, kind in events]


def one_a_minute(n: int) -> list[Touch]:
    return touches(*((m, m, READ) for m in range(n)))


def test_at_the_limit_nothing_is_told_and_one_more_is():
    assert rules.too_many(DAY, one_a_minute(40), 40, 80) is None
    found = rules.too_many(DAY, one_a_minute(41), 40, 80)
    assert found is not None
    assert (found.rule, found.n, found.limit, found.rank, len(found.seen)) == (Rule.BUDGET, 41, 40, TO_CHECK, 41)


def test_far_beyond_the_limit_it_is_serious():
    found = rules.too_many(DAY, one_a_minute(81), 40, 80)
    assert found is not None
    assert found.rank == SERIOUS
    never_asked = rules.too_many(DAY, one_a_minute(81), 40, None)
    assert never_asked is not None
    assert never_asked.rank == TO_CHECK


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 30), st.sampled_from([READ, WRITE, SHOWN]))))
def test_a_figure_is_exactly_the_different_folders_that_were_touched(events):
    seen = touches(*sorted(events))
    different = {f for _m, f, kind in events if kind in (READ, WRITE)}
    found = rules.too_many(DAY, seen, 0, None)
    assert (found.n if found else 0) == len(different)


def test_names_that_searches_show_are_added_up():
    shown = [Touch(NOON, 1, None, SHOWN, 25) for _ in range(9)]
    assert rules.searching(DAY, shown[:8], 200) is None
    found = rules.searching(DAY, shown, 200)
    assert found is not None
    assert found.n == 225


# --- bursts


TEN = timedelta(minutes=10)


def test_many_different_folders_in_few_minutes_without_a_word_written():
    assert len(rules.burst(one_a_minute(11), 11, TEN)) == 11
    assert rules.burst(one_a_minute(10), 11, TEN) == []


def test_the_same_folder_again_and_again_is_no_burst():
    assert rules.burst(touches(*((m / 10, m % 3, READ) for m in range(60))), 4, TEN) == []


def test_a_note_between_makes_it_work():
    events = [(m, m, READ) for m in range(6)] + [(6, 5, WRITE)] + [(m, m, READ) for m in range(7, 12)]
    assert rules.burst(touches(*events), 7, TEN) == []
    assert len(rules.burst(touches(*(e for e in events if e[2] == READ)), 7, TEN)) == 10


def test_slow_reading_is_no_burst():
    assert rules.burst(touches(*((3 * m, m, READ) for m in range(30))), 5, TEN) == []


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), st.sampled_from([READ, WRITE])), max_size=40))
def test_a_burst_is_what_it_says(events):
    """Different folders, within the window, and nothing written between the first and the last; none is longer."""
    seen = touches(*sorted(events))
    run = rules.burst(seen, 1, TEN)
    assert len({t.folder for t in run}) == len(run)
    reads = [n for n, t in enumerate(seen) if t.kind == READ]
    longest = 0
    for a in reads:
        inside = []
        for touch in seen[a:]:
            if touch.kind == WRITE or touch.at - seen[a].at > TEN:
                break
            inside.append(touch.folder)
        longest = max(longest, len(set(inside)))
    assert len(run) == longest


# --- hours


def at(text: str) -> datetime:
    """A moment by the clock of Kyiv."""
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Kyiv")).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "is_off"),
    [
        ("2026-11-24T12:00", False), ("2026-11-24T08:00", False), ("2026-11-24T07:59", True), ("2026-11-24T17:59", False),
        ("2026-11-24T18:00", True), ("2026-11-24T23:30", True), ("2026-11-25T02:00", True),
        ("2026-11-28T12:00", True), ("2026-11-29T10:00", True), ("2026-11-27T17:30", False),
        # 29 March 2026: 03:00 becomes 04:00; Monday still opens at 09:00 of the clock on the wall, an hour earlier in UTC
        ("2026-03-27T08:30", False), ("2026-03-30T08:30", False), ("2026-03-30T07:59", True), ("2026-03-27T07:59", True),
        # 25 October 2026: 04:00 becomes 03:00
        ("2026-10-23T17:30", False), ("2026-10-26T17:30", False), ("2026-10-26T18:30", True),
    ],
)  # fmt: skip
def test_working_hours_are_those_of_the_clock_on_the_wall(moment, is_off):
    assert rules.is_off_hours(at(moment), KYIV, HOUR) is is_off


def test_a_holiday_is_no_working_day():
    holiday = WorkingCalendar("Europe/Kyiv", holidays=frozenset({DAY}))
    assert rules.is_off_hours(at("2026-11-24T12:00"), holiday, HOUR)


def test_hours_to_midnight_reach_past_it():
    """Who closes at 23:30 may still finish at 00:15."""
    late = WorkingCalendar("Europe/Kyiv", time(14), time(23, 30))
    assert not rules.is_off_hours(at("2026-11-25T00:15"), late, HOUR)
    assert rules.is_off_hours(at("2026-11-25T00:45"), late, HOUR)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.sampled_from(["Asia/Gaza", "America/Havana", "Asia/Beirut"]),
)
def test_without_grace_it_is_off_exactly_when_the_calendar_is_closed(moment, zone):
    calendar = WorkingCalendar(zone)
    moment = moment.replace(tzinfo=UTC)
    assert rules.is_off_hours(moment, calendar, timedelta(0)) is (calendar.next_open(moment) != moment)


def test_writing_at_night_is_work_and_not_browsing():
    night = at("2026-11-24T02:00")
    seen = [Touch(night, 1, folder(1), WRITE), Touch(night, 1, folder(2), READ), Touch(night, 1, folder(2), READ)]
    assert [t.folder for t in rules.off_hours(seen, KYIV, HOUR)] == [folder(2)]


def test_a_clock_that_jumps_back_hides_nothing():
    """Touches that seem to come from before are judged as they stand; no order makes a figure smaller."""
    seen = one_a_minute(30)
    jumped = [*seen[15:], *seen[:15]]
    found = rules.too_many(DAY, jumped, 20, None)
    assert found is not None
    assert found.n == 30
