"""What else happens with a person's requests: an erasure that grants one, a rest that lasts while one is open, folders."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from consent.models import DataSubjectRequest
from consent.rights import Right, Ruling, Stage
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.dossiers import clocks
from foundation.dossiers.models import Dossier


def is_frozen(person: UUID, *, without: UUID | None = None) -> bool:
    """Whether an objection or a restriction is not settled yet."""
    kinds, open_ = (Right.RESTRICTION, Right.OBJECTION), (Stage.OPEN, Stage.DECIDED)
    rows = DataSubjectRequest.objects.filter(person=person, kind__in=kinds, stage__in=open_)
    return bool((rows.exclude(pk=without) if without else rows).exists())


@transaction.atomic
def grant_erasure(erasure: UUID, *, by: User) -> None:
    """The second person has agreed to the erasure: that grants what the person asked."""
    rows = DataSubjectRequest.objects.select_for_update(of=("self",)).filter(erasure=erasure, stage=Stage.OPEN)
    for row in rows:
        row.stage, row.ruling, row.decided_by, row.decided_at = Stage.DECIDED, Ruling.GRANTED, by, timezone.now()
        row.save(update_fields=["stage", "ruling", "decided_by", "decided_at"])
        clocks.stop(row.pk)
        trail.record("right.decided", dossier=row.dossier_id, subject=row.pk, ruling=row.ruling, refusal="")


def link_erasure(matter: UUID, erasure: UUID) -> None:
    """An erasure is asked for: what the person asked of us is decided there."""
    DataSubjectRequest.objects.filter(matter=matter, kind=Right.ERASURE, stage=Stage.OPEN).update(erasure=erasure)


def unlink_erasure(erasure: UUID) -> None:
    """That erasure does not happen; the request waits for a decision of its own."""
    DataSubjectRequest.objects.filter(erasure=erasure, stage=Stage.OPEN).update(erasure=None)


def folders_of(matter: UUID) -> list[Dossier]:
    """The folders of what the person of a case asked for."""
    return list(Dossier.objects.filter(consent_datasubjectrequests__matter=matter, erased_at=None))


def settle(dossier: Dossier) -> bool:
    """A request whose folder was erased: closed, and still there with its dates and codes. Runs as the clerk."""
    rows = DataSubjectRequest.objects.filter(dossier=dossier)
    rows.filter(stage=Stage.DECIDED, kind=Right.ERASURE).update(stage=Stage.CLOSED, closed_at=timezone.now())
    for pk in rows.values_list("pk", flat=True):
        clocks.stop(pk)
    return bool(rows.exists())
