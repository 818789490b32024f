"""Writes: readiness of units, trainings of people."""

from foundation.readiness.actions.assessing import Answer, approve, begin, drop, expire, fill, give_back, submit
from foundation.readiness.actions.training import Held, confirm, end, record, refuse

__all__ = [
    "Answer", "Held", "approve", "begin", "confirm", "drop", "end", "expire", "fill", "give_back", "record", "refuse",
    "submit",
]  # fmt: skip
