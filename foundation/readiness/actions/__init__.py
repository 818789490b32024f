"""Writes: readiness of units, trainings of people."""

from foundation.readiness.actions.assessing import approve, begin, drop, expire, fill, give_back, submit
from foundation.readiness.actions.training import confirm, end, record, refuse

__all__ = ["approve", "begin", "confirm", "drop", "end", "expire", "fill", "give_back", "record", "refuse", "submit"]
