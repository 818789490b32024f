"""Forms: an item of readiness, a training."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Appointment, Unit, User
from foundation.accounts.routing import TOPICS
from foundation.core.pages import DayInput
from foundation.readiness.items import Item
from foundation.readiness.models import Competence
from foundation.readiness.models.assessment import WORDS
from foundation.readiness.models.training import WORDS as TRAINING_WORDS


def _words(label: Any, hint: Any, missing: Any, most: int) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=most, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": missing},
    )  # fmt: skip


def _day(label: Any, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=hint, widget=DayInput, error_messages={"required": _("Choose a day.")}
    )


class Nothing(forms.Form):
    """Nothing to fill in."""


class Answer(forms.Form):
    """What is said of one item."""

    is_met = forms.ChoiceField(
        label=_("Is it there?"),
        choices=[("yes", _("Yes")), ("no", _("No, or not any more"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is there.")},
    )
    evidence = _words(
        _("What shows it, or what is missing?"),
        _("A document and its date, where it is kept. No name of a person who is helped."),
        _("Write what shows it, or what is missing."), WORDS,
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who keeps it so?"), error_messages={"required": _("Choose somebody.")}
    )
    valid_until = _day(_("Until when does it count?"))

    def __init__(self, data: Any = None, *, item: Item, unit: Unit, initial: dict[str, Any] | None = None) -> None:
        latest = timezone.localdate() + timedelta(days=item.days)
        super().__init__(data, initial={"valid_until": latest, **(initial or {})})
        owner: Any = self.fields["owner"]
        held = Appointment.objects.in_force().filter(seat__unit__organisation=unit.organisation_id)
        owner.queryset = User.objects.filter(pk__in=held.values("user"), is_machine=False).order_by("name", "pk")
        self.fields["valid_until"].help_text = _("At most %(n)d days ahead.") % {"n": item.days}


class Topics(forms.Form):
    """The kinds of concern that come to one focal point alone."""

    topics = forms.MultipleChoiceField(
        label=_("Only for these kinds of concern"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["topics"]
        field.choices = list(TOPICS.items())


class Held(forms.Form):
    """A training that somebody had."""

    competence = forms.ChoiceField(
        label=_("What was it about?"), choices=Competence.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it was about.")},
    )  # fmt: skip
    held_on = _day(_("When did it end?"))
    valid_until = _day(_("Until when does it count?"), _("As the certificate says, at most three years."))
    evidence = _words(
        _("What shows it?"), _("Who trained, which certificate, where the list is kept."),
        _("Write what shows it: who trained, which certificate."), TRAINING_WORDS,
    )  # fmt: skip
