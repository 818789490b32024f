"""Representations in words: where they stand, what was done, to whom."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.models import Authority, Representation
from referrals.speech import SpeechStatus

MOVES = {
    "examine": gettext_lazy("Whether it is possible and appropriate was examined"),
    "rewrite": gettext_lazy("It was rewritten"),
    "submit": gettext_lazy("Another person was asked to approve it"),
    "give_back": gettext_lazy("It was given back"),
    "approve": gettext_lazy("Another person approved it"),
    "send": gettext_lazy("It was raised with the authority"),
    "received": gettext_lazy("The authority has it"),
    "answered": gettext_lazy("The authority answered"),
    "no_reply": gettext_lazy("No reply came"),
    "follow_up": gettext_lazy("It was followed up"),
    "close": gettext_lazy("It is over"),
    "suspend": gettext_lazy("Everything with this authority was suspended"),
    "resume": gettext_lazy("It goes on"),
    "end": gettext_lazy("It was given up"),
}


def addressee(authority: Authority | None) -> str:
    """Its name, or what somebody reads who may not know of it."""
    return authority.name if authority is not None else _("An authority")


def heading(speech: Representation) -> str:
    """Where it stands; of what is approved, that it can be raised; of what rests or was given up, why."""
    if speech.status == SpeechStatus.APPROVAL and speech.approved_by_id is not None:
        return _("Approved; it can be raised")
    words = str(speech.get_status_display())
    return f"{words}: {speech.get_end_reason_display()}" if speech.end_reason else words
