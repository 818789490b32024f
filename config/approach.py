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
AGE_TABLE_COUNTRY = env.str("AMPARO_COUNTRY", default="")
BEST_INTEREST_DAYS = 30
CAPACITY_DAYS = 30
EXCEPTION_REVIEW_DAYS = 7
EXCEPTION_SIGN_HOURS = 24
HOLD_MOST_DAYS = 92
"""So long a partner may put a referral on hold at a time."""
DRAFT_DAYS = 30
DRAFT_GRACE_DAYS = 7
"""So long after the reminder a draft of a referral is removed."""
SERVICE_WARN_DAYS = 90
AGREEMENT_DAYS = 3 * 366
PATHWAY_DAYS = 180
SERVICE_STALE_DAYS = 180
WITHDRAWAL_CHASE_HOURS = 72

# How long a class of records is kept when nobody has agreed on anything else: shown, and nothing is erased by it.
RETENTION_DAYS = {
    "concern": 30, "case_adult": 731, "case_child": 731, "consent_proof": 365, "representation": 1826,
}  # fmt: skip
RETENTION_REVIEW_DAYS = {"concern": 7, "case_adult": 30, "case_child": 30}
"""How long before the end the leads are asked; what nobody was asked about is not erased."""
RETENTION_EXTENSION_DAYS = 366
"""The longest that a lead may add at a time."""
MAJORITY_YEARS = env.int("AMPARO_MAJORITY_YEARS", default=18)
"""A child’s case is kept at least until then."""
HOLD_DAYS = 366
ASSESSMENT_DAYS = 366
"""An impact assessment is looked at again within this."""
BASIS_DAYS = 731
INCIDENT_AUTHORITY = env.bool("AMPARO_INCIDENT_AUTHORITY", default=True)
"""Whether a law obliges us to tell an authority within 72 hours."""
RIGHTS_DAYS = env.int("AMPARO_RIGHTS_DAYS", default=30)
COMPLAINT_DAYS = env.int("AMPARO_COMPLAINT_DAYS", default=30)
TRAINING_DAYS = 1096
"""The longest that a training counts (HS-07)."""
TRAINED_SHARE = env.int("AMPARO_TRAINED_SHARE", default=80)
"""How many in a hundred of those at the front line must be trained (P3)."""
READINESS_ENDING_DAYS = 30
"""So long before an item of readiness or a training runs out, somebody is reminded (W-19)."""
APPOINTMENT_ENDING_DAYS = 14
"""So long before an appointment ends, its unit is warned (W-14)."""
NO_CONTACT_ATTEMPTS = env.int("AMPARO_NO_CONTACT_ATTEMPTS", default=3)
"""So many safe attempts, without reaching the person, before a case is closed because of it (domain.md §7.10)."""
NO_CONTACT_DAYS = env.int("AMPARO_NO_CONTACT_DAYS", default=30)
"""And so long between the first of them and the last."""
CASELOAD_CEILING = env.int("AMPARO_CASELOAD_CEILING", default=25)
"""How many open cases one person should have at most, where a unit has set nothing (W-14, P15)."""
FAIR_WAIT_HOURS = {"emergency": 24, "urgent": 72, "normal": 336}
"""From being heard until a referral is sent: who waited longer is compared across groups of the same urgency (R-01)."""
SAFEGUARDING_KEEP_DAYS = env.int("AMPARO_SAFEGUARDING_KEEP_DAYS", default=2557)
"""How long a closed report about our own people is kept before its key is destroyed: seven years."""
