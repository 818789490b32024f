"""The life-cycles of concerns and cases."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.vocabulary import Outcome
from foundation.core.states import LifeCycle, move


class ConcernStatus(models.TextChoices):
    """Where a concern stands."""

    DRAFT = "draft", _("Not sent yet")
    SUBMITTED = "submitted", _("Handed over")
    CASE = "escalated_to_case", _("A case was opened")
    REDIRECTED = "redirected", _("A contact was given")
    INFORMATION = "information_given", _("Information was given")
    ISSUE = "linked_to_issue", _("Put behind an issue that is followed up")
    NO_CONSENT = "closed_no_consent", _("Closed, as the person wished")
    SAFEGUARDING = "safeguarding_moved", _("Received by the safeguarding focal point")
    ERASED = "erased", pgettext_lazy("case", "Erased")


class CaseStatus(models.TextChoices):
    """Where a case stands."""

    NEW = "new", _("New")
    ACCEPTED = "accepted", pgettext_lazy("case", "Accepted")
    ASSESSED = "assessed", pgettext_lazy("case", "Assessed")
    PLANNED = "planned", pgettext_lazy("case", "Planned")
    IN_RESPONSE = "in_response", _("In response")
    FOLLOW_UP = "follow_up", pgettext_lazy("case", "Being followed up")
    ON_HOLD = "on_hold", _("On hold: waits for the person")
    RESTRICTED = "restricted", _("Restricted: consent was taken back")
    CLOSED = "closed", pgettext_lazy("case", "Closed")
    ERASED = "erased", pgettext_lazy("case", "Erased")


class Resting(models.TextChoices):
    """Why a case rests."""

    CONSENT = "consent", _("Restricted: consent was taken back")
    OBJECTION = "objection", _("Restricted: the person objected, and it is being decided")


class Waiting(models.TextChoices):
    """Why a case waits for the person (domain.md §6): a closed list."""

    NOT_REACHED = "not_reached", _("The person cannot be reached safely for now")
    THINKING = "thinking", _("The person wants time to think")
    AWAY = "away", _("The person is away, and comes back")
    PERSON_ASKED = "person_asked", _("The person asks us to wait")


class ErasureStatus(models.TextChoices):
    """Where the erasure of a case stands."""

    REQUESTED = "requested", _("Waits for the second person")
    AUTHORISED = "authorised", _("Being carried out")
    DONE = "done", pgettext_lazy("case", "Erased")
    REFUSED = "refused", _("Not agreed to")
    TAKEN_BACK = "taken_back", _("No longer asked for")


CONCERN = LifeCycle(
    [
        move("submit", {ConcernStatus.DRAFT}, ConcernStatus.SUBMITTED, "reporter"),
        move("move", {ConcernStatus.DRAFT}, ConcernStatus.SAFEGUARDING, "reporter"),
        *(move(f"triage_{o.value}", {ConcernStatus.SUBMITTED}, o.value, "lead") for o in Outcome),
    ]
)
BEGUN = {CaseStatus.ACCEPTED, CaseStatus.ASSESSED, CaseStatus.PLANNED, CaseStatus.IN_RESPONSE, CaseStatus.FOLLOW_UP}
"""Somebody has taken it on, and it goes on."""
AT_WORK = BEGUN | {CaseStatus.NEW}
OPEN = AT_WORK | {CaseStatus.ON_HOLD, CaseStatus.RESTRICTED}
"""Not closed: somebody answers for it."""
SHUT = {CaseStatus.RESTRICTED, CaseStatus.CLOSED, CaseStatus.ERASED}
"""No new step is taken."""
CASE = LifeCycle(
    [
        move("accept", {CaseStatus.NEW}, CaseStatus.ACCEPTED, "owner"),
        move("assess", {CaseStatus.NEW, CaseStatus.ACCEPTED}, CaseStatus.ASSESSED, "owner"),
        move("plan", {CaseStatus.ACCEPTED, CaseStatus.ASSESSED}, CaseStatus.PLANNED, "owner"),
        move("respond", AT_WORK, CaseStatus.IN_RESPONSE, "owner"),
        move("follow", BEGUN - {CaseStatus.FOLLOW_UP}, CaseStatus.FOLLOW_UP, "owner"),
        move("wait", BEGUN, CaseStatus.ON_HOLD, "owner"),
        move("go_on", {CaseStatus.ON_HOLD}, None, "owner"),
        move("restrict", OPEN - {CaseStatus.RESTRICTED}, CaseStatus.RESTRICTED, "lead"),
        move("freeze", OPEN - {CaseStatus.RESTRICTED}, CaseStatus.RESTRICTED, "lead"),
        move("thaw", {CaseStatus.RESTRICTED}, None, "lead"),
        move("close", OPEN, CaseStatus.CLOSED, "owner", "lead"),
        move("reopen", {CaseStatus.CLOSED}, CaseStatus.NEW, "owner", "lead"),
        move("erase", OPEN | {CaseStatus.CLOSED}, CaseStatus.ERASED, "system"),
    ]
)
CASE_RETURNS = {"go_on": BEGUN, "thaw": AT_WORK}
"""Where a case goes back to that has waited or rested."""
ERASURE = LifeCycle(
    [
        move("authorise", {ErasureStatus.REQUESTED}, ErasureStatus.AUTHORISED, "decider"),
        move("refuse", {ErasureStatus.REQUESTED}, ErasureStatus.REFUSED, "decider"),
        move("take_back", {ErasureStatus.REQUESTED}, ErasureStatus.TAKEN_BACK, "requester"),
        move("carry_out", {ErasureStatus.AUTHORISED}, ErasureStatus.DONE, "system"),
    ]
)
