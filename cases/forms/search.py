"""Looking for somebody by name or code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.text import CleanText


class Search(forms.Form):
    """One term, never in an address."""

    term = CleanText(
        label=_("A name, or the code of a case"),
        help_text=_("Any spelling and any script. Only cases that are open to you are searched."),
        max_length=120,
        error_messages={"required": _("Type a name or a code.")},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
