"""The drawings of the page that is turned to the person, in their order; each line of the text stands under one.

They are our own (``templates/consent/pictures/``): things and signs, no faces and no emblem.
"""

from dataclasses import dataclass

from consent.models import NoticeVersion

TEXT = ("talk", "write", "readers", "outside", "choose", "back", "help", "time")
LIMITS = ("life", "child", "law")


@dataclass(frozen=True)
class Picture:
    """A drawing (the template that holds it) and the words under it."""

    template: str
    words: str


def pictures(notice: NoticeVersion) -> tuple[list[Picture], list[Picture]]:
    """What is shown of the explanation, and of the limits."""
    return _paired(TEXT, notice.text), _paired(LIMITS, notice.limits)


def _paired(names: tuple[str, ...], text: str) -> list[Picture]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [Picture(f"consent/pictures/_{name}.html", words) for name, words in zip(names, lines, strict=True)]
