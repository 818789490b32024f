"""The words of closing a case, of its plan and of handing it over (domain.md §7.10, §11.3), as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move


class Reason(models.TextChoices):
    """Why a case is closed: a closed list (domain.md §7.10)."""

    GOALS_MET = "goals_met_risk_reduced", _("What was agreed is reached, and the risk is lower")
    PARTLY_MET = "needs_met_partially_person_satisfied", _("Reached in part, and the person is content with it")
    TRANSFERRED = "transferred_to_specialised_actor", _("A specialised organisation goes on with it")
    ASKED = "person_requested_closure", _("The person asks us to close it")
    WITHDRAWN = "consent_withdrawn", _("The person took the consent back")
    NO_CONTACT = "no_contact_after_n_attempts", _("The person could not be reached in spite of several safe attempts")
    RELOCATED = "relocated", _("The person has moved away")
    REUNIFIED = "reunified", _("The family is together again")
    RETURNED = "returned_or_repatriated", _("The person has gone back, or was repatriated")
    DECEASED = "deceased", _("The person has died")
    NO_CONCERN = "no_protection_concern_after_assessment", _("The assessment found no protection concern")
    OUTSIDE = "outside_mandate_information_given", _("Outside what we do; information was given")
    DUPLICATE = "duplicate", _("The same matter is followed up in another case")
    IN_ERROR = "opened_in_error", _("It was opened by mistake")


UNASKED = (Reason.DECEASED, Reason.DUPLICATE, Reason.IN_ERROR, Reason.NO_CONTACT)
"""Reasons with which nobody can ask the person what has changed."""


class Result(models.TextChoices):
    """What has changed for the person since the beginning (HS-19)."""

    SAFER = "safer", _("Safer than at the beginning")
    PARTLY = "partly", _("Safer in some things, not in others")
    SAME = "same", _("The same as at the beginning")
    WORSE = "worse", _("Less safe than at the beginning")
    UNKNOWN = "unknown", pgettext_lazy("result", "Not known")


class ClosureStatus(models.TextChoices):
    """Where the closing of a case stands."""

    ASKED = "asked", _("Waits for the second person")
    CLOSED = "closed", pgettext_lazy("case", "Closed")
    RETURNED = "returned", _("Given back: something is missing")
    TAKEN_BACK = "taken_back", _("No longer asked for")


CLOSURE = LifeCycle(
    [
        move("agree", {ClosureStatus.ASKED}, ClosureStatus.CLOSED, "decider"),
        move("return", {ClosureStatus.ASKED}, ClosureStatus.RETURNED, "decider"),
        move("take_back", {ClosureStatus.ASKED}, ClosureStatus.TAKEN_BACK, "asker"),
    ]
)


class StepStatus(models.TextChoices):
    """Where a step of the plan stands."""

    AGREED = "agreed", pgettext_lazy("step", "Agreed")
    DONE = "done", pgettext_lazy("step", "Done")
    DROPPED = "dropped", _("No longer wanted")


STEP = LifeCycle(
    [
        move("do", {StepStatus.AGREED}, StepStatus.DONE, "owner"),
        move("drop", {StepStatus.AGREED}, StepStatus.DROPPED, "owner"),
    ]
)


class Typology(models.TextChoices):
    """What a response is for (R-02); one step may be for more than one."""

    RESPONSIVE = "responsive", _("To stop the harm, or to ease it")
    REMEDIAL = "remedial", _("To help the person recover, and to restore their rights")
    ENVIRONMENT = "environment_building", _("To change what lets it happen")


class Doer(models.TextChoices):
    """Who does a step of the plan."""

    PERSON = "person", _("The person")
    OWNER = "owner", _("Who follows up the case")
    TEAM = "team", _("Somebody else of our team")
    PARTNER = "partner", _("A partner organisation")
    COMMUNITY = "community", _("Family or community, as the person wishes")


class Handing(models.TextChoices):
    """What is asked for."""

    OTHER = "other_owner", _("Somebody else follows it up")
    UNIT = "other_unit", _("Another unit takes it over")


class HandReason(models.TextChoices):
    """Why a case changes hands: codes only, for whoever is asked does not open the case."""

    MOVED = "person_moved", _("The person has moved there")
    WISH = "person_wishes", _("The person wishes it")
    SKILL = "other_skill", _("It needs other knowledge or another language")
    LOAD = "too_many", _("Too many cases")
    LEAVING = "leaving", _("Somebody leaves or is away for long")
    NEAR = "too_near", _("Too near: a conflict of interest, or a safety risk for the worker")


class HandDecline(models.TextChoices):
    """Why it is not taken on."""

    LOAD = "too_many", _("Too many cases here")
    SKILL = "no_skill", _("Nobody here has the knowledge that it needs")
    PLACE = "wrong_place", _("It belongs to another unit")
    NEAR = "too_near", _("Too near: a conflict of interest")


class HandStatus(models.TextChoices):
    """Where it stands."""

    ASKED = "asked", _("Waits for an answer")
    TAKEN = "taken", _("Taken on")
    DECLINED = "declined", _("Not taken on")
    TAKEN_BACK = "taken_back", _("No longer asked for")


HAND = LifeCycle(
    [
        move("take", {HandStatus.ASKED}, HandStatus.TAKEN, "receiver"),
        move("decline", {HandStatus.ASKED}, HandStatus.DECLINED, "receiver"),
        move("take_back", {HandStatus.ASKED}, HandStatus.TAKEN_BACK, "asker"),
    ]
)
