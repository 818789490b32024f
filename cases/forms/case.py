"""Shapes of what is written on the pages of a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.handing import load_reason
from cases.forms.text import CleanText
from cases.models import NOTE_LENGTH, Case
from cases.policy import WORKERS
from consent.models import Person
from consent.vocabulary import AccessNeed, AgeBand, ContactMethod, Gender, InterpreterNeed
from foundation.accounts.models import Appointment, User
from foundation.core.pages import DayInput, MomentInput
from foundation.core.words import language_name

LANGUAGES = ("ar", "en", "es", "fa", "fr", "hy", "ka", "ku", "prs", "ps", "ro", "ru", "so", "ti", "tr", "uk", "ur")


def language_choices() -> list[tuple[str, str]]:
    """Languages by name, in the language of the page."""
    return sorted(((code, language_name(code)) for code in LANGUAGES), key=lambda choice: choice[1].lower())


class NoteForm(forms.Form):
    """A note in the case's story."""

    text = CleanText(
        label=_("Your note"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was done and what is agreed. No word on who caused the harm."),
        error_messages={"required": _("Write the note first.")},
    )


class PlanForm(forms.Form):
    """When to ask how it went."""

    due_at = forms.DateTimeField(
        label=_("When shall the person be asked how it went?"),
        help_text=_("Only at a time that the person called safe."),
        widget=MomentInput,
        error_messages={"required": _("Choose a day and a time."), "invalid": _("Choose a day and a time.")},
    )


class FollowUpForm(forms.Form):
    """What came of a follow-up."""

    result = forms.ChoiceField(
        label=_("How did it go?"),
        choices=[
            ("reached", _("The person was reached")),
            ("not_reached", _("The person was not reached")),
            ("not_safe", _("It was not safe to talk")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it went.")},
    )
    text = CleanText(
        label=_("What the person said"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AssignForm(forms.Form):
    """Who owns the case from now on."""

    owner = forms.ModelChoiceField(
        label=_("Who follows this case up from now on?"),
        queryset=User.objects.none(),
        error_messages={"required": _("Choose a person."), "invalid_choice": _("Choose a person.")},
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seated = Appointment.objects.in_force().filter(
            seat__role__in=WORKERS, seat__unit__organisation=case.unit.organisation_id
        )
        people = User.objects.filter(pk__in=seated.values("user"), is_active=True).exclude(pk=case.owner_id)
        self.fields["owner"].queryset = people.order_by("name")  # type: ignore[attr-defined]
        self.fields["load_reason"] = load_reason()


YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class PersonForm(forms.Form):
    """What is known of the person; nothing but what help needs."""

    alias = CleanText(
        label=_("Name or alias to use"),
        required=False,
        max_length=80,
        help_text=_("What the person wants to be called."),
    )
    name = CleanText(label=_("Name"), required=False, max_length=120, help_text=_("Only if it is needed."))
    age_band = forms.ChoiceField(label=_("Age"), choices=AgeBand.choices, required=False)
    date_of_birth = forms.DateField(label=_("Date of birth"), required=False, widget=DayInput)
    gender = forms.ChoiceField(label=_("Sex or gender"), choices=Gender.choices, required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=language_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    interpreter = forms.ChoiceField(
        label=_("Interpreter"), choices=[("", "–"), *InterpreterNeed.choices], required=False
    )
    access = forms.MultipleChoiceField(
        label=_("Access needs"), choices=AccessNeed.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    district = CleanText(label=_("District"), required=False, max_length=60, help_text=_("No street, no house number."))
    method = forms.ChoiceField(
        label=_("Safe way to reach the person"), choices=[("", "–"), *ContactMethod.choices], required=False
    )
    value = CleanText(label=_("Number, place or person"), required=False, max_length=120)
    safe_times = CleanText(label=_("Safe times"), required=False, max_length=80)
    may_leave_message = forms.ChoiceField(
        label=_("May a message be left?"), choices=YES_NO, required=False, widget=forms.RadioSelect
    )
    code_word = CleanText(label=_("Code word to ask for first"), required=False, max_length=40)

    FACTS = ("age_band", "gender", "languages", "interpreter", "access", "district")
    CONTACT = ("method", "value", "safe_times", "code_word")

    @classmethod
    def of(cls, person: Person) -> "PersonForm":
        """The form with what is known."""
        contact = person.contact
        may = contact.get("may_leave_message")
        known = {"alias": person.alias, "name": person.name, "date_of_birth": person.date_of_birth, **person.facts}
        message = {"may_leave_message": "" if may is None else ("yes" if may else "no")}
        return cls(initial={**known, **contact, **message})

    def values(self, person: Person) -> dict[str, Any]:
        """What ``change_person`` takes; facts that this page does not show are kept."""
        data = self.cleaned_data
        facts = {**person.facts, **{name: data[name] for name in self.FACTS}}
        contact: dict[str, Any] = {name: data[name] for name in self.CONTACT if data[name]}
        if contact and data["may_leave_message"]:
            contact["may_leave_message"] = data["may_leave_message"] == "yes"
        plain = {name: data[name] for name in ("alias", "name", "date_of_birth")}
        return {**plain, "profile": {k: v for k, v in facts.items() if v}, "safe_contact": contact}
