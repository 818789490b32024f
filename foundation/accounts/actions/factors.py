"""Second factors: that a code counts once, and an app that is set up for somebody (the demonstration's people)."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from foundation.accounts import sealing
from foundation.accounts.models import CodeUse, User
from foundation.audit import trail


def spend(user: User, step: int) -> bool:
    """Use up the code of one half minute; False if that one or a later one was used before, also at the same moment."""
    CodeUse.objects.get_or_create(user=user)
    return CodeUse.objects.filter(user=user, step__lt=step).update(step=step) == 1


@transaction.atomic
def give_app(user: User, secret: str, *, by: User | None) -> Authenticator:
    """Set up the app that shows codes with a secret that is known already. ``by=None`` is the installation itself."""
    data = {"secret": sealing.seal(user.pk, secret)}
    made = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    trail.record("factor.added", user=user.pk, kind=made.type)
    return made
