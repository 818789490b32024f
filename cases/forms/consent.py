"""The conversation about consent as a form: how it was held, and one answer per purpose and recipient."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.actions.concern import ESCALATION_FIELDS
from cases.contributions import Line
from cases.forms.conversation import How
from cases.forms.text import CleanText
from cases.models import Case
from consent.actions import Asked
from consent.rules import most_days
from consent.vocabulary import COUNTED, Answer, Purpose, RecipientKind, Withholding
from foundation.accounts.models import Unit
from foundation.core.words import day_words

CONDITION_LENGTH = 200
PERIODS = (7, 30, 90)


def _small() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"})


@dataclass(frozen=True)
class Row:
    """One line of the matrix: its field names and its words."""

    key: str
    purpose: str
    recipient_kind: str
    recipient_id: UUID
    title: Any
    recipient: str
    told: Any
    fields: list[str] = field(default_factory=list)
    may_hold: dict[str, str] = field(default_factory=dict)

    @property
    def periods(self) -> list[tuple[int, str]]:
        """How long an answer given now may hold, the longest first: never longer than the setting."""
        most = most_days(self.purpose)
        return [(days, _until(days)) for days in sorted({most, *(d for d in PERIODS if d < most)}, reverse=True)]


def _until(days: int) -> str:
    end = day_words(timezone.now() + timedelta(days=days), timezone.get_current_timezone())
    length = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return f"{end} ({length})"


OWN_LINES = (
    (Purpose.RECORD_CASE, _("Alias, safe contact, what was told"), ["alias", "safe_contact", "summary", "wishes"]),
    (Purpose.FOLLOW_UP_CONTACT, _("Nothing is told to anyone"), ["safe_contact"]),
    (Purpose.ANONYMOUS_STATISTICS, _("Age band, sex, service, district"), COUNTED),
)
RARER_LINES: tuple[tuple[Purpose, Any, list[str]], ...] = (
    (Purpose.INTERPRETER, _("What is said in the conversation"), []),
    (Purpose.RAISE_UNIDENTIFIED, _("The problem, never who has it"), []),
    (Purpose.LESSONS, _("The story, changed so that nobody is recognised"), []),
)
RARER = frozenset(str(purpose) for purpose, _told, _fields in RARER_LINES)


def own_rows(case: Case) -> list[Row]:
    """The lines that every case has: kept inside the organisation."""
    return [
        Row(str(p), p, RecipientKind.UNIT, case.unit_id, Purpose(p).label, case.unit.name, told, fields)
        for p, told, fields in (*OWN_LINES, *RARER_LINES)
    ]


def unit_row(unit: Unit) -> Row:
    """The line that another unit of ours is told, or this one anew after the case was opened again (HS-02)."""
    told = _("Alias, safe contact, what was told, and what was written since")
    purpose = Purpose.INTERNAL_ESCALATION
    return Row(str(unit.pk), purpose, RecipientKind.UNIT, unit.pk, purpose.label, unit.name, told, ESCALATION_FIELDS)


def service_row(line: Line) -> Row:
    """The line of somebody outside: a service, an authority."""
    return Row(
        str(line.recipient_id), line.code, line.kind, line.recipient_id, line.purpose,
        line.recipient, line.preview, [*line.always, *line.told], line.told,
    )  # fmt: skip


class ConsentForm(How):
    """Nothing is chosen at the start. Fields of a line: its key; ``hold-``, ``days-``, ``condition-`` and ``reason-<key>``."""

    asked_by_person = forms.BooleanField(label=_("The person came back to it themselves"), required=False)
    again_reason = CleanText(
        label=_("Or why you ask again"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)

    def __init__(self, rows: list[Row], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self._add(row)

    def _add(self, row: Row) -> None:
        key = row.key
        self.fields[key] = forms.ChoiceField(
            label=row.title, choices=Answer.choices, widget=forms.RadioSelect, required=False
        )
        if row.may_hold:
            self.fields[f"hold-{key}"] = forms.MultipleChoiceField(
                label=_("Hold back"), choices=list(row.may_hold.items()), required=False, widget=_small()
            )
        self.fields[f"days-{key}"] = forms.TypedChoiceField(
            label=_("Until"), choices=row.periods, coerce=int, empty_value=None, required=False
        )
        self.fields[f"condition-{key}"] = CleanText(
            label=_("The person’s condition for this"), required=False, max_length=CONDITION_LENGTH
        )
        self.fields[f"reason-{key}"] = forms.ChoiceField(
            label=_("If the person refuses and says why"),
            choices=[("", _("No reason was given")), *Withholding.choices],
            required=False,
        )

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The matrix: each row with its bound fields, without what is rarely asked."""
        return [self._line(row) for row in self.rows if row.key not in RARER]

    @property
    def rarer(self) -> list[dict[str, Any]]:
        """What is asked only where it matters."""
        return [self._line(row) for row in self.rows if row.key in RARER]

    @property
    def has_rarer(self) -> bool:
        """Whether one of these has an answer, so that the page does not fold it away."""
        return any(self[row.key].value() for row in self.rows if row.key in RARER)

    def _line(self, row: Row) -> dict[str, Any]:
        parts = {name: self[f"{name}-{row.key}"] for name in ("days", "condition", "reason")}
        return {"row": row, "field": self[row.key], "hold": self[f"hold-{row.key}"] if row.may_hold else None, **parts}

    def clean(self) -> dict[str, Any]:
        """At least one line must have an answer."""
        data = super().clean() or {}
        if not any(data.get(row.key) in (Answer.GRANTED, Answer.REFUSED) for row in self.rows):
            raise forms.ValidationError(_("Record at least one answer of the person."))
        return data

    def asked(self) -> list[Asked]:
        """The answered lines. What stays open or was not asked is not recorded and changes nothing."""
        return [self._asked(row) for row in self.rows if self.cleaned_data[row.key] in (Answer.GRANTED, Answer.REFUSED)]

    def _asked(self, row: Row) -> Asked:
        data, answer = self.cleaned_data, self.cleaned_data[row.key]
        held = data.get(f"hold-{row.key}") or []
        return Asked(
            row.purpose, row.recipient_kind, row.recipient_id, answer,
            fields=[code for code in row.fields if code not in held],
            condition=data[f"condition-{row.key}"] or None,
            reason=data[f"reason-{row.key}"] if answer == Answer.REFUSED else "",
            days=data[f"days-{row.key}"],
        )  # fmt: skip

    def how(self) -> dict[str, Any]:
        """What ``record`` keeps of the conversation."""
        return {**super().how(), "asked_by_person": self.cleaned_data["asked_by_person"]}


class NarrowForm(forms.Form):
    """Which parts of an agreement the person takes back."""

    parts = forms.MultipleChoiceField(
        label=_("What does the person take back?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what the person takes back.")},
    )

    def __init__(self, may_hold: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parts"].choices = list(may_hold.items())  # type: ignore[attr-defined]
