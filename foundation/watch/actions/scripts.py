"""The words of decoys that still grow stand under the key of their unit's organisation; here that key is exchanged."""

from uuid import UUID

from foundation.dossiers import clerk
from foundation.vault.crypto import VaultError
from foundation.vault.models import current_key
from foundation.vault.secrets import open_secret, seal_secret
from foundation.watch.models import Decoy

KIND = b"decoy"


def n_under(key: UUID) -> int:
    """How many scripts need this key of an organisation."""
    with clerk.as_clerk():
        return int(Decoy.objects.filter(script_key_id=key).exclude(script=None).count())


def renew(key: UUID, most: int) -> int:
    """Seal up to ``most`` of them anew under the newest key. One that does not open stays as it is."""
    with clerk.as_clerk():
        rows = Decoy.objects.select_for_update(skip_locked=True, of=("self",)).select_related("unit")
        return sum(_renew(decoy) for decoy in rows.filter(script_key_id=key).exclude(script=None)[:most])


def _renew(decoy: Decoy) -> bool:
    try:
        script = open_secret(decoy.script_key_id, KIND, decoy.pk, bytes(decoy.script or b""))
    except VaultError:
        return False
    decoy.script_key_id = current_key(decoy.unit.organisation_id).pk
    decoy.script = seal_secret(decoy.script_key_id, KIND, decoy.pk, script)
    decoy.save(update_fields=["script", "script_key_id"])
    return True
