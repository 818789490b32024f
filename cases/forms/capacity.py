"""Who decides with a child, or for an adult who cannot, as forms. Nothing is chosen at the start."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.concern import choose
from cases.forms.text import CleanText
from cases.models import Case
from consent import ages
from consent.actions.capacity import Voices
from consent.capacity import Ability, Doubt, Found, Support
from consent.models import Caregiver
from consent.models.capacity import WORDS_LENGTH
from consent.vocabulary import CaregiverSays, ChildSays, Purpose, Relationship
from foundation.core.pages import HintedRadios


def _words(label: Any, hint: Any = "", *, required: bool = True, most: int = WORDS_LENGTH) -> CleanText:
    return CleanText(
        label=label, help_text=hint, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write this part too.")},
    )  # fmt: skip


def caregiver_name(row: Caregiver) -> str:
    """How a caregiver is called on a form."""
    return f"{row.get_relationship_display()}: {row.name}" if row.name else str(row.get_relationship_display())


class VoicesForm(forms.Form):
    """The part of the conversation's page about who decides. What an adult needs not, is not there."""

    age = forms.IntegerField(
        label=_("How old is the person, in years?"), required=False, min_value=0, max_value=ages.OLDEST - 1,
        help_text=_("As the person says it. As long as it is not known, the rules for children hold."),
    )  # fmt: skip
    child = forms.ChoiceField(
        label=_("What does the child say?"), choices=ChildSays.choices, widget=forms.RadioSelect, required=False
    )
    permitted = forms.TypedChoiceField(
        label=_("May a caregiver be asked? The child says"),
        choices=[("yes", _("Yes")), ("no", _("No, nobody at home may know"))],
        widget=HintedRadios(hints={"no": _("From 15 on nobody is asked or told then.")}), required=False,
        coerce=lambda value: value == "yes", empty_value=None,
    )  # fmt: skip
    caregiver = forms.ChoiceField(label=_("Which caregiver was asked?"), required=False)
    caregiver_says = forms.ChoiceField(
        label=_("What does the caregiver say?"), choices=CaregiverSays.choices, widget=forms.RadioSelect, required=False
    )
    representative = CleanText(label=_("Legal representative who decides"), required=False, max_length=200)
    is_doubted = forms.BooleanField(
        label=_("I doubt that the person can decide this now"), required=False,
        help_text=_("Capacity is presumed. A disability is no reason to doubt."),
    )  # fmt: skip
    doubt_reason = _words(_("Why you go on without an assessment"), required=False, most=300)

    CHILD = ("child", "permitted", "caregiver", "caregiver_says")
    ADULT = ("representative", "is_doubted", "doubt_reason")

    def __init__(self, case: Case, needs: ages.Needs, is_certain: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_certain:
            del self.fields["age"]
        for name in self.CHILD if needs.is_adult else self.ADULT:
            del self.fields[name]
        if not needs.is_adult and is_certain and needs.caregiver != ages.Adult.IF_PERMITTED:
            del self.fields["permitted"]
        self.known = {str(row.pk): row for row in _caregivers(case)} if not needs.is_adult else {}
        if not needs.is_adult:
            choices = [(pk, caregiver_name(row)) for pk, row in self.known.items() if not row.is_source_of_harm]
            choice: Any = self.fields["caregiver"]
            choice.choices = [("", _("Nobody")), *choices]

    def voices(self, data: dict[str, Any]) -> Voices:
        """What the action takes, of the cleaned answers."""
        return Voices(
            child=data.get("child", ""), is_permitted=data.get("permitted"),
            caregiver=self.known.get(data.get("caregiver", "")), caregiver_says=data.get("caregiver_says", ""),
            representative=data.get("representative", ""), doubt_reason=data.get("doubt_reason", ""),
            is_doubted=data.get("is_doubted", False),
        )  # fmt: skip


def _caregivers(case: Case) -> list[Caregiver]:
    rows = list(Caregiver.objects.filter(person=case.person_id).order_by("added_at"))
    for row in rows:
        row.dossier = case.dossier
    return rows


class CaregiverForm(forms.Form):
    """Somebody who cares for the person."""

    relationship = choose(_("Who is it?"), Relationship.choices, _("Choose who it is."))
    name = CleanText(
        label=_("Name or what the child calls them"),
        required=False,
        max_length=120,
        help_text=_("Only to tell two of them apart."),
    )


class NoteForm(forms.Form):
    """What would be best for the child, in four parts."""

    purposes = forms.MultipleChoiceField(
        label=_("What is it about?"),
        choices=[(p.value, p.label) for p in Purpose if p != Purpose.INTERPRETER],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what it is about.")},
    )
    views = _words(_("What does the child want?"), _("In the child’s words, also when you decide otherwise."))
    options = _words(_("Which ways are there?"), _("Also doing nothing; what speaks for and against each."))
    safety = _words(
        _("Is it safe?"), _("What telling or not telling means for the child’s safety. No name of who harms.")
    )
    decision = _words(_("What is best for the child, and why?"))

    field_order = ("purposes", "views", "options", "safety", "decision")


class AnswerNote(forms.Form):
    """The second person's answer."""

    answer = choose(
        _("Do you agree?"),
        [("yes", _("Yes, this is best for the child")), ("no", _("No, I do not agree"))],
        _("Choose your answer."),
    )


class AssessForm(forms.Form):
    """One decision, what raised the doubt, what was tried, what was found."""

    purpose = forms.ChoiceField(
        label=_("Which decision is it about?"),
        choices=[("", _("Choose")), *Purpose.choices],
        help_text=_("This one alone. Nobody is incapable as such."),
        error_messages={"required": _("Choose the decision it is about.")},
    )
    doubt = choose(_("What did you notice?"), Doubt.choices, _("Say what raised the doubt."))
    support = forms.MultipleChoiceField(
        label=_("How did you support the person first?"),
        choices=Support.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("First try to support the person, and say how.")},
    )
    words = _words(_("What you tried and what you saw"), required=False)

    field_order = ("purpose", "doubt", "support", *Ability.values, "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for ability in Ability:
            self.fields[ability.value] = choose(ability.label, Found.choices, _("Say what you found."))
        self.order_fields(self.field_order)

    def found(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        return {"doubt": data["doubt"], "support": data["support"], **{a: data[a] for a in Ability.values}}
