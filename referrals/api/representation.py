"""What a recipient may read of a referral at this very moment: state, consent and tier decide (HS-01)."""

from typing import Any

from django.utils.translation import gettext as _

from consent.vocabulary import Basis
from foundation.accounts.models import User
from foundation.core.errors import Gone
from foundation.dossiers.models import Clock
from referrals import appointing, items
from referrals.actions.moving import require_not_recalled
from referrals.actions.sending import is_grounded
from referrals.attempting import ENOUGH
from referrals.models import Referral, values_of
from referrals.states import LIFE, PARTNER, WITH_PARTNER
from referrals.vocabulary import FIELDS, Status

SERVED = 2
"""The tier that is open while the service goes on."""
TIERS = {0: "preview", 1: "contact", 2: "need", 3: "items"}


def etag(referral: Referral) -> str:
    """The version, as HTTP writes it."""
    return f'"{referral.version}"'


def available_actions(referral: Referral) -> list[str]:
    """The verbs that the recipient may use now, from the same table as the guard."""
    owed = ["confirm-withdrawal"] if referral.must_confirm else []
    if referral.recalled_at:
        return owed
    more = ["request-item"] if items.may_ask(referral.status, referral.item_asked) else []
    return [verb.replace("_", "-") for verb in answers(referral)] + more + owed


def answers(referral: Referral) -> list[str]:
    """What the partner may say now: by the table, and "not reached" only after three safe attempts were written down."""
    found = LIFE.verbs(referral.status, PARTNER)
    if "unable_to_reach" in found:
        found = [verb for verb in found if verb != "unable_to_reach" or referral.tries >= ENOUGH] + ["attempt"]
    return found + appointing.verbs(referral.status, referral.appointment)


def _is_live(referral: Referral) -> bool:
    return referral.status in WITH_PARTNER and referral.recalled_at is None


def summary(referral: Referral) -> dict[str, Any]:
    """A line of the inbox: nothing of the person. Once it is over: reference, dates and the recipient's own part."""
    is_live, is_own_end = _is_live(referral), referral.status == Status.DECLINED or referral.recalled_at
    return {
        "id": str(referral.pk),
        "reference": referral.reference,
        "status": referral.status,
        "urgency": referral.urgency if is_live else None,
        "service_id": str(referral.service_id) if is_live else None,
        "referred_by": referral.unit.name,
        "sent_at": referral.sent_at,
        "status_at": referral.status_at,
        "recalled_at": referral.recalled_at,
        "narrowed_at": referral.narrowed_at,
        "taken_back": referral.taken_back,
        "needs_action_by": referral.needs_action_by,
        "available_actions": available_actions(referral),
        "end_reason": referral.end_reason if is_own_end else "",
        "outcome": referral.outcome,
        "version": referral.version,
    }


def whole(referral: Referral, reader: User) -> dict[str, Any]:
    """The representation of one referral. ``Gone`` once the consent has ended or was taken back."""
    check_ground(referral)
    limit = referral.tier_open
    released: dict[str, Any] = {}
    for tier, name in TIERS.items():
        codes = [code for code in referral.fields if FIELDS[code][0] == tier]
        released[name] = values_of(referral, codes) if tier <= limit and codes else None
    released["items"] = _opened_items(referral, limit)
    is_live = _is_live(referral)
    return {
        **summary(referral),
        **released,
        "consent": _consent(referral) if is_live else None,
        "appointment": appointment(referral) if is_live else None,
        "item_requests": _item_requests(referral) if is_live else [],
        "due": _due(referral, reader),
        "messages": _messages(referral) if is_live else [],
        "corrections": _corrections(referral, limit) if is_live and referral.corrected_at else [],
    }


def check_ground(referral: Referral) -> None:
    """HS-01 at each read: the database is asked whether the ground holds now, whatever was loaded before."""
    check_open(referral)
    if referral.status in WITH_PARTNER and not is_grounded(referral):
        raise Gone("consent.expired", _("The person’s consent has ended."))


def check_open(referral: Referral) -> None:
    """The row itself: not taken back, and HS-10: an agreement that ended shuts what it had opened (scenario 10)."""
    require_not_recalled(referral)
    if referral.status in WITH_PARTNER and not referral.service.partner.may_receive:
        raise Gone("receiver.agreement", _("There is no agreement in force with this organisation."))
    if referral.status in WITH_PARTNER and referral.decision is not None and referral.decision.suspended_at:
        raise Gone("consent.suspended", _("The person has objected. Stop until you are told that it goes on."))


def _consent(referral: Referral) -> dict[str, Any] | None:
    ground = referral.ground
    if ground is None:
        return None
    basis = Basis.EXCEPTION if ground is referral.exception else Basis.DECISION
    return {"id": str(ground.pk), "basis": basis, "fields": referral.fields, "valid_until": ground.valid_until}


def _opened_items(referral: Referral, limit: int) -> dict[str, Any] | None:
    """What was opened one by one on request, as far as the person still agrees, while the service goes on (T3)."""
    codes = [code for code in referral.opened_items if code in referral.fields]
    return values_of(referral, codes) if codes and limit >= SERVED else None


def _item_requests(referral: Referral) -> list[dict[str, Any]]:
    if not referral.has_asked:
        return []
    names = ("item", "reason", "state", "refusal", "asked_at")
    return list(referral.item_requests.order_by("asked_at").values(*names))


def appointment(referral: Referral) -> dict[str, Any] | None:
    """The last appointment, if there was one; sealed with the package, so that it ends with the consent."""
    row = referral.appointments.order_by("-set_at").first() if referral.appointment else None
    if row is None:
        return None
    row.dossier = referral.dossier
    return {**row.meeting, "at": row.at, "state": row.state, "set_at": row.set_at}


def _corrections(referral: Referral, limit: int) -> list[dict[str, Any]]:
    """What was wrong in the package and is right now, as far as the tier and the consent go."""
    rows = list(referral.corrections.order_by("at"))
    for row in rows:
        row.dossier = referral.dossier
    open_ = [
        row
        for row in rows
        if row.field in referral.fields and (FIELDS[row.field][0] <= limit or row.field in referral.opened_items)
    ]
    return [{"field": row.field, "at": row.at, "value": row.value} for row in open_]


def _due(referral: Referral, reader: User) -> dict[str, Any]:
    """When the recipient's own waits are due: code → time. The referrer's are not its business; what stands is not due."""
    waits = Clock.objects.running().filter(subject_id=referral.pk, group_id__in=reader.group_ids, paused_at=None)
    return {clock.code: clock.due_at for clock in waits.order_by("code")}


def _messages(referral: Referral) -> list[dict[str, Any]]:
    rows = referral.messages.order_by("at")
    for row in rows:
        row.dossier = referral.dossier
    return [{"from": row.side, "at": row.at, "text": row.text} for row in rows]
