"""Telling something without consent as forms: nothing is chosen at the start, each reason has a field of its own."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.forms.concern import choose
from cases.forms.text import CleanText
from cases.recipients import Recipient
from consent.actions.exceptions import Plea
from consent.exceptions import Ground
from consent.models.exception import REASON_LENGTH
from consent.sources import Source

HINTS = {
    Ground.LAW: _("Cite the law below."),
    Ground.STAFF: _(
        "This goes to the safeguarding focal point alone. Write nothing of it here: report it at the foot of "
        "the page, or phone them."
    ),
}


def _words(label: Any, hint: Any, missing: Any = "", *, required: bool = True) -> CleanText:
    return CleanText(
        label=label, help_text=hint, required=required, max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": missing} if missing else {},
    )  # fmt: skip


class FindRecipient(forms.Form):
    """A few letters of whom it would be told, as a plain GET."""

    q = CleanText(label=_("Name of service or organisation"), required=False, max_length=120)


class AskException(forms.Form):
    """The ground, the reasons, the fields one by one, whether the person knows, how long."""

    ground = choose(_("On what ground?"), Ground.choices, _("Choose a ground."), hints=HINTS)
    law = CleanText(label=_("Which law obliges us?"), required=False, max_length=300)
    source = forms.ChoiceField(
        label=_("From whom does the threat come?"),
        choices=[("", _("Choose")), *Source.choices],
        help_text=_("A category, never a name. Who may be the source is never told anything."),
        error_messages={"required": _("Say from whom the threat comes, as a category.")},
    )
    fields_told = forms.MultipleChoiceField(
        label=_("What must be told?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As little as the ground needs."),
        error_messages={"required": _("Choose what is told, piece by piece.")},
    )
    necessity = _words(
        _("Why is it necessary?"),
        _("What happens if it is not told. No word on who causes the harm."),
        _("Write why it is necessary."),
    )
    proportionality = _words(
        _("Why would no lesser way do?"),
        _("What was tried or weighed, and what telling it may cost the person."),
        _("Write why no lesser way would do."),
    )
    informed = choose(
        _("Does the person know?"),
        [("yes", _("Yes, the person was told before")), ("no", _("No, telling them would not be safe"))],
        _("Say whether the person knows."),
    )
    unsafe = _words(_("Why is it unsafe to tell them?"), "", required=False)
    days = forms.TypedChoiceField(label=_("For how many days?"), coerce=int)
    is_emergency = forms.BooleanField(
        label=_("It cannot wait for the second signature"),
        required=False,
        help_text=_("It takes effect at once on yours. Without the second within 24 hours it ends, as an incident."),
    )

    def __init__(self, who: Recipient, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.who, most = who, settings.EXCEPTION_DAYS
        told: Any = self.fields["fields_told"]
        told.choices = list(who.told.items())
        days: Any = self.fields["days"]
        days.choices, days.initial = [(n, str(n)) for n in range(1, most + 1)], most

    def add_error(self, field: Any, error: Any) -> None:
        """A refusal of what is told belongs to the boxes, one about who was told to the words on it."""
        super().add_error("fields_told" if field == "fields" else field, error)

    def plea(self) -> Plea:
        """What the action takes."""
        data, who = self.cleaned_data, self.who
        return Plea(
            ground=data["ground"], purpose=who.purpose, recipient_kind=who.kind, recipient_id=who.pk, recipient=who.name,
            fields=[*who.always, *data["fields_told"]], necessity=data["necessity"],
            proportionality=data["proportionality"], source=data["source"], law=data["law"],
            is_informed=data["informed"] == "yes", unsafe=data["unsafe"], days=data["days"],
            is_emergency=data["is_emergency"],
        )  # fmt: skip


class RefuseException(forms.Form):
    """Why the second person does not sign."""

    answer = _words(_("Why do you not sign?"), _("Who asked reads it."), _("Write why not, for the person who asked."))


class ReviewException(forms.Form):
    """What somebody found who looked back."""

    necessary = choose(
        _("Was it necessary?"),
        [("yes", _("Yes, it was necessary")), ("no", _("No, it was not: what still lasts ends now"))],
        _("Say whether it was necessary."),
    )
    review = _words(
        _("What did you find?"), _("What was told, what came of it, what we learn."), _("Write what you found.")
    )


class Sign(forms.Form):
    """Nothing is typed: the page says what is signed."""
