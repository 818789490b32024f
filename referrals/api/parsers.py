"""JSON, strictly."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

LARGEST = 64 * 1024


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class StrictJSONParser(JSONParser):
    """An object of at most 64 KiB in UTF-8 without NaN, Infinity or NUL characters."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The object, or a 400 problem."""
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise ParseError("too large", code="too_large")
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError) as problem:
            raise ParseError("not JSON", code="malformed") from problem
        if not isinstance(data, dict) or "\\u0000" in json.dumps(data):
            raise ParseError("not an object", code="malformed")
        return data
