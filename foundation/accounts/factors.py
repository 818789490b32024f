"""Second factors at the door: codes of an app, recovery codes, passkeys (safety.md §1)."""

import time
import unicodedata
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts import actions, gate, sealing
from foundation.accounts.models import User
from foundation.vault.crypto import VaultError

PERIOD, SKEW = 30, 1
"""A code's length of life in seconds, and how many of them a phone's clock may be ahead or behind."""

SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor. Recovery codes stand in for one and come with it."""


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """How allauth keeps and names second factors here."""

    def encrypt(self, text: str) -> str:
        """Sealed for the person who is setting up a factor at this moment."""
        return sealing.seal(context.request.user.pk, text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. ``owned`` has checked before whose it is."""
        return sealing.opened(encrypted_text)[1]

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy("Your seat needs a second step. Set up another one first."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of a seat that needs one; the rule itself stands in ``signs``, before every deletion."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=SECOND).exclude(pk=authenticator.pk)
        return others.exists() or not gate.needs_factor(authenticator.user)

    def _get_site_name(self) -> str:
        return "Amparo"


def code_at(secret: str, step: int) -> str:
    """The six figures that an app shows in a half minute (RFC 6238)."""
    return str(format_hotp_value(hotp_value(secret, step)))


def step_now() -> int:
    """The number of the present half minute."""
    return int(time.time()) // PERIOD


def step_of(secret: str, code: str) -> int | None:
    """The half minute whose code this is: the present one, the one before or the one after."""
    near = range(step_now() - SKEW, step_now() + SKEW + 1)
    return next((step for step in near if compare_user_code(actual=code, expected=code_at(secret, step))), None)


def figures(typed: str) -> str:
    """What was typed with Western figures: an Arabic or Persian keyboard gives its own."""
    return "".join(str(unicodedata.digit(sign, sign)) for sign in typed)


def check(user: User, typed: str) -> Authenticator:
    """The factor whose code was typed; it is used up by this. ``ValidationError`` for a wrong or used code, or too many.

    Five wrong ones in five minutes and thirty in a day are the limit; a new password begins the count anew, because
    whoever gets this far knew the old one.
    """
    request = context.request
    usage = ratelimit.consume(request, app="allauth.account", action="factor", key=f"{user.pk}:{user.password[-12:]}")
    if usage is None:
        raise get_adapter().validation_error("too_many_login_attempts")
    found = next((one for one in _typed(user) if _fits(one, user, figures(typed))), None)
    if found is None:
        signals.authentication_failed.send(sender=Authenticator, request=request, user=user, authenticator=None)
        raise ValidationError(_("This code is not right, or it was used already. Wait for the next one."), code="code")
    usage.rollback()
    return found


def _typed(user: User) -> list[Authenticator]:
    """The factors whose codes are typed, the app first."""
    found = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
    return sorted(found, key=lambda one: one.type != Authenticator.Type.TOTP)


def _fits(factor: Authenticator, user: User, code: str) -> bool:
    if factor.type == Authenticator.Type.TOTP:
        step = step_of(owned(user, factor.data["secret"]), code)
        return step is not None and actions.spend(user, step)
    owned(user, factor.data["seed"])
    wrapper: Any = factor.wrap()
    return bool(wrapper.validate_code(code))


def owned(user: User, token: str) -> str:
    """The secret of a factor, or ``VaultError`` when it was sealed for somebody else."""
    owner, secret = sealing.opened(token)
    if owner != user.pk:
        raise VaultError("factor")
    return secret
