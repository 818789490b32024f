"""A web application of one answer, for a real web server: a file that breaks off, or ``/whole``, one that does not."""

import io
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import django

django.setup()

from foundation.files import streams  # noqa: E402
from foundation.files.giving import as_download  # noqa: E402
from foundation.files.models import Attachment  # noqa: E402

PLACE = streams.Place(streams.KEPT, UUID(int=1), UUID(int=2), 1, bytes(32))
CONTENT = b"papers " * 60_000
STREAM = b"".join(streams.seal(PLACE, CONTENT))
BORDER = 30 + 4 * (streams.CHUNK + 17)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What ``cases:open_file`` answers with, cut at the border of a chunk."""
    stream = STREAM if environ["PATH_INFO"] == "/whole" else STREAM[:BORDER]
    answer = as_download(Attachment(kind="text"), streams.unseal(PLACE, io.BytesIO(stream)))
    start_response("200 OK", list(answer.headers.items()))
    return answer.streaming_content  # type: ignore[return-value]
