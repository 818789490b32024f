"""What people decide on a suggestion, and on what became of a risk. Nothing is chosen at the start."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms.concern import choose
from cases.vocabulary import Urgency
from riskanalysis.actions import Choice
from riskanalysis.anchors import WARNINGS
from riskanalysis.forms.assessment import words
from riskanalysis.risk_words import level_words
from riskanalysis.risks import LEVELS, UNKNOWN, Told
from riskanalysis.suggesting import LEVEL, URGENCY, Suggestion

PREFIX = "reason_"


class DecideForm(forms.Form):
    """The level, the urgency, and a reason for each thing that does not fit."""

    level = choose(gettext_lazy("Which level do you confirm?"), [], gettext_lazy("Choose a level."))
    urgency = choose(
        gettext_lazy("How urgent is the case now?"), Urgency.choices, gettext_lazy("Choose how urgent it is.")
    )

    def __init__(self, made: Suggestion, *args: Any, known: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["level"]
        field.choices = [
            (UNKNOWN, level_words(made.span)) if level is None else (str(level), f"{level} · {LEVELS[level]}")
            for level in made.choices
        ]
        for code in made.warnings:
            self.fields[f"{PREFIX}{code}"] = words(WARNINGS[code])
        self.fields[f"{PREFIX}{LEVEL}"] = words(WARNINGS[LEVEL], _("Only if you choose a lower level."))
        self.fields[f"{PREFIX}{URGENCY}"] = words(WARNINGS[URGENCY], _("Only if you choose a lower urgency."))
        for name in self.fields:
            self.initial.setdefault(name, (known or {}).get(name.removeprefix(PREFIX), ""))

    @property
    def choice(self) -> Choice:
        """What the action takes."""
        data = self.cleaned_data
        level = None if data["level"] == UNKNOWN else int(data["level"])
        reasons = {name.removeprefix(PREFIX): text for name, text in data.items() if name.startswith(PREFIX) and text}
        return Choice(level, data["urgency"], reasons)


class SignForm(forms.Form):
    """The second person's answer."""

    answer = choose(
        gettext_lazy("Do you agree to the lower level?"),
        [("yes", gettext_lazy("Yes, I have read it and agree")), ("no", gettext_lazy("No, give it back"))],
        gettext_lazy("Choose your answer."),
    )
    why = words(gettext_lazy("If not: why?"))


class OutcomeForm(forms.Form):
    """Why it is not known what became of the risk."""

    why = words(
        gettext_lazy("Why is it not known?"), gettext_lazy("Such as: the person moved and cannot be reached safely.")
    )


class HelpForm(forms.Form):
    """What came of telling the person about medical help."""

    answer = choose(gettext_lazy("What came of it?"), Told.choices, gettext_lazy("Choose an answer."))
