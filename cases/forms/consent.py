"""The conversation about consent as a form: how it was held, and one answer per purpose and recipient."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.contributions import Line
from cases.forms.case import language_choices
from cases.forms.text import CleanText
from cases.models import Case
from consent.actions import Asked
from consent.vocabulary import COUNTED, Answer, Element, Interpreter, Mode, Purpose, RecipientKind
from foundation.core.pages import HintedCheckboxes
from foundation.core.words import day_words

CONDITION_LENGTH = 200


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
    def until(self) -> str:
        """The day on which an answer given now would end."""
        is_referral = self.purpose == Purpose.EXTERNAL_REFERRAL
        days = settings.CONSENT_DAYS_REFERRAL if is_referral else settings.CONSENT_DAYS_DEFAULT
        return day_words(timezone.now() + timedelta(days=days), timezone.get_current_timezone())


OWN_LINES = (
    (Purpose.RECORD_CASE, _("Alias, safe contact, what was told"), ["alias", "safe_contact", "summary", "wishes"]),
    (Purpose.FOLLOW_UP_CONTACT, _("Nothing is told to anyone"), ["safe_contact"]),
    (Purpose.ANONYMOUS_STATISTICS, _("Age band, sex, service, district"), COUNTED),
)


def own_rows(case: Case) -> list[Row]:
    """The lines that every case has: kept inside the organisation."""
    return [
        Row(str(p), p, RecipientKind.UNIT, case.unit_id, Purpose(p).label, case.unit.name, told, fields)
        for p, told, fields in OWN_LINES
    ]


def service_row(line: Line) -> Row:
    """The line of a service."""
    return Row(
        str(line.recipient_id), Purpose.EXTERNAL_REFERRAL, RecipientKind.SERVICE, line.recipient_id, line.purpose,
        line.recipient, line.preview, [*line.always, *line.told], line.told,
    )  # fmt: skip


class ConsentForm(forms.Form):
    """Nothing is chosen at the start. Fields of a line: its key, ``hold-<key>`` and ``condition-<key>``."""

    elements = forms.MultipleChoiceField(
        label=_("What you explained"),
        choices=Element.choices,
        widget=HintedCheckboxes,
        required=False,
        help_text=_("Tick each one when you have said it."),
    )
    language = forms.ChoiceField(label=_("Language of the conversation"), choices=language_choices)
    mode = forms.ChoiceField(
        label=_("How the answers were given"),
        choices=[("", _("Choose")), *Mode.choices],
        error_messages={"required": _("Choose how the answers were given.")},
    )
    interpreter = forms.ChoiceField(
        label=_("Interpreter"),
        choices=[("", _("Choose")), *Interpreter.choices],
        help_text=_("Never a relative, a child or somebody of the authorities."),
        error_messages={"required": _("Choose who interpreted.")},
    )
    is_private = forms.TypedChoiceField(
        label=_("Could nobody else hear?"),
        choices=[("", _("Choose")), ("yes", _("Nobody else could hear")), ("no", _("Others were near"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    asked_by_person = forms.BooleanField(label=_("The person came back to it themselves"), required=False)
    again_reason = CleanText(
        label=_("Or why you ask again"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, rows: list[Row], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[row.key] = forms.ChoiceField(
                label=row.title, choices=Answer.choices, widget=forms.RadioSelect, required=False
            )
            if row.may_hold:
                choices = list(row.may_hold.items())
                self.fields[f"hold-{row.key}"] = forms.MultipleChoiceField(
                    label=_("Hold back"), choices=choices, required=False, widget=_small()
                )
            self.fields[f"condition-{row.key}"] = CleanText(
                label=_("The person’s condition for this"), required=False, max_length=CONDITION_LENGTH
            )

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The matrix: each row with its bound fields."""
        return [
            {
                "row": row,
                "field": self[row.key],
                "hold": self[f"hold-{row.key}"] if row.may_hold else None,
                "condition": self[f"condition-{row.key}"],
            }
            for row in self.rows
        ]

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
        data = self.cleaned_data
        held = data.get(f"hold-{row.key}") or []
        fields = [code for code in row.fields if code not in held]
        condition = data[f"condition-{row.key}"] or None
        return Asked(row.purpose, row.recipient_kind, row.recipient_id, data[row.key], fields, condition)

    def how(self) -> dict[str, Any]:
        """What ``record`` keeps of the conversation."""
        names = ("elements", "language", "mode", "interpreter", "is_private", "asked_by_person")
        return {name: self.cleaned_data[name] for name in names}


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
