"""Shapes of what is asked when a case changes hands."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.closures import HandDecline, HandReason
from cases.forms.closing import prose
from cases.forms.concern import choose
from cases.forms.text import CleanText
from cases.models import Case
from cases.policy import WORKERS
from foundation.accounts.models import Appointment, Unit, User


def load_reason() -> CleanText:
    """Why somebody gets more cases than one person should have (W-14)."""
    return prose(
        _("Why this person, who has many cases already"), rows=2,
        help_text=_("Needed only if they have more open cases than one person should have."),
    )  # fmt: skip


def people(organisation: Any) -> Any:
    """Who works on cases in an organisation now."""
    seated = Appointment.objects.in_force().filter(seat__role__in=WORKERS, seat__unit__organisation=organisation)
    return User.objects.filter(pk__in=seated.values("user"), is_active=True, is_machine=False).order_by("name")


class TakeForm(forms.Form):
    """Who follows the case up from now on."""

    owner = forms.ModelChoiceField(
        label=_("Who follows this case up from now on?"), queryset=User.objects.none(),
        error_messages={"required": _("Choose a person."), "invalid_choice": _("Choose a person.")},
    )  # fmt: skip
    load_reason = load_reason()

    def __init__(self, unit: Unit, *args: Any, without: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people(unit.organisation_id).exclude(pk=without)  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """Why the case is not taken on."""

    reason = choose(_("Why is it not taken on?"), HandDecline.choices, _("Choose why it is not taken on."))


class OtherForm(forms.Form):
    """Why somebody else should follow it up."""

    reason = choose(_("Why should somebody else follow it up?"), HandReason.choices, _("Choose why."))


class TransferForm(forms.Form):
    """Which unit is asked to take the case over, and why."""

    unit = forms.ModelChoiceField(
        label=_("Which unit should take it over?"), queryset=Unit.objects.none(),
        error_messages={"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")},
    )  # fmt: skip
    reason = choose(_("Why?"), HandReason.choices, _("Choose why."))

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(organisation=case.unit.organisation_id).exclude(pk=case.unit_id)
        self.fields["unit"].queryset = units.order_by("name")  # type: ignore[attr-defined]


class CeilingForm(forms.Form):
    """How many open cases one person should have at most."""

    most = forms.IntegerField(
        label=_("How many open cases should one person have at most?"), min_value=1, max_value=500,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-5", "spellcheck": "false"}),
        error_messages={"required": _("Write a number from 1 on."), "invalid": _("Write a number from 1 on.")},
    )  # fmt: skip
