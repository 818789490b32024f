"""From rows to a locked file: a table with its watermark, in a ZIP under AES-256 and a password that is kept nowhere."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pyzipper
import tablib
from django.utils.translation import gettext as _

from foundation.core.codes import new_code
from foundation.core.words import day_words
from foundation.exports.cells import cell
from foundation.exports.models import Export
from foundation.exports.sources import Column, Row, chosen, source_of
from foundation.exports.states import Format

BITS = 256
WIDTH = 20


def new_password() -> str:
    """Twenty signs, 97 bits: the key of a ZIP is drawn from it by a thousand rounds only, so it must be long itself."""
    return new_code((5, 5, 5, 5))


def table(export: Export, rows: Iterable[Row], columns: Sequence[Column], mark: str) -> bytes:
    """The file inside. Its first and its last line say who took it out, when, and that it must be destroyed."""
    width = len(columns)
    data = tablib.Dataset(title=export.reference)
    data.append(_line(mark, width))
    data.append([cell(str(column.label)) for column in columns])
    for row in rows:
        data.append([cell(value) for value in row.cells])
    data.append(_line(mark, width))
    if export.format == Format.XLSX:
        made: bytes = data.export("xlsx", freeze_panes=False, column_width=WIDTH)
        return made
    text: str = data.export("csv", quoting=1)  # csv.QUOTE_ALL
    return text.encode("utf-8-sig")


def _line(text: str, width: int) -> list[str | int]:
    return [cell(text), *[""] * (width - 1)]


def watermark(export: Export, moment: datetime) -> str:
    """Who, when, the reference, and what to do with it."""
    words = _("%(reference)s. Taken out by %(name)s, %(day)s, %(time)s UTC. Destroy after use.")
    day, time = day_words(moment, UTC), moment.astimezone(UTC).strftime("%H:%M")
    return words % {"reference": export.reference, "name": export.asked_by.name, "day": day, "time": time}


def locked(export: Export, content: bytes, password: str, moment: datetime) -> bytes:
    """The ZIP. Names inside are not encrypted by that format, so the reference is all that they say."""
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setencryption(pyzipper.WZ_AES, nbits=BITS)
        archive.setpassword(password.encode())
        entry = archive.zipinfo_cls(f"{export.reference}.{export.format}", date_time=moment.timetuple()[:6])
        entry.compress_type = pyzipper.ZIP_DEFLATED
        archive.writestr(entry, content)
    return out.getvalue()


def columns_of(export: Export) -> list[Column]:
    """The columns that were asked for and allowed."""
    return chosen(source_of(export.source), export.columns)
