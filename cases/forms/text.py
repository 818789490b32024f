"""A text field for what people type or paste."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

# Control characters but tab and line feed, and the marks that turn the reading direction of what follows.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Composed (NFC), with plain line ends, without control characters and without overrides of the direction.

    Emoji, every script, and the marks that join or part letters stay as they are.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", lines))


class CleanText(forms.CharField):
    """Text that is tidied before it is counted. Refuses nothing but too much."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [v for v in self.validators if not isinstance(v, ProhibitNullCharactersValidator)]

    def to_python(self, value: Any) -> str:
        """The tidied text, stripped."""
        text = "" if value is None else clean(str(value))
        return super().to_python(text) or ""
