"""Every requirement, hard stop, warning, precondition and scenario stands in ``docs/requirements.md``: with a test that exists,
or with what is still missing."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NUMBER = r"R-\d\d|HS-\d\d|W-\d\d|P\d+|S\d+"
ROW = re.compile(rf"^\| (?P<id>{NUMBER}) \| (?P<what>[^|]+) \| (?P<shown>[^|]*) \| (?P<missing>[^|]*) \|$", re.M)
CITED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
EVERY = (
    [f"R-{n:02d}" for n in range(1, 63)]
    + [f"HS-{n:02d}" for n in range(1, 27)]
    + [f"W-{n:02d}" for n in range(1, 25)]
    + [f"P{n}" for n in range(1, 17)]
    + [f"S{n}" for n in range(1, 21)]
)


@cache
def rows() -> dict[str, re.Match[str]]:
    text = (ROOT / "docs/requirements.md").read_text(encoding="utf-8")
    found = list(ROW.finditer(text))
    assert len({row["id"] for row in found}) == len(found), "a row stands twice"
    return {row["id"]: row for row in found}


@cache
def defined_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_number_has_its_row_and_no_row_is_invented():
    assert set(rows()) == set(EVERY)


@pytest.mark.parametrize("number", EVERY)
def test_a_row_names_tests_that_exist_or_says_what_is_missing(number):
    row = rows()[number]
    cited = CITED.findall(row["shown"])
    assert cited or row["missing"].strip(), "neither a test nor what is missing"
    for path, name in cited:
        assert (ROOT / path).is_file(), path
        assert not name or name in defined_in(path), f"{path} has no {name}"


@pytest.mark.parametrize("number", [number for number in EVERY if number.startswith(("HS-", "S"))])
def test_a_hard_stop_or_scenario_without_a_test_is_said_to_be_missing_and_why(number):
    row = rows()[number]
    assert CITED.search(row["shown"]) or len(row["missing"].split()) >= 3
