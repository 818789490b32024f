"""Who may do what with a referral."""

from typing import Any
from uuid import UUID

from cases.policy import LEADS, WORKERS, has_seat
from consent.models import Decision
from foundation.accounts.models import Role, Unit
from foundation.core import policy
from referrals.capacity import APPROVING, may_declare, stands_over
from referrals.models import CapacityDeclaration, LifeSaving, Partner, Pathway, Referral, Service
from referrals.partnership import PartnerStatus
from referrals.vocabulary import Status

KEEPERS = (Role.DIRECTORY_EDITOR, Role.MANAGER)
READERS = (*WORKERS, Role.DIRECTORY_EDITOR)
SHOWN_THE_WAY = (Role.REPORTER, *READERS)
"""Who is shown the published pathways: volunteers too, who give a contact and no more."""

REFERRING = (
    "submit", "answer", "advise", "cancel", "expire", "verify", "close_unverified", "hear_confirmation", "tell_appointment",
    "open_item", "refuse_item",
)  # fmt: skip
"""What the referring side does; the life-cycle says when."""


def works_for(actor: Any) -> set[UUID]:
    """The partners that the actor works for."""
    return {seat.unit.organisation_id for seat in actor.seats if seat.role == Role.PARTNER_WORKER}


def is_recipient(actor: Any, referral: Referral) -> bool:
    """Whether the actor works for the organisation that the referral is addressed to."""
    return referral.recipient_id in works_for(actor)


def is_referrer(actor: Any, referral: Referral) -> bool:
    """Whether the actor is on the referring side: who asked for it or took it over, or a lead on the folder's list."""
    return actor.pk in (referral.requested_by_id, referral.handed_to_id) or (
        has_seat(actor, LEADS) and not is_recipient(actor, referral)
    )


def _approves(actor: Any, referral: Referral) -> bool:
    is_other = actor.pk not in (referral.requested_by_id, referral.handed_to_id)
    return is_other and has_seat(actor, LEADS) and not is_recipient(actor, referral)


def _revises(actor: Any, referral: Referral) -> bool:
    return is_referrer(actor, referral) and referral.status == Status.DRAFT


def _looks_back(actor: Any, row: LifeSaving) -> bool:
    parts = (row.called_by_id, row.referral.requested_by_id, row.referral.approved_by_id)
    return row.reviewed_at is None and actor.pk not in parts and has_seat(actor, LEADS)


def _approves_capacity(actor: Any, row: CapacityDeclaration) -> bool:
    return actor.pk != row.declared_by_id and stands_over(actor, row.unit, APPROVING)


def _drops_capacity(actor: Any, row: CapacityDeclaration) -> bool:
    return _approves_capacity(actor, row) or actor.pk == row.declared_by_id


def keeps_register(actor: Any) -> bool:
    """Whether the actor looks after partners and the directory: its editors, and managers."""
    return has_seat(actor, KEEPERS)


def tends(actor: Any, organisation: UUID) -> bool:
    """Whether the actor looks after the organisation's endpoints: who keeps the register, and its own workers."""
    return keeps_register(actor) or organisation in works_for(actor)


def draws(actor: Any, unit: Unit) -> bool:
    """Whether the actor draws and publishes the pathways of this unit: its keepers, and those above it."""
    return stands_over(actor, unit, KEEPERS)


def _draws(actor: Any, pathway: Pathway) -> bool:
    return draws(actor, pathway.unit)


def _manages(actor: Any, _record: Any) -> bool:
    return has_seat(actor, (Role.MANAGER,))


def _keeps(actor: Any, _record: Any) -> bool:
    return keeps_register(actor)


def install() -> None:
    """Register the rules."""
    policy.register(
        CapacityDeclaration,
        {
            "read": lambda a, r: may_declare(a, r.unit),
            "approve": _approves_capacity,
            "drop": _drops_capacity,
        },
    )
    policy.register(
        Partner,
        {
            **dict.fromkeys(("read", "answer", "unequip"), _keeps),
            **dict.fromkeys(("approve", "sign", "activate", "suspend", "resume", "end", "equip"), _manages),
        },
    )
    verbs = ("write", "submit", "give_back", "publish", "drop")
    policy.register(
        Pathway, {"read": lambda a, p: has_seat(a, SHOWN_THE_WAY) or _draws(a, p), **dict.fromkeys(verbs, _draws)}
    )
    policy.register(
        Service,
        {
            "read": lambda a, s: has_seat(a, READERS),
            **dict.fromkeys(("verify", "edit"), _keeps),
            "change_own": lambda a, s: s.partner.status == PartnerStatus.ACTIVE and s.partner_id in works_for(a),
        },
    )
    policy.register(
        Referral,
        {
            "read": lambda a, r: True,
            "respond": lambda a, r: is_recipient(a, r) and r.sent_at is not None and not r.is_told_by_us,
            "hear": lambda a, r: is_referrer(a, r) and r.sent_at is not None and r.is_told_by_us,
            "make_code": lambda a, r: is_referrer(a, r) and r.sent_at is not None and r.is_on_the_way,
            "revise": _revises,
            "send": _approves,
            "return_to_draft": _approves,
            "mark_error": _approves,
            **dict.fromkeys(REFERRING, is_referrer),
        },
    )
    policy.register(LifeSaving, {"read": lambda a, r: True, "look_back": _looks_back})
    policy.register(Decision, {"withdraw": lambda a, d: d.is_open})
