"""What the pages say of a referral that went although the ordinary way was shut (HS-10)."""

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.core.words import inside, moment_words
from referrals.models import LifeSaving, Referral
from referrals.words import labels

Row = dict[str, Any]


def of(referral: Referral) -> LifeSaving | None:
    """The call and the look back of a referral that goes this way."""
    if not referral.is_life_saving:
        return None
    row: LifeSaving | None = (
        LifeSaving.objects.select_related("called_by", "reviewed_by").filter(referral=referral).first()
    )
    if row is not None:
        row.dossier, row.referral = referral.dossier, referral
    return row


def rows(row: LifeSaving) -> list[Row]:
    """Why the ordinary way is shut, who was phoned when, why it could not wait, what was found afterwards."""
    found: list[Row] = [
        {"key": _("The ordinary way is shut"), "value": row.get_shut_by_display()},
        {"key": _("Phoned"), "value": called(row)},
        {"key": _("Why a life depends on it"), "value": row.why if row.is_open else "", "typed": True},
    ]
    if row.reviewed_by is None:
        waits = _("Nobody yet") if row.referral.sent_at else _("After it was told")
        return [*found, {"key": _("Looked back at by"), "value": waits}]
    said = _("It was right") if row.was_right else _("It was not right")
    words = row.review if row.is_open and row.review else ""
    return [
        *found,
        {"key": _("Looked back at by"), "value": f"{row.reviewed_by.name}, {_at(row, row.reviewed_at)}. {said}."},
        {"key": _("What was found"), "value": words, "typed": True},
    ]


def _at(row: LifeSaving, at: Any) -> str:
    return inside(moment_words(at, timezone.now(), ZoneInfo(row.referral.unit.time_zone)))


def called(row: LifeSaving) -> str:
    """When somebody phoned there, who, and in which role it was answered."""
    said = {"when": _at(row, row.called_at), "name": row.called_by.name, "who": inside(row.get_answered_by_display())}
    return _("%(name)s, %(when)s; answered by: %(who)s") % said


def told(referral: Referral) -> list[Row]:
    """What the one who looks back sees of the referral itself: nothing of the case, no value."""
    where = f"{referral.recipient.name}, {referral.service.name}"
    return [
        {"key": _("With whom"), "value": where},
        {"key": _("How"), "value": referral.get_channel_display()},
        {"key": _("Asked for by"), "value": referral.requested_by.name},
        {"key": _("Sent by"), "value": referral.approved_by.name if referral.approved_by else _("Not sent yet")},
        {"key": _("What is told"), "value": labels(referral.fields)},
    ]


def card(referral: Referral) -> dict[str, Any] | None:
    """The card on the page of the referral."""
    row = of(referral)
    if row is None:
        return None
    url = reverse("referrals:life_saving", args=[referral.pk])
    return {"rows": rows(row), "url": url, "waits": bool(referral.sent_at) and row.reviewed_by is None}
