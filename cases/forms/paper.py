"""What goes on paper, and what for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.core.pages import HintedCheckboxes

PARTS = {
    "steps": _("What is being done"),
    "wishes": _("What the person asked for"),
    "consent": _("What the person agreed to"),
    "history": _("What happened"),
}
HINTS = {
    "wishes": _("The person’s own words."),
    "history": _("With the notes. Read them first: do they name somebody?"),
}
REASONS = [
    ("visit", _("A visit or a talk without a device")),
    ("person", _("The person asked for it")),
    ("meeting", _("A meeting on this case")),
    ("outage", _("Power or connection will be away")),
]


class PaperForm(forms.Form):
    """The fewest parts are chosen at the start."""

    parts = forms.MultipleChoiceField(
        label=_("What must be on the sheet?"),
        help_text=_("The sheet shows the code. Name, alias and contact are never on it."),
        choices=list(PARTS.items()),
        initial=["steps"],
        widget=HintedCheckboxes(hints=HINTS),
        error_messages={"required": _("Choose at least one part.")},
    )
    reason = forms.ChoiceField(
        label=_("What is it needed for?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is needed for.")},
    )
