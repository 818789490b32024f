"""Cells that no spreadsheet takes for a formula, however it was told to read the file.

A spreadsheet runs what begins with ``=``, ``+``, ``-`` or ``@`` (also in full width), and what follows a separator if it
takes commas, semicolons, colons or bars for the start of a new cell. Such a start gets an apostrophe before it; what would
part a line becomes a blank.
"""

import re
from datetime import date

from foundation.exports.sources import Cell

# Marks that nobody sees stand before a formula as if they were not there.
_UNSEEN = "\\s\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_STARTS = "=+\\-@|%#\u207a-\u207c\u208a-\u208c\u2212\uff1d\uff0b\uff0d\uff20\uff5c\ufe62\ufe63\ufe66\ufe6a\ufe6b\ufb29"
_DANGER = re.compile(f"(^|[,;:|])([{_UNSEEN}\"']*)(?=[{_STARTS}])")
_PARTS = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def safe(text: str) -> str:
    """One line without control characters, with an apostrophe before whatever could start a formula or a command."""
    return _DANGER.sub(r"\1\2'", _CONTROL.sub("", _PARTS.sub(" ", text)))


def cell(value: Cell) -> str | int:
    """What stands in the file: whole numbers as numbers, days in the international form, the rest as guarded text."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, int):
        return value
    return value.isoformat() if isinstance(value, date) else safe(value)
