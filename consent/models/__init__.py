"""The person, the notice they were given, the conversation, each decision, and what was taken back of it."""

from consent.models.conversation import Consent, Decision, DecisionQuerySet
from consent.models.exception import ExceptionalDisclosure, ExceptionalDisclosureQuerySet
from consent.models.notice import NoticeProposal, NoticeVersion
from consent.models.person import Person
from consent.models.withdrawal import Withdrawal

__all__ = [
    "Consent", "Decision", "DecisionQuerySet", "ExceptionalDisclosure", "ExceptionalDisclosureQuerySet", "NoticeProposal",
    "NoticeVersion", "Person", "Withdrawal",
]  # fmt: skip
