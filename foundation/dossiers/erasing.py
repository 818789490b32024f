"""Erasing a folder, and holding database and erasure ledger against each other (safety.md §2; HS-23, scenario 20)."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.audit import trail
from foundation.core.hooks import Hook, before_commit
from foundation.dossiers import clerk
from foundation.dossiers.ledger import Ledger, LedgerError, Line
from foundation.dossiers.models import Dossier, LedgerMark

logger = logging.getLogger("amparo.erasures")
CHUNK = 500

confirmed: Hook[Dossier] = Hook()
"""A folder that was erased stands in the ledger: what hangs on it is tidied up, as the clerk; must bear being repeated."""


@dataclass(frozen=True)
class Entry:
    """A folder whose key is about to go."""

    why: str
    dossier: UUID
    is_strict: bool


@transaction.atomic
def erase(dossier: Dossier, why: str = "erased", *, is_strict: bool = False) -> None:
    """Destroy the folder's key. What is encrypted under it can be read by nobody again, wherever a copy may be.

    The id is in the ledger before the commit. A ledger that fails stops the commit only if ``is_strict``: a withdrawal
    or a refusal takes effect at once whatever happens (HS-05), and the sweep writes the line as soon as it can.
    """
    dossier.erased_at = timezone.now()
    dossier.save(update_fields=["erased_at"])  # the key row goes with it, by trigger
    dossier.__dict__.pop("_cipher", None)
    trail.record("dossier.erased", dossier=dossier.pk, why=why)
    before_commit(_write_down, Entry(why, dossier.pk, is_strict))


def _write_down(entries: list[Entry]) -> None:
    try:
        Ledger.of_installation().append((entry.why, entry.dossier) for entry in entries)
    except LedgerError as problem:
        logger.error("the erasure ledger failed", extra={"code": problem.code, "count": len(entries)})
        if any(entry.is_strict for entry in entries):
            raise


def ensure() -> None:
    """Before the first start: make the ledger. Later: raise ``LedgerError`` unless it is the one this database knows."""
    ledger, mark = Ledger.of_installation(), LedgerMark.objects.first()
    if mark is None:
        first = next(ledger.lines()) if ledger.path.exists() else ledger.create()
        LedgerMark.objects.create(id=first.id, number=0, hash=bytes.fromhex(first.hash))
    else:
        check(list(ledger.lines()), mark)


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
            confirmed.send(dossier)
    return len(pks)


def keep_track(dossiers: Iterable[UUID]) -> dict[UUID, int | None]:
    """The lines of these folders in the ledger; ``None`` for one that is not confirmed yet."""
    with clerk.as_clerk():
        return dict(Dossier.objects.filter(pk__in=list(dossiers)).values_list("pk", "ledger_number"))
