"""Who is asked first, by mandate: prompts for the one who writes, never a sending (domain.md §1.5; R-47, R-57; W-10, W-21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from cases.vocabulary import Category, Risk, Setting
from referrals.models import Representation
from referrals.speech import Consulted, Framework

DETENTION = frozenset({Risk.ABDUCTION, Risk.TORTURE})


@dataclass(frozen=True)
class Prompt:
    """Whom to ask first, and why."""

    whom: Consulted
    why: str


LAW = gettext_lazy("International humanitarian law is at stake: speak to the ICRC before anything is raised.")
LIBERTY = gettext_lazy("People are deprived of liberty: speak to the ICRC first, where there is conflict or violence.")
AGREEMENT = gettext_lazy("Detention outside conflict: the National Society of the country acts by its agreement.")
FAMILY = gettext_lazy(
    "Families are separated, or somebody is missing: ask the service for restoring family links first."
)


def prompts(speech: Representation) -> list[Prompt]:
    """What the matter suggests: the law it rests on, detention, families that were separated."""
    found = [Prompt(Consulted.ICRC, str(LAW))] if Framework.IHL in speech.frameworks else []
    if _is_detention(speech):
        found += [Prompt(Consulted.ICRC, str(LIBERTY)), Prompt(Consulted.HOST, str(AGREEMENT))]
    if _is_family(speech):
        found.append(Prompt(Consulted.TRACING, str(FAMILY)))
    return found


def missing(speech: Representation, consulted: Iterable[str]) -> list[Prompt]:
    """The prompts that were not followed (W-10)."""
    wanted, asked = prompts(speech), set(consulted)
    needed = {prompt.whom for prompt in wanted} - {Consulted.HOST}
    return [prompt for prompt in wanted if prompt.whom in needed - asked]


def is_coordinated(consulted: Iterable[str]) -> bool:
    """Whether another component of the Movement was asked (W-21); an organisation beside it is none."""
    return bool(set(consulted) - {Consulted.OTHER})


def _is_detention(speech: Representation) -> bool:
    concern: Any = speech.case and speech.case.concern
    if concern:
        return bool(concern.setting == Setting.DETENTION or concern.known.get("category") == Category.DETENTION)
    return bool(speech.issue and set(speech.issue.risks) & DETENTION)


def _is_family(speech: Representation) -> bool:
    concern: Any = speech.case and speech.case.concern
    if concern:
        return bool(concern.known.get("category") == Category.FAMILY)
    return bool(speech.issue and Risk.SEPARATION in speech.issue.risks)
