"""Ending a decision, or a part of it. Always possible; what rests on it ends in the same transaction (HS-05, HS-06)."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.actions.hooks import narrowed, withdrawn
from consent.models import Decision, Person, Withdrawal
from consent.vocabulary import Answer, Told
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused, WrongState


def hold(person_id: UUID) -> None:
    """Let whoever else decides for, takes back from or sends about this person wait to the end of the transaction.

    Taken before any row of the matter, so that a withdrawal and a send wait for each other and never block.
    """
    list(Person.objects.select_for_update(of=("self",), no_key=True).filter(pk=person_id).values_list("pk"))


@transaction.atomic
def withdraw(decision: Decision, *, by: User) -> Decision:
    """End a decision now.

    The cascade is the listeners' of ``withdrawn``: one of them failing fails the whole.
    """
    hold(decision.person_id)
    locked = _locked(decision)
    for newer in _newer(locked):
        withdraw(newer, by=by)
    if locked.withdrawn_at is None:
        locked.withdrawn_at, locked.withdrawn_by = max(timezone.now(), locked.valid_from), by
        locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
        trail.record("consent.withdrawn", dossier=locked.dossier_id, subject=locked.pk, purpose=locked.purpose)
        note(locked, [], by=by)
        withdrawn.send(locked)
    return locked


def _locked(decision: Decision) -> Decision:
    locked: Decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if locked.answer != Answer.GRANTED:
        raise WrongState("consent.nothing_to_withdraw", _("There is no consent here that could be taken back."))
    return locked


def note(decision: Decision, fields: list[str], *, by: User) -> Withdrawal:
    """Keep what was taken back: fields, or all of it if none is named."""
    row = Withdrawal(
        dossier_id=decision.dossier_id, person_id=decision.person_id, decision=decision, fields=fields, made_by=by
    )
    row.save(force_insert=True)
    return row


@transaction.atomic
def narrow(decision: Decision, fields: Iterable[str], *, by: User) -> Decision:
    """Take back some of what a decision allows; it goes on for the rest. Of what is not in it, nothing is taken.

    Whoever takes back everything that it names has taken back the whole.
    """
    hold(decision.person_id)
    locked = _locked(decision)
    taken = sorted(set(fields) & set(locked.fields))
    if not taken or locked.withdrawn_at is not None:
        raise Refused("consent.nothing_chosen", _("Choose what the person takes back."), "fields")
    if len(taken) == len(locked.fields):
        return withdraw(locked, by=by)
    locked.fields = [code for code in locked.fields if code not in taken]
    locked.save(update_fields=["fields"])
    trail.record("consent.narrowed", dossier=locked.dossier_id, subject=locked.pk, fields=taken)
    note(locked, taken, by=by)
    narrowed.send((locked, taken))
    return locked


@transaction.atomic
def take_everything_back(person: Person, *, by: User) -> list[Decision]:
    """End every agreement of the person that has not ended, resting ones too; returns them."""
    hold(person.pk)
    given = Decision.objects.filter(person=person, answer=Answer.GRANTED, withdrawn_at=None, superseded_at=None)
    return [withdraw(decision, by=by) for decision in given.select_for_update(of=("self",)).order_by("pk")]


@transaction.atomic
def tell_result(person: Person, known: list[Withdrawal], told: str, *, by: User) -> int:
    """Record that the person was told what came of these, or that telling was not safe."""
    if told not in Told.values:
        raise Refused("consent.told", _("Choose whether the person was told."), "told")
    rows = Withdrawal.objects.filter(person=person, told="", pk__in=[row.pk for row in known])
    done: int = rows.update(told=told, told_at=timezone.now(), told_by=by)
    trail.record("person.withdrawal_told", dossier=person.dossier_id, subject=person.pk, told=told, n=done)
    return done


def _newer(decision: Decision) -> list[Decision]:
    """What took its place while somebody had the older answer before them: the person's "no" is meant for that too."""
    if decision.superseded_at is None:
        return []
    same = Decision.objects.filter(
        person=decision.person_id, purpose=decision.purpose, recipient_id=decision.recipient_id
    )
    return list(same.filter(answer=Answer.GRANTED, superseded_at=None, withdrawn_at=None))
