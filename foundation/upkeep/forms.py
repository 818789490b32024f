"""Why a message is let go."""

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.core.pages import HintedRadios
from foundation.upkeep.vocabulary import GivenUp


class GiveUp(forms.Form):
    """One reason of three; no words of one's own."""

    reason = forms.ChoiceField(
        label=_("Why it need not arrive"),
        choices=GivenUp.choices,
        widget=HintedRadios(
            hints={GivenUp.TOLD: _("Somebody phoned or spoke to them, and knows that they understood.")}
        ),
        error_messages={"required": _("Choose a reason.")},
    )
