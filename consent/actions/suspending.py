"""Letting every agreement of a person rest while an objection is decided: partners read nothing, nothing new is sent."""

from django.db import transaction
from django.utils import timezone

from consent.actions.hooks import resumed, suspended
from consent.actions.withdrawing import hold
from consent.models import Decision, Person
from consent.vocabulary import Answer
from foundation.accounts.models import User
from foundation.audit import trail


@transaction.atomic
def suspend(person: Person, *, by: User) -> int:
    """Let what is agreed rest from now on (domain.md §4.3, objection); returns how many decisions do."""
    hold(person.pk)
    found = list(Decision.objects.active().filter(person=person).select_for_update(of=("self",)).order_by("pk"))
    for decision in found:
        decision.suspended_at = timezone.now()
        decision.save(update_fields=["suspended_at"])
        trail.record("consent.suspended", dossier=decision.dossier_id, subject=decision.pk, purpose=decision.purpose)
        suspended.send(decision)
    return len(found)


@transaction.atomic
def resume(person: Person, *, by: User) -> int:
    """Let it count again; what expired or was taken back meanwhile does not come back."""
    hold(person.pk)
    resting = Decision.objects.filter(person=person, answer=Answer.GRANTED, suspended_at__isnull=False)
    found = list(resting.filter(withdrawn_at=None, superseded_at=None).select_for_update(of=("self",)).order_by("pk"))
    for decision in found:
        decision.suspended_at = None
        decision.save(update_fields=["suspended_at"])
        trail.record("consent.resumed", dossier=decision.dossier_id, subject=decision.pk, purpose=decision.purpose)
        resumed.send(decision)
    return len(found)


@transaction.atomic
def outdate(person: Person, *, by: User) -> int:
    """What was agreed before a case was closed does not cover what begins anew: it ends now, and the person is asked again."""
    hold(person.pk)
    now = timezone.now()
    rows = Decision.objects.filter(person=person, answer=Answer.GRANTED, valid_until__gt=now, valid_from__lt=now)
    found = list(rows.filter(withdrawn_at=None, superseded_at=None).select_for_update(of=("self",)).order_by("pk"))
    for decision in found:
        decision.valid_until = now
        decision.save(update_fields=["valid_until"])
        trail.record("consent.outdated", dossier=decision.dossier_id, subject=decision.pk, purpose=decision.purpose)
    return len(found)
