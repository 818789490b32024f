"""Legal hold: a folder that must not be erased. Two people begin it and two people end it (HS-20, HS-23)."""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import office
from consent.models import LegalHold
from consent.terms import HOLD, HoldGround, HoldState
from foundation.accounts import actions as accounts
from foundation.accounts.models import Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.dossiers.models import Dossier
from foundation.outbox import delivery


def is_held(dossier: UUID) -> bool:
    """Whether a hold is in force on the folder, for who may know of it."""
    return bool(LegalHold.objects.in_force().filter(dossier=dossier).exists())


def hold_on(dossier: UUID) -> LegalHold | None:
    """The hold that is asked for or in force on the folder, if there is one."""
    over = (HoldState.REFUSED, HoldState.ENDED)
    found: LegalHold | None = LegalHold.objects.filter(dossier=dossier).exclude(state__in=over).first()
    return found


def require_free(dossier: UUID) -> None:
    """Raise ``Refused`` while a hold is in force: nothing erases the folder, whoever asks (HS-23)."""
    if is_held(dossier):
        raise Refused(
            "erasure.held", _("A legal hold is on this. It must not be erased before two people have ended the hold.")
        )


@transaction.atomic
def ask_hold(dossier: Dossier, reference: str, unit: Unit, ground: str, until: date, *, by: User) -> LegalHold:
    """Ask that a folder is not erased; on the day ``until`` it is looked at again, and holds until two people end it.

    The caller has asked the policy whether the actor works on the matter.
    """
    today = timezone.localdate()
    if ground not in HoldGround.values:
        raise Refused("hold.ground", _("Choose a ground."), "ground")
    if not today < until <= today + timedelta(days=settings.HOLD_DAYS):
        raise Refused("hold.until", _("Choose a day in the future, at most a year ahead."), "until")
    if hold_on(dossier.pk) is not None:
        raise WrongState("hold.there", _("There is a hold on this already, or somebody has asked for one."))
    seats = office.deciders(unit)
    others = {user for seat in seats for user in accounts.members(seat.group_id) if user != by}
    if not others:
        raise Refused("hold.nobody", _("Nobody else can agree to this: there is no second person on a seat for it."))
    made = LegalHold(
        dossier=dossier, reference=reference, unit=unit, ground=ground, until=until, asked_by=by,
        deciders=[seat.group_id for seat in seats],
    )  # fmt: skip
    made.save(force_insert=True)
    trail.record("hold.asked", dossier=made.dossier_id, subject=made.pk, ground=ground, until=until)
    delivery.tell(others, "work.waiting", f"hold:{made.pk}")
    return made


def _locked(hold: LegalHold, verb: str, by: User) -> LegalHold:
    locked: LegalHold = LegalHold.objects.select_for_update(of=("self",)).select_related("unit").get(pk=hold.pk)
    HOLD.check(verb, locked.state)
    asker = locked.end_asked_by_id if verb in ("end", "keep") else locked.asked_by_id
    if verb != "ask_end" and by.pk == asker:
        raise Refused("hold.same_person", _("Another person must decide on this, not the one who asked for it."))
    policy.require(by, verb, locked)
    return locked


@transaction.atomic
def decide_hold(hold: LegalHold, *, is_agreed: bool, by: User) -> LegalHold:
    """The second person agrees, and the folder is held; or does not, and nothing changes."""
    locked = _locked(hold, "agree" if is_agreed else "refuse", by)
    locked.state = HoldState.HELD if is_agreed else HoldState.REFUSED
    locked.decided_by, locked.decided_at = by, timezone.now()
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    trail.record("hold.decided", dossier=locked.dossier_id, subject=locked.pk, agreed=is_agreed)
    delivery.tell([locked.asked_by], "work.waiting", f"hold:{locked.pk}:{locked.state}")
    return locked


@transaction.atomic
def ask_end(hold: LegalHold, *, by: User) -> LegalHold:
    """Ask to end a hold before its day. It holds until another person agrees."""
    locked = _locked(hold, "ask_end", by)
    locked.state, locked.end_asked_by = HoldState.ENDING, by
    locked.save(update_fields=["state", "end_asked_by"])
    trail.record("hold.end_asked", dossier=locked.dossier_id, subject=locked.pk)
    return locked


@transaction.atomic
def decide_end(hold: LegalHold, *, is_agreed: bool, by: User) -> LegalHold:
    """The second person agrees that it ends, or it goes on."""
    locked = _locked(hold, "end" if is_agreed else "keep", by)
    if is_agreed:
        locked.state, locked.end_decided_by, locked.ended_at = HoldState.ENDED, by, timezone.now()
    else:
        locked.state, locked.end_asked_by = HoldState.HELD, None
    locked.save(update_fields=["state", "end_asked_by", "end_decided_by", "ended_at"])
    trail.record("hold.ended" if is_agreed else "hold.kept", dossier=locked.dossier_id, subject=locked.pk)
    return locked
