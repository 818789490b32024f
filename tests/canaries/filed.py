"""Files on a case: names, descriptions and contents, those that are taken and those that are refused."""

import io
import re
import time
from contextlib import suppress

from PIL import PngImagePlugin

from config.story.browser import StoryError
from tests.canaries.markers import SCRIPTS
from tests.canaries.world import World, entry
from tests.clamd import HARMFUL
from tests.files import samples


@entry("files: their names, what they are, what stands in them")
def filed(world: World) -> None:
    for script in SCRIPTS:
        letter = f"{world.mint.sentence(script)} {world.mint.phone()}\n".encode() * 40
        hand_in(world, f"{world.mint.name(script)}.txt", letter, world.mint.name(script))
        document = samples.docx({"word/document.xml": f"<w:document>{world.mint.sentence(script)}</w:document>"})
        hand_in(world, f"{world.mint.name(script)}.docx", document, world.mint.name(script), may_tell="on")
    hand_in(world, f"{world.mint.name()}.png", pictured(world.mint.name("latin")), world.mint.name())
    at, worker = f"/cases/{world.case}/files/", world.person("caseworker")
    began = time.monotonic()
    while "Download" not in (page := worker.opened(at)).text:
        assert time.monotonic() - began < 40, "no file was checked"
        time.sleep(0.5)
    for link in {href for href, _words in page.links if re.search(rf"{at}[0-9a-f-]+/$", href)}:
        worker.fetched(link)


@entry("files that are refused")
def misfiled(world: World) -> None:
    mint = world.mint
    wrong = {
        f"{mint.name('cyrillic')}.exe": f"MZ {mint.sentence()}".encode() * 9,
        f"{mint.name('arabic')}.pdf": mint.sentence().encode(),
        f"{mint.plain()}.docx": samples.docx({f"{mint.plain()}.bin": mint.sentence()}, samples.MACROS),
        f"{mint.plain()}.txt": f"{mint.sentence()} ".encode() + HARMFUL,
        f"../../{mint.plain()}/{mint.name()}.txt": b"",
        f"{mint.plain()}.jpg": samples.jpeg()[:300] + mint.name("latin").encode(),
        f"{mint.name()}.log": mint.sentence().encode() * 100_000,
    }
    for name, content in wrong.items():
        with suppress(StoryError):
            hand_in(world, name, content, mint.name(), may_tell="on")


def hand_in(world: World, name: str, content: bytes, words: str, **more: str) -> None:
    """One file on the case."""
    worker, at = world.person("caseworker"), f"/cases/{world.case}/files/"
    page = worker.opened(at)
    worker.hand_in(page, page.own_form("file", "text"), (name, content), text=words, purpose="letter", **more)


def pictured(name: str) -> bytes:
    """A screenshot that tells somebody's name."""
    told, out = PngImagePlugin.PngInfo(), io.BytesIO()
    told.add_text("Author", name)
    samples.drawn().save(out, "PNG", pnginfo=told)
    return out.getvalue()
