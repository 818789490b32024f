"""A case changes hands: asked for, accepted or declined by the other side, or all at once when somebody leaves (R-40, W-14)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions import folder
from cases.actions.case import assign, lock, note_event, reassigned
from cases.actions.closing import second_seat
from cases.actions.concern import ESCALATION_FIELDS
from cases.closures import HAND, HandDecline, Handing, HandReason, HandStatus
from cases.load import require_room
from cases.models import Case, Ceiling, HandOver
from cases.policy import WORKERS
from cases.states import OPEN
from consent.actions import keeping as keep
from consent.covering import covers
from consent.vocabulary import Purpose
from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.core.hooks import Hook
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks, ladder
from foundation.dossiers.models import VIEW, Dossier
from foundation.outbox import delivery

CLOCK = "handing"
moved: Hook[tuple[Case, list[int]]] = Hook()
"""A case went over to another unit: the groups of the seats of the former one, which no longer open it."""


def may_be_told(case: Case, unit: Unit) -> bool:
    """Whether the person agreed that this unit of ours is told what was told here (HS-02)."""
    return covers(case.person_id, Purpose.INTERNAL_ESCALATION, unit.pk, ESCALATION_FIELDS) is not None


@transaction.atomic
def ask_other(case: Case, reason: str, *, by: User) -> HandOver:
    """The owner asks that somebody else follows the case up; a lead of the unit finds somebody, or does not."""
    locked = lock(case, "ask_other", by)
    seat = second_seat(locked, by)
    if seat is None:
        raise Refused("handing.nobody", _("Nobody else is on a seat that could decide this now."))
    return _ask(locked, Handing.OTHER, reason, locked.unit, seat, by)


@transaction.atomic
def ask_transfer(case: Case, unit: Unit, reason: str, *, by: User) -> HandOver:
    """Ask another unit of the same organisation to take the case over. The person must have agreed that it is told."""
    locked = lock(case, "transfer", by)
    if unit.organisation_id != locked.unit.organisation_id or unit == locked.unit:
        raise Refused("transfer.unit", _("Choose another unit of our own organisation."), "unit")
    if not may_be_told(locked, unit):
        raise Refused(
            "transfer.consent",
            _(
                "The person has not agreed that this unit is told. Ask the person first, in the conversation about consent."
            ),
            "unit",
        )
    seat = ladder.first(unit)
    if seat is None or all(user == by for user in accounts.members(seat.group_id)):
        raise Refused("transfer.nobody", _("Nobody is on a seat there now who could take it over."), "unit")
    return _ask(locked, Handing.UNIT, reason, unit, seat, by)


def _ask(case: Case, kind: str, reason: str, unit: Unit, seat: Seat, by: User) -> HandOver:
    if reason not in HandReason.values:
        raise Refused("handing.reason", _("Choose why."), "reason")
    if HandOver.objects.filter(case=case, status=HandStatus.ASKED).exists():
        raise Refused("handing.asked_already", _("Somebody has asked for this already. It waits for an answer."))
    made = HandOver(
        dossier=case.dossier, case=case, code=case.code, urgency=case.urgency, kind=kind, reason=reason,
        from_unit=case.unit, to_unit=unit, to_group_id=seat.group_id, asked_by=by,
    )  # fmt: skip
    made.save(force_insert=True)
    subject = clocks.Subject("handover", made.pk, case.code)
    clocks.start(case.dossier, CLOCK, subject, case.urgency, unit, group=seat.group_id)
    note_event(case, f"asked_{kind}", by=by)
    trail.record("case.hand_over_asked", dossier=case.dossier_id, subject=made.pk, kind=kind, reason=reason)
    delivery.tell([u for u in accounts.members(seat.group_id) if u != by], "work.waiting", f"handover:{made.pk}")
    return made


def _held(hand: HandOver, verb: str, by: User) -> HandOver:
    found: HandOver = (
        HandOver.objects.select_for_update(of=("self",)).select_related("to_unit", "from_unit").get(pk=hand.pk)
    )
    HAND.check(verb, found.status)
    policy.require(by, verb, found)
    return found


def _answer(hand: HandOver, status: str, by: User | None, declined_for: str = "") -> None:
    hand.status, hand.decided_by, hand.decided_at, hand.declined_for = status, by, timezone.now(), declined_for
    hand.save(update_fields=["status", "decided_by", "decided_at", "declined_for"])
    clocks.stop(hand.pk, CLOCK)


@transaction.atomic
def take(hand: HandOver, owner: User, *, by: User, load_reason: str = "") -> Case:
    """The other side takes it on and says who follows it up. From here on, and not before, it can open the case."""
    found = _held(hand, "take", by)
    if not may_follow_up(owner, found.to_unit):
        raise Refused("handing.owner", _("Choose who will follow up."), "owner")
    if found.kind == Handing.OTHER:
        case = assign(lock(found.case, "assign", by), owner, by=by, load_reason=load_reason)
    else:
        case = _take_over(found, owner, by, load_reason)
    _answer(found, HandStatus.TAKEN, by)
    trail.record("case.hand_over_taken", dossier=found.dossier_id, subject=found.pk, owner=owner.pk)
    delivery.tell([found.asked_by], "work.waiting", f"handover:{found.pk}:taken")
    return case


def may_follow_up(owner: User, unit: Unit) -> bool:
    """Whether this person works on cases in the unit's organisation now."""
    return any(seat.role in WORKERS and seat.unit.organisation_id == unit.organisation_id for seat in owner.seats)


def _take_over(hand: HandOver, owner: User, by: User, load_reason: str) -> Case:
    with clerk.as_clerk():
        dossiers.share_with_group(Dossier.objects.get(pk=hand.dossier_id), hand.to_group_id, VIEW)
    case = lock(Case.objects.get(pk=hand.case_id), "read", by)
    if case.status not in OPEN or not may_be_told(case, hand.to_unit):
        raise Refused(
            "transfer.consent_ended",
            _("The person no longer agrees to it, or the case was closed."),
        )
    is_over = require_room(owner, hand.to_unit, load_reason)
    former = case.owner
    case.unit, case.focal_group_id, case.owner, case.accepted_at = hand.to_unit, hand.to_group_id, owner, None
    case.save(update_fields=["unit", "focal_group", "owner", "accepted_at"])
    _settle_in(case, by)
    note_event(case, "transferred", by=by, text=load_reason.strip() or None)
    trail.record(
        "case.transferred", dossier=case.dossier_id, subject=case.pk, unit=case.unit_id, owner=owner.pk, over=is_over
    )
    if former != owner:
        reassigned.send((case, former))
        dossiers.unshare(case.dossier, user=former)
    _shut_out_former_unit(case, hand.from_unit)
    return case


def _settle_in(case: Case, by: User) -> None:
    dossiers.share_with_user(case.dossier, case.owner, "owner", by=by)
    dossiers.regard(case.dossier, case.owner, "owner")
    kept = keep.of(case.dossier_id)
    if kept is not None:
        keep.move(kept, folder.case_matter(case))
    clocks.stop(case.pk, "owner")
    clocks.relocate(case.pk, case.unit, group=case.focal_group_id, user=case.owner)
    subject = clocks.Subject("case", case.pk, case.code)
    clocks.start(case.dossier, "owner", subject, case.urgency, case.unit, user=case.owner)
    delivery.tell(
        [case.owner], "work.waiting", f"case:{case.pk}:owner:{case.owner_id}:{timezone.now().timestamp():.0f}"
    )


def _shut_out_former_unit(case: Case, unit: Unit) -> None:
    """The seats of the unit that handed it over no longer open it; those above both still may."""
    listed = [reader.key for reader in dossiers.readers(case.dossier) if reader.kind == "group"]
    seats = Seat.objects.filter(group__in=listed, unit=unit).exclude(group=case.focal_group_id)
    former = list(seats.values_list("group_id", flat=True))
    moved.send((case, former))
    for group in former:
        dossiers.unshare(case.dossier, group=group)


@transaction.atomic
def decline(hand: HandOver, reason: str, *, by: User) -> HandOver:
    """The other side does not take it on, and says why; the case stays where it is."""
    found = _held(hand, "decline", by)
    if reason not in HandDecline.values:
        raise Refused("handing.decline", _("Choose why it is not taken on."), "reason")
    _answer(found, HandStatus.DECLINED, by, reason)
    trail.record("case.hand_over_declined", dossier=found.dossier_id, subject=found.pk, reason=reason)
    delivery.tell([found.asked_by], "work.waiting", f"handover:{found.pk}:declined")
    return found


@transaction.atomic
def take_back_hand_over(hand: HandOver, *, by: User) -> HandOver:
    """Who asked no longer asks."""
    found = _held(hand, "take_back", by)
    _answer(found, HandStatus.TAKEN_BACK, None)
    trail.record("case.hand_over_taken_back", dossier=found.dossier_id, subject=found.pk)
    return found


@transaction.atomic
def reassign_all(former: User, owner: User, *, by: User, load_reason: str = "") -> int:
    """Somebody leaves: give every open case of theirs that this lead opens to another person. All of them, or none."""
    if former == owner:
        raise Refused("handing.owner", _("Choose who will follow up."), "owner")
    rows = list(
        Case.objects.visible_to(by).filter(owner=former, status__in=OPEN).select_related("dossier", "unit", "owner")
    )
    if not rows:
        raise Refused("handing.none", _("There is no open case of this person that you can open."))
    require_room(owner, rows[0].unit, load_reason, len(rows))
    for case in rows:
        if not may_follow_up(owner, case.unit):
            raise Refused("handing.owner", _("Choose who will follow up."), "owner")
        assign(case, owner, by=by, load_reason=load_reason)
    return len(rows)


@transaction.atomic
def set_ceiling(unit: Unit, most: int, *, by: User) -> Ceiling:
    """Say how many open cases one person of this unit should have at most."""
    made = Ceiling(unit=unit, most=most, set_by=by)
    policy.require(by, "set", made)
    if most < 1:
        raise Refused("ceiling.most", _("Write a number from 1 on."), "most")
    made, _is_new = Ceiling.objects.update_or_create(
        unit=unit, defaults={"most": most, "set_by": by, "set_at": timezone.now()}
    )
    trail.record("case.ceiling_set", subject=unit.pk, most=most)
    return made
