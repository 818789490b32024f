"""Due times are said in full: by how much, since when, on which day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.core.words import Due, due_words, inside

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 10, 13, 14, 5, tzinfo=KYIV)  # a Tuesday


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=KYIV)


@pytest.mark.parametrize(
    ("due", "main", "sub", "tone"),
    [
        ("2026-10-13T11:00", "Overdue by 3 h", "was due 11:00", "late"),
        ("2026-10-13T13:40", "Overdue by 25 min", "was due 13:40", "late"),
        ("2026-10-13T14:05", "Overdue by 1 min", "was due 14:05", "late"),
        ("2026-10-12T14:05", "Overdue by 1 day", "was due Mon 12 Oct, 14:05", "late"),
        ("2026-10-12T23:00", "Overdue by 15 h", "was due Mon 12 Oct, 23:00", "late"),
        ("2026-10-01T09:30", "Overdue by 12 days", "was due Thu 1 Oct, 09:30", "late"),
        ("2025-12-30T09:30", "Overdue by 287 days", "was due Tue 30 Dec 2025, 09:30", "late"),
        ("2026-10-13T14:45", "Due in 40 min", "by 14:45", "soon"),
        ("2026-10-13T14:05:01", "Due in 1 min", "by 14:05", "soon"),
        ("2026-10-13T15:05", "Due in 60 min", "by 15:05", "soon"),
        ("2026-10-13T15:06", "Due today", "by 15:06", ""),
        ("2026-10-13T18:20", "Due today", "by 18:20", ""),
        ("2026-10-14T09:30", "Due tomorrow", "by Wed 14 Oct, 09:30", ""),
        ("2026-10-15T12:00", "Due Thursday", "by 15 Oct, 12:00", ""),
        ("2026-10-19T17:00", "Due Monday", "by 19 Oct, 17:00", ""),
        ("2026-10-20T17:00", "Due in 7 days", "by Tue 20 Oct, 17:00", ""),
        ("2027-01-07T17:00", "Due in 86 days", "by Thu 7 Jan 2027, 17:00", ""),
    ],
)
def test_a_due_time_is_said_in_two_lines(due, main, sub, tone):
    assert due_words(local(due), NOW, KYIV) == Due(main, sub, tone)


def test_soon_past_midnight_says_the_day():
    now = local("2026-10-13T23:50")
    assert due_words(local("2026-10-14T00:15"), now, KYIV) == Due("Due in 25 min", "by Wed 14 Oct, 00:15", "soon")


def test_how_near_is_soon_can_be_chosen():
    assert due_words(local("2026-10-13T16:05"), NOW, KYIV, soon=timedelta(hours=2)).main == "Due in 120 min"


def test_the_reader_gets_the_time_of_the_reader():
    due = datetime(2026, 10, 13, 22, 30, tzinfo=UTC)
    assert due_words(due, NOW, KYIV).sub == "by Wed 14 Oct, 01:30"
    assert due_words(due, NOW, ZoneInfo("America/Santiago")).sub == "by 19:30"


def test_days_are_named_in_the_language_of_the_reader_with_western_digits():
    due = local("2026-10-14T09:30")
    for language, day in {
        "ru": "ср 14 окт.",
        "uk": "ср 14 жовт.",
        "fr": "mer. 14 oct.",
        "ar": "الأربعاء 14 أكتوبر",
    }.items():
        with translation.override(language):
            assert day in due_words(due, NOW, KYIV).sub


@pytest.mark.parametrize("language", ["tlh-xx-y", None])
def test_a_language_without_dates_of_its_own_gets_english_ones(monkeypatch, language):
    monkeypatch.setattr("foundation.core.words.get_language", lambda: language)
    assert due_words(local("2026-10-14T09:30"), NOW, KYIV).sub == "by Wed 14 Oct, 09:30"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        due_words(datetime(2026, 10, 13, 11, 0), NOW, KYIV)
    with pytest.raises(ValueError, match="time zone"):
        due_words(NOW, datetime(2026, 10, 13, 11, 0), KYIV)


@settings(deadline=None)
@given(st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_late_is_late_from_the_due_time_on(left):
    said = due_words(NOW + left, NOW, KYIV)
    assert (said.tone == "late") == (left <= timedelta(0))
    assert said.main.startswith("Overdue by" if said.tone == "late" else "Due")
    assert " 0 " not in said.main


def test_inside_a_sentence_the_first_letter_is_small_but_of_a_weekday_in_english():
    assert inside("Today, 14:02") == "today, 14:02"
    assert inside("Tue 1 Dec, 09:00") == "Tue 1 Dec, 09:00"
    assert inside("Money for the bus") == "money for the bus"
    with translation.override("ru"):
        assert inside("Сегодня, 14:02") == "сегодня, 14:02"
