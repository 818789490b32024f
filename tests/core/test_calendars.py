"""Due times hold across weekends, holidays and changes of the clocks (domain.md §6; scenario 19)."""

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.core.calendars import (
    EMERGENCY,
    NORMAL,
    REPEAT_AT_LEAST,
    SLA_DEFAULTS,
    URGENCIES,
    URGENT,
    Limit,
    WorkingCalendar,
    advanced,
    as_utc,
    due_at,
    elapsed,
    elapsed_share,
    extended,
    next_reminder,
    wall_due,
    worked,
    working_due,
)

KYIV = WorkingCalendar("Europe/Kyiv")
GAZA = WorkingCalendar("Asia/Gaza", opens=time(8), closes=time(15), weekend=frozenset({4, 5}))
ZERO, HOUR, DAY = timedelta(0), timedelta(hours=1), timedelta(days=1)

zones = st.sampled_from(["Europe/Kyiv", "America/Santiago", "Australia/Lord_Howe", "Asia/Gaza", "Asia/Beirut", "UTC"])
weekends = st.sampled_from([frozenset({5, 6}), frozenset({4, 5}), frozenset({4}), frozenset()])
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(ZERO, timedelta(days=40))
lengths = st.integers(0, 12)


@st.composite
def calendars(draw):
    """Calendars whose hours begin after every change of the clocks in these zones, which all happen before 05:00."""
    opens = draw(st.times(time(5), time(12)).map(lambda clock: clock.replace(fold=0)))
    closes = draw(st.times(time(13), time(23)).map(lambda clock: clock.replace(fold=0)))
    holidays = draw(st.frozensets(st.dates(date(2024, 1, 1), date(2028, 1, 1)), max_size=20))
    return WorkingCalendar(draw(zones), opens, closes, draw(weekends), holidays)


def at(calendar, text):
    """Give a local time of the calendar in UTC, in which Python counts exactly."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)


def is_open(calendar, moment):
    local = calendar.local(moment)
    return calendar.works_on(local.date()) and calendar.opens <= local.time() < calendar.closes


# --- working days ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-10-13T11:00", 2, "2026-10-15T11:00"),  # Tuesday to Thursday
        ("2026-10-15T16:59", 2, "2026-10-19T16:59"),  # over a weekend
        ("2026-10-16T20:00", 2, "2026-10-21T09:00"),  # Friday night counts from Monday's opening
        ("2026-10-17T12:00", 0, "2026-10-19T09:00"),  # no days: the next opening
        ("2026-10-13T08:59", 0, "2026-10-13T09:00"),
        ("2026-10-13T12:00", 0, "2026-10-13T12:00"),
        ("2026-10-13T17:00", 1, "2026-10-15T09:00"),  # closing time is outside
        ("2026-10-23T11:00", 1, "2026-10-26T11:00"),  # the clocks go back on 25 October: scenario 19
        ("2027-03-26T11:00", 1, "2027-03-29T11:00"),  # and forward on 28 March: scenario 19
    ],
)
def test_scenario_19_working_days_keep_the_local_clock_time(start, days, due):
    assert working_due(at(KYIV, start), days, KYIV) == at(KYIV, due)


def test_scenario_19_the_utc_time_moves_when_the_clocks_change():
    due = working_due(at(KYIV, "2026-10-23T11:00"), 1, KYIV)
    assert due == datetime(2026, 10, 26, 9, 0, tzinfo=UTC)
    assert due - at(KYIV, "2026-10-23T11:00") == 3 * DAY + HOUR


def test_scenario_19_friday_and_saturday_can_be_the_weekend():
    assert working_due(at(GAZA, "2026-10-15T10:00"), 1, GAZA) == at(GAZA, "2026-10-18T10:00")


def test_holidays_are_no_working_days():
    calendar = WorkingCalendar("Europe/Kyiv", holidays=frozenset({date(2026, 10, 14), date(2026, 10, 15)}))
    assert working_due(at(calendar, "2026-10-13T11:00"), 1, calendar) == at(calendar, "2026-10-16T11:00")


def test_a_day_may_open_in_an_hour_that_is_skipped():
    """In Santiago the clocks go from 24:00 to 01:00 on the night to Sunday 6 September 2026."""
    calendar = WorkingCalendar("America/Santiago", time(0), time(23, 59), weekend=frozenset({5}))
    due = working_due(at(calendar, "2026-09-04T00:10"), 1, calendar)
    assert calendar.local(due) == at(calendar, "2026-09-06T01:10")
    assert calendar.hours_on(date(2026, 9, 6))[0] == at(calendar, "2026-09-06T01:00")


def test_a_day_that_closes_in_a_skipped_hour_holds_its_due_times():
    calendar = WorkingCalendar("Europe/Kyiv", time(1), time(3, 30), weekend=frozenset())
    due = working_due(at(calendar, "2027-03-27T03:29"), 1, calendar)
    opening, closing = calendar.hours_on(date(2027, 3, 28))
    assert opening <= due <= closing


@settings(deadline=None)
@given(calendars(), moments, lengths)
def test_scenario_19_working_due_times_fall_into_opening_hours(calendar, start, days):
    due = working_due(start, days, calendar)
    assert due.tzinfo is UTC
    assert due >= start
    assert is_open(calendar, due)


@settings(deadline=None)
@given(calendars(), moments, spans, lengths, st.integers(0, 5))
def test_scenario_19_a_later_start_or_a_longer_limit_is_never_due_earlier(calendar, start, later, days, more):
    assert working_due(start, days, calendar) <= working_due(start + later, days, calendar)
    assert working_due(start, days, calendar) <= working_due(start, days + more, calendar)


@settings(deadline=None)
@given(calendars(), moments, lengths)
def test_working_days_add_up(calendar, start, days):
    due, day = working_due(start, days, calendar), calendar.local(calendar.next_open(start)).date()
    passed = sum(calendar.works_on(day + DAY * n) for n in range(1, (calendar.local(due).date() - day).days + 1))
    assert passed == days


# --- the wall clock -------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(moments, spans, zones)
def test_scenario_19_the_wall_clock_is_exact_whatever_the_clocks_do(start, limit, zone):
    due = wall_due(start.astimezone(ZoneInfo(zone)), limit)
    assert due.tzinfo is UTC
    assert due - start == limit


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        ("Europe/Kyiv", "2026-10-24T12:00", "2026-10-25T11:00"),
        ("Europe/Kyiv", "2027-03-27T12:00", "2027-03-28T13:00"),
        ("America/Santiago", "2026-09-05T12:00", "2026-09-06T13:00"),
        ("Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-04T12:30"),
        ("Australia/Lord_Howe", "2027-04-03T12:00", "2027-04-04T11:30"),
    ],
)
def test_scenario_19_24_hours_are_24_hours_over_a_change_of_the_clocks(zone, start, due):
    local = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    assert wall_due(local, DAY) == datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(zone))


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("urgency", [EMERGENCY, URGENT])
@pytest.mark.parametrize("clock", SLA_DEFAULTS)
def test_what_is_urgent_runs_day_and_night(clock, urgency):
    limit = SLA_DEFAULTS[clock][urgency]
    assert not limit.is_working
    saturday = at(KYIV, "2026-10-17T02:00")
    assert due_at(saturday, urgency, limit, KYIV) == saturday + timedelta(hours=limit.hours or 0)


def test_an_emergency_at_two_at_night_is_due_at_three():
    """The start of scenario 2."""
    start = at(KYIV, "2026-10-17T02:00")
    assert due_at(start, EMERGENCY, SLA_DEFAULTS["triage"][EMERGENCY], KYIV) == start + HOUR


def test_what_is_normal_follows_the_calendar_where_the_table_says_working_days():
    start = at(KYIV, "2026-10-16T11:00")
    assert due_at(start, NORMAL, SLA_DEFAULTS["triage"][NORMAL], KYIV) == at(KYIV, "2026-10-20T11:00")
    assert due_at(start, NORMAL, SLA_DEFAULTS["decide"][NORMAL], KYIV) == start + 7 * DAY


def test_nobody_waits_for_monday_with_an_emergency():
    for urgency in (EMERGENCY, URGENT):
        with pytest.raises(ValueError, match="wall clock"):
            due_at(at(KYIV, "2026-10-16T11:00"), urgency, Limit(working_days=1), KYIV)


def test_an_unknown_urgency_is_refused():
    with pytest.raises(ValueError, match="urgency"):
        due_at(at(KYIV, "2026-10-16T11:00"), "whenever", Limit(hours=1), KYIV)


@pytest.mark.parametrize("wrong", [{}, {"hours": 1, "working_days": 1}, {"hours": -1}, {"working_days": -1}])
def test_a_limit_is_one_length_and_not_negative(wrong):
    with pytest.raises(ValueError, match="limit"):
        Limit(**wrong)


def test_the_defaults_are_those_of_the_source():
    """Hours; ``(n,)`` is n working days (domain.md §4.3, §5.7, §6; partners.md §2)."""
    expected = {
        "notified": (0, 0, 0),
        "triage": (1, 4, (2,)),
        "owner": (1, 24, (3,)),
        "send": (4, 24, (3,)),
        "acknowledge": (2, 24, (3,)),
        "decide": (24, 72, 168),
        "first_contact": (24, 72, 336),
        "feedback": (48, 168, 336),
        "assist": (24, 72, 336),
        "assist_outcome": (48, 168, 336),
        "safeguarding": (24, 24, 24),
        "follow_up": (48, 168, 336),
        "follow_up_again": (168, 336, 720),
        "reassess": (168, 336, 720),
        "risk_sign": (4, 24, (1,)),
        "harm_report": (4, 24, 72),
        "harm_close": (336, 720, 720),
        "represent_approve": (4, 24, (3,)),
        "represent_send": (4, 24, (3,)),
        "represent_follow_up": (168, 336, 720),
        "represent_suspended": (4, 24, 24),
        "represent_promise": (720, 720, 720),
        "represent_watch": (720, 720, 720),
        "info_requested": (72, 72, 72),
        "unable_to_reach": (120, 120, 120),
        "declined_answer": (48, 48, 48),
        "verify": (336, 336, 336),
        "withdrawal_phone": (24, 24, 24),
        "withdrawal_confirm": (168, 168, 168),
        "export": (4, 24, (1,)),
        "consent": (336, 336, 336),
        "exception_sign": (4, 24, (1,)),
        "exception_review": (168, 168, 168),
        "withdrawal_chase": (96, 96, 96),
        "tell_result": (240, 240, 240),
        "basis_review": (168, 168, 168),
        "incident_alert": (1, 1, 1),
        "incident_decision": (24, 24, 24),
        "incident_authority": (72, 72, 72),
        "right": (720, 720, 720),
        "right_close": (168, 168, 168),
        "closing": (24, 72, (5,)),
        "handing": (1, 24, (3,)),
        "waiting": (168, 336, 336),
        "reroute": (4, 24, 72),
        "agreement": (4, 24, 72),
        "hold": (168, 336, 720),
        "tell_appointment": (4, 24, 48),
        "item_request": (24, 48, 72),
        "life_saving_review": (72, 72, 72),
    }
    shipped = {
        clock: tuple(limit.hours if limit.hours is not None else (limit.working_days,) for limit in row.values())
        for clock, row in SLA_DEFAULTS.items()
    }
    assert shipped == expected
    assert all(tuple(row) == URGENCIES for row in SLA_DEFAULTS.values())


def test_the_defaults_cannot_be_changed_by_accident():
    table: Any = SLA_DEFAULTS
    with pytest.raises(TypeError):
        table["triage"] = {}
    with pytest.raises(TypeError):
        table["triage"][NORMAL] = Limit(hours=1)
    with pytest.raises(FrozenInstanceError):
        table["triage"][NORMAL].hours = 1


@settings(deadline=None)
@given(calendars(), moments, st.sampled_from(sorted(SLA_DEFAULTS)))
def test_greater_need_is_never_due_later(calendar, start, clock):
    dues = [due_at(start, urgency, SLA_DEFAULTS[clock][urgency], calendar) for urgency in URGENCIES]
    assert dues == sorted(dues)


# --- shares, reminders, pauses --------------------------------------------------------------------------------------


def test_opening_time_between_two_moments_is_counted():
    friday, monday = at(KYIV, "2026-10-16T16:00"), at(KYIV, "2026-10-19T10:30")
    assert worked(friday, monday, KYIV) == timedelta(hours=2, minutes=30)
    assert worked(monday, friday, KYIV) == ZERO
    assert elapsed(friday, monday, None) == monday - friday
    assert elapsed(monday, friday, None) == ZERO


@settings(deadline=None)
@given(calendars(), moments, st.timedeltas(ZERO, timedelta(hours=200)))
def test_what_is_advanced_has_been_worked(calendar, start, amount):
    later = advanced(start, amount, calendar)
    assert is_open(calendar, later)
    assert worked(start, later, calendar) == amount


@settings(deadline=None)
@given(calendars(), moments, spans, spans)
def test_opening_time_adds_up(calendar, start, one, two):
    middle, end = start + one, start + one + two
    assert worked(start, middle, calendar) + worked(middle, end, calendar) == worked(start, end, calendar)


def test_half_of_two_working_days_is_one():
    start, due = at(KYIV, "2026-10-16T11:00"), at(KYIV, "2026-10-20T11:00")
    assert elapsed_share(start, due, at(KYIV, "2026-10-19T11:00"), KYIV) == 0.5
    assert elapsed_share(start, due, at(KYIV, "2026-10-18T11:00"), KYIV) == pytest.approx(0.375)
    assert elapsed_share(start, due, due, KYIV) == 1.0
    assert elapsed_share(start, due, at(KYIV, "2026-10-21T11:00"), KYIV) == 1.5
    assert elapsed_share(start, due, start - DAY, KYIV) == 0.0


def test_half_an_hour_of_an_hour_is_half_at_night_too():
    start = at(KYIV, "2026-10-17T02:00")
    assert elapsed_share(start, start + HOUR, start + HOUR / 2, None) == 0.5


def test_a_limit_of_no_length_is_used_up_at_once():
    start = at(KYIV, "2026-10-17T02:00")
    assert elapsed_share(start, start, start - HOUR, None) == 0.0
    assert elapsed_share(start, start, start, None) == 1.0


@settings(deadline=None)
@given(calendars(), moments, st.integers(1, 5), spans, spans)
def test_the_share_never_falls(calendar, start, days, one, two):
    due = working_due(start, days, calendar)
    early = elapsed_share(start, due, start + one, calendar)
    assert 0.0 <= early <= elapsed_share(start, due, start + one + two, calendar)


def test_reminders_go_out_at_50_80_100_and_then_every_25_percent():
    start = at(KYIV, "2026-10-17T02:00")
    due = start + 4 * HOUR
    minutes = [(next_reminder(start, due, sent, None) - start) / timedelta(minutes=1) for sent in range(6)]
    assert minutes == [120, 192, 240, 300, 360, 420]


def test_reminders_of_working_days_keep_opening_hours():
    start, due = at(KYIV, "2026-10-16T11:00"), at(KYIV, "2026-10-20T11:00")
    expected = ["2026-10-19T11:00", "2026-10-19T15:48", "2026-10-20T11:00", "2026-10-20T15:00", "2026-10-21T11:00"]
    assert [next_reminder(start, due, sent, KYIV) for sent in range(5)] == [at(KYIV, text) for text in expected]


def test_reminders_of_an_instant_limit_do_not_flood():
    start = at(KYIV, "2026-10-17T02:00")
    late = [next_reminder(start, start, sent, None) - start for sent in range(6)]
    assert late == [ZERO, ZERO, ZERO, REPEAT_AT_LEAST, 2 * REPEAT_AT_LEAST, 3 * REPEAT_AT_LEAST]


def test_reminders_sent_cannot_be_negative():
    with pytest.raises(ValueError, match="negative"):
        next_reminder(at(KYIV, "2026-10-17T02:00"), at(KYIV, "2026-10-17T03:00"), -1, None)


@settings(deadline=None)
@given(calendars(), moments, st.integers(1, 5), st.integers(0, 12))
def test_working_reminders_are_in_order_and_in_opening_hours(calendar, start, days, sent):
    due = working_due(start, days, calendar)
    here, there = (next_reminder(start, due, n, calendar) for n in (sent, sent + 1))
    assert start <= here < there
    assert (here < due) == (sent < 2)
    assert is_open(calendar, here)


@settings(deadline=None)
@given(moments, st.timedeltas(HOUR, 14 * DAY), st.integers(0, 12))
def test_wall_reminders_are_in_order(start, limit, sent):
    here, there = (next_reminder(start, start + limit, n, None) for n in (sent, sent + 1))
    assert start < here < there
    assert there - here >= min(REPEAT_AT_LEAST, limit / 5)


def test_a_pause_is_added_to_the_due_time():
    start, paused, resumed = (at(KYIV, f"2026-10-{day}T12:00") for day in (13, 14, 16))
    assert extended(start + 3 * DAY, paused, resumed, None, urgency=URGENT) == start + 5 * DAY
    due = at(KYIV, "2026-10-15T12:00")
    assert extended(due, paused, resumed, KYIV, urgency=NORMAL) == at(KYIV, "2026-10-19T12:00")


def test_a_pause_over_a_weekend_costs_no_working_time():
    due = at(KYIV, "2026-10-20T12:00")
    paused, resumed = at(KYIV, "2026-10-16T18:00"), at(KYIV, "2026-10-18T12:00")
    assert extended(due, paused, resumed, KYIV, urgency=NORMAL) == due


def test_the_clock_of_an_emergency_never_pauses():
    moment = at(KYIV, "2026-10-13T12:00")
    with pytest.raises(ValueError, match="never pauses"):
        extended(moment, moment, moment + HOUR, None, urgency=EMERGENCY)


def test_a_pause_cannot_end_before_it_begins():
    moment = at(KYIV, "2026-10-13T12:00")
    with pytest.raises(ValueError, match="before it begins"):
        extended(moment, moment, moment - HOUR, None, urgency=URGENT)


@settings(deadline=None)
@given(calendars(), moments, st.integers(1, 5), spans, spans)
def test_after_a_pause_the_share_goes_on_from_where_it_stood(calendar, start, days, run, stood):
    due, paused, resumed = working_due(start, days, calendar), start + run, start + run + stood
    before = elapsed_share(start, due, paused, calendar)
    begun, ends = (extended(moment, paused, resumed, calendar, urgency=NORMAL) for moment in (start, due))
    assert elapsed_share(begun, ends, resumed, calendar) == pytest.approx(before, abs=1e-6)


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda naive: as_utc(naive),
        lambda naive: wall_due(naive, HOUR),
        lambda naive: working_due(naive, 1, KYIV),
        lambda naive: due_at(naive, NORMAL, Limit(hours=1), KYIV),
        lambda naive: worked(naive, naive, KYIV),
        lambda naive: advanced(naive, HOUR, KYIV),
        lambda naive: elapsed_share(naive, naive, naive, None),
        lambda naive: next_reminder(naive, naive, 0, None),
        lambda naive: extended(naive, naive, naive, None, urgency=URGENT),
    ],
)
def test_a_moment_without_a_zone_is_refused(call):
    with pytest.raises(ValueError, match="time zone"):
        call(datetime(2026, 10, 13, 12, 0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Europe/Atlantis"},
        {"zone": "../../etc/passwd"},
        {"zone": "UTC", "opens": time(17), "closes": time(9)},
        {"zone": "UTC", "opens": time(9), "closes": time(9)},
        {"zone": "UTC", "weekend": frozenset(range(7))},
    ],
)
def test_a_calendar_that_is_never_open_is_refused(wrong):
    with pytest.raises(ValueError):
        WorkingCalendar(**wrong)


def test_working_days_cannot_be_negative():
    with pytest.raises(ValueError, match="negative"):
        working_due(at(KYIV, "2026-10-13T12:00"), -1, KYIV)


def test_any_zone_goes_in_and_utc_comes_out():
    tokyo = datetime(2026, 10, 13, 17, 0, tzinfo=timezone(timedelta(hours=9)))
    assert as_utc(tokyo).utcoffset() == ZERO
    assert working_due(tokyo, 1, KYIV) == at(KYIV, "2026-10-14T11:00")
