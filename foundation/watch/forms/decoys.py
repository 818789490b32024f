"""What an officer chooses and writes for a decoy."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Role, Unit, UnitKind, User
from foundation.watch.decoys import STORIES, Story

SUMMARY_LENGTH, NOTE_LENGTH = 500, 1000


def units_under(officer: User) -> list[Unit]:
    """The units at or below the officer's seats where cases arise, by name."""
    tops = {seat.unit_id for seat in officer.seats if seat.role == Role.DATA_OFFICER}
    units = {unit.pk: unit for unit in Unit.objects.exclude(kind=UnitKind.PARTNER)}
    return sorted((u for u in units.values() if _is_under(u, tops, units)), key=lambda unit: unit.name)


def _is_under(unit: Unit, tops: set[Any], units: dict[Any, Unit]) -> bool:
    place: Unit | None = unit
    for _step in range(len(units)):
        if place is None or place.pk in tops:
            break
        place = units.get(place.parent_id)
    return place is not None and place.pk in tops


def _stories() -> list[tuple[str, Any]]:
    return [(one.code, one.title) for one in STORIES.get("en", [])]


class Choose(forms.Form):
    """The language and kind of the draft: codes only, they stand in the address."""

    language = forms.ChoiceField(label=_("In which language?"), choices=settings.LANGUAGES)
    story = forms.ChoiceField(label=_("What shall it be about?"), choices=_stories)


def _lines(label: Any, hint: Any, length: int) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=length, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something that could be true.")},
    )  # fmt: skip


class Plan(forms.Form):
    """One decoy: where, by whom, what was said."""

    unit = forms.ChoiceField(
        label=_("In which unit?"),
        error_messages={"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")},
    )
    colleague = forms.CharField(
        label=_("Name of a colleague who is made up"),
        help_text=_("Somebody who worked there for a short time and has left. No name of a real person."),
        max_length=120,
        error_messages={"required": _("Invent a name.")},
    )
    alias = forms.CharField(
        label=_("What the person is called"),
        help_text=_("It stands on the lists. Choose a name that fits the place; never the same twice."),
        max_length=80,
        error_messages={"required": _("Invent a name.")},
    )
    summary = _lines(_("What the person said"), _("Change names, places and times of the draft."), SUMMARY_LENGTH)
    wishes = _lines(_("What the person wants"), _("Nothing that asks somebody to act."), SUMMARY_LENGTH)
    note = _lines(_("A note that is written on another day"), "", NOTE_LENGTH)

    def __init__(self, units: list[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._units = {str(unit.pk): unit for unit in units}
        choices = [("", _("Choose a unit")), *((key, unit.name) for key, unit in self._units.items())]
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]

    def planned(self, draft: Story, language: str) -> dict[str, Any]:
        """What ``actions.plan`` takes."""
        data = self.cleaned_data
        script = {name: data[name] for name in ("alias", "summary", "wishes", "note")}
        more = {"language": language, "story": draft.code, "facts": draft.facts}
        return {"unit": self._units[data["unit"]], "colleague": data["colleague"], "script": {**script, **more}}
