"""Leaving at once, signing out and going back, in a real browser: nothing can be read any more (proof 9; HS-17)."""

from contextlib import suppress

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Error

from tests.journeys.acts import record_concern
from tests.journeys.conftest import CHROMIUM, DESK, QUIET

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof("headers")]
SECRET = ("landlord", "Mira", "123 45 67")


@pytest.fixture
def people(transactional_db):
    from tests import factories

    return factories.house().people


def at_work(visit, person, **how):
    """A concern is recorded, its words stand on the screen and pages with them stand in the history."""
    page = visit(person, **how)
    address = record_concern(page) if how.get("scripts", True) else ""
    if address:
        for step in ("words/", "contact/", "check/", "words/"):
            page.goto(address + step)
        assert SECRET[0] in page.content()
    return page, address


def tap_shift(page):
    for _ in range(3):
        page.keyboard.press("Shift")


def seen_by_going_back(page, times=8):
    """Everything that the back and forward buttons bring up again."""
    found = []
    for step in [-1] * times + [1] * times:
        settled(page)
        with suppress(Error):  # the page is on its way elsewhere already
            page.evaluate(f"history.go({step})")
        page.wait_for_timeout(150)
        found.append(settled(page))
    return found


def settled(page):
    """What stands there once the browser has stopped going elsewhere."""
    for _attempt in range(20):
        with suppress(Error):
            page.wait_for_load_state("load")
            return page.content()
        page.wait_for_timeout(200)
    raise AssertionError("the page never came to rest")


def wait_until_gone(page):
    for _ in range(50):
        if not Session.objects.exists():
            return True
        page.wait_for_timeout(100)
    return False


def wait_for_no_cookies(page):
    """The answer that ends them comes in while the harmless page is loading."""
    for _ in range(50):
        if page.context.cookies() == []:
            return True
        page.wait_for_timeout(100)
    return False


def readable(pages):
    return [word for word in SECRET for html in pages if word in html]


def stored(page):
    return page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
        (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length, document.cookie.length]"""
    )


@pytest.mark.parametrize("way", ["keys", "button"])
def test_after_the_quick_exit_going_back_shows_nothing(people, visit, weather, way, figure):
    page, address = at_work(visit, people["volunteer"])
    page.goto(f"{address}check/")
    page.go_back()
    page.wait_for_load_state("load")
    assert SECRET[0] in page.content(), "while signed in, going back does show it"
    page.goto(f"{address}words/")
    tap_shift(page) if way == "keys" else page.click(".amp-exit")
    page.wait_for_url(weather)
    assert "Sunny" in page.content()
    assert wait_until_gone(page)
    pages = seen_by_going_back(page)
    assert readable(pages) == []
    assert sum("Sunny" in html for html in pages) < len(pages), "the history does lead back to where we were"
    figure(f"quick exit by {way}: {len(pages)} steps through the history, 0 readable")


def test_the_server_ends_the_session_though_the_window_is_closed_at_once(people, visit, weather):
    page, _address = at_work(visit, people["volunteer"])
    other = page.context.new_page()
    page.evaluate("for (let n = 0; n < 3; n++) for (const t of ['keydown', 'keyup'])"
                  " dispatchEvent(new KeyboardEvent(t, { key: 'Shift' }))")  # fmt: skip
    page.close()
    assert wait_until_gone(other)


def test_the_server_ends_the_session_though_the_harmless_page_cannot_be_reached(people, visit, settings):
    settings.LEAVE_TO = "http://localhost:9/"
    page, _address = at_work(visit, people["volunteer"])
    tap_shift(page)
    assert wait_until_gone(page)
    assert readable([settled(page)]) == []


def test_every_tab_leaves_and_no_referrer_says_from_where(people, visit, weather):
    page, address = at_work(visit, people["volunteer"])
    other = page.context.new_page()
    other.goto(f"{address}words/")
    answers = []
    page.context.on("response", lambda answer: answers.append(answer) if answer.url == weather else None)
    tap_shift(page)
    page.wait_for_url(weather)
    other.wait_for_url(weather)
    assert [answer.header_value("x-referrer") for answer in answers] == ["none", "none"]
    assert wait_for_no_cookies(page)


def test_without_scripts_the_link_does_the_same(people, visit, weather):
    page, _ = at_work(visit, people["volunteer"], scripts=False)
    page.locator("main form[action$='/concerns/start/'] button").first.click()
    page.goto(f"{page.url}limits/")
    page.click(".amp-exit")
    page.wait_for_url(weather)
    assert not Session.objects.exists()
    assert wait_for_no_cookies(page)
    for _ in range(3):
        page.go_back()
        assert "Sunny" in page.content() or 'name="password"' in page.content()


def test_after_signing_out_going_back_shows_nothing_and_the_other_tab_knows(people, visit, figure):
    page, address = at_work(visit, people["volunteer"])
    page.context.add_cookies([{"name": "l", "value": "ru", "url": page.url.split("/concerns/")[0]}])
    page.goto(f"{address}words/")
    other = page.context.new_page()
    other.goto(f"{address}words/")
    assert SECRET[0] in other.content()
    page.locator("header .amp-menu summary").last.click()
    page.locator("form[action$='/logout/'] button").click()
    page.wait_for_url("**/accounts/login/**")
    other.wait_for_url("**/accounts/login/**")
    assert "Войти" in page.content(), "the language outlives the session"
    pages = [*seen_by_going_back(page), *seen_by_going_back(other)]
    assert readable(pages) == []
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"l", "c"}
    figure(f"sign-out: {len(pages)} steps through the histories of two tabs, 0 readable")


def test_nothing_is_kept_on_the_device_while_somebody_works(people, visit):
    page, _address = at_work(visit, people["volunteer"])
    assert stored(page) == [0, 0, 0, 0, 0, 0]


def test_a_page_that_was_left_is_empty_in_the_browsers_memory(people, visit):
    """Whatever a browser may keep of a page to show it again at once (bfcache), it keeps an empty one."""
    page, _address = at_work(visit, people["volunteer"])
    assert page.evaluate("getComputedStyle(document.body).visibility") == "visible"
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert page.evaluate("getComputedStyle(document.body).visibility") == "hidden"
    assert page.title().strip() == ""
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert page.evaluate("getComputedStyle(document.body).visibility") == "visible"


def test_the_profile_on_the_disk_holds_no_word_of_it(people, live_server, weather, chromium, tmp_path, figure):
    """What was typed and read is looked for in every file that the browser leaves behind, in two encodings."""
    from tests.factories import PASSWORD

    browser = chromium.browser_type.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=QUIET, base_url=live_server.url, viewport=DESK
    )
    try:
        page = browser.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", people["volunteer"].email)
        page.fill("input[name=password]", PASSWORD)
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_url("**/")
        address = record_concern(page)
        page.goto(f"{address}words/")
        page.fill("[name=summary]", "The landlord waits outside. Half a sentence that is never sent")
        page.wait_for_timeout(1500)
        tap_shift(page)
        page.wait_for_url(weather)
        page.wait_for_timeout(1500)
    finally:
        browser.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    words = [word.encode(code) for word in (*SECRET, "Half a sentence") for code in ("utf-8", "utf-16-le")]
    hits = {(path.name, word) for path in files for word in words if word in path.read_bytes()}
    known = [path for path in files if b"localhost" in path.read_bytes()]
    assert known, "the harmless page is there: the profile was written and is read"
    assert hits == set()
    figure(f"{len(files)} files of the browser's profile, {len(words)} words looked for, 0 found")
