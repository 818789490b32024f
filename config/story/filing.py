"""A chapter on a file: it waits for the virus check, opens after it where a scanner is connected, and goes to no partner."""

import time
from typing import TYPE_CHECKING

from config.story.browser import expect
from config.story.partner import PATIENCE

if TYPE_CHECKING:
    from config.story.play import Play

LETTER = "رسالة من البلدية: الوثائق جاهزة.\n".encode()


def add_file(play: "Play") -> str:
    """The caseworker adds a letter; returns what came of it, in words."""
    worker, at = play.person("caseworker"), f"/cases/{play.case}/files/"
    page = worker.opened(at)
    told = {"text": "Letter from the municipality", "purpose": "letter"}
    added = worker.hand_in(page, page.own_form("file", "text"), ("letter.txt", LETTER), **told)
    expect(
        added.path == at and "Letter from the municipality" in added.text, f"the file was not kept: {added.text[:400]}"
    )
    play.addresses.append(at)
    if "no virus scanner is connected" in added.text:
        expect("Download" not in added.text, "a file can be opened that nobody has checked")
        return "it waits, and nobody can open it: no virus scanner is connected"
    began = time.monotonic()
    while "Download" not in (page := worker.opened(at)).text:
        expect(time.monotonic() - began < PATIENCE, f"the worker did not check the file: {page.text[:400]}")
        time.sleep(0.5)
    link = page.link(rf"{at}[0-9a-f-]+/$")
    play.addresses.append(link)
    expect(worker.fetched(link) == LETTER, "the file did not come back as it was")
    return "the worker has it checked, and it comes back to the byte"
