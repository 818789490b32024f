"""Figures of the approach that a National Society may set: how long consent holds, when something is stale.

Everything is in days unless its name says otherwise. Source: domain.md §5.4, §6 and §4.3.
"""

import environ

env = environ.FileAwareEnv()

CONSENT_DAYS_REFERRAL = 90
CONSENT_DAYS_DEFAULT = 183
CONSENT_DAYS_OLD = 90
"""From here on it is asked whether a consent still holds (W-07)."""
CONSENT_DAYS_ENDING = 14
"""So long before a consent ends, its owner is reminded (W-07)."""
EXCEPTION_DAYS = env.int("AMPARO_EXCEPTION_DAYS", default=7)
EXCEPTION_REVIEW_DAYS = 7
EXCEPTION_SIGN_HOURS = 24
DRAFT_DAYS = 30
SERVICE_STALE_DAYS = 180
WITHDRAWAL_CHASE_HOURS = 72
