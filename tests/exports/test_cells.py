"""No cell that leaves is taken for a formula, by no spreadsheet, whatever it takes for a separator (safety.md §1)."""

import csv
import io
import re
import unicodedata

import openpyxl
import pytest
import tablib
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundation.exports.cells import cell, safe

TRIGGERS = set("=+-@")
DANGEROUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "＝1+1", "＋1", "－1", "＠x", "−1", "﹢1",
    "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "cmd;=1+1", "a,=1+1", "a\t=1+1", "a\n=1+1", "a;\u200b=1", "\ufeff=1+1",
    '"=1+1', "'=1+1", "x;\"=1+1", '=HYPERLINK("https://evil.example","open")',
    "=DDE(\"cmd\";\"/C calc\";\"1\")", "|calc", "%0A=1", "#REF!",
    "\u202e=1", "a: =1", "\u00a0=1+1", "\x00=1", "\x1f=1",
]  # fmt: skip
HARMLESS = [
    "K7F-2QX",
    "Emergency",
    "New",
    "2-3 weeks",
    "Noa Reed",
    "a = b",
    "Мира",
    "زهراء",
    "it’s fine",
    "50 %",
    "a@b",
    "",
    "x",
]


def unseen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def starts(text: str) -> str:
    """The first sign that counts, in its plain form."""
    for sign in text:
        if not unseen(sign):
            return unicodedata.normalize("NFKC", sign)[:1]
    return ""


def cells_of(text: str, separator: str) -> list[str]:
    """What a spreadsheet makes of a line of a CSV file that it splits at this separator, quotes respected."""
    return [value for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for value in row]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_runs_in_a_spreadsheet_is_defused(text):
    assert_harmless(text)
    assert safe(text) != text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays_as_it_is(text):
    assert safe(text) == text


def assert_harmless(text: str) -> None:
    guarded = safe(text)
    assert starts(guarded) not in TRIGGERS
    data = tablib.Dataset()
    data.append(["K7F-2QX", cell(text), "end"])
    book = openpyxl.load_workbook(io.BytesIO(data.export("xlsx", column_width=20)))
    kinds = {one.data_type for row in book.active.iter_rows() for one in row}
    assert kinds <= {"s", "n", "inlineStr"}, (kinds, guarded)
    line = data.export("csv", quoting=csv.QUOTE_ALL)
    for separator in ",;\t|:":
        for value in cells_of(line, separator):
            assert starts(value) not in TRIGGERS, (separator, value)
    for piece in re.split(r"[,;\t\r\n]", line):  # a program that knows no quotes
        assert starts(piece.strip('"')) not in TRIGGERS, piece


SIGNS = st.sampled_from(list("=+-@|%＝＋－＠−﹢\t\r\n ,;:\"'ab1\u200b\ufeff\u202e\u00a0\x00"))


@given(st.one_of(st.text(max_size=40), st.text(SIGNS, max_size=12)))
@example("'=1")
@example('"\n=1')
@settings(max_examples=200, deadline=None)
def test_no_text_at_all_becomes_a_formula(text):
    assert_harmless(text)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_words_are_kept_but_for_line_ends_and_control_characters(text):
    def words(line: str) -> list[str]:
        return [s for s in line if s != "'" and not s.isspace() and unicodedata.category(s) not in ("Cc", "Cs", "Cn")]

    assert words(safe(text)) == words(text)
    assert "\n" not in safe(text)


def test_numbers_and_days_stay_what_they_are():
    from datetime import date

    assert cell(7) == 7
    assert cell(-7) == -7
    assert cell(date(2026, 11, 25)) == "2026-11-25"
    assert cell(None) == ""
