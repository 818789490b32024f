"""Life-cycles: an exceptional disclosure (domain.md §11.3), a new text of the notice."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move


class ExceptionStatus(models.TextChoices):
    """Where an exceptional disclosure stands."""

    REQUESTED = "requested", _("Waits for the second signature")
    SINGLE_SIGNED = "single_signed", _("In effect on one signature")
    AUTHORISED = "authorised", _("In effect, signed by two people")
    REFUSED = "refused", pgettext_lazy("exception", "Refused by the second person")
    TAKEN_BACK = "taken_back", _("No longer asked for")
    UNSIGNED = "unsigned", _("Not signed in time: an incident")
    ENDED = "ended", pgettext_lazy("exception", "Ended before its time")


REQUESTER, SECOND, CLERK = "requester", "second", "clerk"
IN_EFFECT = (ExceptionStatus.SINGLE_SIGNED, ExceptionStatus.AUTHORISED)
OVER = (ExceptionStatus.REFUSED, ExceptionStatus.UNSIGNED, ExceptionStatus.ENDED)
_WAITING = {ExceptionStatus.REQUESTED, ExceptionStatus.SINGLE_SIGNED}

EXCEPTION = LifeCycle(
    [
        move("authorise", _WAITING, ExceptionStatus.AUTHORISED, SECOND),
        move("refuse", _WAITING, ExceptionStatus.REFUSED, SECOND),
        move("take_back", {ExceptionStatus.REQUESTED}, ExceptionStatus.TAKEN_BACK, REQUESTER),
        move("lapse", {ExceptionStatus.SINGLE_SIGNED}, ExceptionStatus.UNSIGNED, CLERK),
        move("end", {ExceptionStatus.AUTHORISED}, ExceptionStatus.ENDED, REQUESTER, SECOND),
        move("review", {ExceptionStatus.AUTHORISED, *OVER}, None, SECOND),
    ]
)
"""An exception on one signature cannot be ended by who signed it: that would be a way around the second signature."""


class ProposalState(models.TextChoices):
    """Where a new text of the notice stands."""

    WAITING = "waiting", _("Waits for a second person")
    PUBLISHED = "published", _("Published")
    TAKEN_BACK = "taken_back", _("Taken back")


PROPOSAL = LifeCycle(
    [
        move("publish", {ProposalState.WAITING}, ProposalState.PUBLISHED, "officer"),
        move("take_back", {ProposalState.WAITING}, ProposalState.TAKEN_BACK, "officer"),
    ]
)
