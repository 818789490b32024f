"""What keeps a case open because of its referrals: not ended, not verified, an unread answer of the partner (HS-18)."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.closing import Veto
from cases.models import Case
from foundation.dossiers import clerk
from referrals.models import LifeSaving, Referral
from referrals.states import OPEN
from referrals.vocabulary import Status

SERVED = (Status.COMPLETED, Status.NOT_COMPLETED)
DECLINED = (Status.DECLINED, Status.EXPIRED)


def is_referred(case: Case) -> bool:
    """Whether something was offered to a partner since the case was opened or reopened (R-46)."""
    since = case.reopened_at or case.opened_at
    with clerk.as_clerk():
        return bool(Referral.objects.filter(case_id=case.pk, sent_at__gte=since).exists())


def vetoes(case: Case) -> list[Veto]:
    """One query, also over packages that the reader may not open: of these nothing but the reference is said."""
    with clerk.as_clerk():
        rows = list(Referral.objects.filter(case_id=case.pk).order_by("created_at"))
        unseen = _unseen(rows)
        followed = {row.previous_id for row in rows}
    said = [(row, _missing(row, row.pk in followed, row.pk in unseen)) for row in rows]
    return [
        Veto(f"referral.{code}", words % {"reference": row.reference}, reverse("referrals:referral", args=[row.pk]))
        for row, (code, words) in said
        if code
    ]


def _unseen(rows: list[Referral]) -> set[UUID]:
    """Those that were told because a life depended on it, and at which nobody else has looked back (HS-10, HS-18)."""
    told = [row.pk for row in rows if row.is_life_saving and row.sent_at]
    waiting = LifeSaving.objects.filter(referral__in=told, reviewed_at=None) if told else LifeSaving.objects.none()
    return set(waiting.values_list("referral_id", flat=True))


def _missing(row: Referral, is_followed: bool, is_unseen: bool) -> tuple[str, str]:
    if row.must_confirm and row.unconfirmed_at is None:
        return "unconfirmed", _(
            "The partner has not said what it did after the person took something back: %(reference)s."
        )
    if is_unseen:
        words = _("Nobody has looked back at what was told because a life depended on it: %(reference)s.")
        return "unreviewed", words
    if row.status in DECLINED:
        is_settled = row.verified_at is not None or is_followed
        words = _("The partner does not help, and nobody has looked for other help or asked the person: %(reference)s.")
        return ("", "") if is_settled else ("declined", words)
    if row.status in OPEN:
        return "running", _("A referral is not finished: %(reference)s.")
    if row.status in SERVED and row.verified_at is None:
        return "unverified", _("The person was not asked whether the referral helped: %(reference)s.")
    return "", ""
