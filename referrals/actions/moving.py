"""One step along the table: lock, check, write, trail, clocks, tell. Every verb goes through ``move``."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts import actions as accounts
from foundation.accounts.models import Role, Seat, User
from foundation.audit import trail
from foundation.core.errors import Gone
from foundation.core.hooks import Hook
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks
from foundation.dossiers.models import VIEW, Clock
from foundation.outbox import delivery
from referrals import webhooks
from referrals.models import Partner, Referral, ReferralMove
from referrals.states import APPROVER, ENDED, LIFE, NEEDS, PARTNER, SERVING, UNDECIDED
from referrals.vocabulary import Status

WITHDRAWAL_CLOCKS = ("withdrawal_confirm", "withdrawal_phone", "withdrawal_chase")
"""They run on whatever the state, until the recipient has answered (HS-06)."""

LAPSED = "agreement"
"""The partner's agreement ran out while this is open there (scenario 10)."""
REVIEW = "life_saving_review"
"""It runs whatever the state, until somebody else has looked back at it (HS-10)."""

TELL = "tell_appointment"
"""It runs while the service goes on, until the referrer has told the person of an appointment, or that it is off."""
ITEM = "item_request"
"""It runs while the service goes on, until the referrer has opened what the recipient asked for, or said why not."""

moved: Hook[tuple[Referral, str, str]] = Hook()
"""A step was taken: the referral, the verb, and the state before. In the transaction of the step, whoever acts."""


def lock(referral: Referral) -> Referral:
    """The row as it is now, locked to the end of the transaction. Never joins the case: a recipient cannot see it."""
    rows = Referral.objects.select_for_update(of=("self",)).select_related("dossier", "unit", "service__partner")
    locked: Referral = rows.get(pk=referral.pk)
    return locked


def move(referral: Referral, verb: str, *, by: User, side: str, reason: str = "", **columns: Any) -> Referral:
    """Carry out a verb on a locked referral; ``columns`` are saved with it. ``WrongState`` when it cannot be done."""
    row, now = LIFE.check(verb, referral.status), timezone.now()
    former, since = referral.status, referral.status_at
    target = row.target or referral.came_from
    referral.status, referral.status_at = target, now
    referral.came_from = former if target in (Status.INFO_REQUESTED, Status.ON_HOLD) else ""
    if referral.code_hash and target not in UNDECIDED:  # decided, called off or taken back: the code counts no more
        columns = {**columns, "code_hash": None, "code_until": None}
    for name, value in columns.items():
        setattr(referral, name, value)
    _save(referral, "status", "status_at", "came_from", *columns)
    ReferralMove(
        dossier_id=referral.dossier_id, referral=referral, verb=verb, actor=by, side=side, from_status=former,
        to_status=target, reason=reason, at=now, lasted=now - since,
    ).save(force_insert=True)  # fmt: skip
    trail.record(
        f"referral.{verb}",
        dossier=referral.dossier_id,
        subject=referral.pk,
        former=former,
        status=target,
        reason=reason,
    )
    set_clocks(referral)
    tell_referrer(referral, side)
    moved.send((referral, verb, former))
    return referral


def _save(referral: Referral, *names: str) -> None:
    """Save with a new version; what the recipient may know of gets a new place in its feed of changes."""
    referral.version += 1
    if referral.sent_at is not None:
        referral.change = next_change(referral.recipient_id)
    referral.save(update_fields=[*names, "version", "change"])


def touch(referral: Referral, *names: str) -> None:
    """Save columns without a change of state."""
    _save(referral, *names)


def next_change(recipient: UUID) -> int:
    """The next number in a recipient's feed. The row lock orders the commits, so that no reader skips one."""
    Partner.objects.filter(pk=recipient).update(last_change=F("last_change") + 1)
    return Partner.objects.values_list("last_change", flat=True).get(pk=recipient)


def recipient_group(referral: Referral) -> int:
    """The auth group of the recipient's workers."""
    seat = Seat.objects.get(unit__organisation_id=referral.recipient_id, role=Role.PARTNER_WORKER)
    return seat.group_id


def require_not_recalled(referral: Referral) -> None:
    """Raise ``Gone`` once the person has taken the consent back."""
    if referral.recalled_at:
        raise Gone("consent.withdrawn", _("The person has taken back the consent. Stop, and confirm it."))


def put_before(referral: Referral, code: str, group: int, slot: str) -> None:
    """Let a seat of the referring side see the referral, start a clock for it, and tell its people."""
    dossiers.share_with_group(referral.dossier, group, VIEW)
    clocks.start(referral.dossier, code, subject_of(referral), referral.urgency, referral.unit, group=group)
    delivery.tell(accounts.members(group), "work.waiting", slot)


def subject_of(referral: Referral) -> clocks.Subject:
    """What a clock of this referral is about."""
    return clocks.Subject("referral", referral.pk, referral.reference)


def set_clocks(referral: Referral) -> None:
    """Stop what no longer runs in this state, start what does, let the partner's clock stand while it waits for us."""
    wanted = NEEDS[referral.status].clocks
    running = {clock.code: clock for clock in Clock.objects.running().filter(subject_id=referral.pk)}
    kept = {*WITHDRAWAL_CLOCKS, REVIEW} | ({"reroute", LAPSED} if referral.status not in ENDED else set())
    kept |= {TELL, ITEM} if referral.status in SERVING else set()
    gone = set(running) - {code for code, _side in wanted} - kept
    if gone:
        clocks.stop(referral.pk, *gone)
    for code, side in wanted:
        if code not in running:
            start_clock(referral, code, side)
        elif code == "send":  # one wait, first for the referrer, then for the approver
            clocks.hand_over(running[code], **assignee(referral, side))
    if referral.status == Status.INFO_REQUESTED and referral.urgency != "emergency":
        clocks.pause(referral.pk, "decide")
    else:
        clocks.resume(referral.pk, "decide")


def start_clock(referral: Referral, code: str, side: str, due: datetime | None = None) -> None:
    """Start a clock of this referral for the side it waits for; ``due`` where a day was agreed."""
    who = assignee(referral, side)
    due = _agreed(referral) if code == "hold" else due
    clocks.start(referral.dossier, code, subject_of(referral), referral.urgency, referral.unit, due=due, **who)


def _agreed(referral: Referral) -> datetime | None:
    """The end of the last day of a hold, on the clock of the unit; ``None`` where no day was said."""
    if referral.hold_until is None:
        return None
    after = referral.hold_until + timedelta(days=1)
    return datetime.combine(after, time.min, ZoneInfo(referral.unit.time_zone))


def assignee(referral: Referral, side: str) -> dict[str, Any]:
    """Whose work list a wait of this side stands on."""
    if side == PARTNER and not referral.is_told_by_us:
        return {"group": recipient_group(referral)}
    if side == PARTNER:
        return {"user": referral.handler}
    return {"group": approver_group(referral)} if side == APPROVER else {"user": referral.handler}


def approver_group(referral: Referral) -> int:
    """The seat that approves: the case's focal point's. Asked only on the referring side."""
    group: int = referral.case.focal_group_id
    return group


def tell_referrer(referral: Referral, side: str) -> None:
    """A content-free notice to the referrer when the recipient moved."""
    if side == PARTNER:
        delivery.tell([referral.handler], "work.waiting", f"referral:{referral.pk}:{referral.version}")


def tell_recipient(referral: Referral, event: str) -> None:
    """A notice to the recipient's people and a thin webhook to each of its endpoints; both carry the id at most.

    Nothing where the referrer tells them by phone, in person or on paper.
    """
    if referral.is_told_by_us:
        return
    people = [user for user in accounts.members(recipient_group(referral)) if not user.is_machine]
    delivery.tell(people, "work.waiting", f"{event}:{referral.pk}:{referral.version}")
    for endpoint in webhooks.endpoints_of(referral.recipient_id):
        slot = f"{event}:{referral.pk}:{referral.version}:{endpoint}"
        delivery.add("webhook", event, slot, target_id=endpoint, reference=referral.pk)
