"""What people say about their own seats."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Appointment, Role, Unit, User
from foundation.core.pages import MomentInput


class Away(forms.Form):
    """Until when somebody else does the work of a seat. The time is the seat's unit's own."""

    appointment = forms.UUIDField(widget=forms.HiddenInput)
    until = forms.DateTimeField(
        label=_("Away until"),
        widget=MomentInput(attrs={"class": "govuk-input--width-20"}),
        error_messages={
            "required": _("Say when you are back."),
            "invalid": _("Give the day and the time of your return."),
        },
    )


class Known(forms.ModelForm):  # type: ignore[type-arg]
    """What an administrator may change of a person."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = ("name", "language")


class Invitation(Known):
    """A new person: no password is typed by anybody but themselves."""

    class Meta(Known.Meta):
        fields: ClassVar[tuple[str, ...]] = ("email", "name", "language")

    def clean_email(self) -> str:
        """Lower case, as it is stored."""
        return str(self.cleaned_data["email"]).lower()


class Proposal(forms.ModelForm):  # type: ignore[type-arg]
    """A person for a seat; without effect until somebody else confirms."""

    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.exclude(organisation__kind="house"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    class Meta:
        model = Appointment
        fields = ("user", "unit", "role", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            self.fields["user"].queryset = User.objects.filter(is_machine=False)  # type: ignore[attr-defined]
