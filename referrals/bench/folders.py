"""Folders as the product makes them, and the rows that hang on them, gathered for COPY."""

import os
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Model
from django.utils import timezone

from foundation.accounts.models import User
from foundation.core.codes import ALPHABET
from foundation.dossiers import clerk
from foundation.dossiers.actions import permission_id
from foundation.dossiers.models import (
    FOLLOW,
    VIEW,
    Dossier,
    DossierGroupPermission,
    DossierKey,
    DossierUserPermission,
    key_place,
)
from foundation.vault.crypto import Cipher, commitment, extract, wrap
from foundation.vault.models import current_key, organisation_kek
from referrals.bench.copying import Table, Trail
from referrals.bench.twins import ORIGINALS
from referrals.bench.world import Place, World
from referrals.models import Partner

STEP = timedelta(minutes=10)


def code(number: int) -> str:
    """A code in the product's alphabet, another one for each number."""
    signs, number = "", (number + 1) * 104_395_301 % 29**6
    for _ in range(6):
        number, sign = divmod(number, 29)
        signs += ALPHABET[sign]
    return f"{signs[:3]}-{signs[3:]}"


@dataclass
class Folder:
    """A dossier that is being written: its id, its cipher, when it was opened."""

    pk: UUID
    cipher: Cipher
    kind: str
    at: datetime


class Writer:
    """Writes rows and folders. Reproducible but for the keys: the same seed gives the same cases."""

    def __init__(self, world: World, largest: int) -> None:
        self.world, self.largest, self.n_cases, self.n_codes = world, largest, 0, 0
        self.random = random.Random(1)  # noqa: S311
        self.start = timezone.now() - STEP * (largest + 10)
        bare = (Dossier, DossierKey, DossierGroupPermission, DossierUserPermission)
        self.tables: dict[type[Model], Table] = {model: Table(model) for model in bare}
        self.tables |= {model: Table(model, has_twin=True) for model in ORIGINALS}
        self.trail = Trail()
        self.permissions = {name: permission_id(name) for name in (VIEW, FOLLOW)}
        self.keys = {org: current_key(org) for org in (world.society.pk, *world.partner_groups)}
        self.keks = {org: organisation_kek(key.pk) for org, key in self.keys.items()}
        self.feeds = dict.fromkeys(world.partner_groups, 0)

    def flush(self, raw: Any) -> None:
        """Copy what waits, in one transaction."""
        with raw.transaction(), raw.cursor() as cursor:
            for table in self.tables.values():
                table.flush(cursor)
            self.trail.flush(cursor)

    def finish(self) -> None:
        """Set the partners' feeds to where the referrals left them, and let the database learn its sizes."""
        for organisation, change in self.feeds.items():
            Partner.objects.filter(pk=organisation).update(last_change=change)
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def add(self, model: type[Any], folder: Folder, **values: Any) -> UUID:
        """One row that hangs on a folder; returns its id."""
        pk = self.uuid()
        self.tables[model].add(folder.cipher, id=pk, dossier_id=folder.pk, **values)
        return pk

    def uuid(self) -> UUID:
        """The next id."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def code(self) -> str:
        """The next code."""
        self.n_codes += 1
        return code(self.n_codes)

    def folder(self, kind: str, place: Place, at: datetime, owner: UUID) -> Folder:
        """A dossier with a key of its own, wrapped for ``owner``, that the clerk follows."""
        pk, key = self.uuid(), os.urandom(32)
        prk = extract(key)
        folder = Folder(pk, Cipher(pk, 1, prk), kind, at)
        self.tables[Dossier].add(id=pk, kind=kind, organisation_id=owner, unit_id=place.unit.pk, created_at=at)
        self.tables[DossierKey].add(
            id=self.uuid(), dossier_id=pk, organisation_key_id=self.keys[owner].pk, commit=commitment(prk),
            wrapped=wrap(self.keks[owner], key, key_place(pk, 1)), made_at=at,
        )  # fmt: skip
        self.open_to(folder, clerk.group_id(), FOLLOW)
        return folder

    def open_to(self, folder: Folder, group: int, permission: str = VIEW) -> None:
        """A seat on the access list."""
        self.tables[DossierGroupPermission].add(**self._access(folder, permission), group_id=group)

    def open_to_person(self, folder: Folder, user: User, reason: str, permission: str = VIEW) -> None:
        """A person on the access list."""
        self.tables[DossierUserPermission].add(
            **self._access(folder, permission), user_id=user.pk, reason=reason, granted_by_id=user.pk
        )

    def _access(self, folder: Folder, permission: str) -> dict[str, Any]:
        return {
            "permission_id": self.permissions[permission], "content_object_id": folder.pk,
            "dossier_kind": folder.kind, "dossier_created_at": folder.at,
        }  # fmt: skip
