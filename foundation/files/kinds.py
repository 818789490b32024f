"""What a file is, from its bytes. Its name and what the browser says of it are only held against that.

Six kinds are taken. Everything else, and whatever pretends, is refused in words that say what to do.
"""

import io
import re
import zipfile
from typing import Final

import puremagic
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core.errors import Refused
from foundation.files import documents


class FileKind(models.TextChoices):
    """The kinds that are taken."""

    JPEG = "jpeg", gettext_lazy("JPEG picture")
    PNG = "png", gettext_lazy("PNG picture")
    PDF = "pdf", gettext_lazy("PDF document")
    TEXT = "text", gettext_lazy("Plain text")
    DOCX = "docx", gettext_lazy("Word document")
    ODT = "odt", gettext_lazy("OpenDocument text")


SUFFIXES: Final[dict[FileKind, tuple[str, ...]]] = {
    FileKind.JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    FileKind.PNG: ("png",),
    FileKind.PDF: ("pdf",),
    FileKind.TEXT: ("txt", "text", "csv", "md", "log"),
    FileKind.DOCX: ("docx",),
    FileKind.ODT: ("odt",),
}
"""The endings of each kind; a file is given out with the first."""

DECLARED: Final[dict[str, FileKind]] = {
    "image/jpeg": FileKind.JPEG,
    "image/png": FileKind.PNG,
    "application/pdf": FileKind.PDF,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": FileKind.DOCX,
    "application/vnd.oasis.opendocument.text": FileKind.ODT,
}
"""What browsers call them. Of other words nothing can be learnt: they are passed over."""

PICTURES: Final = (FileKind.JPEG, FileKind.PNG)
CARRY_TRACES: Final = (FileKind.PDF, FileKind.DOCX, FileKind.ODT)
"""Kinds that are kept as they came, because what they tell of their maker cannot be taken out with certainty."""

_SIGNS: Final = ((b"\xff\xd8\xff", FileKind.JPEG), (b"\x89PNG\r\n\x1a\n", FileKind.PNG), (b"%PDF-", FileKind.PDF))
_ZIP: Final = b"PK\x03\x04"
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SURE: Final = 0.4
"""From four bytes of signature on, what puremagic sees in a text counts; two letters may be a word."""
_TEXTS: Final = ("txt", "text", "csv", "md", "log", "eml", "json")


def identify(content: bytes, name: str = "", declared: str = "") -> FileKind:
    """The kind of a file. ``Refused`` (field ``file``) for another kind, a false name, or what is two things at once."""
    kind = _kind(content)
    suffix = _suffix(name)
    if suffix and suffix not in SUFFIXES[kind]:
        raise _pretends(kind)
    if DECLARED.get(declared, kind) != kind:
        raise _pretends(kind)
    return kind


def _kind(content: bytes) -> FileKind:
    if content.startswith(_ZIP):
        return FileKind(documents.office_kind(content))
    kind = next((kind for sign, kind in _SIGNS if content.startswith(sign)), FileKind.TEXT)
    likely = _likely(content)
    if kind == FileKind.TEXT:
        _require_text(content, likely)
    elif not set(likely) & set(SUFFIXES[kind]):
        raise not_taken()
    if kind == FileKind.PDF:
        documents.require_plain_pdf(content)
    if kind not in PICTURES and zipfile.is_zipfile(io.BytesIO(content)):
        raise Refused("file.double", _("This file is two kinds of file at once. Such files are not taken."), "file")
    return kind


def _likely(content: bytes) -> dict[str, float]:
    """What puremagic takes it for: ending → confidence. Texts have no signature."""
    try:
        found = puremagic.magic_string(content)
    except puremagic.PureError:
        return {}
    endings = {match.extension.lstrip("."): match.confidence for match in reversed(found)}
    return {ending: confidence for ending, confidence in endings.items() if ending not in _TEXTS}


def _require_text(content: bytes, likely: dict[str, float]) -> None:
    """Text in UTF-8 without control characters, which no program takes for anything else."""
    if max(likely.values(), default=0) >= _SURE or b"%PDF-" in content[:1024]:
        raise not_taken()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise not_taken() from problem
    if _CONTROL.search(text):
        raise not_taken()


def not_taken() -> Refused:
    """The refusal of a kind that is not on the list."""
    message = _(
        "This kind of file is not taken. You can add JPEG and PNG pictures, PDF, plain text (UTF-8), and Word (DOCX) or"
        " OpenDocument (ODT) texts without macros."
    )
    return Refused("file.kind", message, "file")


def _pretends(kind: FileKind) -> Refused:
    message = _(
        "The name of this file says something else than what is inside (%(kind)s). A file that pretends can do harm,"
        " so it is not taken. If you trust where it comes from, save it again under its right kind."
    )
    return Refused("file.mismatch", message % {"kind": kind.label}, "file")


def _suffix(name: str) -> str:
    """The ending of a name in small letters; empty where there is none."""
    stem, dot, suffix = name.strip().rpartition(".")
    return suffix.lower() if dot and stem else ""
