"""Ending a decision."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.actions.hooks import withdrawn
from consent.models import Decision
from consent.vocabulary import Answer
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import WrongState


@transaction.atomic
def withdraw(decision: Decision, *, by: User) -> Decision:
    """End a decision now. Always possible; what rests on it ends in the same transaction (HS-05, HS-06).

    The cascade is the listeners' of ``withdrawn``: one of them failing fails the whole.
    """
    locked: Decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if locked.answer != Answer.GRANTED:
        raise WrongState("consent.nothing_to_withdraw", _("There is no consent here that could be taken back."))
    if locked.withdrawn_at is None:
        locked.withdrawn_at, locked.withdrawn_by = max(timezone.now(), locked.valid_from), by
        locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
        trail.record("consent.withdrawn", dossier=locked.dossier_id, subject=locked.pk, purpose=locked.purpose)
        withdrawn.send(locked)
    return locked
