"""What a seat may do: one dictionary per model, from verb to a rule over (actor, record).

Who sees a record is data (access lists, row-level security); this module never widens that.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from foundation.core.errors import Absent, Forbidden

Rule = Callable[[Any, Any], bool]
_RULES: dict[type, dict[str, Rule]] = {}
DENIED: ContextVar[tuple[str, str] | None] = ContextVar("denied", default=None)


class Doored(Protocol):
    """A model whose default manager has the one door ``visible_to``."""

    objects: Any


def register(model: type, rules: dict[str, Rule]) -> None:
    """Say which verbs exist on a model and who may do them; called once per app in ``ready()``."""
    _RULES[model] = rules


def registered() -> dict[type, dict[str, Rule]]:
    """All rules, for the tests that walk over every verb."""
    return dict(_RULES)


def allows(actor: Any, verb: str, record: Any) -> bool:
    """Whether this actor's seats allow the verb on this record; an unknown verb is a programming error."""
    return _RULES[type(record)][verb](actor, record)


def require(actor: Any, verb: str, record: Any) -> None:
    """Raise ``Forbidden`` unless the actor may do the verb."""
    if not allows(actor, verb, record):
        DENIED.set((f"{type(record).__name__.lower()}.{verb}", str(record.pk)))
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))


def abilities(actor: Any, record: Any) -> dict[str, bool]:
    """The answers to all verbs of one record, for its buttons and its API representation."""
    return {verb: rule(actor, record) for verb, rule in _RULES[type(record)].items()}


def fetch(actor: Any, model: type[Doored], ref: UUID | str, *, related: tuple[str, ...] = ()) -> Any:
    """The record by its key through the one door, or ``Absent``: hidden and unknown are the same answer."""
    record = model.objects.visible_to(actor).select_related(*related).filter(pk=ref).first()
    if record is None:
        DENIED.set((f"{model.__name__.lower()}.read", str(ref)))
        raise Absent("record.absent", _("There is nothing at this address."))
    return record
