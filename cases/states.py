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
    NO_CONSENT = "closed_no_consent", _("Closed, as the person wished")
    ERASED = "erased", pgettext_lazy("case", "Erased")


class CaseStatus(models.TextChoices):
    """Where a case stands."""

    NEW = "new", _("New")
    ACCEPTED = "accepted", pgettext_lazy("case", "Accepted")
    IN_RESPONSE = "in_response", _("In response")
    RESTRICTED = "restricted", _("Restricted: consent was taken back")
    ERASED = "erased", pgettext_lazy("case", "Erased")


class Resting(models.TextChoices):
    """Why a case rests."""

    CONSENT = "consent", _("Restricted: consent was taken back")
    OBJECTION = "objection", _("Restricted: the person objected, and it is being decided")


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
        *(move(f"triage_{o.value}", {ConcernStatus.SUBMITTED}, o.value, "lead") for o in Outcome),
    ]
)
CASE = LifeCycle(
    [
        move("accept", {CaseStatus.NEW}, CaseStatus.ACCEPTED, "owner"),
        move("respond", {CaseStatus.ACCEPTED, CaseStatus.NEW, CaseStatus.IN_RESPONSE}, CaseStatus.IN_RESPONSE, "owner"),
        move("restrict", {CaseStatus.NEW, CaseStatus.ACCEPTED, CaseStatus.IN_RESPONSE}, CaseStatus.RESTRICTED, "lead"),
        move("freeze", {CaseStatus.NEW, CaseStatus.ACCEPTED, CaseStatus.IN_RESPONSE}, CaseStatus.RESTRICTED, "lead"),
        move("thaw", {CaseStatus.RESTRICTED}, None, "lead"),
    ]
)
ERASURE = LifeCycle(
    [
        move("authorise", {ErasureStatus.REQUESTED}, ErasureStatus.AUTHORISED, "decider"),
        move("refuse", {ErasureStatus.REQUESTED}, ErasureStatus.REFUSED, "decider"),
        move("take_back", {ErasureStatus.REQUESTED}, ErasureStatus.TAKEN_BACK, "requester"),
        move("carry_out", {ErasureStatus.AUTHORISED}, ErasureStatus.DONE, "system"),
    ]
)
