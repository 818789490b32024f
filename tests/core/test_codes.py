"""References survive being read out, written down and typed again."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.core.codes import ALPHABET, is_valid, new_code, normalise

checked = st.text(ALPHABET, min_size=6, max_size=6).map(
    lambda signs: next(code for last in ALPHABET if is_valid(code := normalise(signs + last), check=True))
)


def test_the_alphabet_has_a_prime_number_of_signs_without_vowels_and_look_alikes():
    assert len(ALPHABET) == len(set(ALPHABET)) == 29
    assert not set(ALPHABET) & set("AEIOULY")


def test_a_case_and_a_referral_look_different():
    signs = f"[{ALPHABET}]"
    assert re.fullmatch(f"{signs}{{3}}-{signs}{{3}}", new_code())
    assert re.fullmatch(f"{signs}{{3}}-{signs}{{3}}-{signs}", new_code((3, 3), check=True))
    assert re.fullmatch(f"{signs}{{2}}-{signs}{{4}}", new_code((2, 4)))


def test_codes_do_not_follow_each_other():
    """2,000 codes meet with a chance of 0.3 %; five draws of two never all do."""
    assert any(len({new_code() for _ in range(2_000)}) == 2_000 for _ in range(5))
    firsts = {new_code()[0] for _ in range(2_000)}
    assert firsts == set(ALPHABET)


def test_every_new_code_is_valid_and_normal():
    for _ in range(500):
        code, with_check = new_code(), new_code(check=True)
        assert is_valid(code)
        assert is_valid(with_check, check=True)
        assert (normalise(code), normalise(with_check)) == (code, with_check)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("k7f2qx", "K7F-2QX"),
        ("  K7F 2QX\n", "K7F-2QX"),
        ("K7F–2QX", "K7F-2QX"),
        ("k7-f2-qx", "K7F-2QX"),
        ("OoI-lL0", "001-110"),
        ("К7F-2QХ", "K7F-2QX"),  # Cyrillic К and Х
        ("٤TM-٩RC", "4TM-9RC"),  # Arabic digits
        ("\u200fK7F-2QX\u200e", "K7F-2QX"),  # pasted from a right-to-left page
        ("Ｋ７Ｆ２ＱＸ", "K7F-2QX"),  # full width
        ("r8qk47c", "R8Q-K47-C"),
        ("", ""),
    ],
)
def test_what_is_typed_is_read_as_meant(typed, meant):
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "wrong", ["", "K7F", "K7F-2QXX", "K7F-2QA", "K7F-2Q!", "K7F/2QX", "🙂" * 6, "\x00", "K" * 9_999]
)
def test_what_cannot_be_a_code_is_not_valid(wrong):
    assert not is_valid(wrong)
    assert not is_valid(wrong, check=True)


def test_the_length_and_the_check_sign_belong_to_the_kind():
    code = new_code((3, 3, 3), check=True)
    assert is_valid(code, length=9, check=True)
    assert not is_valid(code, check=True)
    assert not is_valid(code, length=9)


@settings(deadline=None)
@given(checked, st.data())
def test_every_single_wrong_sign_is_noticed(code, data):
    signs = code.replace("-", "")
    place = data.draw(st.integers(0, len(signs) - 1))
    wrong = data.draw(st.sampled_from([sign for sign in ALPHABET if sign != signs[place]]))
    assert not is_valid(signs[:place] + wrong + signs[place + 1 :], check=True)


@settings(deadline=None)
@given(checked)
def test_every_two_signs_that_change_places_are_noticed(code):
    signs = code.replace("-", "")
    for one, other in itertools.combinations(range(len(signs)), 2):
        if signs[one] != signs[other]:
            swapped = list(signs)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            assert not is_valid("".join(swapped), check=True)


@settings(deadline=None)
@given(st.text(ALPHABET + "oil -", max_size=30))
def test_what_is_normal_stays_as_it_is(text):
    assert normalise(normalise(text)) == normalise(text)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_only_signs_of_the_alphabet_are_valid(text):
    assert not is_valid(text) or set(normalise(text)) <= {*ALPHABET, "-"}
