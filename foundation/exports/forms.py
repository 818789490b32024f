"""What somebody says who asks for a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.core.pages import HintedCheckboxes
from foundation.exports.actions import Wish
from foundation.exports.models import WHY_LENGTH
from foundation.exports.sources import Source
from foundation.exports.states import Format, Reason


class AskForm(forms.Form):
    """Which rows, which columns, in which form, and what for. The fewest columns are chosen at the start."""

    scope = forms.ChoiceField(
        label=_("Which part?"), widget=forms.RadioSelect, error_messages={"required": _("Choose which part.")}
    )
    columns = forms.MultipleChoiceField(
        label=_("Which columns?"),
        help_text=_("Take only what you need. What is not taken out cannot be lost."),
        error_messages={"required": _("Choose at least one column.")},
    )
    format = forms.ChoiceField(label=_("Which kind of file?"), choices=Format.choices, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("What is it needed for?"),
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is needed for.")},
    )
    why = forms.CharField(
        label=_("In a sentence or two: for whom, until when, and how is it kept?"),
        help_text=_("Whoever allows it reads this. No names of people who are helped."),
        max_length=WHY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say for whom, until when and how it is kept.")},
    )

    def __init__(self, source: Source, actor: Any, *args: Any, **kwargs: Any) -> None:
        self.source = source
        columns = [c for c in source.columns if not c.tells_who or source.may_tell_who(actor)]
        super().__init__(*args, **kwargs)
        self.initial = {"columns": [c.code for c in columns if c.is_first], "format": Format.XLSX}
        hints = {c.code: _("Tells who somebody is. Only where the person agreed.") for c in columns if c.tells_who}
        choices = [(c.code, c.label) for c in columns]
        self.fields["scope"].choices = list(source.scopes.items())  # type: ignore[attr-defined]
        self.fields["columns"].widget = HintedCheckboxes(hints=hints)
        self.fields["columns"].choices = choices  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        """What was said, checked."""
        data = self.cleaned_data
        return Wish(
            self.source.code, data["scope"], data["columns"], Format(data["format"]), data["reason"], data["why"]
        )
