"""Writes: counting, and freezing reports."""

from riskanalysis.actions.counting import count, count_concern, count_referral
from riskanalysis.actions.releasing import release_due

__all__ = ["count", "count_concern", "count_referral", "release_due"]
