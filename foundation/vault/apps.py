"""The vault: encryption of fields under the key of their dossier."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Key hierarchy, tokens, encrypted fields, name matching."""

    name = "foundation.vault"
    label = "vault"
