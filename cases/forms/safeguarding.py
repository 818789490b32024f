"""Reporting what concerns our own people, and what the safeguarding focal points do with it, as forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.concern import choose
from cases.forms.text import CleanText
from cases.models import REPORT_LENGTH, Case, CaseNote
from cases.safeguarding_terms import ReportOutcome
from foundation.accounts.models import User

MOST = 500


def words(label: Any, hint: Any = "", *, required: bool = True, rows: int = 5) -> CleanText:
    """Words that only the safeguarding focal points read."""
    return CleanText(
        label=label, help_text=hint, required=required, max_length=REPORT_LENGTH,
        widget=forms.Textarea(attrs={"rows": rows}), error_messages={"required": _("Write what happened.")},
    )  # fmt: skip


def colleagues(actor: User) -> dict[str, User]:
    """People of the reporter's own organisations, by name: among them is who may be spoken of."""
    units = {seat.unit.organisation_id for seat in actor.seats}
    rows = User.objects.filter(appointments__seat__unit__organisation__in=units, is_machine=False, is_active=True)
    return {str(user.pk): user for user in rows.distinct().order_by("name")[:MOST]}


class AboutForm(forms.Form):
    """Who is spoken of: chosen, written, or neither."""

    accused = forms.ChoiceField(
        label=_("Who is it about, if you know?"), required=False,
        help_text=_("Whoever you choose, and those who manage them, never learn of this report."),
    )  # fmt: skip

    def __init__(self, actor: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = colleagues(actor)
        chosen: Any = self.fields["accused"]
        chosen.choices = [
            ("", _("I do not know, or would rather write it")),
            *((k, u.name) for k, u in self.people.items()),
        ]

    def who(self) -> User | None:
        """The person chosen."""
        return self.people.get(self.cleaned_data["accused"])


class ReportForm(AboutForm):
    """What happened, in a few fields."""

    text = words(
        _("What happened, or what worries you?"),
        _("What you saw or heard. You need prove nothing, and ask nobody."),
        rows=7,
    )
    accused_words = CleanText(
        label=_("Or: who it is about, in your words"), required=False, max_length=300,
        help_text=_("A name, a task, a place, an organisation."),
    )  # fmt: skip
    may_ask = forms.BooleanField(
        label=_("The safeguarding focal point may ask me about it"), required=False, initial=True
    )
    field_order = ("text", "accused", "accused_words", "may_ask")


class MoveNoteForm(AboutForm):
    """Which note speaks of one of our own people."""

    note = forms.ChoiceField(
        label=_("Which note is it?"), widget=forms.RadioSelect,
        help_text=_("Its words leave the case. A neutral mark stays, and the case goes on."),
        error_messages={"required": _("Choose the note.")},
    )  # fmt: skip
    text = words(_("What should the safeguarding focal point know?"), _("The note itself goes along."))
    field_order = ("note", "accused", "text")

    def __init__(self, case: Case, actor: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        rows = CaseNote.objects.filter(case=case, text__isnull=False).order_by("-written_at")[:MOST]
        self.notes = {str(row.pk): row for row in rows}
        for row in self.notes.values():
            row.dossier = case.dossier
        chosen: Any = self.fields["note"]
        chosen.choices = [(pk, (row.text or "")[:160]) for pk, row in self.notes.items()]


class NoteForm(forms.Form):
    """A step, in words."""

    text = words(_("What was done?"), _("Who was spoken to, what was offered to the person it happened to."))


class HandOnForm(forms.Form):
    """Who investigates."""

    text = words(
        _("Who investigates from now on?"),
        _("The office outside this system, and when it was told."),
    )


class CloseForm(forms.Form):
    """What came of it."""

    outcome = choose(_("What came of it?"), ReportOutcome.choices, _("Choose what came of it."))
    text = words(_("In words, for the second person"), required=False)


class KeepOpenForm(forms.Form):
    """Why it goes on."""

    text = words(_("Why does it go on?"))
