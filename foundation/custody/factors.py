"""The secrets of second factors stand under the installation's own key: how they follow when it is exchanged."""

from uuid import UUID

from allauth.mfa.models import Authenticator

from foundation.accounts import sealing
from foundation.custody.holders import Holder
from foundation.vault.crypto import VaultError

_NAMES = ("secret", "seed")


def _tokens(factor: Authenticator) -> dict[str, str]:
    return {name: factor.data[name] for name in _NAMES if str(factor.data.get(name, "")).startswith(sealing.MARK)}


def _is_under(factor: Authenticator, key: UUID) -> bool:
    return any(sealing.key_of(token) == key for token in _tokens(factor).values())


def n_under(key: UUID) -> int:
    """How many factors need this key: those of people who work here, so that all are looked at."""
    return sum(_is_under(factor, key) for factor in Authenticator.objects.all())


def renew(key: UUID, most: int) -> int:
    """Seal up to ``most`` of them anew. One that does not open stays as it is: its owner sets up another one."""
    rows = Authenticator.objects.select_for_update(skip_locked=True).order_by("pk")
    return sum(_renew(factor) for factor in [row for row in rows if _is_under(row, key)][:most])


def _renew(factor: Authenticator) -> bool:
    try:
        opened = {name: sealing.opened(token) for name, token in _tokens(factor).items()}
    except VaultError:
        return False
    factor.data |= {name: sealing.seal(owner, secret) for name, (owner, secret) in opened.items()}
    factor.save(update_fields=["data"])
    return True


HOLDER = Holder(n_under, renew)
