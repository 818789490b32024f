"""What whoever decides on a person's request writes, and what is said when it is carried out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consent.models import DataSubjectRequest
from consent.models.request import WORDS_LENGTH
from consent.rights import UNCHECKED, VOICES, Identity, Refusal, Right, Ruling
from consent.vocabulary import Told


class DecideForm(forms.Form):
    """Granted or refused; a refusal needs its reason from the list, and words that can be said to the person."""

    ruling = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=Ruling.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is decided.")},
    )
    refusal = forms.ChoiceField(
        label=_("If it is refused: why?"), choices=Refusal.choices, widget=forms.RadioSelect, required=False
    )
    answer = forms.CharField(
        label=_("In words that can be said to the person"),
        help_text=_("Whoever works on the case reads it, and tells the person. No name of anybody else."),
        max_length=WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, asked: DataSubjectRequest, data: Any = None) -> None:
        super().__init__(data)
        if asked.kind in VOICES:
            self.fields["ruling"].choices = [  # type: ignore[attr-defined]
                (Ruling.GRANTED, _("They are right, wholly or in part")),
                (Ruling.REFUSED, _("It was looked into, and is not founded")),
            ]
        if asked.kind == Right.ERASURE:
            only = [(Ruling.REFUSED, Ruling.REFUSED.label)]
            self.fields["ruling"].choices = only  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """It is carried out; does the person know?"""

    told = forms.ChoiceField(
        label=_("Was the person told?"),
        choices=Told.choices,
        widget=forms.RadioSelect,
        help_text=_("Use only the safe way and the safe times. If it is not safe, do not try."),
        error_messages={"required": _("Choose whether the person was told.")},
    )


class IdentityForm(forms.Form):
    """How it was made sure that it is the person."""

    identity = forms.ChoiceField(
        label=_("How did you make sure that it is the person?"),
        help_text=_("No more than the matter needs. Keep no copy of a document."),
        choices=[(i.value, i.label) for i in Identity if i not in UNCHECKED],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you made sure that it is the person.")},
    )
