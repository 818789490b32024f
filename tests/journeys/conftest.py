"""A real browser on the real pages: Debian's Chromium, driven by Playwright, axe for accessibility."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Playwright's synchronous driver runs an event loop; Django's guard against that is for other cases, and it would
# also stop the flush after a test.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
CHROMIUM = shutil.which("chromium")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * 127.0.0.1, EXCLUDE 127.0.0.1",
]  # fmt: skip


class Weather(BaseHTTPRequestHandler):
    """A page that nobody wonders about."""

    def do_GET(self) -> None:
        """Sunny."""
        body = b"<!DOCTYPE html><title>Weather</title><h1>Sunny, 21 degrees</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("X-Referrer", self.headers.get("Referer", "none"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder drives a browser."""
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, or a skip that says why."""
    if CHROMIUM is None:
        pytest.skip("no browser here: Debian's package chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Sign a person in on a device of their own; returns the page after sign-in."""
    contexts: list[BrowserContext] = []

    def signed_in(user: Any, *, phone: bool = False, language: str = "en", scripts: bool = True) -> Page:
        from tests import door
        from tests.factories import PASSWORD

        context = chromium.new_context(
            base_url=live_server.url, viewport=PHONE if phone else DESK, java_script_enabled=scripts,
            locale=language, extra_http_headers={"Accept-Language": language},
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(30_000)  # a machine where everything runs at once
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", user.email)
        page.fill("input[name=password]", PASSWORD)
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        if door.secret_of(user) is not None:
            page.wait_for_url("**/authenticate/")
            page.fill("input[name=code]", door.next_code(user))
            page.locator("form:has(input[name=code]) button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/accounts/" not in url)
        return page

    yield signed_in
    for context in contexts:
        context.close()


@pytest.fixture
def weather(settings: Any) -> Iterator[str]:
    """Where the quick exit leads: a harmless page of another site, on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Weather)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.LEAVE_TO = f"http://localhost:{server.server_port}/"
    yield settings.LEAVE_TO
    server.shutdown()


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """The accessibility findings of a page (WCAG 2.2 A and AA), each as "rule: places"."""
    from axe_core_python.sync_playwright import Axe

    def findings(page: Page) -> list[str]:
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
        return [f"{v['id']}: {[n['target'] for n in v['nodes'][:3]]}" for v in found["violations"]]

    return findings
