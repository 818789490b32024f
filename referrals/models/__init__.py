"""Partners, their services, referrals and every release of information."""

from referrals.models.assistance import NEED_LENGTH, Assistance, CapacityDeclaration
from referrals.models.authority import Authority
from referrals.models.partner import IdempotencyKey, Partner, Service, WebhookEndpoint
from referrals.models.referral import (
    REASON_LENGTH,
    Correction,
    Disclosure,
    KeptReason,
    Message,
    Referral,
    ReferralMove,
    referral_reference,
    values_of,
)
from referrals.models.representation import Commitment, Representation, RepresentationMove, speech_reference

__all__ = [
    "NEED_LENGTH",
    "REASON_LENGTH",
    "Assistance",
    "Authority",
    "CapacityDeclaration",
    "Commitment",
    "Correction",
    "Disclosure",
    "IdempotencyKey",
    "KeptReason",
    "Message",
    "Partner",
    "Referral",
    "ReferralMove",
    "Representation",
    "RepresentationMove",
    "Service",
    "WebhookEndpoint",
    "referral_reference",
    "speech_reference",
    "values_of",
]
