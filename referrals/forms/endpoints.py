"""What is filled in about the endpoints of a partner."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from referrals.forms.register import radios


class AddressForm(forms.Form):
    """Where messages go. Whether they may is asked when it is added, and again at each attempt."""

    url = forms.CharField(
        label=_("Address that takes messages"),
        max_length=300,
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Of the partner’s own system. It begins with https://"),
        error_messages={"required": _("Write the address.")},
    )


class RotateForm(forms.Form):
    """How long the secret before still signs."""

    overlap = radios(
        _("How long does the old secret sign too?"),
        (
            ("24", _("24 hours")), ("72", _("3 days")), ("168", _("7 days")), ("336", _("14 days")),
            ("0", _("Not at all: somebody else may know it")),
        ),
        _("Choose one of the times."),
        _("Within this time the new secret is entered there. Then the old one ends by itself."),
    )  # fmt: skip

    def for_how_long(self) -> timedelta:
        """What was chosen."""
        return timedelta(hours=int(self.cleaned_data["overlap"]))


class ReplayForm(forms.Form):
    """Since when."""

    hours = radios(
        _("Since when?"),
        (
            ("1", _("The last hour")), ("24", _("The last day")), ("72", _("The last 3 days")),
            ("168", _("The last 7 days")), ("720", _("The last 30 days")),
        ),
        _("Choose one of the times."),
    )  # fmt: skip

    def for_how_long(self) -> timedelta:
        """What was chosen."""
        return timedelta(hours=int(self.cleaned_data["hours"]))
