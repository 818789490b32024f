"""The code that a person carries: asked before it is made, typed at the partner's desk."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.core.pages import HintedRadios
from referrals.carrying import Carry


class CarryForm(forms.Form):
    """In which language it is explained, and why it is safe to carry it; nothing is chosen beforehand (W-22)."""

    language = forms.ChoiceField(
        label=_("Language of the person"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose the language.")},
    )
    why = forms.ChoiceField(
        label=_("Is it safe for the person to carry a code?"),
        choices=Carry.choices,
        widget=HintedRadios(hints={Carry.UNSAFE: _("Then no code is made. Phone the partner, or go along.")}),
        help_text=_("Ask: who goes through your things, your phone, your pockets? Who asks where you were?"),
        error_messages={"required": _("Ask the person, then say why it is safe to carry it.")},
    )


class CodeForm(forms.Form):
    """What the person says at the desk."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "dir": "ltr", "autocomplete": "off"}),
        help_text=_("Nine signs. Small letters, spaces and dashes do not matter."),
        error_messages={"required": _("Type the code.")},
    )
