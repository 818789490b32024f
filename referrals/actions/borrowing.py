"""A package's key for one write, where the one who acts may not open the package."""

from collections.abc import Iterator
from contextlib import contextmanager

from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.dossiers import actions as dossiers
from referrals.models import Referral


@contextmanager
def opened(referral: Referral, keeper: User, actor: int | None) -> Iterator[None]:
    """Inside, ``actor`` acts and holds the key. Called as the clerk (``keeper``), who opens no folder.

    Who is not on the package's list is put on it for this very transaction and taken off again: nothing of it is shown,
    and both stand in the trail.
    """
    with acting(actor):
        has_key = referral.dossier.is_open
    if has_key:
        with acting(actor):
            yield
        return
    person = User.objects.get(pk=actor or 0)
    dossiers.share_with_user(referral.dossier, person, "one write", by=keeper)
    with acting(actor):
        yield
    dossiers.unshare(referral.dossier, user=person)
    referral.dossier.__dict__.pop("_cipher", None)
