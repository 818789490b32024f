"""What a file tells beside what it shows: taken out of pictures, left in documents and said so.

Pictures are drawn anew from their pixels: place, time, device, thumbnails, comments, profiles and whatever is appended
stay behind. A PDF or a document keeps its traces: they sit in too many places to promise that they are gone
(docs/decisions/0016-what-files-tell.md). No thumbnail is ever made.
"""

import io
import struct
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from foundation.files.kinds import PICTURES, FileKind

MOST_PIXELS: Final = 50_000_000
"""A picture of more is refused before it is unpacked: a few kilobytes can claim gigabytes."""
QUALITY: Final = 90
_FORMATS: Final = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG"}
_MODES: Final = {"L": "L", "RGB": "RGB", "1": "L", "LA": "RGBA", "P": "RGBA", "RGBA": "RGBA", "I;16": "I;16"}
_BROKEN = (
    *(OSError, EOFError, ValueError, SyntaxError, LookupError, TypeError, AttributeError, ArithmeticError, MemoryError),
    *(struct.error, UnidentifiedImageError),
)
"""What Pillow's readers raise on a picture that is broken, or that was made to break them."""


class Uncleanable(Exception):
    """The file cannot be read as what it says it is. ``code``: ``unreadable`` or ``pixels``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def cleaned(kind: FileKind, content: bytes) -> bytes:
    """The file without what it tells beside what it shows, where that can be done; ``Uncleanable`` otherwise."""
    return _redrawn(kind, content) if kind in PICTURES else content


def _redrawn(kind: FileKind, content: bytes) -> bytes:
    """The first picture of the file, upright, as new as if it had been painted."""
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
            _require_size(picture)
            ImageOps.exif_transpose(picture, in_place=True)
            return _painted(kind, picture)
    except Image.DecompressionBombError as problem:
        raise Uncleanable("pixels") from problem
    except _BROKEN as problem:
        raise Uncleanable("unreadable") from problem


def _require_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Uncleanable("pixels")


def _painted(kind: FileKind, picture: Image.Image) -> bytes:
    mode = _MODES.get(picture.mode, "RGB") if kind == FileKind.PNG else {"L": "L"}.get(picture.mode, "RGB")
    canvas = Image.new(mode, picture.size)
    canvas.paste(picture if picture.mode == mode else picture.convert(mode))
    out = io.BytesIO()
    options = {"quality": QUALITY} if kind == FileKind.JPEG else {"optimize": False}
    canvas.save(out, _FORMATS[kind], **options)
    return out.getvalue()
