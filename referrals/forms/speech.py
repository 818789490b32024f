"""Forms of the dialogue with authorities: an entry of the register, what is to be raised, the test, each step."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms.text import CleanText
from consent.office_forms import Nothing, choose, day
from consent.sources import Source
from foundation.core.pages import DayInput
from referrals.models import Authority
from referrals.models.representation import WORDS
from referrals.speech import (
    APPROPRIATE,
    CHOSEN_ENDS,
    POSSIBLE,
    QUESTIONS,
    TOLD_FIELDS,
    AuthorityKind,
    Confidentiality,
    Consulted,
    Framework,
    Kept,
    Level,
    Modality,
    Naming,
    Response,
)

ANSWERS = (("yes", _("Yes")), ("no", _("No")))


def said(label: Any, hint: Any = "", *, most: int = WORDS, rows: int = 4, is_needed: bool = True) -> CleanText:
    """A few lines of one's own words."""
    return CleanText(
        label=label, help_text=hint, max_length=most, required=is_needed, widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Write something here.")},
    )  # fmt: skip


def several(label: Any, choices: Any, hint: Any = "") -> forms.MultipleChoiceField:
    """Any of several, none beforehand."""
    return forms.MultipleChoiceField(
        label=label, choices=choices, help_text=hint, required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
    )  # fmt: skip


def pick(label: Any, choices: Any, hint: Any = "") -> forms.ChoiceField:
    """One of a long list."""
    return forms.ChoiceField(
        label=label, help_text=hint, choices=[("", _("Choose")), *choices],
        error_messages={"required": _("Choose one.")},
    )  # fmt: skip


class AuthorityForm(forms.Form):
    """An entry of the register."""

    name = CleanText(label=_("Name of the authority"), max_length=120)
    kind = pick(_("What kind of authority is it?"), AuthorityKind.choices)
    level = choose(_("At which level?"), Level.choices, _("Choose a level."))
    mandate = said(_("What is it responsible for?"), most=500, is_needed=False)
    contact = CleanText(
        label=_("Which role is the contact?"), help_text=_("A role or a desk, never the name of a person."),
        max_length=120, required=False,
    )  # fmt: skip
    confidentiality = choose(
        _("How confidential is the dialogue?"), Confidentiality.choices, _("Choose how confidential it is."),
        _("A de facto authority, an armed group and what is strictly confidential are seen by the register’s keepers only."),
    )  # fmt: skip
    sources = several(
        _("May it be where a threat comes from?"), Source.choices,
        _("Beyond what its kind says: police are always taken for a possible source where a threat comes from police."),
    )  # fmt: skip
    is_active = forms.BooleanField(label=_("We can speak to it now"), required=False, initial=True)


class SpeechForm(forms.Form):
    """What is to be raised with whom. About an issue nobody is named."""

    authority = pick(_("With which authority?"), [])
    naming = choose(
        _("Is the person named?"), [c for c in Naming.choices if c[0] != Naming.NONE],
        _("Choose whether the person is named."),
    )  # fmt: skip
    fields_told = several(
        _("If the person is named: what is told"), list(TOLD_FIELDS.items()),
        _("Only what the person agreed that this very authority is told."),
    )  # fmt: skip
    modality = choose(_("How is it raised?"), Modality.choices, _("Choose how it is raised."))
    frameworks = several(_("On which law does it rest?"), Framework.choices)
    content = said(
        _("What is to be said?"),
        _("Facts, and what we ask for. The duty stays with the authority: we offer help, and accuse nobody."), rows=8,
    )  # fmt: skip

    def __init__(self, authorities: list[Authority], *args: Any, is_case: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(row.pk): row for row in authorities}
        listed = [(key, row.name) for key, row in self.known.items()]
        self.fields["authority"].choices = [("", _("Choose")), *listed]  # type: ignore[attr-defined]
        if not is_case:
            del self.fields["naming"], self.fields["fields_told"]

    @property
    def chosen(self) -> Authority:
        """The addressee."""
        return self.known[self.cleaned_data["authority"]]


class ExamineForm(forms.Form):
    """Is it possible, is it appropriate (HS-14); where does the threat come from (HS-13); who was asked first (W-21)."""

    sources = several(
        _("Where does the threat come from?"), Source.choices,
        _("As far as the person has told it; do not ask for it. A category, never a name."),
    )  # fmt: skip
    consulted = several(_("Who was asked first?"), Consulted.choices)
    alone = said(_("If not who is named above: why do you go on?"), most=500, rows=2, is_needed=False)
    uncoordinated = said(
        _("If no other component of the Movement was asked: why not?"), most=500, rows=2, is_needed=False
    )
    why = said(_("On what does this rest, and what speaks against it?"), most=2000)

    def __init__(self, *args: Any, is_case: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = ((_("Possible"), POSSIBLE), (_("Appropriate"), APPROPRIATE))
        for title, questions in groups:
            for code, words in questions.items():
                field = choose(words, ANSWERS, _("Answer every question."), title)
                self.fields[code] = field
        if not is_case:
            del self.fields["sources"]
        self.order_fields([*QUESTIONS, "sources", "consulted", "alone", "uncoordinated", "why"])

    @property
    def answers(self) -> dict[str, bool]:
        """The questions as they were answered."""
        return {code: self.cleaned_data[code] == "yes" for code in QUESTIONS}


class Confirmed(forms.Form):
    """A person says that nobody can be recognised (HS-15)."""

    is_confirmed = forms.BooleanField(
        label=_("I have read it: nobody can be recognised in it"), required=False,
        help_text=_("No day, no exact place, nothing that only one person has."),
    )  # fmt: skip


class Note(forms.Form):
    """A few words that are needed."""

    note = said(_("What is there to say?"))


class Remark(forms.Form):
    """A few words that are not needed."""

    note = said(_("What is there to say?"), is_needed=False)


class Send(forms.Form):
    """It is raised today."""

    watch_until = day(
        _("Watch until when for reprisals?"), _("On that day somebody asks whether anybody suffered for it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["watch_until"].initial = timezone.localdate() + timedelta(days=30)

    def clean_watch_until(self) -> Any:
        """A day that is still to come, within a year."""
        until = self.cleaned_data["watch_until"]
        if not timezone.localdate() < until <= timezone.localdate() + timedelta(days=366):
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return until


class Answer(forms.Form):
    """What the authority answered."""

    response = choose(_("What did the authority do?"), Response.choices, _("Choose what the authority did."))
    reply = said(_("What did it say?"))


class Promise(forms.Form):
    """Something was promised."""

    text = said(_("What was promised?"), most=1000)
    due_on = day(_("By when?"))


class Settled(forms.Form):
    """What became of a promise."""

    kept = choose(
        _("What became of it?"), [c for c in Kept.choices if c[0] != Kept.OPEN], _("Say what became of it.")
    )  # fmt: skip


class Watch(forms.Form):
    """Nobody seems to have suffered for it."""

    until = forms.DateField(
        label=_("Go on watching until"), required=False, widget=DayInput,
        help_text=_("Leave it empty to end the watch. If somebody suffered, go back and say so: everything stops at once."),
    )  # fmt: skip


class End(forms.Form):
    """Why it is given up."""

    reason = choose(_("Why is it given up?"), [(r.value, r.label) for r in CHOSEN_ENDS], _("Choose a reason."))
    note = said(_("What is there to say?"), is_needed=False)


STEPS: dict[str, type[forms.Form]] = {
    "examine": ExamineForm, "submit": Confirmed, "clear": Nothing, "give_back": Note, "approve": Nothing, "send": Send,
    "received": Nothing, "answered": Answer, "no_reply": Nothing, "follow_up": Note, "close": Remark, "suspect": Note,
    "resume": Note, "end": End, "promise": Promise, "watch": Watch,
}  # fmt: skip
