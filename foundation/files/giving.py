"""How a file leaves the house: as a download with a neutral name, never as something that a browser shows or runs."""

import logging
from collections.abc import Iterator
from typing import Final

from django.http import StreamingHttpResponse

from foundation.files.kinds import PICTURES, SUFFIXES, FileKind
from foundation.files.models import Attachment
from foundation.files.streams import Opened
from foundation.vault.crypto import VaultError

logger = logging.getLogger("amparo.files")
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "none",
}


def as_download(row: Attachment, opened: Opened) -> StreamingHttpResponse:
    """The answer. It says its length first, so that one that breaks off cannot be taken for whole.

    A stream that turns out to be damaged raises: the server then hangs up, and the browser reports a failed download.
    """
    answer = StreamingHttpResponse(_watched(opened.pieces), content_type="application/octet-stream")
    answer["Content-Length"] = str(opened.length)
    answer["Content-Disposition"] = f'attachment; filename="{neutral_name(FileKind(row.kind))}"'
    for name, value in HEADERS.items():
        answer[name] = value
    return answer


def neutral_name(kind: FileKind) -> str:
    """A name that tells nothing of the person or the case, whatever the file was called before (HS-17)."""
    return f"{'picture' if kind in PICTURES else 'document'}.{SUFFIXES[kind][0]}"


def _watched(pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except VaultError:
        logger.error("a file broke off while it was opened", extra={"code": "damaged"})
        raise
