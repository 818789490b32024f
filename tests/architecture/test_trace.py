"""Pages leave no trace on the device: neutral titles, one icon, fields that no service reads, no storage (safety.md §1)."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from tests import factories

pytestmark = pytest.mark.proof("headers")

ROOT = Path(settings.BASE_DIR)
SCRIPTS = [ROOT / "static" / "src" / "app.js", ROOT / "static" / "vendor" / "app.js"]
# Titles are fixed words: they stay in the browser's list of visited pages, on tabs and in the switcher of a phone.
TITLES = {
    "Who does what", "Learning",
    "About the person", "Account paused", "Administration", "Appointments", "Case", "Cases", "Code of conduct",
    "Confirm that it is you", "Consent", "Contact", "Data protection", "Details",
    "Emergency access", "Erasure", "Erasures", "Files", "Follow-up", "Form", "Help", "History", "Information", "List",
    "Lists", "New password", "New tab", "No registration", "Not done", "Not open to you", "Not signed in",
    "Notes", "One question", "Without consent",
    "Authorities", "Issue", "Issues", "Representation",
    "Owner", "Page not found", "Page", "Partners", "Passkeys and security keys", "Password", "Pathways", "People",
    "Readiness", "Focal points", "Trainings",
    "Person", "Refer", "Referral",
    "Referrals", "Remove a file", "Running", "Search", "Second step at sign-in", "Sign in", "Sign out", "Signed out", "Team",
    "What was passed on", "What we can give", "Where it stands", "Where you are signed in",
    "Rights of the person", "What was taken back", "Who opened this", "Your day", "Your seats",
}  # fmt: skip
WRITTEN = {"text", "search", "email", "tel", "url", "number", "date", "datetime-local", "time", "password"}
# What a password manager fills in, so that nobody has to choose a short one (WCAG 2.2, 3.3.8).
MANAGED = {"email", "username", "username webauthn", "current-password", "new-password", "one-time-code"}
STORES = ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches.", "serviceWorker", "pushState")


class Page(HTMLParser):
    """What a page says about itself and asks for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title = ""
        self.fields: list[dict] = []
        self.links: list[dict] = []
        self.tags: list[tuple[str, dict]] = []
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self.tags.append((tag, known))
        self._in_title = tag == "title" and not self.title
        if tag in ("textarea", "select") or (tag == "input" and known.get("type", "text") in WRITTEN):
            self.fields.append({"tag": tag, **known})
        if tag == "link":
            self.links.append(known)

    def handle_data(self, data):
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag):
        self._in_title = False


def unknown_titles(pages: list[Page]) -> set[str]:
    """Titles that nobody has reviewed."""
    words = {page.title.replace(" – Amparo", "").removeprefix("Error: ").strip() for page in pages}
    return words - TITLES


def problems(page: Page, *, is_admin: bool = False) -> list[str]:
    """What a page would leave on the device."""
    found = [f"title: {page.title}" for secret in secrets() if secret in page.title]
    icons = {link["href"] for link in page.links if "icon" in link.get("rel", "")}
    found += [] if icons == {"/static/favicon.svg"} else [f"icons: {icons}"]
    found += [f"link: {link}" for link in page.links if link.get("rel") not in ("icon", "stylesheet")]
    found += [f"{tag}: {known}" for tag, known in page.tags if tag == "script" and "speculationrules" in str(known)]
    if not is_admin:
        found += [f"field {field.get('name')}: {read}" for field in page.fields for read in read_by(field)]
    return found


def secrets() -> tuple[str, ...]:
    return (factories.NAME, factories.PHONE, factories.WORDS[:12], "@amparo.example", "Quayside")


def read_by(field: dict[str, str]) -> list[str]:
    """Who else would read what is typed there."""
    found = [] if field.get("autocomplete") in {"off", *MANAGED} else ["the browser remembers it"]
    if field["tag"] == "textarea" or (field["tag"] == "input" and field.get("type", "text") in ("text", "search")):
        found += [] if field.get("spellcheck") == "false" else ["a spelling service"]
        found += [] if field.get("writingsuggestions") == "false" else ["a writing service"]
    return found


def test_the_script_keeps_nothing_and_moves_no_history(figure):
    for path in SCRIPTS:
        assert [word for word in STORES if word in path.read_text()] == [], path
    figure(f"{len(STORES)} ways to keep something on the device, none in the script")


def test_nothing_swaps_pages_into_a_history_of_its_own():
    """htmx keeps snapshots of pages in the browser's storage unless it is told not to: whoever brings it in says so."""
    sources = [*(ROOT / "templates").rglob("*.html"), *SCRIPTS]
    users = [path for path in sources if re.search(r"\bhx-|htmx", path.read_text("utf-8"))]
    base = (ROOT / "templates" / "base.html").read_text("utf-8")
    assert not users or ('"historyCacheSize": 0' in base and '"refreshOnHistoryMiss": true' in base)
    assert [path for path in users if "hx-push-url" in path.read_text("utf-8")] == []


def test_no_page_is_offered_to_a_translation_service():
    for name in ("base.html", "errors/plain.html"):
        text = (ROOT / "templates" / name).read_text("utf-8")
        assert 'translate="no"' in text
        assert '<meta name="google" content="notranslate">' in text


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: p.name)
def test_no_title_is_put_together_from_a_record(path):
    blocks = re.findall(r"{% block (?:head_)?title %}(.*?){% endblock", path.read_text("utf-8"), re.DOTALL)
    for block in blocks:
        rest = re.sub(r"{% (translate \"[^\"]+\"|block head_title) %}", "", block)
        assert "{{" not in rest, path
        assert "{%" not in rest, path
