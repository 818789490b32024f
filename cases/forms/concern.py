"""The steps of the quick concern, in the volunteer's words (R-34, R-39)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cases.forms.text import CleanText
from cases.models import SUMMARY_LENGTH
from cases.vocabulary import Category, Flag, ReporterKind, Setting
from consent.vocabulary import Answer, Channel, ContactMethod, Interpreter, Mode, Withholding, Witness
from foundation.core.pages import HintedCheckboxes, HintedRadios

NONE = "none"
SHORT = 120
NEEDS_VALUE = {ContactMethod.PHONE, ContactMethod.MESSAGE, ContactMethod.THROUGH}


def _strong(text: Any, emphasis: Any) -> Any:
    """A hint whose second sentence must not be missed."""
    return lazy(lambda: format_html("{} <strong>{}</strong>", text, emphasis), str)()


class Revision(forms.IntegerField):
    """The saved state that the page was made from; whatever is not a number is the state of no page."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> int:
        """The number, or -1."""
        try:
            number = super().to_python(value)
        except ValidationError:
            return -1
        return -1 if number is None else number


class Step(forms.Form):
    """One page of the draft."""

    revision = Revision(required=False)


def choose(label: Any, choices: Any, missing: Any, *, hints: Any = None, required: bool = True) -> forms.ChoiceField:
    """Radios of which none is chosen for the person."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=HintedRadios(hints=hints),
        required=required,
        error_messages={"required": missing},
    )


class Limits(Step):
    """Nothing is asked before this was said."""

    said = forms.BooleanField(
        label=_("I have said this aloud, and the person understood it"),
        error_messages={"required": _("First say this to the person, then tick the box.")},
    )
    channel = forms.ChoiceField(
        label=_("How was it given?"), choices=Channel.choices, widget=forms.RadioSelect, required=False
    )


class Where(Step):
    """Who is speaking, and where."""

    reporter_kind = choose(_("Who is speaking?"), ReporterKind.choices, _("Choose who is speaking."))
    setting = choose(_("Where are you?"), Setting.choices, _("Choose where you are."))


class Danger(Step):
    """Immediate danger. That there is none is an answer of its own."""

    flags = forms.MultipleChoiceField(
        label=_("Is anyone in immediate danger?"),
        help_text=_("Choose all that you see or hear. Do not ask for details."),
        choices=[*Flag.choices, (NONE, _("None of these"))],
        widget=HintedCheckboxes,
        error_messages={"required": _("Choose what you see or hear, or “None of these”.")},
    )

    def clean_flags(self) -> list[str]:
        """The flags; an empty list if "none of these" was chosen."""
        chosen: list[str] = self.cleaned_data["flags"]
        if NONE in chosen and len(chosen) > 1:
            raise ValidationError(_("Choose either what you see or hear, or “None of these”."))
        return [flag for flag in chosen if flag != NONE]


class Words(Step):
    """What the person chose to say."""

    summary = CleanText(
        label=_("What did the person tell you, in their words?"),
        help_text=_strong(
            _("Write down only what the person chooses to tell you. Do not ask for details of what happened."),
            _("Leave out names, phone numbers and who caused the harm."),
        ),
        max_length=SUMMARY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write a sentence on what the person told you.")},
    )
    category = forms.ChoiceField(
        label=_("What is it mostly about?"),
        help_text=_("Your impression is enough. The focal point looks at it again."),
        choices=[("", _("I would rather not say")), *Category.choices],
        required=False,
    )


class Wishes(Step):
    """What the person wants; it guides every next step."""

    wishes = CleanText(
        label=_("What does the person want to happen?"),
        help_text=_(
            "In their words, and what they do not want as well. Leave it empty if they did not say. Promise nothing."
        ),
        max_length=SUMMARY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class Agreement(Step):
    """The person's own answer; none is chosen at the start (HS-03)."""

    answer = choose(
        _("May we pass this on to the protection focal point?"),
        [(Answer.GRANTED, _("The person agrees")), (Answer.REFUSED, _("The person refuses"))],
        _("Choose what the person answered."),
        hints={
            Answer.GRANTED.value: _("The focal point reads what is written here and decides who helps."),
            Answer.REFUSED.value: _("Only an anonymous concern remains. What was written down is destroyed."),
        },
    )
    mode = choose(_("How did the person answer?"), Mode.choices, _("Choose how the person answered."))
    interpreter = choose(
        _("Who interpreted?"),
        Interpreter.choices,
        _("Choose who interpreted, or that nobody had to."),
    )
    witness = forms.ChoiceField(
        label=_("If there was a witness: who?"), choices=[("", _("Nobody")), *Witness.choices], required=False
    )
    reason = forms.ChoiceField(
        label=_("If the person refuses and says why"),
        help_text=_("Never ask for a reason."),
        choices=[("", _("No reason was given")), *Withholding.choices],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """A reason belongs to a refusal only."""
        data = super().clean() or {}
        if data.get("answer") != Answer.REFUSED:
            data["reason"] = ""
        return data


class Contact(Step):
    """How to reach the person without putting them at risk."""

    alias = CleanText(
        label=_("What should we call the person?"),
        help_text=_("Any name the person likes. It need not be the real one."),
        max_length=SHORT,
        required=False,
    )
    method = choose(
        _("What is a safe way to reach the person?"), ContactMethod.choices, _("Choose a way, or that there is none.")
    )
    value = CleanText(
        label=_("Number, or where and through whom"),
        help_text=_("Only what the person says is safe."),
        max_length=SHORT,
        required=False,
    )
    safe_times = CleanText(
        label=_("When is it safe?"),
        help_text=_("For example: weekdays 10:00–12:00"),
        max_length=SHORT,
        required=False,
    )
    may_leave_message = forms.BooleanField(label=_("A message may be left"), required=False)

    def clean(self) -> dict[str, Any]:
        """A phone, a message or a go-between needs a number or a name."""
        data = super().clean() or {}
        if data.get("method") in NEEDS_VALUE and not data.get("value") and "value" not in self.errors:
            self.add_error("value", ValidationError(_("Write how to reach the person in this way."), code="required"))
        return data

    @property
    def person(self) -> dict[str, Any]:
        """The cleaned answers as the person's ``alias`` and ``safe_contact``."""
        contact = {key: self.cleaned_data[key] for key in ("method", "value", "safe_times", "may_leave_message")}
        return {"alias": self.cleaned_data["alias"], "safe_contact": contact}
