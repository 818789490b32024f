"""Whether the person was told what came of what they took back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import Told


class ResultForm(forms.Form):
    """Told, or not safe to tell."""

    told = forms.ChoiceField(
        label=_("Was the person told?"),
        choices=Told.choices,
        widget=forms.RadioSelect,
        help_text=_("Use only the safe way and the safe times. If it is not safe, do not try."),
        error_messages={"required": _("Choose whether the person was told.")},
    )
