"""Who sits at the terminal: a person of the house, shown by address, password and a code of their app."""

from getpass import getpass

from allauth.mfa.models import Authenticator
from django.db import transaction

from foundation.accounts import actions as accounts
from foundation.accounts import factors
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused


def asked() -> User:
    """Ask who it is. ``Refused`` for anybody who cannot show it."""
    return identified(input("Your e-mail address: "), getpass("Your password: "), input("The code of your app: "))


def identified(email: str, password: str, code: str) -> User:
    """The person, after the code was used up. ``Refused`` otherwise, and the trail knows."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True, is_machine=False).first()
    with transaction.atomic():
        if user is not None and user.check_password(password) and _has_spent(user, code):
            return user
        trail.record("evacuation.refused", user=user.pk if user else None)
    raise Refused(
        "evacuation.person",
        "Address, password or code are not right, or the code was used already. An app with codes is needed here.",
    )


def _has_spent(user: User, code: str) -> bool:
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None:
        return False
    step = factors.step_of(factors.owned(user, app.data["secret"]), factors.figures(code.strip()))
    return step is not None and accounts.spend(user, step)
