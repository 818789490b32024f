"""What higher apps add to the pages of a case, without this app knowing them: filled in ``AppConfig.ready()``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from cases.models import Case
from consent.models import Decision
from consent.vocabulary import Purpose, RecipientKind


@dataclass(frozen=True)
class Event:
    """A line of the timeline; of a step that is still to come, ``at`` is when it is due."""

    at: datetime
    title: str
    detail: str = ""


@dataclass(frozen=True)
class Part:
    """What an app adds to the overview: cards of the four elements, events, what is held back.

    ``steps`` are still to come. ``names`` and ``links`` say for a recipient of a decision who it is, and (address,
    words) of the step that follows. ``more`` are pages of its own, ``url`` and ``link``. ``words`` gives for a field code
    its tier and label, ``offered`` for a recipient the codes that it would be told if nothing were held back.
    ``warnings`` stand on top of the page: ``title``, ``text``, ``url``, ``link``.
    ``sections`` stand under headings of their own: ``title``, ``lines`` of ``what``, ``tag`` and ``when`` (or ``nothing``),
    ``panels``, ``url`` and ``link``; their lines stand in the copy that the person gets too.
    """

    cards: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    steps: list[Event] = field(default_factory=list)
    names: dict[UUID, str] = field(default_factory=dict)
    held: list[dict[str, str]] = field(default_factory=list)
    links: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    more: list[dict[str, str]] = field(default_factory=list)
    words: dict[str, tuple[int, Any]] = field(default_factory=dict)
    offered: dict[UUID, list[str]] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)
    sections: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """A recipient that the person can be asked about: what for, who, which fields at most, and in which words.

    ``told`` maps each field code that may be held back to its label; ``always`` are the codes that cannot be. ``kind`` and
    ``code`` are the recipient's kind and the purpose, as the decision will have them.
    """

    recipient_id: UUID
    purpose: str
    recipient: str
    told: dict[str, str]
    always: list[str]
    preview: str
    kind: str = RecipientKind.SERVICE
    code: str = Purpose.EXTERNAL_REFERRAL


def _nothing(*_about: Any) -> list[Any]:
    """What an app says of which it has nothing."""
    return []


def _nobody(_case: Case, _words: str) -> dict[UUID, str]:
    return {}


def _never(_case: Case, _pk: UUID) -> bool:
    return False


@dataclass(frozen=True)
class Contributor:
    """An app that adds to the pages of a case. It gives what it has; of the rest there is nothing.

    ``overview`` is its part of the case page, in a number of queries that does not depend on the rows. ``lines`` are those
    of the conversation about consent for these recipients; unknown ones are left out. ``recipients`` says whom something
    could be told now, by name: a few, those that fit the case, or those with these letters in their name; ``receives``
    whether this one could be. ``labels`` are the names of its own fields in the reader's language; ``folders`` which folders
    hold something of this case. ``for_person`` is what it told others of the person, as rows of a summary list that speak to
    the person; ``ends_with`` what ends when the person takes this decision back, in words.
    """

    overview: Callable[[Case, Any, list[Decision]], Part]
    lines: Callable[[Case, list[UUID]], list[Line]] = _nothing
    recipients: Callable[[Case, str], dict[UUID, str]] = _nobody
    receives: Callable[[Case, UUID], bool] = _never
    labels: Callable[[list[str]], list[str]] = _nothing
    folders: Callable[[Case], list[UUID]] = _nothing
    for_person: Callable[[Case, tzinfo], list[dict[str, Any]]] = _nothing
    ends_with: Callable[[Decision], list[str]] = _nothing


CONTRIBUTORS: list[Contributor] = []


def contribute(contributor: Contributor) -> None:
    """Register an app once."""
    if contributor not in CONTRIBUTORS:
        CONTRIBUTORS.append(contributor)
