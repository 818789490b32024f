"""The last chapter: the person asks that everything be erased; two people do it, and a certificate is left."""

import re
import time
from typing import TYPE_CHECKING

from config.story.browser import Browser, Page, expect
from config.story.partner import PATIENCE

if TYPE_CHECKING:
    from config.story.play import Play

CODE = re.compile(r"\b[0-9B-DF-HJ-NP-TV-XZ]{3}-[0-9B-DF-HJ-NP-TV-XZ]{3}\b")


def surely(play: "Play", browser: Browser, path: str) -> Page:
    """A page that asks again who it is, after the answer; not within five minutes of signing in."""
    page = browser.opened(path)
    if page.path == "/again/":
        page = browser.confirm(page, play.demo["people"][browser.who])
    expect(page.path == path, f"{browser.who} does not come back to {path}: {page.text[:300]}")
    return page


def erase(play: "Play", secrets: tuple[str, ...]) -> str:
    """Ask, agree, wait for the worker; returns the certificate's address."""
    worker, officer = play.person("caseworker"), play.person("data_officer")
    page = surely(play, worker, f"/cases/{play.case}/erase/")
    code = CODE.findall(page.text)[0]
    asked = worker.submit(page, page.own_form("ground", "code"), ground="person_asked", code=code)
    expect("Waiting for a second person" in asked.text, f"the erasure was not asked for: {asked.text[:300]}")
    expect(worker.get(f"{asked.path}authorise/").status == 403, "who asks can agree")
    page = surely(play, officer, f"{asked.path}authorise/")
    expect(not any(secret in page.text for secret in secrets), "the second person reads of the person")
    officer.submit(page, page.own_form("code"), code=code)
    began = time.monotonic()
    while "Certificate of erasure" not in (done := officer.opened(asked.path)).text:
        expect(time.monotonic() - began < PATIENCE, f"the worker did not carry the erasure out: {done.text[:300]}")
        time.sleep(0.2)
    expect("The signature of this installation is valid" in done.text, "the certificate is not signed")
    for browser in (worker, officer, play.person("focal_point")):
        gone = browser.get(f"/cases/{play.case}/")
        expect(gone.status == 404, f"{browser.who} still finds the case")
    return done.path
