"""What every answer to a version has in common: ``If-Match``, and a body that is read once."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from foundation.core.errors import Stale
from referrals.api import problems


def read_once(request: Request) -> None:
    """Read the body before the parser takes the stream: the key of idempotency is compared with the bytes as they came."""
    if "Transfer-Encoding" in request.headers:
        raise problems.LengthMissing
    request.body  # noqa: B018


def version_check(request: Request, tag_of: Callable[[Any], str]) -> Callable[[Any], None]:
    """A check of the locked record against ``If-Match``: ``Stale`` if it has another version, 428 if none was said."""
    expected = {tag.strip() for tag in request.headers.get("If-Match", "").split(",")} - {""}
    if not expected:
        raise problems.IfMatchMissing

    def check(locked: Any) -> None:
        if not expected & {"*", tag_of(locked)}:
            raise Stale("state.stale", _("Read it again: it has changed since the version that you answer to."))

    return check
