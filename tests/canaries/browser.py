"""A browser with a profile on the disk: somebody records a concern on a shared device and leaves in a hurry."""

from pathlib import Path
from urllib.parse import quote

import pytest

from tests.canaries.markers import Mint
from tests.installation import Installation
from tests.journeys import acts
from tests.journeys.conftest import CHROMIUM, QUIET

CONTROL = "/nothing-here/?control="


def travelled(house: Installation, mint: Mint, profile: Path) -> str:
    """Walk the pages with canaries typed, leave by the quick exit; the word that stands in an address, as control."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("no browser here: Debian's package chromium is not installed")
    control, mint.place = Mint(9).name("cyrillic"), "typed in a browser, left by the quick exit"
    facts = house.demo["people"]["volunteer"]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=QUIET, base_url=house.url, locale="en"
        )
        page = context.pages[0]
        page.goto(CONTROL + quote(control))
        page.goto("/accounts/login/")
        page.fill("input[name=login]", facts["email"])
        page.fill("input[name=password]", facts["password"])
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_url("**/")
        if page.url.endswith("/conduct/"):
            page.check("input[name=accept]")
            page.locator("form:has(input[name=accept]) button[type=submit]").first.click()
            page.wait_for_url(f"{house.url}/")
        words = {"summary": mint.sentence("arabic"), "category": "documents_legal_status"}
        contact = {
            "alias": mint.name("cyrillic"),
            "method": "phone",
            "value": mint.phone(),
            "safe_times": mint.name("latin"),
        }
        address = acts.record_concern(page, words=words, wishes={"wishes": mint.sentence("latin")}, contact=contact)
        page.goto(f"{address}words/")
        page.fill("textarea[name=summary]", mint.sentence("cyrillic"))
        page.locator("a.amp-exit").click(no_wait_after=True)
        page.wait_for_timeout(1500)
        context.close()
    return control
