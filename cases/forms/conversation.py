"""How a conversation about consent was held (domain.md §5.4; HS-03, W-08, W-09): nothing is chosen at the start."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.case import language_choices
from cases.forms.text import CleanText
from consent.vocabulary import (
    Channel,
    CopyOffer,
    Element,
    Interpreter,
    Mode,
    Obstacle,
    Preference,
    Presence,
    Witness,
)
from foundation.core.pages import HintedCheckboxes, MomentInput

CHOOSE = _("Choose")
ME, COLLEAGUE = "me", "colleague"
REASON_LENGTH = 300


def _select(label: Any, choices: Any, missing: Any = "", hint: Any = "", none: Any = CHOOSE) -> forms.ChoiceField:
    """A list of choices, none of them chosen; without ``missing`` it may stay so."""
    return forms.ChoiceField(
        label=label, choices=[("", none), *choices], help_text=hint, required=bool(missing),
        error_messages={"required": missing} if missing else {},
    )  # fmt: skip


def _reason(label: Any) -> forms.CharField:
    return CleanText(label=label, required=False, max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2}))


class How(forms.Form):
    """The facts of the conversation itself."""

    explained_by = forms.ChoiceField(
        label=_("Who explained it and heard the answers?"),
        choices=[(ME, _("I did")), (COLLEAGUE, _("A colleague, and I was not there"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say who held this conversation.")},
    )
    held_at = forms.DateTimeField(
        label=_("When, if it was not just now"),
        widget=MomentInput,
        required=False,
        help_text=_("Today or yesterday. Leave it empty for now."),
        error_messages={"invalid": _("Write a day and a time.")},
    )
    elements = forms.MultipleChoiceField(
        label=_("What you explained"),
        choices=Element.choices,
        widget=HintedCheckboxes,
        required=False,
        help_text=_("Tick each one when you have said it."),
    )
    channel = _select(_("How the explanation was given"), Channel.choices, _("Choose how the explanation was given."))
    language = forms.ChoiceField(label=_("Language of the conversation"), choices=language_choices)
    mode = _select(_("How the answers were given"), Mode.choices, _("Choose how the answers were given."))
    witness = _select(_("Witness"), Witness.choices, none=_("Nobody"))
    interpreter = _select(
        _("Interpreter"),
        Interpreter.choices,
        _("Choose who interpreted."),
        _("Never a relative, a child or somebody of the authorities."),
    )
    is_interpreter_bound = forms.BooleanField(
        label=_("The interpreter promised to keep everything secret"), required=False
    )
    interpreter_sex = _select(
        _("Was the interpreter a woman or a man, as the person wanted?"), Preference.choices, none=_("No interpreter")
    )
    interpreter_reason = _reason(_("If not: why did you go on?"))
    is_private = forms.TypedChoiceField(
        label=_("Could nobody else hear?"),
        choices=[("", _("Choose")), ("yes", _("Nobody else could hear")), ("no", _("Others were near"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        error_messages={"required": _("Say whether others could hear.")},
    )
    present = forms.MultipleChoiceField(
        label=_("Who else was there?"),
        choices=Presence.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        required=False,
    )
    place_reason = _reason(_("If others could hear or were there: why did you go on?"))
    copy = _select(
        _("A copy on paper was offered"),
        CopyOffer.choices,
        hint=_("Paper can be found by somebody who must not see it. Ask where it would be kept."),
        none=_("Not offered"),
    )

    @property
    def is_unusual(self) -> bool:
        """Whether a witness, somebody else or another time was written down, so that the page does not fold it away."""
        names = ("witness", "present", "place_reason", "held_at")
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def has_interpreter(self) -> bool:
        """Whether something was written down of an interpreter."""
        names = ("is_interpreter_bound", "interpreter_sex", "interpreter_reason")
        is_chosen = self["interpreter"].value() not in (None, "", Interpreter.NONE)
        return is_chosen or any(self[name].value() or self[name].errors for name in names)

    def how(self) -> dict[str, Any]:
        """What ``record`` keeps of it; the reasons stand under the number of their warning."""
        names = ("elements", "language", "mode", "witness", "interpreter", "is_private", "present", "copy")
        data = self.cleaned_data
        has_interpreter = data["interpreter"] != Interpreter.NONE
        reasons = {"W-09": data["place_reason"], "W-08": data["interpreter_reason"] if has_interpreter else ""}
        return {
            **{name: data[name] for name in names},
            "is_interpreter_bound": data["is_interpreter_bound"] if has_interpreter else None,
            "interpreter_sex": data["interpreter_sex"] if has_interpreter else "",
            "reasons": {code: text for code, text in reasons.items() if text} or None,
        }


class ObstacleForm(forms.Form):
    """Why the person could not be asked."""

    obstacle = forms.ChoiceField(
        label=_("Why could the person not be asked?"),
        choices=Obstacle.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the person could not be asked.")},
    )


class CopyForm(forms.Form):
    """Whether paper is safe, and whether it names anybody (W-22)."""

    is_safe = forms.BooleanField(
        label=_("The person wants it now and has a place for it where nobody else looks"),
        error_messages={"required": _("Ask the person first. Without a safe place there is no copy.")},
    )
    names = forms.ChoiceField(
        label=_("Who is named on it?"),
        choices=[("no", _("Nobody: what was agreed, and until when")), ("yes", _("The organisations too"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether organisations are named.")},
    )

    def __init__(self, *args: Any, is_wanted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_wanted = is_wanted
