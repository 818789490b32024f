"""Destroying an organisation's keys, for a while or for good, and putting them back."""

from uuid import UUID

from django.utils import timezone

from foundation.core.errors import Refused
from foundation.vault import models
from foundation.vault.crypto import VaultError, checked
from foundation.vault.models import OrganisationKey


def destroyed(organisation: UUID) -> dict[UUID, tuple[int, bytes]]:
    """Destroy all living keys of an organisation, in the caller's transaction; returns (row → version, key), this once.

    ``VaultError`` when one of them does not open: then nothing is destroyed. ``Refused`` when there is none.
    """
    rows = list(OrganisationKey.objects.select_for_update().filter(organisation_id=organisation, destroyed_at=None))
    if not rows:
        raise Refused("keys.none", "There is no key of this organisation here.")
    keys = {row.pk: (row.version, row.key()) for row in rows}
    OrganisationKey.objects.filter(pk__in=keys).update(wrapped=b"", destroyed_at=timezone.now())
    models._opened.cache_clear()
    return keys


def given_back(organisation: UUID, keys: dict[UUID, bytes]) -> None:
    """Put keys back in their places, in the caller's transaction, wrapped by the root key that is in use now.

    ``Refused`` unless these are exactly the keys that were destroyed.
    """
    known = OrganisationKey.objects.select_for_update().filter(organisation_id=organisation)
    rows = list(known.exclude(destroyed_at=None))
    if {row.pk for row in rows} != set(keys) or not all(_is(row, keys[row.pk]) for row in rows):
        raise Refused("keys.other", "These are not the keys that were destroyed.")
    for row in rows:
        row.put(keys[row.pk])
        row.save(update_fields=["kek", "wrapped", "destroyed_at"])


def _is(row: OrganisationKey, key: bytes) -> bool:
    try:
        checked(key, bytes(row.commit))
    except VaultError:
        return False
    return True
