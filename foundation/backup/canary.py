"""Does what came back open? Every organisation's key is unwrapped, and of each encrypted column some values are decrypted."""

from typing import Any

from psycopg import sql

from foundation.backup.database import Snapshot, snapshot
from foundation.backup.errors import BackupError
from foundation.core.errors import Unreadable
from foundation.core.keyring import keyring
from foundation.dossiers.models.key import open_key
from foundation.vault import canary
from foundation.vault import models as vault
from foundation.vault.crypto import version_of
from foundation.vault.fields import REGISTER
from foundation.vault.models import OrganisationKey, organisation_kek

SAMPLES = 20


def sing() -> int:
    """How many values were decrypted; none is shown or kept. ``BackupError`` for the first that does not open."""
    keyring.cache_clear()
    vault._opened.cache_clear()
    try:
        canary.require()
        for pk in OrganisationKey.objects.filter(destroyed_at=None).values_list("pk", flat=True):
            organisation_kek(pk)
        with snapshot() as moment:
            n = sum(_column(moment, table, column) for table, column in sorted(REGISTER))
    except Unreadable as problem:
        raise BackupError(
            "the keys do not open what came back: the keyring or the archive of keys is a wrong one"
        ) from problem
    return n


def _column(moment: Snapshot, table: str, column: str) -> int:
    rows = moment.connection.execute(
        sql.SQL(
            "SELECT t.id, t.{column}, k.dossier_id, k.version, k.organisation_key_id, k.wrapped, k.commit"
            " FROM {table} t JOIN dossiers_dossierkey k USING (dossier_id)"
            " JOIN vault_organisationkey o ON o.id = k.organisation_key_id AND o.destroyed_at IS NULL"
            " WHERE t.{column} IS NOT NULL LIMIT {n}"
        ).format(column=sql.Identifier(column), table=sql.Identifier(table), n=sql.Literal(SAMPLES))
    )
    return sum(_opens(table, column, pk, bytes(token), key) for pk, token, *key in rows)


def _opens(table: str, column: str, pk: Any, token: bytes, key: list[Any]) -> int:
    """1 if the token was opened, 0 if it is of the folder's other version; ``VaultError`` if it should have opened."""
    dossier, version, *columns = key
    if version_of(token) != version:
        return 0
    open_key(dossier, version, *columns).open(table, column, pk, token)
    return 1
