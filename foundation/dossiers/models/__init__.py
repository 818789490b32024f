"""Folders, and the clocks that run on them."""

from foundation.dossiers.models.clock import Clock
from foundation.dossiers.models.folder import (
    FOLLOW,
    VIEW,
    BoundQuerySet,
    Dossier,
    DossierBound,
    DossierGroupPermission,
    DossierUserPermission,
    Kind,
)
from foundation.dossiers.models.key import (
    KEY_COLUMNS,
    Ciphers,
    DossierKey,
    Wrapped,
    key_place,
    open_key,
    open_keys,
    open_version,
)
from foundation.dossiers.models.mark import LedgerMark

__all__ = [
    "FOLLOW",
    "KEY_COLUMNS",
    "VIEW",
    "BoundQuerySet",
    "Ciphers",
    "Clock",
    "Dossier",
    "DossierBound",
    "DossierGroupPermission",
    "DossierKey",
    "DossierUserPermission",
    "Kind",
    "LedgerMark",
    "Wrapped",
    "key_place",
    "open_key",
    "open_keys",
    "open_version",
]
