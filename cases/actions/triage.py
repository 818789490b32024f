"""Triage: a person confirms the urgency and decides what happens next (R-29, R-40)."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import open_case
from cases.actions.issues import link_concern
from cases.models import Case, Concern, Issue, Redirection
from cases.readying import require_escalation
from cases.states import CONCERN
from cases.vocabulary import RANK, Outcome, Urgency
from foundation.accounts.models import Role, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Refused
from foundation.core.hooks import Hook
from foundation.dossiers import clocks

triaged: Hook[Concern] = Hook()
"""A concern was triaged, in the transaction of the triage; its clock has stopped."""


@dataclass(frozen=True)
class Triage:
    """What the focal point decides: ``owner`` for a case, ``contact`` for a re-direction, ``issue`` for a problem of many."""

    outcome: str
    urgency: str
    reason: str = ""
    exposure: str = ""
    harm_forms: list[str] = field(default_factory=list)
    owner: User | None = None
    contact: str = ""
    load_reason: str = ""
    issue: Issue | None = None


@transaction.atomic
def triage(concern: Concern, decided: Triage, *, by: User) -> Concern:
    """Confirm the urgency and end the wait. Lowering the suggested urgency needs a reason (W-12)."""
    locked: Concern = (
        Concern.objects.select_for_update(of=("self",)).select_related("dossier", "unit", "person").get(pk=concern.pk)
    )
    CONCERN.check(f"triage_{decided.outcome}", locked.status)
    policy.require(by, "triage", locked)
    _check(locked, decided)
    if decided.outcome == Outcome.CASE:
        require_escalation(locked, decided.urgency)
    locked.status, locked.urgency = decided.outcome, decided.urgency
    locked.triaged_at, locked.triaged_by = timezone.now(), by
    locked.triage = {"reason": decided.reason, "exposure": decided.exposure, "harm_forms": decided.harm_forms}
    locked.save(update_fields=["status", "urgency", "triaged_at", "triaged_by", "triage"])
    clocks.stop(locked.pk, "triage")
    trail.record(
        "concern.triaged", dossier=locked.dossier_id, subject=locked.pk, outcome=decided.outcome,
        urgency=decided.urgency, suggested=locked.suggestion,
    )  # fmt: skip
    _follow(locked, decided, by)
    triaged.send(locked)
    return locked


def _check(concern: Concern, decided: Triage) -> None:
    if RANK[Urgency(decided.urgency)] > RANK[concern.suggestion] and not decided.reason.strip():
        raise Refused("triage.reason", _("Say why the urgency is lower than suggested."), "reason")
    if decided.outcome == Outcome.CASE and concern.is_anonymous:
        raise Refused(
            "triage.anonymous", _("The person did not agree to be known, so no case can be opened."), "outcome"
        )
    if decided.outcome == Outcome.CASE and (decided.owner is None or not _may_own(decided.owner, concern)):
        raise Refused("triage.owner", _("Choose who will follow up."), "owner")
    if decided.outcome == Outcome.CASE and not (decided.exposure and decided.harm_forms):
        raise Refused("triage.classification", _("Say whether it happens or may happen, and which form of harm it is."))
    if decided.outcome == Outcome.REDIRECTED and not decided.contact.strip():
        raise Refused("triage.contact", _("Write which contact was given."), "contact")
    if decided.outcome == Outcome.ISSUE:
        _check_issue(concern, decided)


def _check_issue(concern: Concern, decided: Triage) -> None:
    """Somebody who is known has a case of their own, from which it can be linked."""
    if not concern.is_anonymous:
        raise Refused("triage.known", _("Somebody is known here. Open a case, and link it from there."), "outcome")
    if decided.issue is None:
        raise Refused("triage.issue", _("Choose the issue behind which it stands."), "issue")


def _may_own(owner: User, concern: Concern) -> bool:
    roles = (Role.CASEWORKER, Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER)
    return any(s.role in roles and s.unit.organisation_id == concern.unit.organisation_id for s in owner.seats)


def _follow(concern: Concern, decided: Triage, by: User) -> Case | None:
    if decided.outcome == Outcome.CASE and decided.owner is not None:
        return open_case(concern, owner=decided.owner, by=by, load_reason=decided.load_reason)
    if decided.outcome == Outcome.REDIRECTED:
        Redirection(dossier=concern.dossier, concern=concern, given_by=by, contact=decided.contact).save(
            force_insert=True
        )
    if decided.outcome == Outcome.ISSUE and decided.issue is not None:
        link_concern(decided.issue, concern, by=by)
    return None
