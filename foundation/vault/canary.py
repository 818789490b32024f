"""The canary: a known value sealed under the root key and a key of its own. Nothing starts with keys that do not open it.

Every other root key that is still in use must open one of the keys that it wrapped: half a rotation may stand, half a
keyring may not.
"""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, transaction
from django.db.models import Count

from foundation.core.errors import Unreadable
from foundation.core.keyring import KeyringError, Ring
from foundation.vault.crypto import VaultError
from foundation.vault.models import HOUSE, Canary, OrganisationKey, current_key, organisation_kek
from foundation.vault.providers import provider
from foundation.vault.providers.file import number_of


def require() -> None:
    """Raise ``KeyringError``, in words for the operator, unless the keys of this process are those of this database.

    Plants the canary in a database that has none: after having opened a key of every root key in use.
    """
    provider().current()
    canary = Canary.known()
    if canary is not None:
        canary.require()
    for kek, n in roots_in_use():
        _require_root(kek, n)
    if canary is None:
        plant()


def sings() -> bool:
    """Whether this process can open the canary's key, or has it in memory; for the health page."""
    pk = Canary.objects.values_list("organisation_key_id", flat=True).first()
    try:
        return pk is not None and organisation_kek(pk) is not None
    except Unreadable:
        return False


def fits(ring: Ring) -> bool:
    """Whether these root keys of a keyring are those that this database needs: each that is named opens what it wrapped.

    True for a database that has no keys yet.
    """
    living = OrganisationKey.objects.filter(destroyed_at=None, kek__startswith="file:")
    rows = living.order_by("kek", "-created_at").distinct("kek")
    return all(_opens(row, ring) for row in rows)


def _opens(row: OrganisationKey, ring: Ring) -> bool:
    key = ring.keys.get(number_of(row.kek))
    try:
        return key is not None and row.is_wrapped_by(AESGCM(key))
    except VaultError:
        return False


def roots_in_use() -> list[tuple[str, int]]:
    """Every root key that a living organisation key needs, and by how many."""
    living = OrganisationKey.objects.filter(destroyed_at=None)
    return list(living.values_list("kek").annotate(Count("pk")).order_by("kek"))


def _require_root(kek: str, n: int) -> None:
    row = OrganisationKey.objects.filter(destroyed_at=None, kek=kek).latest("created_at")
    try:
        row.key()
    except VaultError:
        raise KeyringError(f"the root key {kek} does not open what it wrapped ({n} organisation keys)") from None
    except KeyringError as problem:
        raise KeyringError(f"{problem}; {n} organisation keys need {kek}") from None


def plant() -> None:
    """Seal the known value, once per database."""
    try:
        with transaction.atomic():
            Canary.of(current_key(HOUSE)).save(force_insert=True)
    except IntegrityError:
        return  # another process was faster
