"""Exchanging the root key and the organisations' keys: what they wrap is wrapped anew, while people work.

Only wrapped keys are touched, in batches that pass over rows somebody holds; every step can be repeated. A key that was
replaced is let go only when nothing needs it and every transaction that might still know it has ended.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.audit import trail
from foundation.core import keyring as rings
from foundation.core.keyring import Ring, change_root
from foundation.custody import holders
from foundation.custody.keeper import as_keeper, wait_for_others
from foundation.dossiers.models import key_place
from foundation.vault import canary
from foundation.vault.crypto import VaultError, bare, wrap
from foundation.vault.models import HOUSE, OrganisationKey, make_organisation_key, organisation_kek
from foundation.vault.providers import provider

Say = Callable[[str], None]


@dataclass
class Rewrapped:
    """What was done: organisation keys under another root key, folder keys, secrets, organisation keys let go.

    ``n_damaged`` could not be opened by what wraps them and were left as they are.
    """

    n_roots: int = 0
    n_folders: int = 0
    n_secrets: int = 0
    n_dropped: int = 0
    n_damaged: int = 0


def new_root() -> str:
    """A new version of the root key, in use from now on; what it shall wrap is for ``rewrap`` to do."""
    canary.require()
    kek = provider().rotate()
    with transaction.atomic():
        trail.record("key.root_made", kek=kek)
    return kek


def new_organisation_key(organisation: UUID) -> OrganisationKey:
    """A new version of each of an organisation's keys, in use from now on; the one of its cases is returned."""
    rows = OrganisationKey.objects.filter(organisation_id=organisation, destroyed_at=None)
    newest = {row.lineage: row.version for row in rows.order_by("version")}
    with transaction.atomic():
        made = [
            make_organisation_key(organisation, version + 1, lineage) for lineage, version in sorted(newest.items())
        ]
        for key in made:
            trail.record("key.organisation_made", subject=key.pk, version=key.version)
    return made[0]


def with_keys() -> list[UUID]:
    """The organisations that have a key, the installation's own among them; without those that were cut off."""
    rows = OrganisationKey.objects.filter(destroyed_at=None).exclude(organisation_id=HOUSE)
    return sorted(set(rows.values_list("organisation_id", flat=True)))


def plan(organisations: list[UUID], *, is_new_root: bool) -> Rewrapped:
    """What ``rewrap`` would do after new keys for these organisations and, if so, a new root key."""
    living = OrganisationKey.objects.filter(destroyed_at=None)
    roots = living.count() if is_new_root else outdated(provider().current()).count()
    old = {row.pk for row in replaced()} | {row.pk for row in living.filter(organisation_id__in=organisations)}
    with as_keeper() as cursor:
        cursor.execute("SELECT count(*) FROM dossiers_dossierkey WHERE organisation_key_id = ANY(%s)", [list(old)])
        n_folders = cursor.fetchone()[0]
    return Rewrapped(roots, n_folders, sum(map(holders.n_under, old)))


def rewrap(batch: int = 500, say: Say = print) -> Rewrapped:
    """Bring everything under the newest keys, then let go of what nothing needs any more."""
    canary.require()
    done = Rewrapped()
    _roots(done, say)
    wait_for_others(settings.KEY_PATIENCE)
    for old in replaced():
        done.n_secrets += _secrets(old, batch)
        _folders(old, batch, done)
    done.n_dropped = _let_go()
    with transaction.atomic():
        trail.record("key.rewrapped", **asdict(done))
    return done


def outdated(current: str) -> Any:
    """Organisation keys that another root key than ``current`` wraps."""
    return OrganisationKey.objects.filter(destroyed_at=None).exclude(kek=current)


def _roots(done: Rewrapped, say: Say) -> None:
    """Wrap each organisation's key with the root key in use; the canary's first, so that others notice a wrong one."""
    current = provider().current()
    rows = outdated(current).values_list("pk", "organisation_id")
    for pk, _organisation in sorted(rows, key=lambda row: row[1] != HOUSE):
        try:
            done.n_roots += _root(pk, current)
        except VaultError:
            done.n_damaged += 1
            say(f"the organisation key {pk} is damaged: the root key does not open it")


def _root(pk: UUID, current: str) -> bool:
    with transaction.atomic():
        row = outdated(current).select_for_update(skip_locked=True).filter(pk=pk).first()
        if row is None:
            return False
        row.rewrap()
        row.save(update_fields=["kek", "wrapped"])
        return True


def replaced() -> list[OrganisationKey]:
    """The organisation keys that are there and for which there is a newer one."""
    rows = list(OrganisationKey.objects.filter(destroyed_at=None).order_by("organisation_id", "version"))
    newest = {(row.organisation_id, row.lineage): row.version for row in rows}
    return [row for row in rows if row.version < newest[row.organisation_id, row.lineage]]


def _newest(old: OrganisationKey) -> OrganisationKey:
    """The key that comes in its place: of the same organisation and lineage."""
    rows = OrganisationKey.objects.filter(organisation_id=old.organisation_id, lineage=old.lineage, destroyed_at=None)
    return rows.latest("version")


def _secrets(old: OrganisationKey, batch: int) -> int:
    """Seal the small secrets under this key anew."""
    total = 0
    for holder in holders.HOLDERS.values():
        n = batch
        while n:
            with transaction.atomic():
                n = holder.renew(old.pk, batch)
            total += n
    return total


_TAKE = """SELECT id, dossier_id, version, wrapped FROM dossiers_dossierkey
 WHERE organisation_key_id = %s AND id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"""
_PUT = """UPDATE dossiers_dossierkey k SET wrapped = v.wrapped, organisation_key_id = %s
  FROM unnest(%s::uuid[], %s::bytea[]) v(id, wrapped) WHERE k.id = v.id"""


def _folders(old: OrganisationKey, batch: int, done: Rewrapped) -> None:
    """Wrap the keys of folders anew, in one pass by id; one that somebody holds is for the next run."""
    n_left, last = 0, UUID(int=0)
    while True:
        rows, fresh = _batch(old, last, batch)
        done.n_folders += len(fresh)
        n_left += len(rows) - len(fresh)
        if not rows:
            break
        last = rows[-1]
    done.n_damaged += n_left


def _batch(old: OrganisationKey, after: UUID, size: int) -> tuple[list[UUID], dict[UUID, bytes]]:
    """Some of them in one transaction: which were taken, and what could be wrapped anew."""
    new = _newest(old)
    before, now = organisation_kek(old.pk), organisation_kek(new.pk)
    with as_keeper() as cursor:
        cursor.execute(_TAKE, [old.pk, after, size])
        rows = cursor.fetchall()
        fresh: dict[UUID, bytes] = {}
        for pk, dossier, version, wrapped in rows:
            place = key_place(dossier, version)
            with suppress(VaultError):
                fresh[pk] = wrap(now, bare(before, bytes(wrapped), place), place)
        cursor.execute(_PUT, [new.pk, list(fresh), list(fresh.values())])
    return [row[0] for row in rows], fresh


_IS_NEEDED = "SELECT EXISTS (SELECT 1 FROM dossiers_dossierkey WHERE organisation_key_id = %s)"


def _let_go() -> int:
    """Delete replaced organisation keys that nothing needs, once nobody can still be about to use one."""
    wait_for_others(settings.KEY_PATIENCE)
    ripe = timezone.now() - timedelta(seconds=settings.KEY_GRACE)
    return sum(_drop(row) for row in replaced() if _newest(row).created_at <= ripe)


def _drop(row: OrganisationKey) -> bool:
    """A foreign key of the database refuses it too while a folder's key needs it."""
    with as_keeper() as cursor:
        cursor.execute(_IS_NEEDED, [row.pk])
        if cursor.fetchone()[0] or holders.n_under(row.pk):
            return False
    OrganisationKey.objects.filter(pk=row.pk).delete()
    return True


def drop_old_roots() -> list[int]:
    """Remove root keys that nothing needs from the keyring file; which ones. Copies and shares of it stay as they are."""
    wait_for_others(settings.KEY_PATIENCE)
    needed = {kek for kek, _n in canary.roots_in_use()}
    ring = keyring_of_file()
    old = [number for number in ring.keys if number != ring.current and f"file:{number}" not in needed]
    if old:
        change_root(Ring(ring.current, {number: key for number, key in ring.keys.items() if number not in old}))
        with transaction.atomic():
            trail.record("key.root_dropped", versions=old)
    return old


def keyring_of_file() -> Ring:
    """The root keys as the file has them at this moment."""
    rings.keyring.cache_clear()
    return rings.keyring().root
