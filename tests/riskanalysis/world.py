"""Counts of a quarter that is over, made by the same function that counts in earnest."""

from datetime import date

from foundation.accounts.models import Unit
from riskanalysis import demo

QUARTER = date(2026, 7, 1)
AFTER = date(2026, 11, 25)


def concerns(unit: Unit, n: int, seed: int = 1, quarter: date = QUARTER) -> None:
    """``n`` triaged concerns, unevenly spread."""
    demo.concerns(unit, n, quarter, seed)


def closings(unit: Unit, n: int, seed: int = 1, quarter: date = QUARTER) -> None:
    """``n`` cases that were closed."""
    demo.closings(unit, n, quarter, seed)


def referrals(unit: Unit, n: int, seed: int = 1, quarter: date = QUARTER) -> None:
    """``n`` referrals that were sent, most of which have ended."""
    demo.referrals(unit, n, quarter, seed)
