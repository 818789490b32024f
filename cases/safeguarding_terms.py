"""Words and life-cycle of reports about our own people (domain.md §6, §7.3; R-31)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move


class ReportState(models.TextChoices):
    """Where a report stands."""

    RECEIVED = "received", pgettext_lazy("report", "Received")
    ACKNOWLEDGED = "taken_on", pgettext_lazy("report", "Taken on")
    ELSEWHERE = "elsewhere", pgettext_lazy("report", "With those who investigate")
    CLOSING = "closing", _("Waits for a second person to close it")
    CLOSED = "closed", pgettext_lazy("report", "Closed")


class ReportOutcome(models.TextChoices):
    """What came of it: a closed list. Nobody is judged here."""

    REFERRED = "referred", _("Those who investigate have it; the rest is theirs")
    MEASURES = "measures", _("Measures were taken")
    NOT_SAFEGUARDING = "not_safeguarding", _("It is no matter of safeguarding; told who it belongs to")
    NOT_KNOWN = "not_known", _("It could not be established")
    WITHDRAWN = "withdrawn", _("Whoever it happened to wants no further step")


OPEN_REPORTS = (ReportState.RECEIVED, ReportState.ACKNOWLEDGED, ReportState.ELSEWHERE, ReportState.CLOSING)
_WORKED_ON = {ReportState.ACKNOWLEDGED, ReportState.ELSEWHERE}
REPORT = LifeCycle(
    [
        move("take_on", {ReportState.RECEIVED}, ReportState.ACKNOWLEDGED, "keeper"),
        move("note", {ReportState.RECEIVED, *_WORKED_ON, ReportState.CLOSING}, None, "keeper"),
        move("bar", {ReportState.RECEIVED, *_WORKED_ON}, None, "keeper"),
        move("hand_on", {ReportState.ACKNOWLEDGED}, ReportState.ELSEWHERE, "keeper"),
        move("ask_close", _WORKED_ON, ReportState.CLOSING, "keeper"),
        move("close", {ReportState.CLOSING}, ReportState.CLOSED, "second"),
        move("keep_open", {ReportState.CLOSING}, ReportState.ACKNOWLEDGED, "second"),
    ]
)
