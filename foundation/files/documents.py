"""Looking into documents without opening them: PDF for what acts by itself, DOCX and ODT for macros and for bombs.

Nothing here renders or runs anything. Whatever is unpacked is unpacked up to a limit.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from foundation.core.errors import Refused

MOST_UNPACKED: Final = 64 * 1024 * 1024
MOST_PARTS: Final = 2000
_PEEK: Final = 64 * 1024
_WORD: Final = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_ODT: Final = b"application/vnd.oasis.opendocument.text"
_ACTS = re.compile(
    r"vbaproject|vbadata|activex|/embeddings/|^basic/|^scripts/|\.(bin|exe|dll|js|vbs|ps1|bat|cmd|class|jar)$"
)
_PDF_ACTS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|XFA)\b")
_PDF_LOCKED = re.compile(rb"/Encrypt\b")
_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def office_kind(content: bytes) -> str:
    """``docx`` or ``odt``; ``Refused`` for any other archive, for macros, locks and bombs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _require_small(parts)
            names = {part.filename for part in parts}
            kind = _office(archive, names)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        EOFError,
        zlib.error,
    ) as problem:
        raise _unreadable() from problem
    if not _ends_with_directory(content):
        raise _unreadable()
    if any(_ACTS.search(name.lower()) for name in names):
        raise _acts()
    return kind


def _require_small(parts: list[zipfile.ZipInfo]) -> None:
    """What the archive itself says of its size; whoever unpacks more is cut off at this limit as well."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _bomb()
    if any(part.flag_bits & 0x1 for part in parts):
        raise locked()


def _office(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names and _peek(archive, "mimetype").strip() == _ODT and "content.xml" in names:
        return "odt"
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        if _WORD in _peek(archive, "[Content_Types].xml"):
            return "docx"
        raise _acts()  # the same parts under a type of their own: a template or a document with macros
    raise Refused("file.archive", _("Archives are not taken. Add each file by itself."), "file")


def _peek(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_PEEK)


def _ends_with_directory(content: bytes) -> bool:
    """Whether the archive's directory is the end of the file: nothing is hidden behind it."""
    at = content.rfind(b"PK\x05\x06")
    comment = int.from_bytes(content[at + 20 : at + 22], "little") if at >= 0 else 0
    return at >= 0 and len(content) == at + 22 + comment


def require_plain_pdf(content: bytes) -> None:
    """``Refused`` for a PDF that is locked, broken off, or does something by itself when it is opened."""
    if b"%%EOF" not in content[-1024:]:
        raise _unreadable()
    for text in (content, *_object_streams(content)):
        plain = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), text)
        if _PDF_LOCKED.search(plain):
            raise locked()
        if _PDF_ACTS.search(plain):
            raise _acts()


def _object_streams(content: bytes) -> Iterator[bytes]:
    """The packed objects of a PDF, unpacked up to the limit in all."""
    left = MOST_UNPACKED
    for found in _STREAM.finditer(content):
        end = content.find(b"endstream", found.end())
        try:
            text = zlib.decompressobj().decompress(content[found.end() : end], left)
        except zlib.error:
            continue
        left -= len(text)
        if left <= 0:
            raise _bomb()
        yield text


def locked() -> Refused:
    """The refusal of what cannot be looked into."""
    message = _("This document is locked with a password, so it cannot be checked. Save it without the password first.")
    return Refused("file.locked", message, "file")


def _acts() -> Refused:
    message = _("This document holds macros, scripts or other files. Save it without them, for example as a new PDF.")
    return Refused("file.active", message, "file")


def _bomb() -> Refused:
    return Refused("file.bomb", _("This document unpacks to more than can be checked. It is not taken."), "file")


def _unreadable() -> Refused:
    return Refused(
        "file.unreadable", _("This file is damaged or not complete. Choose it again, or save it anew."), "file"
    )
