"""What those who keep the register fill in about partners' programs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Unit
from referrals.actions.clients import OVERLAP_DAYS
from referrals.forms.register import radios
from referrals.keys import LARGEST_ASSERTION, LARGEST_KEY

OVERLAPS = (
    (0, _("Not at all: the old one may have been stolen")), (1, _("1 day")), (7, _("7 days")),
    (OVERLAP_DAYS, _("14 days")),
)  # fmt: skip


class ProgramForm(forms.Form):
    """On whose seat a program reads."""

    def __init__(self, units: list[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        choices = [(pk, unit.name) for pk, unit in self.units.items()]
        self.fields["unit"] = radios(_("For which of its offices?"), choices, _("Choose an office."))

    @property
    def office(self) -> Unit:
        """The chosen unit."""
        return self.units[self.cleaned_data["unit"]]


class SecretForm(forms.Form):
    """How long the old secret goes on."""

    overlap = forms.TypedChoiceField(
        label=_("For how long may the old secret go on?"), choices=OVERLAPS, coerce=int, widget=forms.RadioSelect,
        error_messages={"required": _("Choose how long.")},
        help_text=_("Long enough for them to change it. It ends by itself."),
    )  # fmt: skip


def _signs(label: Any, most: int, hint: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, help_text=hint, error_messages={"required": missing},
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip


class KeyForm(forms.Form):
    """A public key and the proof that they hold its other half."""

    jwk = _signs(
        _("Public key (JWK)"), LARGEST_KEY, _("EC P-256, Ed25519, or RSA of 2048 bits or more. Never the private part."),
        _("Paste the public key."),
    )  # fmt: skip
    proof = _signs(
        _("Proof, signed with its private part"), LARGEST_ASSERTION,
        _("They make it as their guide says, at most 24 hours before."), _("Paste the proof."),
    )  # fmt: skip
