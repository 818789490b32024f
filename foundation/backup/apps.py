"""Backups, and bringing them back."""

from django.apps import AppConfig


class BackupConfig(AppConfig):
    """Sealed archives of data and keys, apart from each other; restore, with the erasure ledger applied first."""

    name = "foundation.backup"
    label = "backup"
