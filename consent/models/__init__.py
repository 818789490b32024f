"""The person, the notice they were given, the conversation and each decision."""

from consent.models.conversation import Consent, Decision, DecisionQuerySet
from consent.models.notice import NoticeVersion
from consent.models.person import Person

__all__ = ["Consent", "Decision", "DecisionQuerySet", "NoticeVersion", "Person"]
