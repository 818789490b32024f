"""Finding an entry of the directory, and writing one."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent.vocabulary import AccessNeed
from foundation.core.pages import DayInput, TimeInput
from foundation.core.words import language_name
from referrals.actions.directory import KNOWN
from referrals.fields import FIELDS
from referrals.forms.register import boxes, radios, text
from referrals.listing import DAYS, LANGUAGES, Attribute, Place, ServiceStatus
from referrals.vocabulary import ServiceType

STATES = (
    ("", _("Every entry")),
    ("open", _("Can be asked now")),
    ("old", _("Not checked for 90 days")),
    ("shut", _("Cannot be asked now")),
)


def languages() -> list[tuple[str, str]]:
    """The languages of the directory, by name in the reader's own."""
    get_language()
    return sorted(((code, language_name(code)) for code in LANGUAGES), key=lambda row: row[1])


def _pick(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", _("All")), *choices], required=False)


class FindForm(forms.Form):
    """Filters of the list; they work without scripts, as a plain GET."""

    q = text(_("Name of service or organisation"), 120)
    kind = _pick(_("What is needed"), ServiceType.choices)
    area = text(_("Area"), 120)
    language = forms.ChoiceField(label=_("Language"), required=False)
    access = _pick(_("Access"), AccessNeed.choices)
    attribute = _pick(_("Also"), Attribute.choices)
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["language"]
        field.choices = [("", _("All")), *languages()]


class EntryForm(forms.Form):
    """An entry of the directory. Of a safe house no address is ever written down."""

    name = text(_("Name of the service"), 120, missing=_("Write the name of the service."))
    service_type = forms.ChoiceField(label=_("What does it give?"), choices=ServiceType.choices)
    status = radios(_("Is it open?"), ServiceStatus.choices, _("Say whether it is open."))
    description = text(_("What exactly?"), 500, rows=3)
    area = text(_("For which area?"), 120, missing=_("Write the area."), hint=_("District or town, not an address."))
    location_type = radios(_("Where?"), Place.choices, _("Say where it is."))
    address = text(_("Address"), 200, hint=_("Never of a safe house: where it is must stand nowhere."))
    phone = text(_("Phone"), 40)
    how_to = text(_("How does one get there?"), 300, hint=_("Appointment, walk in, by referral only."))
    eligibility = text(_("Who may come?"), 300)
    minimum_age = forms.IntegerField(label=_("From which age?"), min_value=0, max_value=120, required=False)
    maximum_age = forms.IntegerField(label=_("Up to which age?"), min_value=0, max_value=120, required=False)
    languages = boxes(_("Languages spoken there"), ())
    access = boxes(_("Access"), AccessNeed.choices)
    attributes = boxes(_("What people ask about"), Attribute.choices)
    fees = text(_("What does it cost?"), 200)
    capacity_available = forms.IntegerField(label=_("Free places now"), min_value=0, required=False)
    capacity_maximum = forms.IntegerField(label=_("Places in all"), min_value=0, required=False)
    alert = text(_("Notice at the top of the entry"), 200, hint=_("Closed next week, entrance moved."))
    needs = boxes(
        _("What must the service be told, beyond the preview?"),
        [(code, FIELDS[code][1]) for code in FIELDS if code in KNOWN["needs"]],
        _("Only what it cannot help without. The person is asked for exactly this."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the hours"), initial="UTC")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["languages"].choices = languages()
        fields["time_zone"].choices = [(name, name) for name in sorted(available_timezones())]
        for number, day in enumerate(DAYS):
            for edge, words in (("opens", _("%(day)s, from")), ("closes", _("%(day)s, until"))):
                label = words % {"day": day}
                fields[f"{edge}{number}"] = forms.TimeField(
                    label=label, required=False, widget=TimeInput(attrs={"class": "govuk-input--width-5"})
                )

    def clean(self) -> dict[str, Any]:
        """The hours as one list; a day with one of its two times is a mistake."""
        given: dict[str, Any] = super().clean() or {}
        hours = []
        for number in range(len(DAYS)):
            opens, closes = given.pop(f"opens{number}", None), given.pop(f"closes{number}", None)
            if (opens is None) != (closes is None):
                self.add_error(f"closes{number}", _("Write both times, or none."))
            elif opens is not None and closes is not None:
                shut = "24:00" if (closes.hour, closes.minute) == (23, 59) else f"{closes:%H:%M}"
                hours.append([number, f"{opens:%H:%M}", shut])
        return {**given, "hours": hours}


def as_typed(service: Any) -> dict[str, Any]:
    """What stands in an entry, as the form writes it."""
    names = [name for name in EntryForm.base_fields if hasattr(service, name)]
    known = {name: getattr(service, name) for name in names}
    for day, opens, closes in service.hours:
        known |= {f"opens{day}": opens, f"closes{day}": "23:59" if closes == "24:00" else closes}
    return known


class VerifyForm(forms.Form):
    """When somebody asked there."""

    checked_on = forms.DateField(
        label=_("On which day did you check it?"), widget=DayInput, error_messages={"required": _("Choose a day.")},
        help_text=_("You have phoned or been there, and every line of the entry is right."),
    )  # fmt: skip
