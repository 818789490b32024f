"""How the secrets of second factors are kept: under the installation's own key, bound to the person.

A thief with the database has no codes, and a row that is copied to another person opens nothing.
"""

import base64
import binascii
from uuid import UUID

from foundation.accounts.models import Organisation, OrganisationKind
from foundation.vault.crypto import VaultError
from foundation.vault.models import current_key
from foundation.vault.secrets import open_secret, seal_secret

KIND, MARK = b"factor", "1."


def seal(user: int, secret: str) -> str:
    """A token of ASCII letters for this person alone."""
    house, _made = Organisation.objects.get_or_create(kind=OrganisationKind.HOUSE, defaults={"name": "Amparo"})
    key = current_key(house.pk).pk
    sealed = seal_secret(key, KIND, UUID(int=user), secret.encode())
    return MARK + base64.urlsafe_b64encode(key.bytes + UUID(int=user).bytes + sealed).decode()


def key_of(token: str) -> UUID:
    """The organisation key that a token names."""
    return UUID(bytes=_raw(token)[:16])


def opened(token: str) -> tuple[int, str]:
    """The person and the secret of a token; ``VaultError`` for anything else. The caller checks whose it is."""
    raw = _raw(token)
    user = UUID(bytes=raw[16:32])
    return user.int, open_secret(UUID(bytes=raw[:16]), KIND, user, raw[32:]).decode()


def _raw(token: str) -> bytes:
    try:
        raw = (
            base64.b64decode(token.removeprefix(MARK), altchars=b"-_", validate=True) if token.startswith(MARK) else b""
        )
    except binascii.Error as problem:
        raise VaultError("factor") from problem
    if len(raw) <= 32:
        raise VaultError("factor")
    return raw
