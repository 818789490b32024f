"""What is written when a person uses a right, and when a copy is handed over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.case import PersonForm
from cases.forms.concern import choose
from cases.forms.text import CleanText
from cases.models import Case
from consent.actions.requests import Asking, known
from consent.models.request import WORDS_LENGTH
from consent.rights import CORRECTABLE, VOICES, Identity, Right, Spoken
from foundation.accounts.models import Appointment, User
from foundation.dossiers import actions as dossiers

HINTS = {
    Right.ACCESS: _("What we know, what we did, who was told. Read aloud, or on paper if that is safe."),
    Right.RECTIFICATION: _("Something that we wrote down is wrong. Who received it is told."),
    Right.RESTRICTION: _("We keep it and use none of it until it is decided. It rests at once."),
    Right.OBJECTION: _("Everything rests at once: partners read nothing, nothing new is sent. Then it is decided."),
    Right.ERASURE: _("Nobody can read it again, not even we. Two people decide."),
    Right.COMPLAINT: _("Goes to a seat that is not the one complained of, and never stands in this case."),
    Right.FEEDBACK: _("What was good, what was missing. Goes to the manager."),
}


def _words(*, is_needed: bool) -> CleanText:
    return CleanText(
        label=_("What the person says, in their words"),
        max_length=WORDS_LENGTH,
        required=is_needed,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what the person says.")},
    )


class AskForm(forms.Form):
    """How it was made sure that it is the person, and their words."""

    identity = choose(
        _("How did you make sure that it is the person?"),
        [(i.value, i.label) for i in Identity if i != Identity.NOT_NEEDED],
        _("Choose how you made sure that it is the person."),
    )
    words = _words(is_needed=False)

    def asking(self, kind: str) -> Asking:
        """What ``ask_right`` takes."""
        return Asking(kind, self.cleaned_data["identity"], self.cleaned_data["words"])


class CorrectForm(AskForm):
    """The same with the right value; the field of the page about the person, by itself."""

    field_order = ("value", "identity", "words")

    def __init__(self, case: Case, field: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field = field
        self.fields["value"] = PersonForm.base_fields[field]
        self.fields["value"].label = _("What should it say?")
        self.fields["value"].initial = known(case.person, field)
        self.order_fields(self.field_order)

    def asking(self, kind: str) -> Asking:
        """What ``ask_right`` takes; a day as ISO writes it."""
        value = self.cleaned_data["value"]
        new = value.isoformat() if hasattr(value, "isoformat") else value
        return Asking(kind, self.cleaned_data["identity"], self.cleaned_data["words"], self._field, new or None)


class VoiceForm(forms.Form):
    """A complaint or feedback: what it is about, of whom, and the words. Identity is not asked."""

    spoken_of = choose(_("What is it about?"), Spoken.choices, _("Choose what it is about."))
    about = forms.ModelChoiceField(
        label=_("If it is about somebody who works here: who?"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("They never see it. It goes to a seat that they do not hold."),
    )
    words = _words(is_needed=True)

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].queryset = _people(case)  # type: ignore[attr-defined]

    def asking(self, kind: str) -> Asking:
        """What ``ask_right`` takes."""
        data = self.cleaned_data
        about = data["about"] if data["spoken_of"] == Spoken.WORKER else None
        return Asking(kind, Identity.NOT_NEEDED, data["words"], spoken_of=data["spoken_of"], about=about)


def _people(case: Case) -> Any:
    """Who works on the case, opens it, or took the concern down."""
    rows = dossiers.readers(case.dossier)
    groups = [row.key for row in rows if row.kind == "group"]
    seated = Appointment.objects.in_force().filter(seat__group__in=groups).values_list("user", flat=True)
    known_ = {case.owner_id, case.concern.reporter_id, *seated, *(row.key for row in rows if row.kind == "user")}
    return User.objects.filter(pk__in=known_, is_machine=False).order_by("name")


def form_for(kind: str, case: Case, field: str, data: Any) -> AskForm | VoiceForm | None:
    """The form of a right; ``None`` while it is not said what is to be corrected."""
    if kind in VOICES:
        return VoiceForm(case, data)
    if kind == Right.RECTIFICATION:
        return CorrectForm(case, field, data) if field in CORRECTABLE else None
    return AskForm(data)
