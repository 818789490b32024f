"""Erasing a case: one person asks, another agrees, the keys go, a certificate stays (HS-20, HS-23; domain.md §4.3).

Asking and agreeing are commits of their own; ``carry_out`` does the rest in steps that may each be repeated: keys and ledger,
rows, certificate. A process that dies in between leaves an erasure that the next attempt goes on with.
"""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.case import note_event
from cases.models import Case, CaseNote, Closure, Concern, Conference, Erasure, FollowUp, HandOver, PlanStep
from cases.states import ERASURE, CaseStatus, ConcernStatus, ErasureStatus
from cases.vocabulary import Ground
from consent import actions as consent
from consent import office
from consent.actions import following
from consent.models import BasisReview, Keeping
from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, Unit, User
from foundation.audit import signing, trail
from foundation.core import policy
from foundation.core.errors import Refused, WrongState
from foundation.core.hooks import Hook
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks, erasing
from foundation.dossiers.ledger import Ledger
from foundation.dossiers.models import Dossier, Kind
from foundation.outbox import delivery

CASE, PACKAGE, REQUEST = "case", "package", "request"
KEPT_KINDS = (Kind.DRAFT, Kind.CONCERN, Kind.CASE)

hanging: Hook[tuple[Erasure, list[Dossier]]] = Hook()
"""A case is being erased: every app erases the folders that hang on it, tells whom it must, and adds them to the list."""


def deciders(unit: Unit) -> list[Seat]:
    """The seats of which one must agree: data-protection officers and managers of the unit and of those above it."""
    return office.deciders(unit)


@transaction.atomic
def request_erasure(case: Case, ground: str, *, by: User) -> Erasure:
    """Ask for a case to be erased, on one of the grounds there are. Nothing happens until another person agrees."""
    locked: Case = Case.objects.select_for_update(of=("self",)).select_related("dossier", "unit").get(pk=case.pk)
    policy.require(by, "erase", locked)
    consent.require_free(locked.dossier_id)
    if ground not in Ground.values:
        raise Refused("erasure.ground", _("Choose a ground."), "ground")
    if Erasure.objects.filter(dossier=locked.dossier, status=ErasureStatus.REQUESTED).exists():
        raise WrongState(
            "erasure.waits_already", _("Somebody has asked for this already. It waits for a second person.")
        )
    seats = deciders(locked.unit)
    if not any(user != by for seat in seats for user in accounts.members(seat.group_id)):
        raise Refused("erasure.nobody", _("Nobody else can agree to this: there is no second person on a seat for it."))
    asked = Erasure(
        dossier=locked.dossier, case=locked, code=locked.code, unit=locked.unit, ground=ground,
        deciders=[seat.group_id for seat in seats], requested_by=by, requested_seat=_seat(by, locked.unit),
    )  # fmt: skip
    asked.save(force_insert=True)
    following.link_erasure(asked.dossier_id, asked.pk)
    note_event(locked, "erasure_requested", by=by)
    trail.record("case.erasure_requested", dossier=asked.dossier_id, subject=asked.pk, ground=ground)
    for seat in seats:
        others = [user for user in accounts.members(seat.group_id) if user != by]
        delivery.tell(others, "work.waiting", f"erasure:{asked.pk}:{seat.pk}")
    return asked


def _seat(user: User, unit: Unit) -> Seat:
    """The seat somebody acts from here: one in the unit or above it before any other."""
    above = [place.pk for place in unit.upwards()]
    return min(user.seats, key=lambda seat: above.index(seat.unit_id) if seat.unit_id in above else len(above))


def _locked(erasure: Erasure, verb: str, by: User) -> Erasure:
    locked: Erasure = Erasure.objects.select_for_update(of=("self",)).select_related("unit").get(pk=erasure.pk)
    ERASURE.check(verb, locked.status)
    if verb in ("authorise", "refuse") and by.pk == locked.requested_by_id:
        raise Refused("erasure.same_person", _("Another person must decide on this, not the one who asked for it."))
    policy.require(by, verb, locked)
    return locked


@transaction.atomic
def authorise_erasure(erasure: Erasure, *, by: User) -> Erasure:
    """The second person agrees: from here on it is carried out and cannot be stopped (HS-20)."""
    asked = _locked(erasure, "authorise", by)
    consent.require_free(asked.dossier_id)
    locked = _decide(asked, ErasureStatus.AUTHORISED, by)
    following.grant_erasure(locked.pk, by=by)
    trail.record("case.erasure_authorised", dossier=locked.dossier_id, subject=locked.pk, ground=locked.ground)
    delivery.add("erasure", "case.erase", f"erasure:{locked.pk}", reference=locked.pk)
    return locked


def _decide(erasure: Erasure, status: str, by: User) -> Erasure:
    erasure.status, erasure.decided_by, erasure.decided_at = status, by, timezone.now()
    erasure.decided_seat = next(seat for seat in by.seats if seat.group_id in erasure.deciders)
    erasure.save(update_fields=["status", "decided_by", "decided_at", "decided_seat"])
    return erasure


@transaction.atomic
def refuse_erasure(erasure: Erasure, *, by: User) -> Erasure:
    """The second person does not agree; the case stays as it is."""
    locked = _decide(_locked(erasure, "refuse", by), ErasureStatus.REFUSED, by)
    following.unlink_erasure(locked.pk)
    trail.record("case.erasure_refused", dossier=locked.dossier_id, subject=locked.pk)
    delivery.tell([locked.requested_by], "work.waiting", f"erasure:{locked.pk}:refused")
    return locked


@transaction.atomic
def take_back_erasure(erasure: Erasure, *, by: User) -> Erasure:
    """Who asked no longer asks."""
    locked = _locked(erasure, "take_back", by)
    locked.status, locked.decided_at = ErasureStatus.TAKEN_BACK, timezone.now()
    locked.save(update_fields=["status", "decided_at"])
    following.unlink_erasure(locked.pk)
    trail.record("case.erasure_taken_back", dossier=locked.dossier_id, subject=locked.pk)
    return locked


def carry_out(pk: UUID) -> Erasure:
    """Do what two people decided. Raises ``LedgerError`` when it cannot be done for good now; nothing is erased then."""
    with clerk.as_clerk() as by:
        erasure = _authorised(pk)
        if erasure.status == ErasureStatus.AUTHORISED and erasure.erased_at is None:
            _destroy(erasure, by)
    if erasure.status == ErasureStatus.AUTHORISED:
        erasing.reconcile()
        with clerk.as_clerk():
            erasure = _certify(_authorised(pk))
    return erasure


def _authorised(pk: UUID) -> Erasure:
    rows = Erasure.objects.select_for_update(of=("self",))
    found: Erasure = rows.select_related("unit__organisation", "requested_by", "dossier").get(pk=pk)
    return found


def _destroy(erasure: Erasure, by: User) -> None:
    """The keys of the case and of everything that hangs on it, in one transaction with their lines in the ledger."""
    found = [erasure.dossier]
    hanging.send((erasure, found))
    dossiers.erase(erasure.dossier, CASE, is_strict=True)
    erasure.folders = [_counted(dossier) for dossier in found]
    erasure.erased_at = timezone.now()
    erasure.save(update_fields=["folders", "erased_at"])
    trail.record("case.erased", dossier=erasure.dossier_id, subject=erasure.pk, ground=erasure.ground, n=len(found))


def _counted(dossier: Dossier) -> dict[str, Any]:
    """Kind, random id and rows of a folder; one that was erased and emptied earlier has none."""
    if dossier.ledger_number is not None:
        return {"kind": dossier.kind, "ref": str(dossier.pk), "rows": {}}
    erasing.open_to_clerk(dossier)
    return {"kind": dossier.kind, "ref": str(dossier.pk), "rows": erasing.contents(dossier)}


def clear(dossier: Dossier) -> None:
    """Of an erased case, concern or draft nothing stays that says more than that it was there; nobody sees it any more."""
    if dossier.kind not in KEPT_KINDS:
        return
    Concern.objects.filter(dossier=dossier).exclude(status=ConcernStatus.DRAFT).update(
        status=ConcernStatus.ERASED, reporter_kind="", setting="", language=""
    )
    for model in (CaseNote, FollowUp, PlanStep, Conference, Closure, HandOver):
        model.objects.filter(dossier=dossier).delete()
    for case in Case.objects.filter(dossier=dossier):
        Case.objects.filter(pk=case.pk).update(status=CaseStatus.ERASED)
        clocks.stop(case.pk)
    for kept in Keeping.objects.filter(dossier=dossier):
        clocks.stop(kept.pk)
        Keeping.objects.filter(pk=kept.pk, ended_at=None).update(ended_at=timezone.now())
    BasisReview.objects.filter(dossier=dossier).delete()
    for draft in Concern.objects.filter(dossier=dossier, status=ConcernStatus.DRAFT):
        draft.delete()
    erasing.shut(dossier)


def _certify(erasure: Erasure) -> Erasure:
    """Say what was erased, when, why, by which two seats and where it stands in the ledger, and sign it."""
    if erasure.status == ErasureStatus.DONE:
        return erasure
    erasure.certificate = _certificate(erasure)
    erasure.key_version, erasure.signature = signing.sign(signed_text(erasure.certificate))
    erasure.status, erasure.problem = ErasureStatus.DONE, ""
    erasure.save(update_fields=["certificate", "key_version", "signature", "status", "problem"])
    if erasure.rule_id is None:
        delivery.tell([erasure.requested_by], "work.waiting", f"erasure:{erasure.pk}:done")
    return erasure


def _certificate(erasure: Erasure) -> dict[str, Any]:
    lines = {str(line.id): line for line in Ledger.of_installation().lines()}
    folders = [{**f, "line": lines[f["ref"]].number, "hash": lines[f["ref"]].hash} for f in erasure.folders]
    seats = {s.pk: s for s in Seat.objects.select_related("unit").filter(pk__in=_seats(erasure))}
    asked, agreed = (seats[pk] for pk in _seats(erasure))
    rule = erasure.rule
    by_rule = {"rule": {"class": rule.record_class, "version": rule.version, "days": rule.days}} if rule else {}
    return {
        **by_rule,
        "what": "amparo erasure certificate 1",
        "reference": str(erasure.pk),
        "installation": settings.URL,
        "organisation": erasure.unit.organisation.name,
        "code": erasure.code,
        "ground": erasure.ground,
        "asked": {"role": asked.role, "unit": asked.unit.name, "at": _stamp(erasure.requested_at)},
        "agreed": {"role": agreed.role, "unit": agreed.unit.name, "at": _stamp(erasure.decided_at)},
        "erased": _stamp(erasure.erased_at),
        "ledger": str(next(line.id for line in lines.values() if line.number == 0)),
        "folders": folders,
    }


def _seats(erasure: Erasure) -> tuple[Any, Any]:
    return erasure.requested_seat_id, erasure.decided_seat_id


def _stamp(moment: Any) -> str:
    text: str = moment.isoformat(timespec="seconds")
    return text


def signed_text(certificate: dict[str, Any]) -> bytes:
    """What the signature stands on: the certificate as JSON with sorted keys, without spaces, in UTF-8."""
    return json.dumps(certificate, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def is_authentic(erasure: Erasure) -> bool:
    """Whether this installation signed the certificate as it stands."""
    if erasure.certificate is None or erasure.signature is None or erasure.key_version is None:
        return False
    return signing.is_signed(erasure.key_version, signed_text(erasure.certificate), bytes(erasure.signature))


def note_problem(pk: UUID, code: str) -> None:
    """Keep why it could not be carried out yet, for the page that says so."""
    with clerk.as_clerk():
        Erasure.objects.filter(pk=pk, status=ErasureStatus.AUTHORISED).update(problem=code[:40])


def unfinished() -> list[UUID]:
    """What was agreed to and is not done: for the sweep."""
    with clerk.as_clerk():
        return list(Erasure.objects.filter(status=ErasureStatus.AUTHORISED).values_list("pk", flat=True))
