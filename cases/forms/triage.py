"""What a focal point decides at triage (R-23, R-29, R-40)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.forms.concern import choose
from cases.forms.handing import load_reason
from cases.forms.text import CleanText
from cases.models import SUMMARY_LENGTH, Concern
from cases.vocabulary import Exposure, HarmForm, Outcome, Urgency
from foundation.core.pages import HintedCheckboxes

HINTS = {
    Outcome.CASE.value: _("Somebody follows up with the person. The clock for them starts now."),
    Outcome.REDIRECTED.value: _("The person gets the contact and decides alone. It is not a referral."),
    Outcome.INFORMATION.value: _("The person was told what they wanted to know."),
    Outcome.ISSUE.value: _("Choose the issue below. Nobody is followed up by it."),
    Outcome.NO_CONSENT.value: _("A refusal is an answer. Only the person can reopen this."),
}


FOR_A_CASE = ("owner", "load_reason", "exposure", "harm_forms")
Choices = list[tuple[Any, str]]


class Triage(forms.Form):
    """Urgency and outcome are chosen by a person; the suggestion is only marked."""

    urgency = choose(_("How urgent is it?"), Urgency.choices, _("Choose how urgent it is."))
    reason = CleanText(
        label=_("Why it is less urgent than suggested"),
        help_text=_("Needed only then. Write the reason, not the story."),
        max_length=SUMMARY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    outcome = choose(_("What happens next?"), Outcome.choices, _("Choose what happens next."), hints=HINTS)
    owner = forms.TypedChoiceField(
        label=_("Who follows up?"),
        help_text=_("For a case. Only people who are there now are listed."),
        coerce=int,
        empty_value=None,
        required=False,
    )
    load_reason = load_reason()
    exposure = choose(
        _("For a case: does it happen, or may it happen?"), Exposure.choices, _("Choose one."), required=False
    )
    harm_forms = forms.MultipleChoiceField(
        label=_("For a case: which form of harm?"), choices=HarmForm.choices, widget=HintedCheckboxes, required=False
    )
    contact = CleanText(
        label=_("Which contact was given?"),
        help_text=_("For a contact that was given without an assessment."),
        max_length=SUMMARY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    issue = forms.ChoiceField(
        label=_("Behind which issue does it stand?"),
        help_text=_("For a problem of many. Describe the issue first if it is not listed."),
        required=False,
    )

    def __init__(self, data: Any, *, concern: Concern, owners: Choices, issues: Choices, why: str) -> None:
        super().__init__(data)
        self.fields["owner"].choices = [("", _("Choose a person")), *owners]  # type: ignore[attr-defined]
        self.fields["issue"].choices = [("", _("Choose")), *issues]  # type: ignore[attr-defined]
        self.fields["urgency"].widget.hints = {concern.suggestion.value: why}
        shut, without = (Outcome.CASE, FOR_A_CASE) if concern.is_anonymous else (Outcome.ISSUE, ("issue",))
        kept = [choice for choice in Outcome.choices if choice[0] != shut]
        self.fields["outcome"].choices = kept  # type: ignore[attr-defined]
        for name in without:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """A case says what kind of harm it is about (R-23)."""
        data = super().clean() or {}
        if data.get("outcome") == Outcome.CASE:
            for name, missing in (("exposure", _("Choose one.")), ("harm_forms", _("Choose at least one."))):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError(missing, code="required"))
        return data
