"""Each requirement of OWASP ASVS 5.0, levels 1 and 2, has an answer, and what an answer names is there (proof 16)."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests import proofs

pytestmark = pytest.mark.proof("asvs")

# The numbers of the standard's version 5.0.0, "section.from-to": counted there, not taken from the page that is tested.
LEVELS = {
    1: """1.2.1-5 1.3.1-2 1.5.1 2.1.1 2.2.1-2 2.3.1 3.2.1-2 3.3.1 3.4.1-2 3.5.1-3 4.1.1 4.4.1 5.2.1-2 5.3.1-2 6.1.1 6.2.1-8
    6.3.1-2 6.4.1-2 7.2.1-4 7.4.1-2 8.1.1 8.2.1-2 8.3.1 9.1.1-3 9.2.1 10.4.1-5 11.3.1-2 11.4.1 12.1.1 12.2.1-2 13.4.1 14.2.1
    14.3.1 15.1.1 15.2.1 15.3.1""",
    2: """1.1.1-2 1.2.6-9 1.3.3-11 1.4.1-3 1.5.2 2.1.2-3 2.2.3 2.3.2-4 2.4.1 3.3.2-4 3.4.3-6 3.5.4-5 3.7.1-2 4.1.2-3 4.2.1
    4.3.1-2 4.4.2-4 5.1.1 5.2.3 5.4.1-3 6.1.2-3 6.2.9-12 6.3.3-4 6.4.3-4 6.5.1-5 6.6.1-3 6.8.1-4 7.1.1-3 7.3.1-2 7.4.3-5
    7.5.1-2 7.6.1-2 8.1.2 8.2.3 8.4.1 9.2.2-4 10.1.1-2 10.2.1-2 10.3.1-4 10.4.6-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2
    11.2.1-3 11.3.3 11.4.2-4 11.5.1 11.6.1 12.1.2-3 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.2-5 14.1.1-2 14.2.2-4 14.3.2-3
    15.1.2-3 15.2.2-3 15.3.2-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2""",
}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+) \|$", re.M)
KINDS = ("Test: ", "Document: ", "Not applicable: ", "Open: ")
PATH = re.compile(
    r"`((?:tests|docs|static|cases|consent|foundation|referrals|riskanalysis)/[^` ]*|[A-Z]+\.md|uv\.lock)`"
)
PROOFS = re.compile(r"proofs? ((?:`[a-z-]+`(?:, | and )?)+)")


def asked() -> Iterator[tuple[str, int]]:
    """Each requirement's number and level."""
    for level, text in LEVELS.items():
        for part in text.split():
            section, numbers = part.rsplit(".", 1)
            first, _to, last = numbers.partition("-")
            yield from ((f"{section}.{n}", level) for n in range(int(first), int(last or first) + 1))


def answers() -> list[tuple[str, int, str, str]]:
    """Number, level, words and answer of each row of the page."""
    page = (settings.BASE_DIR / "docs/asvs.md").read_text()
    return [(number, int(level), words, answer) for number, level, words, answer in ROW.findall(page)]


def test_each_requirement_is_answered_once(figure: Any):
    """R-60's discipline, applied to ourselves: an outsider's list, line by line."""
    rows = answers()
    assert Counter(level for _n, level in asked()) == {1: 70, 2: 183}
    assert sorted((n, level) for n, level, _w, _a in rows) == sorted(asked())
    assert [n for n, _l, _w, answer in rows if not answer.startswith(KINDS)] == []
    found = Counter(answer.split(":")[0] for *_row, answer in rows)
    figure("253 requirements: " + ", ".join(f"{n} {kind.lower()}" for kind, n in found.most_common()))


def test_what_an_answer_names_is_there():
    """A test or a page that was moved takes its answer along."""
    rows = answers()
    named = {path for *_row, answer in rows for path in PATH.findall(answer)}
    assert sorted(path for path in named if not (settings.BASE_DIR / path).exists()) == []
    said = {
        name for *_row, answer in rows for part in PROOFS.findall(answer) for name in re.findall(r"`([a-z-]+)`", part)
    }
    assert said <= set(proofs.PROMISES)
    bare = [n for n, _l, _w, answer in rows if answer.startswith("Document: ") and "`" not in answer]
    assert bare == []
