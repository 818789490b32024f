"""Who a session belongs to, read in one query together with what the gate asks on every page."""

from dataclasses import dataclass
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from foundation.accounts.models import User

_FACTS = """
    EXISTS (SELECT 1 FROM mfa_authenticator a WHERE a.user_id = u.id AND a.type IN ('totp', 'webauthn')) AS has_factor,
    coalesce((SELECT max(version) FROM accounts_conductversion), 0) AS conduct_newest,
    coalesce((SELECT max(version) FROM accounts_conductacceptance c WHERE c.user_id = u.id), 0) AS conduct_accepted
"""


@dataclass(frozen=True)
class Facts:
    """Whether a person has an app or a key, the newest code of conduct, and the newest that they accepted (0: none)."""

    has_factor: bool
    newest: int
    accepted: int

    @property
    def is_conduct_due(self) -> bool:
        """Whether there is a text to accept before anything else."""
        return self.accepted < self.newest


def _load(pk: Any) -> User | None:
    # No part of the statement was typed by anybody; the person is a parameter.
    columns = ", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)
    text = f"SELECT {columns}, {_FACTS} FROM accounts_user u WHERE u.id = %s"  # noqa: S608
    return next(iter(User.objects.raw(text, [pk])), None)


def facts(user: User) -> Facts:
    """What the gate asks, as it was read with the person, or read now."""
    row: Any = user if hasattr(user, "has_factor") else _load(user.pk)
    return Facts(row.has_factor, row.conduct_newest, row.conduct_accepted)


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's way of checking a password, and our way of loading who is signed in."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session; nobody once deactivated."""
        user = _load(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
