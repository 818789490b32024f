"""Who the directory's people are here: matched once by their verified address, afterwards by the directory's own name."""

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.directory.token import Claims
from foundation.accounts.models import DirectoryLink, User
from foundation.audit import trail
from foundation.core.errors import Refused


def _unknown() -> Refused:
    """One answer whatever the reason is: not invited, shut out, or another person's address."""
    said = _("Your Society’s directory knows you, but there is no account for you here. Ask your administrator.")
    return Refused("directory.unknown", said)


@transaction.atomic
def meet(claims: Claims) -> User:
    """The invited, active person behind the directory's claims. Nobody is made, and nobody is linked a second time.

    A second name at the directory with the same address is another person who got the address later: refused.
    """
    link = DirectoryLink.objects.select_related("user").filter(issuer=claims.issuer, subject=claims.subject).first()
    user = link.user if link else _invited(claims)
    if not user.is_active or user.is_machine:
        raise _unknown()
    return user


def _invited(claims: Claims) -> User:
    user = User.objects.select_for_update().filter(email=claims.email, is_active=True, is_machine=False).first()
    if user is None or DirectoryLink.objects.filter(user=user).exists():
        raise _unknown()
    DirectoryLink.objects.create(user=user, issuer=claims.issuer, subject=claims.subject)
    trail.record("directory.linked", user=user.pk)
    return user
