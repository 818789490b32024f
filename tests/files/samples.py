"""Files as people hand them in, made here: pictures that tell where they were taken, documents good and bad."""

import io
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

import pytest
from PIL import Image, ImageDraw, PngImagePlugin
from PIL.ImageCms import ImageCmsProfile, createProfile

from foundation.files.streams import Opened
from foundation.vault.crypto import VaultError

PLACE = b"GPS 48.9226N 24.7111E"
DEVICE = "Phone of Mariam K."
MARKS = (
    PLACE,
    DEVICE.encode(),
    b"photoshop:City",
    b"ICC_PROFILE",
    b"taken in the shelter",
    b"Exif",
    b"http://ns.adobe.com",
)
"""What a picture must not tell any more."""

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><photoshop:City>Kolomyia</photoshop:City></x:xmpmeta>'


def drawn(size: tuple[int, int] = (320, 200), mode: str = "RGB") -> Image.Image:
    """A picture with something to see on it."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((10, 10, size[0] // 2, size[1] // 2), fill=(200, 40, 40))
    draw.ellipse((size[0] // 2, size[1] // 2, size[0] - 5, size[1] - 5), fill=(20, 90, 160))
    return picture.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """Device, moment and place, as a phone writes them."""
    told = Image.Exif()
    told[0x0110], told[0x0112] = DEVICE, orientation
    told[0x0132] = "2026:11:20 08:15:00"
    place = told.get_ifd(0x8825)
    place[1], place[2] = "N", (48.0, 55.0, 21.4)
    place[3], place[4] = "E", (24.0, 42.0, 40.0)
    place[0x1D] = "2026:11:20"
    place[0x1B] = PLACE
    return told


@cache
def jpeg(orientation: int = 1, size: tuple[int, int] = (320, 200), mode: str = "RGB") -> bytes:
    """A phone's picture, with everything that such a picture tells."""
    out = io.BytesIO()
    profile = ImageCmsProfile(createProfile("sRGB")).tobytes()
    drawn(size, mode).save(
        out, "JPEG", quality=92, exif=exif(orientation), comment=b"taken in the shelter", xmp=XMP, icc_profile=profile
    )
    return out.getvalue()


def png(mode: str = "RGB") -> bytes:
    """A screenshot with texts, place and profile."""
    told, out = PngImagePlugin.PngInfo(), io.BytesIO()
    told.add_text("Comment", "taken in the shelter")
    told.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=False)
    drawn(mode=mode).save(out, "PNG", pnginfo=told, exif=exif())
    return out.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that claims 3.6 thousand million points."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(1000)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pdf(more: bytes = b"") -> bytes:
    """A one-page PDF that names its author."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R " + more + b">>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>",
        b"<< /Author (Mariam K.) /Producer (Office) >>",
    ]
    out, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    table = b"xref\n0 5\n0000000000 65535 f \n" + rows
    return out + table + b"trailer << /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def packed_pdf(hidden: bytes) -> bytes:
    """The same, with this among its packed objects."""
    packed = zlib.compress(hidden)
    stream = (
        b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    )
    return pdf().replace(b"xref\n", stream % (len(packed), packed) + b"xref\n", 1)


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
OPEN = "application/vnd.oasis.opendocument.text"


def archive(parts: dict[str, Any], **how: Any) -> bytes:
    """A zip with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **{"compression": zipfile.ZIP_DEFLATED, **how}) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(more: dict[str, Any] | None = None, kind: str = WORD) -> bytes:
    """A Word document of the smallest kind."""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
    return archive({"[Content_Types].xml": types, "word/document.xml": "<w:document/>", **(more or {})})


def odt(more: dict[str, Any] | None = None) -> bytes:
    """An OpenDocument text of the smallest kind."""
    return archive({"mimetype": OPEN, "content.xml": "<office/>", **(more or {})})


def locked_zip() -> bytes:
    """A document whose parts say that they are encrypted."""
    content = bytearray(docx())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found = content.find(sign)
        while found >= 0:
            content[found + at] |= 1
            found = content.find(sign, found + 4)
    return bytes(content)


def zip_bomb() -> bytes:
    """A document of some kilobytes that unpacks to 300 MB."""
    return docx({f"word/media/{n}.xml": bytes(10_000_000) for n in range(30)})


def text() -> bytes:
    """A letter in three scripts."""
    return "Справка о проживании\nرسالة إلى البلدية\nLetter to the municipality\n".encode()


def given_out_of(reading: Opened) -> int:
    """How many bytes come out of a stream before it is refused; it must be."""
    got: list[bytes] = []
    with pytest.raises(VaultError):
        got.extend(reading.pieces)
    return sum(map(len, got))
