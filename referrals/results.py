"""What came of what the person took back, in words that can be read to them."""

from datetime import tzinfo
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from consent.models import Withdrawal
from consent.vocabulary import Purpose
from foundation.core.legible import SHUT, legible
from foundation.core.words import day_words, inside, isolated, moment_words
from referrals.actions.telling import is_silent, touched_by
from referrals.models import KeptReason, Referral
from referrals.telling import answered
from referrals.words import labels


def results(case: Case, actor: Any, zone: tzinfo) -> dict[str, Any]:
    """Each withdrawal, newest first, with what every recipient said; ``may_tell`` when there is something to tell."""
    rows = Withdrawal.objects.visible_to(actor).filter(person=case.person_id).select_related("decision", "told_by")
    found = list(rows.order_by("-made_at"))
    touched = touched_by(found)
    reasons = _reasons(touched, actor)
    silent = {referral.decision_id for referral in touched if is_silent(referral)}
    untold = [row for row in found if not row.told]
    return {
        "rows": [_row(row, touched, reasons, zone) for row in found],
        "n_open": len([row for row in untold if row.decision_id in silent]),
        "may_tell": any(row.decision_id not in silent for row in untold),
    }


def _reasons(touched: list[Referral], actor: Any) -> dict[UUID, str]:
    rows = KeptReason.objects.visible_to(actor).with_key().filter(referral__in=[r.pk for r in touched])
    return {row.referral_id: _legible(row) for row in rows.order_by("at")}


def _legible(row: KeptReason) -> str:
    return str(legible(lambda: row.text, SHUT))


def _row(withdrawal: Withdrawal, touched: list[Referral], reasons: dict[UUID, str], zone: tzinfo) -> dict[str, Any]:
    about = [referral for referral in touched if referral.decision_id == withdrawal.decision_id]
    what = labels(withdrawal.fields) if withdrawal.fields else _("All of it")
    lines = [_("%(what)s, on %(day)s") % {"what": what, "day": day_words(withdrawal.made_at, zone)}]
    lines += [f"{isolated(r.recipient.name)}: {_said(r, reasons)}" for r in about]
    return {"key": Purpose(withdrawal.decision.purpose).label, "lines": [*lines, _told(withdrawal, zone)]}


def _said(referral: Referral, reasons: dict[UUID, str]) -> str:
    why = reasons.get(referral.pk)
    quoted = _("They write: “%(text)s”") % {"text": isolated(why)} if why else ""
    return " ".join(part for part in (answered(referral), quoted) if part)


def _told(withdrawal: Withdrawal, zone: tzinfo) -> str:
    if not withdrawal.told or withdrawal.told_at is None:
        return _("The person does not know it yet.")
    when = inside(moment_words(withdrawal.told_at, timezone.now(), zone))
    return f"{withdrawal.get_told_display()}, {when}"
