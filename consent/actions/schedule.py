"""The schedule of retention: how long each class of records is kept; one person sets it, another agrees (HS-20)."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import office
from consent.models import RetentionRule
from consent.terms import RecordClass
from foundation.accounts.models import Organisation, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.core.hooks import Hook

LONGEST = 36525
agreed: Hook[RetentionRule] = Hook()
"""A rule counts from now on, in the transaction that says so."""


@dataclass(frozen=True)
class InForce:
    """What counts for a class: days, and the rule that two people agreed on (none: the default, which erases nothing)."""

    days: int
    rule: RetentionRule | None = None

    @property
    def version(self) -> int:
        """0 for the default."""
        return self.rule.version if self.rule else 0


def schedule_of(organisation: Organisation) -> dict[str, InForce]:
    """Class → what counts."""
    agreed = RetentionRule.objects.filter(organisation=organisation, agreed_at__isnull=False).order_by("version")
    found = {rule.record_class: InForce(rule.days, rule) for rule in agreed}
    return {c: found.get(c, InForce(settings.RETENTION_DAYS[c])) for c in RecordClass.values}


def rule_for(organisation: Organisation, record_class: str) -> InForce:
    """What counts for one class."""
    agreed = RetentionRule.objects.filter(
        organisation=organisation, record_class=record_class, agreed_at__isnull=False
    ).order_by("-version")
    rule = agreed.first()
    return InForce(rule.days, rule) if rule else InForce(settings.RETENTION_DAYS[record_class])


@transaction.atomic
def set_rule(record_class: str, days: int, *, by: User) -> RetentionRule:
    """Propose how long a class is kept; it counts for what is collected after another person agreed."""
    seat = office.deciding_seat(by)
    if seat is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    if record_class not in RecordClass.values:
        raise Refused("retention.class", _("Choose what is kept."), "record_class")
    if not 1 <= days <= LONGEST:
        raise Refused("retention.days", _("A number of days from 1 to 36,525 (a hundred years)."), "days")
    organisation = Organisation.objects.select_for_update().get(pk=seat.unit.organisation_id)
    same = RetentionRule.objects.filter(organisation=organisation, record_class=record_class)
    if same.filter(agreed_at=None, refused_at=None).exists():
        raise WrongState("retention.waits", _("A change of this waits for a second person already."))
    version = (same.aggregate(newest=Max("version"))["newest"] or 0) + 1
    made = RetentionRule(
        organisation=organisation, record_class=record_class, version=version, days=days, set_by=by, set_seat=seat
    )
    made.save(force_insert=True)
    trail.record("retention.rule_set", subject=made.pk, record_class=record_class, days=days, version=version)
    return made


@transaction.atomic
def agree_rule(rule: RetentionRule, *, by: User) -> RetentionRule:
    """Another person agrees; from now on it counts, and what runs out by it is erased (HS-23)."""
    locked = _locked(rule, "agree", by)
    locked.agreed_by, locked.agreed_at = by, timezone.now()
    locked.agreed_seat = office.deciding_seat(by, locked.organisation_id)
    locked.save(update_fields=["agreed_by", "agreed_seat", "agreed_at"])
    trail.record("retention.rule_agreed", subject=locked.pk, record_class=locked.record_class)
    agreed.send(locked)
    return locked


@transaction.atomic
def refuse_rule(rule: RetentionRule, *, by: User) -> RetentionRule:
    """Another person does not agree; what counted still counts."""
    locked = _locked(rule, "refuse", by)
    locked.refused_at = timezone.now()
    locked.save(update_fields=["refused_at"])
    trail.record("retention.rule_refused", subject=locked.pk, record_class=locked.record_class)
    return locked


def _locked(rule: RetentionRule, verb: str, by: User) -> RetentionRule:
    locked = RetentionRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if locked.agreed_at is not None or locked.refused_at is not None:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    if locked.set_by_id == by.pk:
        raise Refused("retention.same_person", _("Another person must agree to this, not the one who proposed it."))
    policy.require(by, verb, locked)
    return locked
