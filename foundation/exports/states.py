"""The life of a list that leaves, and the words for why and how."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move

ASKER, APPROVER, CLERK = "asker", "approver", "clerk"


class ExportState(models.TextChoices):
    """Where it stands."""

    ASKED = "asked", _("Waits for a second person")
    APPROVED = "approved", _("May be made")
    REFUSED = "refused", pgettext_lazy("export", "Not allowed")
    READY = "ready", _("Waits to be downloaded")
    TAKEN = "taken", _("Downloaded, destroyed here")
    DROPPED = "dropped", _("Thrown away")
    EXPIRED = "expired", _("Time ran out, destroyed here")


OPEN = (ExportState.ASKED, ExportState.APPROVED, ExportState.READY)
LIFE = LifeCycle(
    [
        move("approve", {ExportState.ASKED}, ExportState.APPROVED, APPROVER),
        move("refuse", {ExportState.ASKED}, ExportState.REFUSED, APPROVER),
        move("make", {ExportState.APPROVED}, ExportState.READY, ASKER),
        move("download", {ExportState.READY}, ExportState.TAKEN, ASKER),
        move("drop", OPEN, ExportState.DROPPED, ASKER),
        move("expire", OPEN, ExportState.EXPIRED, CLERK),
    ]
)


class Reason(models.TextChoices):
    """What a list is needed for that the pages cannot give."""

    MEETING = "meeting", _("A meeting on cases, without a connection")
    OUTAGE = "outage", _("Power or connection will be away")
    HANDOVER = "handover", _("Handing work over to somebody else")
    REVIEW = "review", _("Looking at how long things wait")
    DUTY = "duty", _("The law or a rule obliges us")


class Format(models.TextChoices):
    """The kind of file inside the locked one."""

    XLSX = "xlsx", _("Spreadsheet (XLSX)")
    CSV = "csv", _("Plain table (CSV)")
