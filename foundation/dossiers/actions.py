"""Opening, sharing, unsharing and erasing a folder. Access rows come first, so that the walls need no loophole."""

import logging
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils import timezone

from foundation.accounts.models import Organisation, Unit, User
from foundation.audit import trail
from foundation.core.hooks import before_commit
from foundation.dossiers import clerk
from foundation.dossiers.ledger import Ledger, LedgerError
from foundation.dossiers.models import (
    FOLLOW,
    VIEW,
    Dossier,
    DossierGroupPermission,
    DossierKey,
    DossierUserPermission,
    Kind,
    key_place,
)
from foundation.vault.crypto import Cipher, commitment, extract, wrap
from foundation.vault.models import Lineage, current_key, organisation_kek

logger = logging.getLogger("amparo.erasures")
CODE_TRIES = 4


@lru_cache(maxsize=4)
def permission_id(codename: str) -> int:
    """The id of one of the two permissions."""
    found = Permission.objects.get(content_type__app_label="dossiers", codename=codename)
    return found.pk


def forget() -> None:
    """Read the ids anew (tests flush the tables)."""
    permission_id.cache_clear()


@transaction.atomic
def open_dossier(
    kind: Kind, unit: Unit, *, by: User, groups: dict[int, str], reason: str = "", owner: Organisation | None = None
) -> Dossier:
    """A new folder with a new key. ``groups`` maps auth groups to a permission; the opener's own row needs a reason.

    ``owner`` is the organisation whose key wraps the folder's key (a package is wrapped for its recipient).
    """
    dossier = Dossier(kind=kind, unit=unit, organisation=owner or unit.organisation)
    if reason:
        _user_row(dossier, by, VIEW, reason, by)
    _group_rows(dossier, {**groups, clerk.group_id(): FOLLOW})
    dossier.save(force_insert=True)
    dossier.__dict__["_cipher"] = _new_key(dossier)
    trail.record("dossier.opened", dossier=dossier.pk, kind=kind)
    return dossier


def _new_key(dossier: Dossier) -> Cipher:
    lineage = Lineage.SAFEGUARDING if dossier.kind == Kind.GUARDED else Lineage.CASES
    key, organisation_key = os.urandom(32), current_key(dossier.organisation_id, lineage)
    prk = extract(key)
    DossierKey(
        dossier=dossier,
        organisation_key=organisation_key,
        wrapped=wrap(organisation_kek(organisation_key.pk), key, key_place(dossier.pk, 1)),
        commit=commitment(prk),
    ).save(force_insert=True)
    return Cipher(dossier.pk, 1, prk)


def _columns(dossier: Dossier, codename: str) -> dict[str, Any]:
    return {
        "permission_id": permission_id(codename),
        "content_object_id": dossier.pk,
        "dossier_kind": dossier.kind,
        "dossier_created_at": dossier.created_at,
    }


def _group_rows(dossier: Dossier, groups: dict[int, str]) -> None:
    rows = [DossierGroupPermission(group_id=group, **_columns(dossier, p)) for group, p in groups.items()]
    DossierGroupPermission.objects.bulk_create(rows, ignore_conflicts=True)


def _user_row(
    dossier: Dossier, user: User, codename: str, reason: str, by: User, until: datetime | None = None
) -> None:
    row = DossierUserPermission(
        user=user, reason=reason, granted_by=by, expires_at=until, **_columns(dossier, codename)
    )
    DossierUserPermission.objects.bulk_create([row], ignore_conflicts=True)


def insert_with_code(row: Model, column: str, make: Callable[[], str]) -> None:
    """Insert a row whose random code must be unique, with another code if it is taken (even by a hidden row)."""
    for attempt in range(CODE_TRIES):
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return
        except IntegrityError:
            if attempt == CODE_TRIES - 1:
                raise
            setattr(row, column, make())


@transaction.atomic
def share_with_group(dossier: Dossier, group: int, codename: str = VIEW) -> None:
    """Add a seat to the list."""
    _group_rows(dossier, {group: codename})
    trail.record("dossier.shared", dossier=dossier.pk, group=group, permission=codename)


@transaction.atomic
def share_with_user(
    dossier: Dossier, user: User, reason: str, *, by: User, codename: str = VIEW, until: datetime | None = None
) -> None:
    """Add a named person to the list, with the reason, and for a time where it ends by itself."""
    _user_row(dossier, user, codename, reason, by, until)
    trail.record("dossier.shared", dossier=dossier.pk, user=user.pk, permission=codename, reason=reason)


@transaction.atomic
def regard(dossier: Dossier, user: User, reason: str) -> None:
    """Say for which reason a person stands on the list from now on; what the person may open stays the same."""
    DossierUserPermission.objects.filter(content_object=dossier, user=user, permission_id=permission_id(VIEW)).update(
        reason=reason
    )


@transaction.atomic
def unshare(dossier: Dossier, *, group: int | None = None, user: User | None = None, codename: str = VIEW) -> None:
    """Take a seat or a person off the list; what they could open is shut with the commit."""
    rows: Any = DossierGroupPermission.objects.filter(group_id=group)
    if user is not None:
        rows = DossierUserPermission.objects.filter(user=user)
    rows.filter(content_object=dossier, permission_id=permission_id(codename)).delete()
    trail.record("dossier.unshared", dossier=dossier.pk, group=group, user=user and user.pk, permission=codename)


@transaction.atomic
def turn_into(dossier: Dossier, kind: Kind) -> None:
    """A draft becomes a concern, a concern a case: the same folder, key and trail under another heading."""
    dossier.kind = kind
    dossier.save(update_fields=["kind"])
    for model in (DossierGroupPermission, DossierUserPermission):
        model.objects.filter(content_object=dossier).update(dossier_kind=kind)


@dataclass(frozen=True)
class Entry:
    """A folder whose key is about to go."""

    why: str
    dossier: uuid.UUID
    is_strict: bool


@transaction.atomic
def erase(dossier: Dossier, why: str = "erased", *, is_strict: bool = False) -> None:
    """Destroy the folder's key. What is encrypted under it can be read by nobody again, wherever a copy may be.

    The id is in the erasure ledger before the commit. A ledger that fails stops the commit only if ``is_strict``: a
    withdrawal or a refusal takes effect at once whatever happens (HS-05), and the sweep writes the line when it can.
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


class Reader(NamedTuple):
    """A seat's group or a person on the list of a folder: ``kind`` is "group" or "user"."""

    kind: str
    key: int
    reason: str = ""
    until: datetime | None = None


def readers(dossier: Dossier) -> list[Reader]:
    """Who may open the folder now, for the page that says so; what has run out is not listed."""
    live = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    on_list = {"content_object": dossier, "permission_id": permission_id(VIEW)}
    groups = DossierGroupPermission.objects.filter(live, **on_list)
    users = DossierUserPermission.objects.filter(live, **on_list)
    found = [Reader("group", g, "", until) for g, until in groups.values_list("group_id", "expires_at")]
    return found + [Reader("user", *row) for row in users.values_list("user_id", "reason", "expires_at")]
