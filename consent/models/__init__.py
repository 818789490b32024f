"""The person, the notice, the conversation, each decision, what was taken back of it; and the office of data protection."""

from consent.models.capacity import AgeTable, BestInterestNote, CapacityAssessment, Caregiver, ConsentBasis
from consent.models.conversation import Consent, Decision, DecisionQuerySet
from consent.models.exception import ExceptionalDisclosure, ExceptionalDisclosureQuerySet
from consent.models.incident import DataIncident, IncidentMove
from consent.models.notice import NoticeProposal, NoticeVersion
from consent.models.office import ImpactAssessment, ImpactText, ProcessingBasis
from consent.models.person import Person
from consent.models.request import DataSubjectRequest, request_reference
from consent.models.retention import Keeping, KeepingExtension, LegalHold, RetentionRule
from consent.models.review import BasisReview
from consent.models.withdrawal import Withdrawal

__all__ = [
    "AgeTable", "BasisReview", "BestInterestNote", "CapacityAssessment", "Caregiver", "Consent", "ConsentBasis",
    "DataIncident", "DataSubjectRequest", "Decision", "DecisionQuerySet", "ExceptionalDisclosure",
    "ExceptionalDisclosureQuerySet", "ImpactAssessment", "ImpactText", "IncidentMove", "Keeping", "KeepingExtension",
    "LegalHold", "NoticeProposal", "NoticeVersion", "Person", "ProcessingBasis", "RetentionRule", "Withdrawal",
    "request_reference",
]  # fmt: skip
