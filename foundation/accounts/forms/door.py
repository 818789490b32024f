"""Accepting the code of conduct."""

from django import forms
from django.utils.translation import gettext_lazy as _


class Conduct(forms.Form):
    """Nothing is ticked beforehand; the version is the one that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    accept = forms.BooleanField(
        label=_("I have read and understood this, and I will act by it."),
        error_messages={"required": _("Tick the box if you accept. Without it you cannot go on.")},
    )
