"""Where a draft stands: which questions have an answer, which may be asked now."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.concern import escalation_decision
from cases.models import Concern
from cases.states import ConcernStatus
from consent.models import Decision, NoticeVersion
from consent.vocabulary import Answer, Channel
from foundation.accounts.models import User
from foundation.core import policy

FIRST, NOW, AGREED = ("limits",), ("where", "danger", "words", "wishes"), ("agreement", "contact", "check")
LABELS = {
    "limits": gettext_lazy("Say this to the person"),
    "where": gettext_lazy("Where you are and who is speaking"),
    "danger": gettext_lazy("Is anyone in immediate danger?"),
    "words": gettext_lazy("What the person told you"),
    "wishes": gettext_lazy("What the person wants"),
    "agreement": gettext_lazy("May we pass this on to the focal point?"),
    "contact": gettext_lazy("A safe way to reach the person"),
    "check": gettext_lazy("Check and hand over"),
}
HINTS = {
    "limits": gettext_lazy("Before the person tells you anything"),
    "wishes": gettext_lazy("Their wishes guide every next step"),
    "contact": gettext_lazy("Asked only if the person agrees"),
}


@dataclass(frozen=True)
class Draft:
    """A concern as its author fills it in."""

    concern: Concern

    @cached_property
    def decision(self) -> Decision | None:
        """What the person answered to passing it on, if they were asked."""
        found = escalation_decision(self.concern)
        return None if found is None or found.answer == Answer.NOT_ASKED else found

    @property
    def is_agreed(self) -> bool:
        """Whether the person agrees now."""
        return self.decision is not None and self.decision.is_active()

    @property
    def notice(self) -> NoticeVersion:
        """What is said aloud; after it was given, in the version that was given."""
        given = self.concern.notice
        return given if given and given.channel == Channel.SPOKEN else NoticeVersion.current(self.concern.language)

    def is_done(self, step: str) -> bool:
        """Whether the question has an answer."""
        concern, person = self.concern, self.concern.person
        answered = {
            "limits": concern.limits_explained_at is not None,
            "where": bool(concern.reporter_kind and concern.setting),
            "danger": "flags" in concern.known,
            "words": bool(concern.summary),
            "wishes": concern.wishes is not None,
            "agreement": self.decision is not None,
            "contact": person is not None and bool(person.safe_contact),
        }
        return answered.get(step, False)

    def needs(self, step: str) -> str | None:
        """The step that comes before this one and is missing."""
        if step in ("limits", "where", "danger"):
            return None
        if not self.is_done("limits"):
            return "limits"
        if step == "contact" and not self.is_agreed:
            return "agreement"
        required = ("where", "danger", *(("words",) if self.is_agreed else ()), "agreement")
        missing = [name for name in required if not self.is_done(name)]
        return missing[0] if step == "check" and missing else None

    def tasks(self, steps: tuple[str, ...]) -> list[dict[str, Any]]:
        """Rows of a task list."""
        return [self._task(step) for step in steps]

    def _task(self, step: str) -> dict[str, Any]:
        row: dict[str, Any] = {"label": LABELS[step], "hint": HINTS.get(step, "")}
        if self.needs(step):
            return {**row, "tag": {"text": _("Cannot start yet")}}
        row["url"] = reverse(f"cases:{step}", args=[self.concern.pk])
        if self.is_done(step):
            return {**row, "tag": {"text": _("Done"), "tone": "good", "icon": "done", "plain": True}}
        return {**row, "tag": {"text": _("Not started")}}


def fetch(actor: User, pk: UUID) -> Concern:
    """A concern with what its pages need; folder and key are read once for the concern and the person."""
    concern: Concern = policy.fetch(actor, Concern, pk, related=("unit", "dossier", "person", "notice", "reporter"))
    if concern.person is not None:
        concern.person.dossier = concern.dossier
    return concern


def is_own_draft(actor: User, concern: Concern) -> bool:
    """Whether this person still fills it in."""
    return concern.status == ConcernStatus.DRAFT and concern.reporter_id == actor.pk
