"""Who looks after the running of the house: the administrator repairs, the data-protection officer lets go."""

from typing import Any

from foundation.accounts.models import Role

LOOKING = (Role.ADMINISTRATOR, Role.DATA_OFFICER)
RULES: dict[str, tuple[Role, ...]] = {"look": LOOKING, "retry": LOOKING, "give_up": (Role.DATA_OFFICER,)}


def may(actor: Any, verb: str) -> bool:
    """Whether one of the actor's seats allows the verb."""
    return bool(actor.is_authenticated) and any(actor.holds(role) for role in RULES[verb])
