"""Form widgets that speak the language of the pages: native day and time fields, choices with a hint each."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

__all__ = ["DayInput", "HintedCheckboxes", "HintedRadios", "MomentInput", "TimeInput"]


class DayInput(forms.DateInput):
    """A day, in the browser's own field; always ISO on the wire, whatever the page's language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """An hour and a minute, in the browser's own field."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class MomentInput(forms.DateTimeInput):
    """A day with hour and minute, in the time zone of the person who fills it in."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class _Hinted(forms.widgets.ChoiceWidget):
    """What both kinds of choices share: a line under a choice, tied to it for screen readers."""

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Iterable[tuple[Any, Any]] = (),
        hints: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs, list(choices))
        self.hints = dict(hints or {})

    def create_option(
        self,
        name: str,
        value: Any,
        label: Any,
        selected: bool,
        index: int,
        subindex: int | None = None,
        attrs: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        hint = self.hints.get(str(option["value"]))
        if hint:
            option["hint"] = hint
            option["attrs"]["aria-describedby"] = f"{option['attrs'].get('id')}-hint"
        return option


class HintedRadios(_Hinted, forms.RadioSelect):
    """One of several choices; ``hints`` maps a value to the line that stands under its label."""


class HintedCheckboxes(_Hinted, forms.CheckboxSelectMultiple):
    """Any of several choices; ``hints`` maps a value to the line that stands under its label."""
