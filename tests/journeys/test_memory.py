"""A browser that keeps whole pages in its memory, to show them again at once: going back shows nothing there either (HS-17).

Chromium may keep pages that say ``no-store`` too, as long as no cookie changes (bfcache); Playwright turns that memory off
unless it is told not to. What is read here comes over the browser's own protocol: a page from memory has no new context.
"""

from contextlib import suppress

import pytest
from playwright.sync_api import Error

from tests.journeys.conftest import CHROMIUM, QUIET
from tests.journeys.test_leaving import SECRET, at_work, tap_shift, wait_until_gone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof("headers")]
READ = "document.documentElement.outerHTML + getComputedStyle(document.body).visibility"
READY = "document.readyState + ' ' + getComputedStyle(document.body).visibility"
RESTORED = "BackForwardCacheRestore"


@pytest.fixture
def people(transactional_db):
    from tests import factories

    return factories.house().people


@pytest.fixture(scope="module")
def chromium(chromium):
    """The browser as people have it, with its memory for pages."""
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM, args=QUIET, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield browser
    browser.close()


class Memory:
    """Goes back, and tells how the browser found the page and what can be read on it."""

    def __init__(self, page):
        self.page, self.protocol, self.moves = page, page.context.new_cdp_session(page), []
        self.protocol.send("Page.enable")
        self.protocol.on("Page.frameNavigated", self._moved)

    def _moved(self, event):
        if "parentId" not in event["frame"]:
            self.moves.append((event["frame"]["url"], event["type"]))

    def say(self, words):
        """What the page answers; nothing while the browser is on its way from one page to the next."""
        with suppress(Error):
            return self.protocol.send("Runtime.evaluate", {"expression": words})["result"].get("value") or ""
        return ""

    def settled(self):
        """What can be read once a page stands there in full."""
        for _ in range(100):
            self.page.wait_for_timeout(100)
            if self.say(READY) == "complete visible":
                break
        return self.say(READ)

    def back(self):
        """One step back; returns what is read as soon as the browser shows something, and once it has come to rest."""
        n = len(self.moves)
        self.say("history.back()")
        for _ in range(100):
            self.page.wait_for_timeout(50)
            if len(self.moves) > n:
                break
        first = self.say(READ)
        self.page.wait_for_timeout(500)
        return [first, self.settled()]

    @property
    def n_restored(self):
        return sum(kind == RESTORED for _url, kind in self.moves)


def readable(reads):
    """Words of the matter on what is visible; a page that was emptied when it was left says ``hidden`` at its end."""
    return [word for word in SECRET for read in reads if word in read and not read.endswith("hidden")]


def test_a_page_that_was_left_is_never_shown_again_from_memory(people, visit, weather, figure):
    """The control too: the page of somebody else does come back from this browser's memory as it was left."""
    page, address = at_work(visit, people["volunteer"])
    memory = Memory(page)
    memory.say("window.kept = 'ours'")
    page.goto(weather)
    reads = memory.back()
    assert memory.say("String(window.kept)") == "undefined", "it is another page: this one was asked for anew"
    assert SECRET[0] in reads[-1], "who is signed in still reads it"
    n_ours = memory.n_restored
    page.goto(weather)
    memory.say("window.kept = 'theirs'")
    page.goto(f"{address}words/")
    memory.back()
    assert (memory.n_restored - n_ours, memory.say("String(window.kept)")) == (1, "theirs")
    figure(
        "going back in a browser that keeps pages in memory: theirs came back as it was left, ours was asked for anew"
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_after_the_quick_exit_the_browsers_memory_shows_nothing(people, visit, weather, scripts, figure):
    page, address = at_work(visit, people["volunteer"])
    if not scripts:
        page = without_scripts(page, address)
    memory = Memory(page)
    page.goto(f"{address}check/")
    page.goto(f"{address}words/")
    tap_shift(page) if scripts else page.click(".amp-exit")
    page.wait_for_url(weather)
    assert wait_until_gone(page)
    reads = [read for _ in range(4) for read in memory.back()]
    assert readable(reads) == []
    figure(f"{'with' if scripts else 'without'} scripts: {len(reads)} looks at pages that came back, 0 readable")


def without_scripts(page, address):
    """The same person's session in a browser that runs none."""
    context = page.context.browser.new_context(java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    page.context.close()
    found = context.new_page()
    found.goto(f"{address}words/")
    assert SECRET[0] in found.content()
    return found
