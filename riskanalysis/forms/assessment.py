"""The questions of an assessment as forms, one idea each. Nothing is chosen at the start; "not known" is an answer."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.forms.concern import NONE, choose
from cases.forms.text import CleanText
from cases.vocabulary import Exposure, Flag, Risk
from consent.sources import Source
from foundation.core.pages import HintedCheckboxes
from riskanalysis.anchors import ANCHORS, HINTS, TITLES, UNKNOWN_LABEL
from riskanalysis.questions import SINCE
from riskanalysis.risks import UNKNOWN, WORDS_LENGTH, Group, Harm, Intent, Met, Safety, Situation, Subject
from riskanalysis.scheme import INPUTS
from riskanalysis.window import LAST_HOURS

UNASKED = pgettext_lazy("score", "Not asked, or the person does not want to say")
MISSING = _("Choose an answer; “not known” is one.")


def words(label: Any, hint: Any = "") -> CleanText:
    """A few words, optional for the form; the action says where they are needed."""
    return CleanText(
        label=label, help_text=hint, required=False, max_length=WORDS_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )


class ScaleField(forms.ChoiceField):
    """A number with the words of its anchor; "not known" becomes ``None``."""

    def __init__(self, label: Any, anchors: Any, hint: Any = "", unknown: Any = UNKNOWN_LABEL) -> None:
        choices = [*((str(number), _anchored(number, text)) for number, text in anchors), (UNKNOWN, unknown)]
        super().__init__(
            label=label, choices=choices, help_text=hint, widget=forms.RadioSelect, error_messages={"required": MISSING}
        )

    def clean(self, value: Any) -> int | None:
        """The number, or ``None``."""
        chosen: str = super().clean(value)
        return None if chosen == UNKNOWN else int(chosen)

    def prepare_value(self, value: Any) -> Any:
        """What was kept, as the choice that it came from."""
        return UNKNOWN if value is None and self.was_kept else value

    was_kept = False


def _anchored(number: int, text: Any) -> Any:
    return format_lazy("{} · {}", number, text)


def scale(label: Any, name: str, hint: Any = "", unknown: Any = UNKNOWN_LABEL) -> ScaleField:
    """0 to 4 by the anchors of this name."""
    return ScaleField(label, list(enumerate(ANCHORS[name])), hint, unknown)


class ThreatForm(forms.Form):
    """Which threat it is, in codes alone."""

    risk = choose(_("Which risk is it?"), Risk.choices, _("Choose the risk."))
    source = forms.ChoiceField(
        label=_("Where does it come from?"),
        help_text=_("The kind alone. Never a name."),
        choices=[("", _("Choose")), *Source.choices],
        error_messages={"required": _("Choose where it comes from.")},
    )
    exposure = choose(_("Has it happened?"), Exposure.choices, _("Choose an answer."))
    intent = choose(_("Is it meant?"), Intent.choices, _("Choose an answer."))
    subject = choose(_("Whose risk is it?"), Subject.choices, _("Choose an answer."))


class Question(forms.Form):
    """A page of the assessment."""

    def __init__(self, *args: Any, known: dict[str, Any] | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = known or {}
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, ScaleField):
                field.was_kept = known is not None


class Danger(Question):
    """Immediate danger; and how long ago, where help has its hours."""

    flags = forms.MultipleChoiceField(
        label=TITLES["danger"],
        help_text=_("Choose all that is true now. Any of these makes the case an emergency as soon as you save."),
        choices=[*Flag.choices, (NONE, _("None of these"))],
        widget=HintedCheckboxes,
        error_messages={"required": _("Choose what is true now, or “None of these”.")},
    )
    hours = forms.IntegerField(
        label=_("If there was sexual violence: about how many hours ago?"),
        help_text=_("Medical help can do most in the first 72 and 120 hours. Leave it empty if nobody knows."),
        required=False,
        min_value=0,
        max_value=LAST_HOURS,
    )

    def __init__(self, *args: Any, known: dict[str, Any] | None = None, **kwargs: Any) -> None:
        shown = None if known is None else {**known, "flags": known["flags"] or [NONE]}
        super().__init__(*args, known=shown, **kwargs)

    def clean_flags(self) -> list[str]:
        """The flags; an empty list if "none of these" was chosen."""
        chosen: list[str] = self.cleaned_data["flags"]
        if NONE in chosen and len(chosen) > 1:
            raise ValidationError(_("Choose either what is true now, or “None of these”."))
        return [flag for flag in chosen if flag != NONE]


class Duty(Question):
    """Those whose duty it is: informative."""

    can = scale(_("What can they do?"), "can", HINTS["duty"])
    will = scale(_("What do they want to do?"), "will")
    evidence = words(_("What does this rest on?"))


class Person(Question):
    """The person's own view."""

    rating = scale(_("How bad is it, the person says?"), "rating", _("In their own view; do not correct it."), UNASKED)
    safety = ScaleField(_("How safe does the person feel?"), Safety.choices, "", UNASKED)
    words = words(_("Their words"), _("Only what they want to have written down."))


class Since(Question):
    """What happened since the last look."""

    needs = choose(_("Were the needs met?"), Met.choices, _("Choose an answer."))
    harm = choose(_("Did something new happen?"), Harm.choices, _("Choose an answer."))
    words = words(_("In a few words"))


def _input(name: str) -> type[Question]:
    fields: dict[str, Any] = {"score": scale(TITLES[name], name, HINTS[name])}
    if name == "vulnerability":
        fields["situation"] = forms.MultipleChoiceField(
            label=_("What in the situation exposes the person?"), choices=Situation.choices, required=False,
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        fields["groups"] = forms.MultipleChoiceField(
            label=_("Groups more often at risk that the person says they belong to"), choices=Group.choices,
            required=False, widget=forms.CheckboxSelectMultiple,
            help_text=_("Only if it helps to find the right service. A group is no vulnerability by itself."),
        )  # fmt: skip
    fields["evidence"] = words(
        _("What does this rest on?"), _("What you saw or were told, in a few words. Needed unless it is not known.")
    )
    return cast(type[Question], type(name.title(), (Question,), fields))


FORMS: dict[str, type[Question]] = {
    **{name: _input(name) for name in INPUTS},
    "danger": Danger, "duty": Duty, "person": Person, SINCE: Since,
}  # fmt: skip
