"""What a file is, its bytes say; names and headers are only held against them, and what pretends is refused."""

import time

import pytest

from foundation.core.errors import Refused
from foundation.files.kinds import FileKind, identify
from tests.files import samples

GOOD = {
    FileKind.JPEG: (samples.jpeg, "IMG_2041.JPG", "image/jpeg"),
    FileKind.PNG: (samples.png, "Screenshot.png", "image/png"),
    FileKind.PDF: (samples.pdf, "справка.pdf", "application/pdf"),
    FileKind.TEXT: (samples.text, "رسالة.txt", "text/plain"),
    FileKind.DOCX: (samples.docx, "letter.docx", ""),
    FileKind.ODT: (samples.odt, "letter.odt", samples.OPEN),
}
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200)


def code(content: bytes, name: str = "", declared: str = "") -> str:
    with pytest.raises(Refused) as refused:
        identify(content, name, declared)
    assert refused.value.field == "file"
    return refused.value.code


@pytest.mark.parametrize("kind", GOOD)
def test_each_kind_is_known_by_its_bytes_alone(kind):
    made, name, declared = GOOD[kind]
    content = made()
    assert identify(content) == identify(content, name) == identify(content, name, declared) == kind
    assert identify(content, "", "application/octet-stream") == kind, "what says nothing is passed over"
    assert identify(content, "no-ending", "") == kind


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA"])
def test_pictures_of_every_colour_are_known(mode):
    assert identify(samples.png(mode)) == FileKind.PNG


@pytest.mark.parametrize(
    "words",
    ["a", "Да", "مرحبا", "BM 12", "From: somebody\n\nhello", "1,2,3\n4,5,6", "\ufeffWith a mark", "GIF is a format", "II. Teil",
     "# Title\n", "😀 all well", "MZ", "%!"],
)  # fmt: skip
def test_a_text_is_a_text_whatever_its_first_letters(words):
    assert identify(words.encode(), "a.txt", "text/plain") == FileKind.TEXT


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("suffix", ["exe", "jpg", "png", "pdf", "txt", "docx", "odt", "html", "pdf.exe", "PNG"])
def test_a_name_that_says_something_else_is_refused(kind, suffix):
    made, name, _declared = GOOD[kind]
    right = name.rpartition(".")[2].lower()
    if suffix.lower() == right:
        assert identify(made(), f"a.{suffix}") == kind
    else:
        assert code(made(), f"a.{suffix}") == "file.mismatch"


def test_a_declared_type_that_says_something_else_is_refused():
    assert code(samples.jpeg(), "", "application/pdf") == "file.mismatch"
    assert code(samples.text(), "a.txt", "image/png") == "file.mismatch"


@pytest.mark.parametrize(
    "content",
    [
        EXE, b"\x7fELF\x02\x01\x01" + bytes(60), b"#!/bin/sh\nrm -rf /\n\0", b"GIF89a" + bytes(40), b"II*\0" + bytes(40),
        b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40), b"\0\0\0\x18ftypheic" + bytes(50),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"{\\rtf1 hello}", b"<!DOCTYPE html><html><script>x</script></html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xfea\0b\0", "Привет".encode("cp1251"), b"a\0b", b"a\x1bb", b"7z\xbc\xaf\x27\x1c" + bytes(30),
        b"Rar!\x1a\x07\0" + bytes(30), b"\x1f\x8b\x08\0" + bytes(30), b"\xff\xd8", b"\x89PNG", b" %PDF-1.7\n%%EOF",
        b"hello\n%PDF-1.4\n1 0 obj\n%%EOF", bytes(100),
    ],
    ids=lambda content: repr(content[:8]),
)  # fmt: skip
def test_everything_else_is_refused(content):
    assert code(content) == "file.kind"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (samples.archive({"a.txt": "x"}), "file.archive"),
        (samples.archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}), "file.archive"),
        (samples.docx(kind=samples.MACROS), "file.active"),
        (samples.docx({"word/vbaProject.bin": "x"}), "file.active"),
        (samples.docx({"word/activeX/activeX1.xml": "x"}), "file.active"),
        (samples.docx({"word/embeddings/oleObject1.bin": "x"}), "file.active"),
        (samples.docx({"word/media/run.EXE": "x"}), "file.active"),
        (samples.odt({"Basic/Standard/Module1.xml": "x"}), "file.active"),
        (samples.odt({"Scripts/python/a.py": "x"}), "file.active"),
        (samples.locked_zip(), "file.locked"),
        (samples.zip_bomb(), "file.bomb"),
        (samples.docx({f"word/{n}.xml": "" for n in range(2100)}), "file.bomb"),
        (samples.docx()[:-30], "file.unreadable"),
        (samples.docx() + b"more behind it", "file.unreadable"),
        (samples.docx()[:200] + samples.docx()[260:], "file.unreadable"),
        (b"PK\x03\x04" + bytes(100), "file.unreadable"),
    ],
    ids=["zip", "spreadsheet", "type with macros", "vba", "activex", "ole", "program", "basic", "python", "locked", "bomb",
         "many parts", "cut", "appended", "torn", "only a head"],
)  # fmt: skip
def test_documents_that_act_hide_or_swell_are_refused(content, why):
    assert code(content) == why


def test_a_bomb_is_refused_before_it_swells():
    began = time.monotonic()
    assert len(samples.zip_bomb()) < 400_000
    assert code(samples.packed_pdf(bytes(67_200_000))) == "file.bomb"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (samples.pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "file.active"),
        (samples.pdf(b"/OpenAction << /S /J#61vaScript >>"), "file.active"),
        (samples.pdf(b"/AA << /O << /S /Launch >> >>"), "file.active"),
        (samples.pdf(b"/Names << /EmbeddedFiles 7 0 R >>"), "file.active"),
        (samples.packed_pdf(b"1 0 << /S /JavaScript >>"), "file.active"),
        (samples.packed_pdf(b"1 0 << /S /L#61unch >>"), "file.active"),
        (samples.pdf().replace(b"/Size 5", b"/Size 5 /Encrypt 8 0 R"), "file.locked"),
        (samples.pdf().replace(b"%%EOF", b""), "file.unreadable"),
        (samples.pdf()[:100], "file.unreadable"),
        (samples.pdf() + samples.archive({"a.exe": "x"}), "file.double"),
    ],
    ids=[
        "script",
        "escaped script",
        "launch",
        "files",
        "packed script",
        "packed launch",
        "locked",
        "no end",
        "cut",
        "polyglot",
    ],
)
def test_a_pdf_that_acts_is_locked_or_is_two_things_is_refused(content, why):
    assert code(content) == why


def test_a_packed_pdf_that_does_nothing_is_taken():
    assert identify(samples.packed_pdf(b"1 0 << /Type /Font >>"), "a.pdf") == FileKind.PDF
