"""How the person gets the copy of what is held: the same questions as for any paper that is given away (W-22)."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.forms.concern import choose

WAYS = [("aloud", _("I read it to the person")), ("paper", _("The person wants it on paper"))]
SAFE = [
    ("knows", _("The person asked for it and knows that others could find it")),
    ("place", _("The person has a safe place for it")),
    ("stays", _("The person reads it here, and it is destroyed here")),
]


class CopyForm(forms.Form):
    """Language and way; a paper needs the reason why it is safe."""

    language = forms.ChoiceField(
        label=_("Language of the person"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose the language.")},
    )
    way = choose(_("How will the person learn it?"), WAYS, _("Choose how."))
    reason = forms.ChoiceField(
        label=_("If on paper: why is it safe to carry?"),
        choices=SAFE,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("It holds everything that we know. Ask the person. If you are not sure, read it aloud."),
    )

    def clean(self) -> dict[str, Any]:
        """W-22: a paper goes out with a recorded reason or not at all."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("way") == "paper" and not data.get("reason"):
            self.add_error("reason", _("Say why it is safe to carry a paper, or read it aloud."))
        return data
