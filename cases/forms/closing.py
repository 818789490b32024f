"""Shapes of what is written when a case is closed, opened again, planned or waits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.closures import Doer, Reason, Result, Typology
from cases.forms.concern import choose
from cases.forms.text import CleanText
from cases.models import ADVICE_LENGTH, NOTE_LENGTH, STEP_LENGTH, WORDS_LENGTH
from cases.states import Waiting
from cases.vocabulary import Urgency
from foundation.core.pages import DayInput, HintedCheckboxes, MomentInput


def prose(
    label: object, missing: object = "", *, length: int = WORDS_LENGTH, help_text: object = "", rows: int = 3
) -> CleanText:
    """Some lines of text; needed where ``missing`` says what to do."""
    return CleanText(
        label=label, required=bool(missing), max_length=length, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}), error_messages={"required": missing} if missing else None,
    )  # fmt: skip


class CloseForm(forms.Form):
    """Why the case is closed, and what has changed for the person (HS-19)."""

    reason = choose(_("Why is the case closed?"), Reason.choices, _("Choose why the case is closed."))
    result = choose(
        _("Compared with the beginning, how is the person now?"),
        Result.choices,
        _("Say what has changed for the person."),
    )
    because = prose(_("If it is not known: why?"), help_text=_("Needed only then."), rows=2)
    unfollowed = prose(
        _("No follow-up was agreed. Why?"), help_text=_("Not needed where the person cannot be asked any more."), rows=2
    )
    words = prose(
        _("What should a colleague know who opens this case again one day?"),
        help_text=_("No word on who caused the harm."),
    )

    def __init__(self, *args: Any, was_followed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if was_followed:
            del self.fields["unfollowed"]


class AnswerForm(forms.Form):
    """What is missing before the case can be closed."""

    answer = prose(_("What is missing?"), _("Write what is missing, for the person who asked."))


class ReopenForm(forms.Form):
    """Why the case is opened again."""

    words = prose(_("Why is it opened again?"), _("Write why it is opened again."), length=NOTE_LENGTH)


class UrgencyForm(forms.Form):
    """How pressing it is now."""

    urgency = choose(_("How urgent is it?"), Urgency.choices, _("Choose how urgent it is."))
    reason = prose(
        _("Why it is less pressing now"), help_text=_("Needed only then. Write the reason, not the story."), rows=2
    )


class StepForm(forms.Form):
    """A step that was agreed with the person."""

    what = prose(_("What was agreed with the person?"), _("Write what was agreed."), length=STEP_LENGTH, rows=2)
    doer = choose(_("Who does it?"), Doer.choices, _("Choose who does it."))
    due_on = forms.DateField(label=_("By when"), required=False, widget=DayInput)
    kinds = forms.MultipleChoiceField(
        label=_("What is it for?"), help_text=_("If you can say. More than one is possible."), choices=Typology.choices,
        required=False, widget=HintedCheckboxes,
    )  # fmt: skip


class DropForm(forms.Form):
    """Why a step is no longer wanted."""

    why = prose(_("Why is it no longer wanted?"), _("Write why it is no longer wanted."), length=STEP_LENGTH, rows=2)


class NothingForm(forms.Form):
    """Why no step is agreed."""

    why = prose(_("Why is no step needed or wanted?"), _("Write why no step is agreed."))


class WaitForm(forms.Form):
    """Why the case waits for the person, and until when."""

    waits_for = choose(_("Why does it wait?"), Waiting.choices, _("Choose why it waits."))
    until = forms.DateTimeField(
        label=_("When is it looked at again?"), widget=MomentInput,
        error_messages={"required": _("Choose a day and a time."), "invalid": _("Choose a day and a time.")},
    )  # fmt: skip


class ConferenceForm(forms.Form):
    """What colleagues were asked and advised (R-22)."""

    held_on = forms.DateField(
        label=_("When was it held?"),
        widget=DayInput,
        error_messages={"required": _("Choose the day on which it was held.")},
    )
    who = prose(
        _("Who took part?"), _("Write this too."), length=STEP_LENGTH, rows=2,
        help_text=_("Only people who may know of this case, or who heard nothing that could tell who it is."),
    )  # fmt: skip
    question = prose(_("What was asked?"), _("Write this too."), length=ADVICE_LENGTH)
    advice = prose(_("What was advised, and what follows from it?"), _("Write this too."), length=ADVICE_LENGTH)
    is_person_asked = forms.BooleanField(label=_("The person knows that colleagues were asked"), required=False)
