"""What a partner's worker answers; the same verbs and codes as in the API."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.forms.concern import choose
from cases.forms.text import CleanText
from consent.vocabulary import InterpreterNeed
from foundation.core.pages import DayInput, MomentInput
from referrals.appointing import RESULT_CHOICES, WHERE_LENGTH, Meeting, TellBy, Venue
from referrals.attempting import Attempt, Outside, Way
from referrals.items import ITEM_CHOICES, ItemReason
from referrals.models import REASON_LENGTH
from referrals.vocabulary import Confirmation, DeclineReason, OwnGround, ServiceOutcome


class NothingForm(forms.Form):
    """No words are needed: acknowledge, accept, start, resume."""


class AskForm(forms.Form):
    """A question."""

    text = CleanText(
        label=_("Your question"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Ask only what you need to decide. Do not ask who caused the harm."),
        error_messages={"required": _("Write your question.")},
    )


class AttemptForm(forms.Form):
    """One attempt to reach the person."""

    at = forms.DateTimeField(
        label=_("When did you try?"), widget=MomentInput(attrs={"class": "govuk-input--width-20"}),
        error_messages={"required": _("Say when you tried: after you accepted, and not after now.")},
    )  # fmt: skip
    way = choose(_("How did you try?"), Way.choices, _("Say how you tried."))
    is_within = choose(
        _("Was it within the times that the person calls safe?"),
        [("yes", pgettext_lazy("safe times", "Yes")), ("no", _("No: this can put the person at risk"))],
        _("Say whether it was within the safe times."),
    )
    outside = choose(_("If not: why?"), Outside.choices, "", required=False)

    def clean(self) -> dict[str, Any]:
        """The attempt, as the action takes it."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        return {"tried": Attempt(data["at"], data["way"], data["is_within"] == "yes", data.get("outside", ""))}


class AppointmentForm(forms.Form):
    """When and where the service meets the person, and how they learn of it."""

    at = forms.DateTimeField(
        label=_("When is it?"), widget=MomentInput(attrs={"class": "govuk-input--width-20"}),
        error_messages={"required": _("Choose a time that is still ahead, within a year.")},
    )  # fmt: skip
    venue = choose(_("Where is it?"), Venue.choices, _("Say where it is."))
    where = CleanText(
        label=_("If it is somewhere else: where?"), required=False, max_length=WHERE_LENGTH,
        help_text=_("Only what is needed to find it. No name, and nothing of why the person comes."),
    )  # fmt: skip
    tell_by = choose(
        _("How does the person learn of it?"), TellBy.choices, _("Say how the person learns of it."),
        hints={TellBy.SAFE_WAY: _("Keep to the safe times, and leave no message where none may be left.")},
    )  # fmt: skip
    interpreter = choose(
        _("Is an interpreter needed?"), InterpreterNeed.choices, _("Say whether an interpreter is needed.")
    )

    def clean(self) -> dict[str, Any]:
        """The appointment, as the action takes it."""
        data: dict[str, Any] = super().clean() or {}
        return data if self.errors else {"meeting": Meeting(**data)}


class AppointmentResultForm(forms.Form):
    """What came of the appointment ahead."""

    result = choose(_("What came of it?"), RESULT_CHOICES, _("Say what came of the appointment."))


class RequestItemForm(forms.Form):
    """One item more, and what it is needed for."""

    item = choose(_("What do you need?"), ITEM_CHOICES, _("Choose what you need."))
    reason = choose(_("What is it needed for?"), ItemReason.choices, _("Say what it is needed for."))


class HoldForm(forms.Form):
    """Until when it rests."""

    until = forms.DateField(
        label=_("Until which day?"), widget=DayInput(attrs={"class": "govuk-input--width-10"}),
        help_text=_("Then you are reminded to go on with it."),
        error_messages={"required": _("Choose a day within the next three months.")},
    )  # fmt: skip


class DeclineForm(forms.Form):
    """Why not."""

    reason = forms.ChoiceField(
        label=_("Why do you decline?"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )


class OutcomeForm(forms.Form):
    """What came of the service, and a short report."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=ServiceOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of it.")},
    )
    text = CleanText(
        label=_("Short report"), required=False, max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 4})
    )


class ConfirmForm(forms.Form):
    """What was done after the consent was taken back; what is kept needs its ground, and why."""

    confirmation = forms.ChoiceField(
        label=_("What did you do?"),
        choices=Confirmation.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you did.")},
    )
    ground = forms.ChoiceField(
        label=_("If you keep some of it: on what ground?"),
        choices=OwnGround.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    text = CleanText(
        label=_("What do you keep, why, and for how long?"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person is told this. Do not repeat what you know of them."),
    )

    def clean(self) -> dict[str, Any]:
        """Keeping something needs both."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("confirmation") == Confirmation.RETAINED:
            if not data.get("ground"):
                self.add_error("ground", _("Choose the ground on which it is kept."))
            if not data.get("text"):
                self.add_error("text", _("Write what is kept, why, and for how long."))
        return data


FORMS: dict[str, type[forms.Form]] = {
    **dict.fromkeys(("acknowledge", "accept", "start", "resume", "unable-to-reach"), NothingForm),
    "hold": HoldForm,
    "attempt": AttemptForm,
    "request-item": RequestItemForm,
    "appointment": AppointmentForm,
    "appointment-result": AppointmentResultForm,
    "ask": AskForm,
    "decline": DeclineForm,
    "complete": OutcomeForm,
    "not-complete": OutcomeForm,
    "confirm-withdrawal": ConfirmForm,
}
