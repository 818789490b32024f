"""What a notice on the day page says: that there is something, never about whom (HS-17)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

EVENTS: dict[str, Any] = {
    "work.waiting": _("Something new waits"),
    "work.overdue": _("Something is overdue"),
    "record.unreadable": _("A record could not be opened"),
    "consent.ended": _("A consent ended by time"),
    "file.refused": _("A file was not kept"),
    "upkeep.wrong": _("Something does not run as it should"),
    "evacuation.waits": _("Cutting off an organisation waits for a second person"),
    "evacuation.done": _("The keys of an organisation were destroyed here"),
    "evacuation.returned": _("The records of an organisation open again"),
    "alert.raised": _("A new alert waits"),
    "incident.reported": _("A data incident was reported"),
    "access.asked": _("Somebody asks for emergency access"),
    "access.answered": _("Your emergency access was answered"),
    "exception.asked": _("Something is to be told without consent; a second signature is asked for"),
    "exception.answered": _("What you asked to tell without consent was answered"),
    "exception.unsigned": _("Something was told without consent and not signed in time"),
    "readiness.ending": _("Something runs out soon: readiness of a unit, a training or an appointment"),
    "pathway.ending": _("A published pathway must soon be looked at again"),
    "webhook.failing": _("Messages to a partner’s system do not arrive"),
    "webhook.off": _("A partner’s system was switched off: nothing arrived there for days"),
    "access.opened": _("A case was opened by emergency access"),
}
