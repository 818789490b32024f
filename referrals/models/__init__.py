"""Partners, their services, referrals and every release of information."""

from referrals.models.appointment import Appointment
from referrals.models.assistance import NEED_LENGTH, Assistance, CapacityDeclaration
from referrals.models.attempt import ContactAttempt
from referrals.models.authority import Authority
from referrals.models.client import Client, ClientKey, ClientSecret, UsedAssertion
from referrals.models.gap import PathwayGap
from referrals.models.item import ItemRequest
from referrals.models.lifesaving import LifeSaving
from referrals.models.machine import IdempotencyKey, Off, WebhookAttempt, WebhookEndpoint
from referrals.models.partner import Agreement, Partner, PartnerMove, Vetting
from referrals.models.pathway import Pathway, PathwayStep
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
from referrals.models.service import Service

__all__ = [
    "NEED_LENGTH",
    "REASON_LENGTH",
    "Agreement",
    "Appointment",
    "Assistance",
    "Authority",
    "CapacityDeclaration",
    "Client",
    "ClientKey",
    "ClientSecret",
    "Commitment",
    "ContactAttempt",
    "Correction",
    "Disclosure",
    "IdempotencyKey",
    "ItemRequest",
    "KeptReason",
    "LifeSaving",
    "Message",
    "Off",
    "Partner",
    "PartnerMove",
    "Pathway",
    "PathwayGap",
    "PathwayStep",
    "Referral",
    "ReferralMove",
    "Representation",
    "RepresentationMove",
    "Service",
    "UsedAssertion",
    "Vetting",
    "WebhookAttempt",
    "WebhookEndpoint",
    "referral_reference",
    "speech_reference",
    "values_of",
]
