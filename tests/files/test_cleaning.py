"""A picture is drawn anew: what it shows stays, what it tells beside that is gone. Documents stay as they are."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from foundation.files.cleaning import MOST_PIXELS, Uncleanable, cleaned
from foundation.files.kinds import FileKind
from tests.files import samples

BYTES = {
    FileKind.PDF: samples.pdf(),
    FileKind.TEXT: samples.text(),
    FileKind.DOCX: samples.docx(),
    FileKind.ODT: samples.odt(),
}


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def code(kind: FileKind, content: bytes) -> str:
    with pytest.raises(Uncleanable) as refused:
        cleaned(kind, content)
    return refused.value.code


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of a point's colour, of 255."""
    apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return max(ImageStat.Stat(apart).mean)


def test_the_sample_does_tell_where_it_was_taken():
    """The control: the marks are found before the cleaning."""
    before = samples.jpeg()
    assert [mark for mark in samples.MARKS if mark not in before] == []
    assert opened(before).getexif().get_ifd(0x8825)
    assert b"taken in the shelter" in samples.png()


@pytest.mark.parametrize(("kind", "content"), [(FileKind.JPEG, samples.jpeg()), (FileKind.PNG, samples.png())])
def test_place_device_comments_and_profiles_are_gone_and_the_picture_is_there(kind, content):
    after = cleaned(kind, content)
    assert [mark for mark in samples.MARKS if mark in after] == []
    picture = opened(after)
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert picture.size == (320, 200)
    assert difference(picture, opened(content)) < 2


def test_only_the_segments_that_a_picture_needs_are_left():
    markers, at, after = set(), 2, cleaned(FileKind.JPEG, samples.jpeg())
    while after[at + 1] != 0xDA:
        markers.add(after[at + 1])
        at += 2 + int.from_bytes(after[at + 2 : at + 4], "big")
    assert markers <= {0xE0, 0xDB, 0xC0, 0xC4}, "JFIF, tables, frame; no APP1, no APP2, no comment"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stays_upright_without_the_note_that_turned_it(orientation):
    content = samples.jpeg(orientation)
    after = opened(cleaned(FileKind.JPEG, content))
    assert after.size == ((320, 200) if orientation < 5 else (200, 320))
    red = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    x, y = (after.width - 30 if red[0] else 30, after.height - 30 if red[1] else 30)
    r, g, _b = after.getpixel((x, y))
    assert r > 150 > g, "the red corner lies where it was seen"


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "I;16"])
def test_every_kind_of_png_comes_through(mode):
    content = io.BytesIO()
    Image.new("I;16", (9, 9), 40_000).save(content, "PNG") if mode == "I;16" else content.write(samples.png(mode))
    before, after = opened(content.getvalue()), opened(cleaned(FileKind.PNG, content.getvalue()))
    assert after.size == before.size
    if mode == "I;16":
        assert after.getpixel((3, 3)) == 40_000
    else:
        assert difference(after, before) < 2


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_printers_colours_come_through(mode):
    assert opened(cleaned(FileKind.JPEG, samples.jpeg(mode=mode))).size == (320, 200)


def test_what_is_appended_or_comes_along_stays_behind():
    """Polyglots, gain maps, depth maps, further pictures: only the first picture is drawn."""
    several = io.BytesIO()
    samples.drawn().save(several, "MPO", save_all=True, append_images=[samples.drawn((50, 50))], exif=samples.exif())
    for content in (samples.jpeg() + samples.archive({"a.exe": "MZ"}), several.getvalue()):
        after = cleaned(FileKind.JPEG, content)
        assert b"PK\x03\x04" not in after
        assert after.count(b"\xff\xd8\xff") == 1
        assert opened(after).size == (320, 200)
    moving = io.BytesIO()
    samples.drawn().save(moving, "PNG", save_all=True, append_images=[samples.drawn()])
    assert getattr(opened(cleaned(FileKind.PNG, moving.getvalue())), "n_frames", 1) == 1


def test_a_picture_that_would_swell_is_refused_before_it_does():
    began = time.monotonic()
    assert code(FileKind.PNG, samples.bomb()) == "pixels"
    assert code(FileKind.PNG, samples.bomb(MOST_PIXELS // 1000 + 1, 1000)) == "pixels"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("cut", [20, 300, -200])
def test_a_picture_that_breaks_off_is_refused(cut):
    assert code(FileKind.PNG, samples.png()[:cut]) == "unreadable"
    assert code(FileKind.JPEG, samples.jpeg()[:cut]) == "unreadable"


def test_a_picture_is_read_as_what_it_was_found_to_be_and_as_nothing_else():
    for kind, content in (
        (FileKind.JPEG, samples.png()),
        (FileKind.PNG, samples.jpeg()),
        (FileKind.PNG, b"%!PS-Adobe-3.0"),
    ):
        assert code(kind, content) == "unreadable"


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_picture_with_wrong_bytes_is_cleaned_or_refused_and_nothing_else(data):
    kind, content = data.draw(st.sampled_from([(FileKind.JPEG, samples.jpeg()), (FileKind.PNG, samples.png())]))
    broken = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(4, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        after = cleaned(kind, bytes(broken))
    except Uncleanable:
        return
    assert not opened(after).getexif()


@pytest.mark.parametrize("kind", BYTES)
def test_documents_and_texts_stay_byte_for_byte(kind):
    assert cleaned(kind, BYTES[kind]) == BYTES[kind]
