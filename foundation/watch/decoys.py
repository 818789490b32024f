"""How a decoy comes about: the steps that a higher app registers, because cases are its own.

A case that appears at once, finished, is no case: a real one is written down, handed over, triaged and taken on by people
over minutes and days, each in a transaction of their own. So a decoy grows the same way, one step at a time, at moments
that a person at work could have chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from foundation.accounts.models import User
from foundation.watch.models import Decoy


@dataclass(frozen=True)
class Story:
    """A draft of what the person said, in one language, for the officer to make their own."""

    code: str
    title: str | Promise
    summary: str
    wishes: str
    note: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """What a step works with: the row, who acts, and what the officer wrote."""

    decoy: Decoy
    by: User
    script: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One thing that a colleague does; before it they take between ``least`` and ``most`` seconds, or wait for a day."""

    do: Callable[[Stage], None]
    least: int
    most: int
    is_another_day: bool = False


STEPS: list[Step] = []
STORIES: dict[str, list[Story]] = {}


def tell_with(steps: list[Step], stories: dict[str, list[Story]]) -> None:
    """Register how a decoy is made and what it may be about, per language (from an app's ``ready()``)."""
    STEPS[:] = steps
    STORIES.clear()
    STORIES.update(stories)


def story(language: str, code: str) -> Story | None:
    """A story by its code; ``None`` where there is none."""
    return next((one for one in STORIES.get(language, []) if one.code == code), None)
