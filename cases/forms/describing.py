"""Shapes of what is said of a case when there is time for it: all of it optional."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.adapting import QUESTIONS, Difficulty
from cases.forms.closing import prose
from cases.forms.concern import choose
from cases.issue_words import Right
from cases.vocabulary import Context
from foundation.core.pages import HintedCheckboxes


class ContextForm(forms.Form):
    """In which context it arose, and what is at stake (R-03, R-10)."""

    context = choose(_("In which context did it arise?"), Context.choices, "", required=False)
    rights = forms.MultipleChoiceField(
        label=_("Which rights are at stake?"), choices=Right.choices, required=False, widget=HintedCheckboxes
    )


class FunctioningForm(forms.Form):
    """The six questions as they are read out; none has to be answered. ``is_hard`` asks for a reason (W-20)."""

    def __init__(self, *args: Any, is_hard: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, question in QUESTIONS.items():
            self.fields[code] = choose(question, Difficulty.choices, "", required=False)
        if is_hard:
            self.fields["reason"] = prose(
                _("Why is it asked here, and how does it help the person?"), help_text=_("Kept in the history."), rows=2
            )

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, by question."""
        return {code: self.cleaned_data[code] for code in QUESTIONS}
