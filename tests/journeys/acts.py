"""What people do on the pages, as a person does it: look for the question, answer, press the button."""

from typing import Any

from playwright.sync_api import Page

from consent.vocabulary import Element

STEPS: dict[str, dict[str, Any]] = {
    "limits": {"said": True},
    "where": {"reporter_kind": "affected_person_self", "setting": "hsp"},
    "danger": {"flags": "held_captive"},
    "words": {
        "summary": "The landlord keeps the papers and locks the door at night.",
        "category": "documents_legal_status",
    },
    "wishes": {"wishes": "My papers back, and a place where my son can sleep. No police."},
    "agreement": {"answer": "granted", "mode": "verbal", "interpreter": "none"},
    "contact": {"alias": "Mira", "method": "phone", "value": "+380 50 123 45 67", "safe_times": "10:00–12:00"},
}


def fill(page: Page, **answers: Any) -> None:
    """Answer the fields of the page's form, whatever kind they are."""
    for name, value in answers.items():
        found = page.locator(f"main [name='{name}']")
        kind = found.first.get_attribute("type")
        if kind in ("radio", "checkbox"):
            choice = found if isinstance(value, bool) else page.locator(f"main [name='{name}'][value='{value}']")
            choice.first.evaluate("node => node.scrollIntoView({block: 'center'})")  # clear of the header that sticks
            choice.first.check(force=True)
        elif found.first.evaluate("node => node.tagName") == "SELECT":
            found.first.select_option(value)
        else:
            found.first.fill(value)


def press(page: Page) -> None:
    """The filled button of the page's own form."""
    page.locator("main form[method=post] button[type=submit], main form[method=post] button:not([type])").first.click()
    page.wait_for_load_state("domcontentloaded")


def open_path(page: Page, path: str) -> None:
    """Go to an address of the same site."""
    page.goto(path)


def record_concern(page: Page, **changes: dict[str, Any]) -> str:
    """Record a concern from the day page to the check page; returns the draft's address."""
    page.locator("main form[action$='/concerns/start/'] button").first.click()
    page.wait_for_url("**/concerns/*-*/")
    address = page.url
    for step, answers in {**STEPS, **changes}.items():
        page.goto(f"{address}{step}/")
        fill(page, **answers)
        press(page)
        assert not page.locator(".govuk-error-summary").count(), (
            step,
            page.locator(".govuk-error-summary").inner_text(),
        )
    return address


def hand_over(page: Page, address: str) -> str:
    """Check and hand over; returns the address where the concern now stands."""
    page.goto(f"{address}check/")
    press(page)
    return page.url


def width_overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wide


def act(page: Page, verb: str) -> None:
    """Press what leads to a verb, and confirm it where it has a page of its own."""
    page.locator(f"main form[action$='/{verb}/'] button, main a[href$='/{verb}/']").first.click()
    if page.url.endswith(f"/{verb}/"):
        press(page)


def agree(page: Page, case: str, service: str) -> None:
    """Hold the conversation about consent and record that the person agrees."""
    page.goto(f"{case}consent/?service={service}")
    assert page.locator("input[type=radio]:checked").count() == 0  # HS-03: nothing is chosen beforehand
    assert page.locator("input[name=elements]:checked").count() == 0
    for element in Element.values:
        fill(page, elements=element)
    fill(page, explained_by="me", channel="spoken", mode="verbal", interpreter="none", is_private="yes")
    fill(page, **{service: "granted"})
    press(page)
    assert not page.locator(".govuk-error-summary").count(), page.locator(".govuk-error-summary").inner_text()
