"""Words for what waits: each app says what its clocks ask somebody to do, and where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Job:
    """A verb phrase ("Triage the concern"), a sentence on why, and the address of the page."""

    do: str | Promise
    why: str | Promise
    url: Callable[[Any], str]


_JOBS: dict[tuple[str, str], Job] = {}


def describe(subject_kind: str, code: str, job: Job) -> None:
    """Register the words of a clock (from an app's ``ready()``)."""
    _JOBS[(subject_kind, code)] = job


def job(subject_kind: str, code: str) -> Job:
    """The words of a clock; a clock without words is a programming error."""
    return _JOBS[(subject_kind, code)]
