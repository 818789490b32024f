"""What leads to somebody in a text is found, in three scripts; what does not is let pass (HS-15, W-05)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.deidentify import Trace, require_confirmed, require_nobody, scan
from foundation.core.errors import Refused


def traces(text: str, **more) -> set[Trace]:
    return {one.trace for one in scan(text, **more)}


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        ("Call +380 50 123 45 67 at night", Trace.PHONE),
        ("Номер 8 (050) 123-45-67", Trace.PHONE),
        ("الرقم ٠٥٠١٢٣٤٥٦٧", Trace.PHONE),
        ("Passport 123456789", Trace.PHONE),
        ("Write to mira@example.org", Trace.MAIL),
        ("On 12.03.2026 he came", Trace.DAY),
        ("It was 2026-03-12", Trace.DAY),
        ("On March 12 he came", Trace.DAY),
        ("12 марта он пришел", Trace.DAY),
        ("Case K7F-2QX", Trace.CODE),
        ("He lives in ул. Морская", Trace.PLACE),
        ("At 12 Harbour Road", Trace.PLACE),
        ("Held in cell 14", Trace.PLACE),
        ("The tenant Mohammed Al-Zahra said so", Trace.NAME),
        ("Со слов Миры Ковач это так", Trace.NAME),
    ],
)
def test_what_leads_to_somebody_is_found(text, trace):
    assert trace in traces(text)


@pytest.mark.parametrize(
    "text",
    [
        "In March 2026 landlords of the region kept the papers of tenants.",
        "Between 2024 and 2026 about 300 families were evicted; 12 of them in winter.",
        "2024-2026: nothing has changed.",
        "В марте 2026 года владельцы жилья забирали документы.",
        "We ask that the order of the office is followed. It is the law.",
    ],
)
def test_a_text_about_many_passes(text):
    require_nobody(text, "text")
    assert traces(text) == set()


def test_names_of_the_record_are_found_in_any_case_and_as_whole_words():
    assert Trace.KNOWN in traces("the man called ZAHRA said", known=["Mohammed Al Zahra"])
    assert Trace.KNOWN not in traces("the zahraic way", known=["Zahra"])
    assert Trace.PLACE in traces("at the harbour service point", places=["Harbour service point"])


def test_signs_that_are_not_seen_hide_nothing():
    assert Trace.PHONE in traces("+380\u200b50\u200b1234567")
    assert Trace.KNOWN in traces("Zah\u200dra", known=["Zahra"])


def test_a_person_confirms_and_sees_what_looks_like_a_name():
    require_confirmed("Landlords keep papers.", is_confirmed=True)
    with pytest.raises(Refused) as stop:
        require_confirmed("They say that Ivan Petrov did it", is_confirmed=False)
    assert "Ivan Petrov" in stop.value.message


@given(st.text(max_size=400))
def test_any_text_is_looked_through_and_asked_twice_gives_the_same(text):
    assert scan(text) == scan(text)


@given(st.integers(10**6, 10**12 - 1), st.text(alphabet="абв ", max_size=20))
def test_no_long_number_slips_through(number, around):
    assert Trace.PHONE in traces(f"{around} {number} {around}")
