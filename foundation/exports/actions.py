"""Asking for a list, allowing it, making it, taking it away once. The rows are read when the file is made, not before."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Gone, Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import VIEW, Kind
from foundation.exports import making
from foundation.exports.models import Export, ExportFile, export_reference
from foundation.exports.policy import LEADS
from foundation.exports.sources import Row, Source, chosen, source_of
from foundation.exports.states import LIFE, OPEN, ExportState, Format
from foundation.outbox import delivery

CHUNK = 500
FULL = "53100"


@dataclass(frozen=True)
class Wish:
    """What somebody asks for. ``columns`` are codes; ``why`` is theirs to word, ``reason`` one of the known ones."""

    source: str
    scope: str
    columns: Sequence[str]
    format: Format
    reason: str
    why: str


@dataclass(frozen=True)
class Made:
    """What is shown once: the password, and the one way to the file."""

    export: Export
    password: str
    token: str


@transaction.atomic
def ask(wish: Wish, *, by: User) -> Export:
    """Ask for a list. Few rows that tell nobody's name may be made at once; for more, another lead is asked (HS-20).

    ``Refused`` where there is nothing to take, too much at once, or nobody who could allow it.
    """
    source = source_of(wish.source)
    if not source.may_ask(by):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    columns = chosen(source, wish.columns)
    if any(column.tells_who for column in columns) and not source.may_tell_who(by):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    ids = _rows_of(source, wish, by)
    unit = next(seat.unit for seat in by.seats if seat.role in LEADS)
    is_alone = (
        not any(column.tells_who for column in columns) and len(ids) + _taken_alone(by) <= settings.EXPORT_ROWS_ALONE
    )
    seats = [] if is_alone else _approving(unit, by)
    export = _keep(wish, unit, ids, seats, by)
    trail.record(
        "export.asked", dossier=export.dossier_id, subject=export.pk, source=wish.source, scope=wish.scope,
        columns=export.columns, format=wish.format, reason=wish.reason, n=len(ids), alone=is_alone,
    )  # fmt: skip
    if seats:
        _call(export, seats, by)
    return export


def _rows_of(source: Source, wish: Wish, by: User) -> list[UUID]:
    most = settings.EXPORT_ROWS_MOST
    ids = source.ids(by, wish.scope, most + 1)
    if not ids:
        raise Refused("export.empty", _("There is nothing in this list that you could take out."), "scope")
    if len(ids) > most:
        words = _("These are more than %(n)d rows. Choose a smaller part.")
        raise Refused("export.too_many", words % {"n": most}, "scope")
    return ids


def _taken_alone(by: User) -> int:
    """Rows of the last day that nobody else allowed: many small lists are one large one."""
    User.objects.select_for_update().get(pk=by.pk)  # two requests at once are counted one after the other
    since = timezone.now() - timedelta(days=1)
    states = (ExportState.APPROVED, ExportState.READY, ExportState.TAKEN)
    mine = Export.objects.filter(asked_by=by, asked_at__gt=since, decided_by=None, state__in=states)
    return mine.aggregate(n=Sum("n_rows"))["n"] or 0


def _approving(unit: Unit, by: User) -> list[Seat]:
    """The leads' seats that another person holds: of the unit and above it; if there is none, of the units below."""
    above = _held_by_others(unit.upwards(), by)
    found = above or _held_by_others(list(unit.children.all()), by)
    if not found:
        words = _("Nobody else could allow this. Ask for fewer rows, or for columns that name nobody.")
        raise Refused("export.nobody", words)
    return found


def _held_by_others(units: list[Unit], by: User) -> list[Seat]:
    seats = [s for unit in units for s in Seat.objects.filter(unit=unit, role__in=LEADS).order_by("role")]
    return [s for s in seats if any(user.pk != by.pk for user in accounts.members(s.group_id))]


def _keep(wish: Wish, unit: Unit, ids: list[UUID], seats: list[Seat], by: User) -> Export:
    groups = {seat.group_id: VIEW for seat in seats}
    dossier = dossiers.open_dossier(Kind.EXPORT, unit, by=by, groups=groups, reason="asker")
    export = Export(
        dossier=dossier, source=wish.source, scope=wish.scope, format=wish.format, reason=wish.reason, unit=unit,
        columns=[column.code for column in chosen(source_of(wish.source), wish.columns)], n_rows=len(ids), asked_by=by,
        state=ExportState.ASKED if seats else ExportState.APPROVED,
        ends_at=timezone.now() + (settings.EXPORT_ASKED if seats else settings.EXPORT_APPROVED),
        why=wish.why, rows={"ids": [str(pk) for pk in ids], "codes": source_of(wish.source).names(by, ids)},
    )  # fmt: skip
    export.clean_fields(exclude=["dossier", "unit", "asked_by", "decided_by"])
    dossiers.insert_with_code(export, "reference", export_reference)
    return export


def _call(export: Export, seats: list[Seat], by: User) -> None:
    subject = clocks.Subject("export", export.pk, export.reference)
    clocks.start(export.dossier, "export", subject, "normal", export.unit, group=seats[0].group_id)
    people = {user.pk: user for seat in seats for user in accounts.members(seat.group_id) if user.pk != by.pk}
    delivery.tell(people.values(), "work.waiting", f"export:{export.pk}")


def _locked(export: Export, verb: str, by: User) -> Export:
    """The row, locked; the verb is this person's to do, possible from here, and in time."""
    row: Export = Export.objects.select_for_update(of=("self",)).select_related("asked_by", "unit").get(pk=export.pk)
    row.dossier = export.dossier
    policy.require(by, verb, row)
    LIFE.check(verb, row.state)
    if row.ends_at <= timezone.now():
        raise Gone("export.over", _("The time for this has run out. Ask again."))
    return row


@transaction.atomic
def approve(export: Export, *, by: User) -> Export:
    """Let the list leave; somebody else than who asked for it (HS-20)."""
    row = _locked(export, "approve", by)
    _decide(row, ExportState.APPROVED, settings.EXPORT_APPROVED, by)
    trail.record("export.approved", dossier=row.dossier_id, subject=row.pk, n=row.n_rows, columns=row.columns)
    return row


@transaction.atomic
def refuse(export: Export, *, by: User) -> Export:
    """Keep the list here."""
    row = _locked(export, "refuse", by)
    _decide(row, ExportState.REFUSED, timedelta(0), by)
    trail.record("export.refused", dossier=row.dossier_id, subject=row.pk)
    dossiers.erase(row.dossier, "export")
    return row


def _decide(row: Export, state: ExportState, time: timedelta, by: User) -> None:
    now = timezone.now()
    row.state, row.decided_by, row.decided_at, row.ends_at = state, by, now, now + time
    row.save(update_fields=["state", "decided_by", "decided_at", "ends_at"])
    clocks.stop(row.pk)
    delivery.tell([row.asked_by], "export.decided", f"export:{row.pk}:{state}")


@transaction.atomic
def make(export: Export, *, by: User, session: str) -> Made:
    """Read the rows that are still open to this person, write the file, lock it. The password is shown and forgotten.

    The link works once, in this session, for fifteen minutes unless set otherwise.
    """
    row, now = _locked(export, "make", by), timezone.now().astimezone(UTC)
    password, token = making.new_password(), secrets.token_urlsafe(32)
    read = _Reading(row, by)
    content = making.table(row, read, making.columns_of(row), making.watermark(row, now))
    _store(row, making.locked(row, content, password, now))
    row.state, row.made_at, row.ends_at = ExportState.READY, now, now + settings.EXPORT_LINK
    row.n_made, row.n_withheld = read.n, read.n_withheld
    row.token, row.session = _digest(token), _digest(session)
    row.save(update_fields=["state", "made_at", "ends_at", "n_made", "n_withheld", "token", "session"])
    trail.record(
        "export.made", dossier=row.dossier_id, subject=row.pk, n=read.n, n_asked=row.n_rows, n_withheld=read.n_withheld,
        columns=row.columns,
    )  # fmt: skip
    return Made(row, password, token)


class _Reading:
    """The rows on their way into the file: each is in the trail with the transaction that reads it."""

    def __init__(self, export: Export, by: User) -> None:
        self.export, self.by, self.n, self.n_withheld = export, by, 0, 0

    def __iter__(self) -> Iterator[Row]:
        source, ids = source_of(self.export.source), [UUID(pk) for pk in self.export.rows["ids"]]
        for start in range(0, len(ids), CHUNK):
            rows = list(source.rows(self.by, ids[start : start + CHUNK], self.export.columns))
            if rows:
                read = [row.id for row in rows]
                trail.record("export.read", dossier=self.export.dossier_id, subject=self.export.pk, ids=read)
            self.n += len(rows)
            self.n_withheld += sum(row.n_withheld for row in rows)
            yield from rows
        if not self.n:
            raise Refused("export.empty", _("Nothing of this list is open to you any more."))


def _store(row: Export, content: bytes) -> None:
    try:
        with transaction.atomic():
            ExportFile(dossier=row.dossier, export=row, content=content).save(force_insert=True)
    except OperationalError as problem:
        if getattr(problem.__cause__, "sqlstate", "") != FULL:
            raise
        words = _("There is no room for the file now. Nothing was made; tell your administrator.")
        raise Refused("export.no_room", words) from problem


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@transaction.atomic
def download(export: Export, token: str, *, by: User, session: str) -> bytes:
    """The locked file, once: with this commit it exists here no more. ``Gone`` for any other link or session."""
    row = _locked(export, "download", by)
    is_same = hmac.compare_digest(_digest(token), bytes(row.token or b""))
    if not is_same or not hmac.compare_digest(_digest(session), bytes(row.session or b"")):
        raise Gone("export.link", _("This link is not valid here. It works once, in the session that made the file."))
    content: bytes = ExportFile.objects.get(export=row).content
    _end(row, ExportState.TAKEN)
    trail.record("export.downloaded", dossier=row.dossier_id, subject=row.pk, n=row.n_made, size=len(content))
    return content


@transaction.atomic
def drop(export: Export, *, by: User) -> None:
    """Throw the list away before it leaves."""
    row = _locked(export, "drop", by)
    _end(row, ExportState.DROPPED)
    trail.record("export.dropped", dossier=row.dossier_id, subject=row.pk)


def _end(row: Export, state: ExportState) -> None:
    """The file and the folder's key are destroyed; what remains says that there was a list, and whose."""
    ExportFile.objects.filter(export=row).delete()
    row.state, row.token, row.session = state, None, None
    row.save(update_fields=["state", "token", "session"])
    clocks.stop(row.pk)
    dossiers.erase(row.dossier, "export")


def sweep() -> int:
    """End what ran out of time; returns how many."""
    with clerk.as_clerk():
        late = Export.objects.filter(state__in=OPEN, ends_at__lte=timezone.now()).select_related("dossier")
        taken = list(late.select_for_update(skip_locked=True, of=("self",))[:CHUNK])
        for row in taken:
            _end(row, ExportState.EXPIRED)
            trail.record("export.expired", dossier=row.dossier_id, subject=row.pk, made=row.made_at is not None)
    return len(taken)
