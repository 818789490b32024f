"""The register of authorities: entering and changing an entry."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.issue_policy import seat_for
from consent.sources import Source
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from referrals.models import Authority
from referrals.models.authority import KEEPERS
from referrals.speech import CLOSED_KINDS, Confidentiality


@dataclass(frozen=True)
class Entry:
    """What stands in the register: a role as the contact, never a name."""

    name: str
    kind: str
    level: str
    confidentiality: str
    mandate: str = ""
    contact: str = ""
    sources: list[str] = field(default_factory=list)
    is_active: bool = True


@transaction.atomic
def enter_authority(entry: Entry, *, by: User) -> Authority:
    """A new entry, in the register of the keeper's National Society."""
    seat = seat_for(by, KEEPERS)
    if seat is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    made = Authority(organisation=seat.unit.organisation, written_by=by)
    _write(made, entry)
    made.save(force_insert=True)
    trail.record("authority.entered", subject=made.pk, kind=made.kind, closed=made.is_closed)
    return made


@transaction.atomic
def change_authority(authority: Authority, entry: Entry, *, by: User) -> Authority:
    """Change an entry, or say that it no longer counts."""
    locked: Authority = Authority.objects.select_for_update(of=("self",)).get(pk=authority.pk)
    policy.require(by, "change", locked)
    _write(locked, entry)
    locked.changed_at = timezone.now()
    locked.save()
    trail.record("authority.changed", subject=locked.pk, kind=locked.kind, closed=locked.is_closed)
    return locked


def _write(authority: Authority, entry: Entry) -> None:
    for name in ("name", "kind", "level", "confidentiality", "mandate", "contact", "is_active"):
        setattr(authority, name, getattr(entry, name))
    authority.sources = sorted(set(entry.sources) & set(Source.values))
    authority.is_closed = entry.kind in CLOSED_KINDS or entry.confidentiality == Confidentiality.STRICT
    authority.clean_fields(exclude=["organisation", "written_by"])
    same = Authority.objects.filter(organisation=authority.organisation_id, name__iexact=authority.name)
    if same.exclude(pk=authority.pk).exists():
        raise Refused("authority.twice", _("An authority of this name stands in the register already."), "name")
