"""The interface's files hold: built output, strict templates, small weight, icons that exist and the law allows."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))

TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
FORBIDDEN = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "script in the page": re.compile(r"<script(?![^>]*(\ssrc=|application/json))", re.IGNORECASE),
    "file from elsewhere": re.compile(r"(src|href|action)=[\"'](https?:)?//", re.IGNORECASE),
}
EMBLEMS = ("cross", "crescent", "crystal", "plus", "shield", "star", "lion", "laurel")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def css(name: str) -> str:
    return (VENDOR / name).read_text()


def is_partial(path: Path) -> bool:
    return "components" in path.parts or path.name.startswith("_")


def icons() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "icons.svg").read_text()))


def named_icons(text: str) -> Iterator[str]:
    yield from re.findall(r'{% icon "([\w-]+)"', text)
    yield from re.findall(r'\bicon="([\w-]+)"', text)


def test_built_files_belong_to_their_sources() -> None:
    listed = {}
    for line in (STATIC / "SHA256SUMS").read_text().splitlines():
        digest, path = line.split("  ")
        listed[path] = digest
    present = {f"{part}/{file.name}" for part in ("src", "vendor") for file in (STATIC / part).iterdir()}
    assert set(listed) == present
    stale = [
        path for path, digest in listed.items() if hashlib.sha256((STATIC / path).read_bytes()).hexdigest() != digest
    ]
    assert stale == [], "run `npm ci && npm run vendor` in static/"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_keeps_the_strict_content_policy(path: Path) -> None:
    html = TAG.sub("", path.read_text())
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(html)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= (40 if is_partial(path) else 80)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_compiles(path: Path) -> None:
    get_template(path.relative_to(ROOT / "templates").as_posix())


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_component_says_what_it_needs(path: Path) -> None:
    assert path.read_text().startswith("{# Context:")


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_draws_icons_that_exist(path: Path) -> None:
    assert set(named_icons(path.read_text())) <= icons()


def test_no_icon_is_an_emblem() -> None:
    sources = (STATIC / "src" / "icons.svg").read_text()
    names = set(re.findall(r'id="([\w-]+)"', sources))
    assert not [name for name in names for emblem in EMBLEMS if emblem in name]


def test_nothing_comes_from_elsewhere() -> None:
    assert [word for word in ("@font-face", "@import", "url(") if word in css("app.css")] == []


def test_first_visit_is_light() -> None:
    files = ("app.css", "app.js", "icons.svg", "favicon.svg")
    sizes = {name: len(gzip.compress((VENDOR / name).read_bytes(), 9)) for name in files}
    assert sizes["app.css"] <= 15_000
    assert (VENDOR / "app.js").stat().st_size <= 6_000
    assert sum(sizes.values()) <= 30_000


def test_right_to_left_sheet_is_turned() -> None:
    rule = re.compile(r"\.govuk-radios__label:before\{[^}]*?\b(left|right):")
    sides = [match.group(1) for match in map(rule.search, (css("app.css"), css("app-rtl.css"))) if match]
    assert sides == ["left", "right"]
