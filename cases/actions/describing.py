"""What a case is about beyond the first form, said when there is time for it: context, rights, how to adapt help."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from cases import adapting
from cases.actions.case import lock, note_event
from cases.issue_words import Right
from cases.models import Case
from cases.vocabulary import Context
from consent import actions as consent
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Refused


@transaction.atomic
def set_context(case: Case, context: str, rights: Iterable[str] = (), *, by: User) -> None:
    """In which context it arose, none in particular included (R-03), and which rights are at stake (R-10)."""
    locked = lock(case, "plan", by)
    if context and context not in Context.values:
        raise Refused("case.context", _("Choose from the list."), "context")
    chosen = sorted(set(rights))
    if not set(chosen) <= set(Right.values):
        raise Refused("case.rights", _("Choose from the list."), "rights")
    locked.classification = {**(locked.classification or {}), "context": context, "rights": chosen}
    locked.save(update_fields=["classification"])
    trail.record("case.described", dossier=locked.dossier_id, subject=locked.pk)


@transaction.atomic
def set_functioning(case: Case, answers: dict[str, str], reason: str = "", *, by: User) -> None:
    """What the person answered to the six questions (R-06). In a hard setting it needs a reason to have asked (W-20)."""
    locked = lock(case, "describe_person", by)
    locked.concern.dossier = locked.person.dossier = locked.dossier
    given = {code: said for code, said in answers.items() if said}
    if not (set(given) <= set(adapting.QUESTIONS) and set(given.values()) <= set(adapting.Difficulty.values)):
        raise Refused("functioning.answer", _("Choose from the list."))
    if given and adapting.is_child(locked):
        raise Refused("functioning.child", _("These questions are for adults. For a child there are others."))
    if given and adapting.is_hard(locked):
        _note_why(locked, reason, by)
    facts = {name: value for name, value in locked.person.facts.items() if name != "functioning"}
    consent.change_person(locked.person, by=by, profile={**facts, **({"functioning": given} if given else {})})


def _note_why(case: Case, reason: str, by: User) -> None:
    if not reason.strip():
        raise Refused("functioning.reason", _("Write why it is asked here, and how it helps the person."), "reason")
    note_event(case, "asked_where_hard", by=by, text=reason.strip())
