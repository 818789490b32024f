"""Telling the person what was passed on about them, and what came of what they took back."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases import actions as cases
from cases.models import Case
from consent import actions as consent
from consent.models import Decision, Withdrawal
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.dossiers import clerk, clocks
from referrals.models import Referral


@transaction.atomic
def tell(case: Case, *, way: str, language: str, reason: str, by: User) -> None:
    """Record that the person was told, how, and why a paper was safe (W-22); the words themselves are kept nowhere."""
    policy.require(by, "note", case)
    cases.note_event(case, "releases_told", by=by)
    trail.record(
        "person.releases_told", dossier=case.dossier_id, subject=case.person_id, way=way, language=language, why=reason
    )


def ask_to_tell(decision: Decision) -> None:
    """Somebody must tell the person what the recipients answer, if that is safe: the owner of the case."""
    case = Case.objects.select_related("dossier", "unit", "owner").filter(dossier=decision.dossier_id).first()
    if case is None:
        return
    clocks.stop(case.pk, "tell_result")
    subject = clocks.Subject("case", case.pk, case.code)
    clocks.start(case.dossier, "tell_result", subject, case.urgency, case.unit, user=case.owner)


def touched_by(withdrawals: list[Withdrawal]) -> list[Referral]:
    """The referrals that lost something by them. Read as the clerk, who follows every package: none is left out."""
    lost = Q(recalled_at__isnull=False) | Q(narrowed_at__isnull=False)
    with clerk.as_clerk():
        rows = Referral.objects.filter(lost, decision__in={w.decision_id for w in withdrawals})
        return list(rows.select_related("service", "recipient").order_by("sent_at"))


def is_silent(referral: Referral) -> bool:
    """Whether an answer may still come: none was given, and the seven days are not over."""
    return referral.must_confirm and referral.unconfirmed_at is None


@transaction.atomic
def tell_result(case: Case, told: str, *, by: User) -> int:
    """Record that the person was told what every recipient answered, or that it was not safe to tell them.

    Counts for what is answered; what a recipient may still answer stays on the work list.
    """
    policy.require(by, "note", case)
    untold = list(Withdrawal.objects.filter(person=case.person_id, told=""))
    open_ = {referral.decision_id for referral in touched_by(untold) if is_silent(referral)}
    known = [row for row in untold if row.decision_id not in open_]
    if not known:
        raise Refused("consent.nothing_to_tell", _("Nobody has answered yet. There is nothing to tell."), "told")
    n = consent.tell_result(case.person, known, told, by=by)
    if len(known) == len(untold):
        clocks.stop(case.pk, "tell_result")
    cases.note_event(case, f"result_{told}", by=by)
    return n
