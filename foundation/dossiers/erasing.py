"""What follows when a folder was erased: database and erasure ledger are held against each other, rows are emptied.

The key is gone by then (``actions.erase``); see safety.md §2, HS-23 and scenario 20.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.audit import trail
from foundation.core.hooks import Hook
from foundation.dossiers import actions, clerk
from foundation.dossiers.ledger import Ledger, LedgerError, Line
from foundation.dossiers.models import (
    FOLLOW,
    VIEW,
    Dossier,
    DossierBound,
    DossierGroupPermission,
    DossierUserPermission,
    LedgerMark,
)
from foundation.vault.fields import EncryptedField

CHUNK = 500

confirmed: Hook[Dossier] = Hook()
"""A folder that was erased stands in the ledger: what hangs on it is tidied up, as the clerk, who may then change its rows."""


def ensure() -> None:
    """Before the first start: make the ledger. Later: raise ``LedgerError`` unless it is the one this database knows.

    A database that was told to forget its ledger gets a new one, and the sweep writes down all that is erased in it.
    """
    ledger, mark = Ledger.of_installation(), LedgerMark.objects.first()
    if mark is not None:
        check(list(ledger.lines()), mark)
        return
    first = next(ledger.lines()) if ledger.path.exists() else ledger.create()
    with clerk.as_clerk():
        LedgerMark.objects.create(id=first.id, number=0, hash=bytes.fromhex(first.hash))
        Dossier.objects.filter(ledger_number__isnull=False).update(ledger_number=None)


def check(lines: list[Line], mark: LedgerMark) -> None:
    """Raise ``LedgerError`` unless the file holds what was seen of it before: nobody cut it off or made it anew."""
    if not lines or lines[0].id != mark.pk:
        raise LedgerError("ledger.other", _("This is the erasure ledger of another installation."))
    if mark.number >= len(lines) or bytes.fromhex(lines[mark.number].hash) != bytes(mark.hash):
        raise LedgerError("ledger.cut", _("Lines of the erasure ledger are gone. Bring its copy back."))


@dataclass(frozen=True)
class Reconciled:
    """What the sweep did: keys destroyed that the ledger had promised, lines written late, folders tidied up."""

    n_finished: int
    n_late: int
    n_confirmed: int


def reconcile(*, is_whole: bool = False) -> Reconciled:
    """Finish what the ledger holds and the database does not, and the other way round.

    Looks at the lines that are new since the last time; ``is_whole`` (after a restore) looks at all of them. Raises
    ``LedgerError``, and then changes nothing.
    """
    ledger, mark = Ledger.of_installation(), LedgerMark.objects.first()
    lines = list(ledger.lines())
    if mark is not None:
        check(lines, mark)
    new = lines[1:] if mark is None or is_whole else lines[mark.number + 1 :]
    n_finished = sum(_finish(chunk) for chunk in _chunks(new))
    n_late = _catch_up(ledger, {line.id for line in lines[1:]})
    lines = list(ledger.lines())
    n_confirmed = _confirm({line.id: line.number for line in lines[1:]})
    LedgerMark.objects.update_or_create(
        id=lines[0].id, defaults={"number": lines[-1].number, "hash": bytes.fromhex(lines[-1].hash)}
    )
    return Reconciled(n_finished, n_late, n_confirmed)


def _chunks(lines: list[Line]) -> Iterator[list[Line]]:
    yield from (lines[n : n + CHUNK] for n in range(0, len(lines), CHUNK))


def _finish(lines: list[Line]) -> int:
    """Destroy the keys of folders that the ledger calls erased and whose transaction never came to its end."""
    reasons = {line.id: line for line in lines}
    with clerk.as_clerk():
        open_ = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=reasons, erased_at=None)
        found = list(open_.order_by("pk"))
        for dossier in found:
            dossier.erased_at = timezone.now()
            dossier.save(update_fields=["erased_at"])
            line = reasons[dossier.pk]
            trail.record("dossier.erased", dossier=dossier.pk, why=line.why, line=line.number)
    return len(found)


def _catch_up(ledger: Ledger, known: set[UUID]) -> int:
    """Write the lines that could not be written in their time."""
    with clerk.as_clerk():
        waiting = Dossier.objects.filter(erased_at__isnull=False, ledger_number=None).order_by("erased_at", "pk")
        late = [pk for pk in waiting.values_list("pk", flat=True) if pk not in known]
    if late:
        ledger.append(("late", pk) for pk in late)
    return len(late)


def _confirm(numbers: dict[UUID, int]) -> int:
    """Note each folder's line, and have what hangs on it tidied up; a folder at a time."""
    with clerk.as_clerk():
        waiting = Dossier.objects.filter(erased_at__isnull=False, ledger_number=None).order_by("erased_at", "pk")
        pks = [pk for pk in waiting.values_list("pk", flat=True) if pk in numbers]
    for pk in pks:
        with clerk.as_clerk():
            dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=pk)
            dossier.ledger_number = numbers[pk]
            dossier.save(update_fields=["ledger_number"])
            open_to_clerk(dossier)
            empty(dossier)
            confirmed.send(dossier)
            actions.unshare(dossier, group=clerk.group_id())
    return len(pks)


def open_to_clerk(dossier: Dossier) -> None:
    """Let the clerk see and change the rows of a folder that has no key any more, until it is emptied."""
    if dossier.erased_at is None:
        raise ValueError("the clerk opens no folder that has a key")
    actions.share_with_group(dossier, clerk.group_id(), VIEW)


def _sealed() -> Iterator[tuple[type[DossierBound], list[EncryptedField]]]:
    """Every model that hangs on folders and has encrypted columns, with these."""
    for model in apps.get_models():
        if issubclass(model, DossierBound):
            columns = [field for field in model._meta.get_fields() if isinstance(field, EncryptedField)]
            if columns:
                yield model, columns


def contents(dossier: Dossier) -> dict[str, int]:
    """How many rows of each kind hold something under the folder's key: model label → number, none left out."""
    counts: dict[str, int] = {}
    for model, columns in _sealed():
        rows = _rows(model, dossier).exclude(**{f"{column.name}__isnull": True for column in columns})
        counts[model._meta.label_lower] = rows.count()
    return {label: n for label, n in counts.items() if n}


def empty(dossier: Dossier) -> None:
    """Take even the unreadable away: encrypted columns become NULL, rows that are nothing without them go."""
    for model, columns in _sealed():
        rows = _rows(model, dossier)
        if all(column.null for column in columns):
            rows.update(**{column.name: None for column in columns})
        else:
            rows.delete()


def _rows(model: type[Model], dossier: Dossier) -> QuerySet[Model]:
    return model._default_manager.filter(dossier_id=dossier.pk)


def shut(dossier: Dossier) -> None:
    """Take everybody off the list of an erased folder; the clerk alone knows that it was there."""
    DossierUserPermission.objects.filter(content_object=dossier).delete()
    DossierGroupPermission.objects.filter(content_object=dossier).exclude(group_id=clerk.group_id()).delete()
    trail.record("dossier.unshared", dossier=dossier.pk, everybody=True)


def lower(dossier: Dossier) -> None:
    """Whoever could open an erased folder may still see where it stands: a recipient must confirm, somebody must ask."""
    view, follow = (actions.permission_id(name) for name in (VIEW, FOLLOW))
    groups = DossierGroupPermission.objects.filter(content_object=dossier).exclude(group_id=clerk.group_id())
    users = DossierUserPermission.objects.filter(content_object=dossier)
    known = groups.filter(permission_id=follow).values("group_id")
    groups.filter(permission_id=view).exclude(group_id__in=known).update(permission_id=follow)
    named = users.filter(permission_id=follow).values("user_id")
    users.filter(permission_id=view).exclude(user_id__in=named).update(permission_id=follow)
    for rows in (groups, users):
        rows.filter(permission_id=view).delete()
    trail.record("dossier.unshared", dossier=dossier.pk, everybody=True, permission=VIEW)
