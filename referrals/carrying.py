"""The code that a person carries to a partner: for whom it is, how it is kept, how often one may try (W-22).

Eight random signs and a check sign: 500,246,412,961 codes. Only a keyed hash is stored, bound to the partner: a copy of
the database gives no code, and a code that another partner's worker types is no code there.
"""

import hmac
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.readying import may_be_child
from cases.vocabulary import Category, Flag, Setting
from foundation.accounts.models import User
from foundation.core.cache import counted
from foundation.core.codes import is_valid, new_code, normalise
from foundation.core.errors import Refused
from foundation.core.keyring import keyring
from referrals.listing import GBV, HIDDEN
from referrals.models import Service
from referrals.vocabulary import ServiceType

SIGNS, DAYS = 8, 14
STRICT_KINDS = {*GBV, *HIDDEN, ServiceType.CHILD, ServiceType.TRAFFICKING}
STRICT_MATTERS = {Category.SEXUAL, Category.CHILD, Category.TRAFFICKING, Category.DETENTION, Category.CONDUCT}
STRICT_FLAGS = {Flag.SEXUAL, Flag.CHILD, Flag.HELD}
LIMITS = (("worker", 5, 900), ("worker_day", 20, 86_400), ("house_day", 60, 86_400))
"""So many codes that were not right, in so many seconds, for one worker and for one organisation together."""


class Carry(models.TextChoices):
    """What the person says about carrying it; the last one is a no (W-22)."""

    HEART = "heart", gettext_lazy("The person learns it by heart; nothing is on paper")
    KNOWS = "knows", gettext_lazy("The person asked for the slip and knows that others could find it")
    PLACE = "place", gettext_lazy("The person has a safe place for the slip")
    UNSAFE = "unsafe", gettext_lazy("It is not safe, or I am not sure")


def why_not(case: Case, service: Service) -> str:
    """Why nobody carries a code in this matter, or nothing. Never where it is strictly restricted (domain.md §4.2)."""
    known = case.concern.known
    is_strict = (
        service.service_type in STRICT_KINDS
        or known.get("category") in STRICT_MATTERS
        or bool(STRICT_FLAGS & set(known.get("flags", [])))
        or case.concern.setting == Setting.DETENTION
        or may_be_child(case)
    )
    if is_strict:
        return _("In this matter nobody carries a code: it could be forced from the person. Choose another way.")
    return ""


def check(case: Case, service: Service) -> None:
    """Raise ``Refused`` where no code may be carried."""
    why = why_not(case, service)
    if why:
        raise Refused("code.strict", why, "channel")


def drawn() -> str:
    """A new code as it is read out and written down, such as K7F-2QX-4BC."""
    return normalise(new_code((SIGNS,), check=True))


def sealed(code: str, house: UUID) -> Iterator[bytes]:
    """The keyed hash of a code for one partner: under the newest key first, then under those before it."""
    ring = keyring().seal
    said = b"carried|" + house.bytes + normalise(code).encode()
    for version in sorted(ring.keys, key=lambda version: version != ring.current):
        yield hmac.digest(ring.key(version), said, "sha256")


def fits(code: str, house: UUID, kept: bytes) -> bool:
    """Whether this is the code behind the hash; takes as long for a wrong one as for the right one."""
    return sum(hmac.compare_digest(one, kept) for one in sealed(code, house)) > 0


def could_be(code: str) -> bool:
    """Whether it has the form of a code at all; says nothing on whether there is one."""
    return is_valid(code, length=SIGNS, check=True)


def spend(by: User, houses: Iterable[UUID]) -> None:
    """Count one try, before it is looked at; ``Refused`` when there were too many. Parallel tries count each."""
    too_many = [counted(key, seconds) > most for key, most, seconds in _counters(by, houses)]
    if any(too_many):
        raise Refused(
            "code.many", _("Too many codes were not right. Wait, and ask those who referred the person."), "code"
        )


def give_back(by: User, houses: Iterable[UUID]) -> None:
    """The code was right: this try does not count."""
    for key, _most, seconds in _counters(by, houses):
        counted(key, seconds, -1)


def _counters(by: User, houses: Iterable[UUID]) -> Iterator[tuple[str, int, int]]:
    for name, most, seconds in LIMITS:
        whose = sorted(map(str, houses)) if name.startswith("house") else [str(by.pk)]
        for one in whose:
            yield f"carried:{name}:{one}", most, seconds
