"""Folders, and the clocks that run on them."""

from foundation.dossiers.models.clock import Clock
from foundation.dossiers.models.folder import (
    FOLLOW,
    VIEW,
    BoundQuerySet,
    Dossier,
    DossierBound,
    DossierGroupPermission,
    DossierKey,
    DossierUserPermission,
    Kind,
    key_place,
    open_key,
)
from foundation.dossiers.models.mark import LedgerMark

__all__ = [
    "FOLLOW",
    "VIEW",
    "BoundQuerySet",
    "Clock",
    "Dossier",
    "DossierBound",
    "DossierGroupPermission",
    "DossierKey",
    "DossierUserPermission",
    "Kind",
    "LedgerMark",
    "key_place",
    "open_key",
]
