"""The questions of an assessment, in their order; one page each."""

from riskanalysis.scheme import INPUTS

SINCE = "since"
QUESTIONS = ("danger", *INPUTS, "duty", "person", SINCE)
"""Immediate danger first. ``since`` is asked from the second assessment on: what happened, and whether needs were met."""


def questions_of(number: int) -> tuple[str, ...]:
    """The questions of the ``number``-th assessment of a threat."""
    return QUESTIONS if number > 1 else QUESTIONS[:-1]
