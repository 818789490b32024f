"""Partners, their services, referrals and every release of information."""

from referrals.models.assistance import NEED_LENGTH, Assistance, CapacityDeclaration
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

__all__ = [
    "NEED_LENGTH",
    "REASON_LENGTH",
    "Assistance",
    "CapacityDeclaration",
    "Correction",
    "Disclosure",
    "IdempotencyKey",
    "KeptReason",
    "Message",
    "Partner",
    "Referral",
    "ReferralMove",
    "Service",
    "WebhookEndpoint",
    "referral_reference",
    "values_of",
]
