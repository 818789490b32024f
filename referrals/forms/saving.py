"""What is written when a life depends on it and the ordinary way is shut (HS-10)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms.concern import choose
from foundation.accounts.models import Unit
from foundation.core.pages import TimeInput
from referrals.actions.saving import Call
from referrals.forms.referral import PrepareForm, long_text
from referrals.saving_terms import WAYS, Answerer


class SavingForm(PrepareForm):
    """Beside what every referral says: who answered the phone there today, when, and why a life depends on it."""

    called_at = forms.TimeField(
        label=_("At what time did you phone there today?"), widget=TimeInput(attrs={"class": "govuk-input--width-5"}),
        error_messages={"required": _("Phone there today, before you write this.")},
    )  # fmt: skip
    answered_by = choose(_("Who answered, in their role?"), Answerer.choices, _("Say who answered the phone there."))
    why = long_text(
        _("Why does a life depend on it?"), missing=_("Write why a life depends on it."),
        hint=_("Somebody who had no part in this reads it within three days."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        way: Any = self.fields.get("channel")
        if way is not None:
            way.choices, way.initial, way.required = [(way.value, way.label) for way in WAYS], None, True
            way.error_messages["required"] = _("Choose how the partner is told.")

    def call(self, unit: Unit) -> Call:
        """The call as the action takes it, on today's date of the unit."""
        data, zone = self.cleaned_data, ZoneInfo(unit.time_zone)
        at = datetime.combine(timezone.localdate(timezone=zone), data["called_at"], zone)
        return Call(data["answered_by"], at, data["why"])


class LookBackForm(forms.Form):
    """What somebody found who had no part in it."""

    was_right = choose(
        _("Was it right to go this way?"),
        [("yes", _("Yes, a life depended on it")), ("no", _("No, the ordinary way, or another service, was there"))],
        _("Say whether it was right."),
    )
    review = long_text(
        _("What did you find?"), missing=_("Write what you found."),
        hint=_("What came of it, and what is to be done so that the ordinary way is open next time."),
    )  # fmt: skip

    def __init__(self, *args: Any, is_open: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_open:
            del self.fields["review"]
