"""Shapes of what is written on the pages of the watch."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.watch.models.access import REASON_LENGTH
from foundation.watch.models.alert import NOTE_LENGTH
from foundation.watch.vocabulary import Ground, Why


def words(label: Any, hint: Any = "", *, is_needed: bool = True) -> forms.CharField:
    """A few lines of an officer's own words."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=NOTE_LENGTH,
        required=is_needed,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write why.")},
    )


class Look(forms.Form):
    """Nothing to fill in."""


class Explain(forms.Form):
    """Why it was in order."""

    text = words(
        _("Why was it in order?"), _("Whom you asked, and what you learned. No name of a person who is helped.")
    )


class Report(forms.Form):
    """Why it is an incident."""

    text = words(_("What happened?"), _("What is known and what was done at once. No name of a person who is helped."))


class Check(forms.Form):
    """The second look."""

    text = words(_("Note"), is_needed=False)


class Note(forms.Form):
    """Something to remember."""

    text = words(_("Note"), _("Only data-protection officers read it."))


STEPS: dict[str, type[forms.Form]] = {
    "look": Look, "explain": Explain, "report": Report, "check": Check, "note": Note,
}  # fmt: skip


class Reason(forms.Form):
    """Why so many folders are opened today."""

    why = forms.ChoiceField(
        label=_("Why do you open so many folders today?"),
        help_text=_("The data-protection officer sees your answer. It opens the next folders at once."),
        choices=Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )


class Ask(forms.Form):
    """Asking for a case that is on no list of one's own."""

    code = forms.CharField(
        label=_("The code of the case"),
        help_text=_("Six signs, such as K7F-2QX."),
        max_length=16,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
        error_messages={"required": _("Type the code.")},
    )
    ground = forms.ChoiceField(
        label=_("Why can it not wait?"),
        choices=Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    reason = forms.CharField(
        label=_("In a sentence: what must be done now, and whom you tried to reach"),
        help_text=_("Who confirms reads it. No name of the person."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why it cannot wait.")},
    )


class Confirm(forms.Form):
    """The second person confirms."""


class Refuse(forms.Form):
    """The second person refuses."""

    answer = forms.CharField(
        label=_("Why not?"),
        help_text=_("Who asked reads it."),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
