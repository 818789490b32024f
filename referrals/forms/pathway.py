"""Drawing a pathway: for which area and need, each step with whom to ask, what everybody should know."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Unit
from foundation.core.pages import DayInput
from referrals.finding import find
from referrals.forms.register import text
from referrals.models import Service
from referrals.models.pathway import DISTRICT, NOTE, WORDS
from referrals.pathway_terms import NEEDS, Within
from referrals.vocabulary import ServiceType

MOST = 50


class WaysForm(forms.Form):
    """Filters of the list, as a plain GET."""

    need = forms.ChoiceField(label=_("What it is about"), choices=[("", _("All")), *NEEDS], required=False)


class BeginForm(forms.Form):
    """For whom a pathway is drawn."""

    unit = forms.ChoiceField(label=_("For the area of"))
    district = text(_("For one district of it alone"), DISTRICT, hint=_("Leave it empty for the whole area."))
    need = forms.ChoiceField(label=_("What it is about"), choices=NEEDS)

    def __init__(self, units: list[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units}
        self.fields["unit"].choices = [(pk, unit.name) for pk, unit in self.units.items()]  # type: ignore[attr-defined]

    @property
    def area(self) -> Unit:
        """The chosen unit."""
        return self.units[self.cleaned_data["unit"]]


class WriteForm(forms.Form):
    """What everybody should know, and when it is looked at again."""

    words = text(
        _("What everybody should know"), WORDS, rows=5,
        hint=_("In plain words, so that it can be read aloud. No name of a person who was helped."),
    )  # fmt: skip
    review_by = forms.DateField(
        label=_("To be looked at again by"), widget=DayInput, error_messages={"required": _("Choose a day.")},
        help_text=_("Within half a year. After this day the area counts as not mapped."),
    )  # fmt: skip


class StepKindForm(forms.Form):
    """Which kind of help the step is, and a few letters of the service, as a plain GET."""

    kind = forms.ChoiceField(label=_("Kind of help"), choices=ServiceType.choices)
    q = text(_("Name of service or organisation"), 120)


class StepForm(forms.Form):
    """Whom to ask first, whom next, within which time."""

    within = forms.TypedChoiceField(
        label=_("Until when does it help?"), choices=Within.choices, coerce=int, initial=Within.ANY
    )
    first = forms.ChoiceField(label=_("Ask first"), required=False)
    otherwise = forms.ChoiceField(label=_("If they cannot"), required=False)
    note = text(
        _("A few words"), NOTE, rows=3, hint=_("How to come there, what to take along, what to do if nobody gives it.")
    )
    at = forms.TypedChoiceField(label=_("Place in the order"), coerce=int)

    def __init__(self, kind: str, q: str, known: list[Service], places: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(find({"kind": kind, "q": q, "state": "open"})[: MOST + 1])
        self.has_more = len(found) > MOST
        same = {service.pk: service for service in [*known, *found[:MOST]] if service.service_type == kind}
        self.services: dict[str, Service] = {str(pk): service for pk, service in same.items()}
        named = [(pk, f"{s.name}, {s.partner.organisation.name}") for pk, s in self.services.items()]
        self.fields["first"].choices = [("", _("Nobody gives this here")), *named]  # type: ignore[attr-defined]
        self.fields["otherwise"].choices = [("", _("Nobody else")), *named]  # type: ignore[attr-defined]
        self.fields["at"].choices = [(n, str(n)) for n in range(1, places + 1)]  # type: ignore[attr-defined]

    def service(self, name: str) -> Service | None:
        """The chosen service."""
        return self.services.get(self.cleaned_data[name])


def key_of(service: UUID | None) -> str:
    """A service as a value of the form."""
    return str(service) if service else ""
