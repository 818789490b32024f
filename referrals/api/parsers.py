"""JSON, strictly."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser

LARGEST = 64 * 1024


class TooLarge(exceptions.APIException):
    """413."""

    status_code = 413
    default_code = "too_large"

    def __init__(self) -> None:
        super().__init__(_("The body may have %(n)d bytes at most.") % {"n": LARGEST})


class StrictJSONParser(JSONParser):
    """An object of at most 64 KiB in UTF-8, each name once, without NaN, Infinity, NUL or half characters."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The object, or a problem that says what is wrong."""
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise TooLarge
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_each_once)
        except (ValueError, RecursionError) as problem:
            raise exceptions.ParseError(_("The body is not valid JSON.")) from problem
        if not isinstance(data, dict):
            raise exceptions.ParseError(_("The body must be a JSON object."))
        if not all(map(_is_text, _strings(data))):
            raise exceptions.ParseError(_("The body holds characters that are not text."))
        return data


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _value in pairs}) < len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in _strings(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


def _is_text(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
