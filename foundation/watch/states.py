"""The life-cycles of an alert and of an emergency access."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move


class AlertState(models.TextChoices):
    """Where an alert stands."""

    NEW = "new", pgettext_lazy("alert", "New")
    LOOKING = "looking", _("Being looked at")
    EXPLAINED = "explained", _("Explained")
    INCIDENT = "incident", _("Incident")


class AccessState(models.TextChoices):
    """Where an emergency access stands."""

    WAITING = "waiting", _("Waits for a second person")
    OPEN = "open", pgettext_lazy("access", "Open")
    NOTHING = "nothing", _("Nothing could be opened")
    REFUSED = "refused", pgettext_lazy("access", "Refused")
    LAPSED = "lapsed", _("Not answered in time")
    CLOSED = "closed", pgettext_lazy("access", "Closed")


OFFICER, CLERK, ASKER, SECOND = "officer", "clerk", "asker", "second"

ALERT = LifeCycle(
    [
        move("look", {AlertState.NEW}, AlertState.LOOKING, OFFICER),
        move("explain", {AlertState.NEW, AlertState.LOOKING}, AlertState.EXPLAINED, OFFICER),
        move("report", {AlertState.NEW, AlertState.LOOKING, AlertState.EXPLAINED}, AlertState.INCIDENT, OFFICER),
        move("check", {AlertState.EXPLAINED}, AlertState.EXPLAINED, OFFICER),
        move("note", set(AlertState), None, OFFICER),
        move("reopen", {AlertState.EXPLAINED}, AlertState.NEW, CLERK),
    ]
)
ACCESS = LifeCycle(
    [
        move("confirm", {AccessState.WAITING}, AccessState.OPEN, SECOND),
        move("miss", {AccessState.WAITING}, AccessState.NOTHING, SECOND),
        move("refuse", {AccessState.WAITING}, AccessState.REFUSED, SECOND),
        move("lapse", {AccessState.WAITING}, AccessState.LAPSED, CLERK),
        move("close", {AccessState.OPEN}, AccessState.CLOSED, ASKER, CLERK),
    ]
)
