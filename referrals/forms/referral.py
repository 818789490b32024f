"""What the referring side writes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.text import CleanText
from referrals.actions.referring import Feedback
from referrals.forms.partner import ConfirmForm
from referrals.items import ItemRefusal
from referrals.listing import AnywayReason, Channel, Got, Unverified, WasSafe
from referrals.models import REASON_LENGTH
from referrals.vocabulary import CHOSEN, ServiceType


def long_text(label: Any, *, required: bool = True, missing: Any = "", hint: Any = "") -> CleanText:
    """Words of some length; ``missing`` is said where there are none."""
    widget, errors = forms.Textarea(attrs={"rows": 4}), {"required": missing}
    return CleanText(
        label=label, required=required, max_length=REASON_LENGTH, widget=widget, help_text=hint, error_messages=errors
    )


class PrepareForm(forms.Form):
    """Why the service is needed, and what stays here although the person agreed to it."""

    reason = long_text(
        _("What is needed, and why?"),
        missing=_("Write what is needed, and why."),
        hint=_("Only what the service needs to help. No word on who caused the harm."),
    )
    withheld = forms.MultipleChoiceField(
        label=_("Keep back from this referral"), required=False, widget=forms.CheckboxSelectMultiple
    )

    channel = forms.ChoiceField(
        label=_("How is the partner told?"), choices=Channel.choices, widget=forms.RadioSelect, required=False,
        initial=Channel.SYSTEM,
    )  # fmt: skip
    is_safe_to_carry = forms.BooleanField(
        label=_("The person says that it is safe to carry it"), required=False,
        help_text=_("Only for a paper or a code. Somebody who looks through their things may find it."),
    )  # fmt: skip
    anyway = forms.ChoiceField(
        label=_("Why do you go on although there is a warning?"), choices=AnywayReason.choices, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip

    def __init__(
        self,
        may_hold: dict[str, str],
        *args: Any,
        is_warned: bool = False,
        is_new: bool = True,
        may_carry: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        ways = [row for row in Channel.choices if may_carry or row[0] != Channel.CARRIED]
        self.fields["channel"].choices = ways  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["channel"], self.fields["is_safe_to_carry"]
        if not is_warned:
            del self.fields["anyway"]
        self.fields["withheld"].choices = list(may_hold.items())  # type: ignore[attr-defined]
        if not may_hold:
            del self.fields["withheld"]


class KindForm(forms.Form):
    """Which kind of help is looked for."""

    kind = forms.ChoiceField(
        label=_("What is needed?"), choices=[("", _("What this usually calls for")), *ServiceType.choices],
        error_messages={"required": _("Choose what is needed.")},
    )  # fmt: skip


class ConfirmStep(forms.Form):
    """A step that needs no words: submit, give back, mark as an error, confirm that no answer came."""


class TextStep(forms.Form):
    """An answer to the partner, or advice on how to reach the person."""

    text = long_text(
        _("Your answer"),
        missing=_("Write an answer."),
        hint=_("The partner reads this. Do not write the person’s name."),
    )


class VerifyStep(forms.Form):
    """What the person said when asked whether it helped."""

    got = forms.ChoiceField(
        label=_("Did the person get it?"), choices=Got.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the person got it.")},
    )  # fmt: skip
    was_safe = forms.ChoiceField(
        label=_("Was it safe for them?"), choices=WasSafe.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it was safe.")},
    )  # fmt: skip
    again = forms.BooleanField(
        label=_("The person still needs it and wants it offered again"), required=False,
        help_text=_("A new referral follows this one, with new consent."),
    )  # fmt: skip
    text = long_text(
        _("What the person said"), required=False, hint=_("Did they get it, was it safe, what is still needed?")
    )

    def clean(self) -> dict[str, Any]:
        """The words, and what was said as codes."""
        given: dict[str, Any] = super().clean() or {}
        said = Feedback(given.get("got", ""), given.get("was_safe", ""), bool(given.get("again")))
        return {"text": given.get("text", ""), "feedback": said}


class CancelStep(forms.Form):
    """Why the referral is called off; a withdrawal of consent has a page of its own."""

    reason = forms.ChoiceField(
        label=_("Why is it called off?"),
        choices=[(reason.value, reason.label) for reason in CHOSEN],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )


class UnverifiedStep(forms.Form):
    """Why the person could not be asked whether it helped."""

    reason = forms.ChoiceField(
        label=_("Why could the person not be asked?"), choices=Unverified.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
        help_text=_("If they can be asked one day, you record what they say all the same."),
    )  # fmt: skip


class RefuseItemStep(forms.Form):
    """Why an item that the partner asks for is not told."""

    refusal = forms.ChoiceField(
        label=_("Why is it not told?"), choices=ItemRefusal.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Say why it is not told.")},
    )  # fmt: skip


class HeardStep(ConfirmForm):
    """What the partner said on the phone after a consent was taken back."""


STEPS: dict[str, type[forms.Form]] = {
    "submit": ConfirmStep,
    "return_to_draft": ConfirmStep,
    "answer": TextStep,
    "advise": TextStep,
    "tell_appointment": ConfirmStep,
    "open_item": ConfirmStep,
    "refuse_item": RefuseItemStep,
    "cancel": CancelStep,
    "expire": ConfirmStep,
    "verify": VerifyStep,
    "close_unverified": UnverifiedStep,
    "hear_confirmation": HeardStep,
    "mark_error": ConfirmStep,
}
