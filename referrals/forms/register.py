"""What those who keep the register and the directory fill in."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.text import CleanText
from consent.sources import Source
from foundation.core.pages import DayInput
from referrals.models.partner import NOTES
from referrals.partnership import BELONGS_TO, QUESTIONS, EndReason

TIERS = (
    (0, _("The preview only, nothing that names the person")),
    (1, _("Also how to reach the person")),
    (2, _("Also what is needed, and why")),
    (3, _("Also papers and the address, each on its own request")),
)


def text(label: Any, most: int, *, missing: Any = "", hint: Any = "", rows: int = 0) -> CleanText:
    """A line, or a few; needed where ``missing`` says what to write."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return CleanText(
        label=label, max_length=most, required=bool(missing), widget=widget, help_text=hint,
        error_messages={"required": missing},
    )  # fmt: skip


def radios(label: Any, choices: Any, missing: Any, hint: Any = "") -> forms.ChoiceField:
    """Radios of which none is chosen beforehand."""
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, help_text=hint, error_messages={"required": missing}
    )


def boxes(label: Any, choices: Any, hint: Any = "") -> forms.MultipleChoiceField:
    """Any number of these."""
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=hint
    )


class NothingForm(forms.Form):
    """Nothing to fill in."""


class ProposeForm(forms.Form):
    """A new organisation."""

    name = text(_("Name of the organisation"), 120, missing=_("Write the name of the organisation."))
    phone = text(_("Phone number for referrals"), 40, hint=_("Of the organisation, not of a single person."))


class VettingForm(forms.Form):
    """The checklist."""

    notes = text(
        _("Who is served, and who is not?"), NOTES, rows=3, hint=_("About the organisation. No name of a person.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, question in QUESTIONS.items():
            self.fields[code] = radios(question.text, question.answers, _("Choose an answer."), question.hint)
        of = [(source.value, Source(source).label) for source in BELONGS_TO]
        hint = _("Nothing is referred there when the threat may come from them. Leave it empty if none fits.")
        self.fields["belongs_to"] = boxes(_("Is it a part of one of these, or paid by one?"), of, hint)
        self.order_fields([*QUESTIONS, "belongs_to", "notes"])

    def said(self) -> tuple[Mapping[str, str], list[str], str]:
        """The answers, of whom it is a part, and the words."""
        data = self.cleaned_data
        return {code: data[code] for code in QUESTIONS}, data["belongs_to"], data["notes"]


class AgreementForm(forms.Form):
    """A data-sharing agreement."""

    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput, error_messages={"required": _("Choose a day.")})
    valid_until = forms.DateField(
        label=_("Valid until"), widget=DayInput, error_messages={"required": _("Choose a day.")},
        help_text=_("Within three years. After this day nothing can be sent or read."),
    )  # fmt: skip
    max_tier = forms.TypedChoiceField(
        label=_("What may it be told at most?"), choices=TIERS, coerce=int, widget=forms.RadioSelect,
        error_messages={"required": _("Choose how much may be told.")},
    )  # fmt: skip


class EndForm(forms.Form):
    """Why it stops."""

    reason = radios(_("Why?"), EndReason.choices, _("Choose a reason."))
