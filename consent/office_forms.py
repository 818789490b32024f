"""Forms of the office: a legal basis, an impact assessment, a rule of retention, a hold, an incident."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consent.models.office import WORDS
from consent.terms import OF_A_PARTNER, AssessmentSubject, HoldGround, LegalBasis, StillGoing
from foundation.accounts.models import Organisation, OrganisationKind
from foundation.core.pages import DayInput, MomentInput

_NO_NAME = _("No name of a person who is helped.")


def words(label: Any, hint: Any = "", *, is_needed: bool = True, missing: Any = "") -> forms.CharField:
    """A few lines of one's own words."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=WORDS,
        required=is_needed,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": missing or _("Write something here.")},
    )


def choose(label: Any, choices: Any, missing: Any, hint: Any = "", *, is_needed: bool = True) -> forms.ChoiceField:
    """Radios of which none is chosen beforehand."""
    return forms.ChoiceField(
        label=label, choices=choices, help_text=hint, widget=forms.RadioSelect, required=is_needed,
        error_messages={"required": missing},
    )  # fmt: skip


def day(label: Any, hint: Any = "") -> forms.DateField:
    """A day."""
    return forms.DateField(
        label=label, help_text=hint, widget=DayInput, error_messages={"required": _("Choose a day.")}
    )


class Nothing(forms.Form):
    """Nothing to fill in."""


class Basis(forms.Form):
    """The legal basis of one purpose."""

    basis = choose(_("On which basis do we process for this?"), LegalBasis.choices, _("Choose a legal basis."))
    justification = words(
        _("Why does it hold?"),
        _("For whoever asks: the mandate, the law, the danger. No name of a person who is helped."),
        missing=_("Write why this basis holds."),
    )
    review_by = day(_("Look at it again by"), _("At most two years ahead."))


class Assessment(forms.Form):
    """An impact assessment."""

    subject = choose(_("What is assessed?"), AssessmentSubject.choices, _("Choose what is assessed."))
    partner = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Which partner?"),
        help_text=_("Only where it is about a partner or its program."),
        required=False,
    )
    topic = forms.CharField(
        label=_("What exactly?"), help_text=_("A country or a category of data, in a few words."), max_length=40,
        required=False,
    )  # fmt: skip
    processing = words(_("What is done with the data?"), _("Which data, whose, who gets them, for how long."))
    risks = words(_("What may go wrong for people?"), _("Who could be harmed, how, and how likely that is."))
    measures = words(_("What is done against it?"), _("What is in place, and what must be in place first."))
    review_by = day(_("Look at it again by"), _("At most twelve months ahead."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["partner"]
        field.queryset = Organisation.objects.filter(kind=OrganisationKind.PARTNER).order_by("name")

    def clean(self) -> dict[str, Any]:
        """A partner belongs to what is about a partner, and to nothing else."""
        given = super().clean() or {}
        if given.get("subject") in OF_A_PARTNER:
            if not given.get("partner"):
                self.add_error("partner", _("Choose the partner that this is about."))
            given["topic"] = ""
        elif given.get("subject"):
            given["partner"] = None
        return given


class Days(forms.Form):
    """How long a class is kept."""

    days = forms.IntegerField(
        label=_("How many days is it kept?"),
        help_text=_("Counted from the last thing that happened. 731 days are two years."),
        min_value=1,
        max_value=36525,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-5"}),
        error_messages={"required": _("Write a number of days.")},
    )


class Longer(forms.Form):
    """Keeping a folder longer."""

    until = day(_("Keep it until"), _("At most a year longer than now."))
    reason = words(_("Why must it be kept longer?"), _NO_NAME, missing=_("Write why it must be kept longer."))


class Hold(forms.Form):
    """Asking for a legal hold."""

    ground = choose(_("Why must it not be erased?"), HoldGround.choices, _("Choose a ground."))
    until = day(_("Look at it again on"), _("At most a year ahead. It holds until two people end it."))


class Report(forms.Form):
    """An incident in three fields, by whoever noticed it."""

    text = words(
        _("What happened?"),
        _("What was lost, sent wrongly, seen or changed; where. Names only if nobody can be warned without them."),
        missing=_("Write what happened."),
    )
    at = forms.DateTimeField(
        label=_("When did you notice it?"), widget=MomentInput, error_messages={"required": _("Choose day and time.")}
    )
    still_going = choose(
        _("Does it still go on?"),
        StillGoing.choices,
        _("Say whether it still goes on."),
        _("A lost phone still goes on."),
    )

    def __init__(self, data: Any = None, *, zone: ZoneInfo) -> None:
        with timezone.override(zone):
            super().__init__(data, initial={"at": timezone.localtime(timezone=zone).replace(second=0, microsecond=0)})
        self.zone = zone

    def clean_at(self) -> Any:
        """Read as the clock of the unit shows it."""
        return self.cleaned_data["at"].replace(tzinfo=self.zone)


class Said(forms.Form):
    """What was done, in the officer's own words."""

    text = words(_("What was done, and why?"), _NO_NAME, missing=_("Write what was done, and why."))


class SaidIfNeeded(forms.Form):
    """The same, where there may be nothing to say."""

    text = words(_("Note"), _NO_NAME, is_needed=False)


class Assess(Said):
    """How dangerous it is, and who must be told."""

    is_high_risk = choose(
        _("How dangerous is it for the people concerned?"),
        [
            ("yes", _("The danger is high: they must be told, or two people decide otherwise")),
            ("no", _("The danger is not high")),
        ],
        _("Say how dangerous it is."),
    )
    is_notifiable = choose(
        _("Must an authority be told?"),
        [("yes", _("Yes, within 72 hours of when it was noticed")), ("no", _("No"))],
        _("Say whether an authority must be told."),
    )
    field_order = ("is_high_risk", "is_notifiable", "text")

    def clean(self) -> dict[str, Any]:
        """Yes and no as what they mean."""
        given = super().clean() or {}
        return {**given, **{name: given.get(name) == "yes" for name in ("is_high_risk", "is_notifiable")}}


class Review(forms.Form):
    """What becomes of a record whose consent was taken back."""

    outcome = choose(
        _("May what is written down stay?"),
        [("keep", _("It stays, on another legal basis")), ("erase", _("It is to be erased: two people do that next"))],
        _("Choose what becomes of it."),
    )
    basis = choose(
        _("On which basis does it stay?"),
        [choice for choice in LegalBasis.choices if choice[0] != LegalBasis.CONSENT],
        _("Choose a legal basis."),
        _("Only if it stays. Consent was taken back and is none."),
        is_needed=False,
    )
    why = words(_("Why?"), _NO_NAME, missing=_("Write why."))

    def clean(self) -> dict[str, Any]:
        """What stays has a basis."""
        given = super().clean() or {}
        if given.get("outcome") == "keep" and not given.get("basis"):
            self.add_error("basis", _("Choose a legal basis."))
        return given


def latest(days: int) -> str:
    """The last day that a field takes, for its first value."""
    return (timezone.localdate() + timedelta(days=days)).isoformat()
