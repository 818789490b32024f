"""Forms of issues, advocacy, lessons and reports of harm."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.text import CleanText
from cases.issue_words import (
    Bearing,
    Change,
    Driver,
    EvidenceKind,
    Group,
    HarmKind,
    InfoStatus,
    LessonKind,
    Reliability,
    Right,
    Target,
)
from cases.models.issue import TITLE_LENGTH, WORDS
from cases.models.learning import LESSON_LENGTH
from cases.vocabulary import Risk
from consent.office_forms import Nothing, choose
from foundation.core.pages import DayInput

LAWS = (
    ("ihl", _("International humanitarian law")), ("ihrl", _("International human rights law")),
    ("irl", _("International refugee law")), ("national", _("National law")), ("regional", _("Regional law")),
)  # fmt: skip
NOBODY = _("No name, no day, no exact place, no story of one person.")


def said(label: Any, hint: Any = "", *, most: int = WORDS, rows: int = 5, is_needed: bool = True) -> CleanText:
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


def confirmed() -> forms.BooleanField:
    """A person says that nobody can be recognised."""
    return forms.BooleanField(label=_("I have read it: nobody can be recognised in it"), required=False)


class IssueForm(forms.Form):
    """A problem of many."""

    title = CleanText(label=_("The problem in a few words"), max_length=TITLE_LENGTH)
    description = said(_("What is happening, to whom, since when?"), NOBODY)
    areas = CleanText(label=_("In which regions?"), help_text=_("Nothing smaller than a region."), max_length=300)
    risks = several(_("Which protection risks are these?"), Risk.choices)
    groups = several(
        _("Who is at risk here?"), Group.choices, _("In this context, as the analysis shows. A group is never a score.")
    )  # fmt: skip
    drivers = several(_("What drives it?"), Driver.choices)
    rights = several(_("What is at stake?"), Right.choices)
    frameworks = several(_("Which law protects it?"), LAWS)
    is_confirmed = confirmed()


class EvidenceForm(forms.Form):
    """A fact, from where it comes, how far it is relied on (PS-5)."""

    kind = choose(_("Where does it come from?"), EvidenceKind.choices, _("Choose where it comes from."))
    text = said(_("What is the fact?"), NOBODY, most=1000)
    reliability = choose(_("How far is the source relied on?"), Reliability.choices, _("Choose one."))
    info_status = choose(_("What is known of the fact?"), InfoStatus.choices, _("Choose one."))


class AnalyseForm(forms.Form):
    """Why those who have the duty do not meet it (R-26)."""

    bearing = several(_("Why do those who have the duty not meet it?"), Bearing.choices)
    analysis = said(_("What do you rest this on?"), NOBODY)
    has_context = forms.BooleanField(
        label=_("The context was analysed: risks, gender and diversity, with the people concerned"), required=False
    )


class StrategyForm(forms.Form):
    """What shall change, and how (R-35)."""

    strategy = said(_("What shall change, through whom, by what steps?"), NOBODY)


class OutcomeForm(forms.Form):
    """What came of it."""

    change = choose(_("What has changed?"), Change.choices, _("Choose what has changed."))
    outcome = said(_("What shows it, and what was our part in it?"), NOBODY)


class NoteForm(forms.Form):
    """A few words."""

    note = said(_("What is there to say?"), NOBODY, is_needed=False)


class ActionForm(forms.Form):
    """Something to be done about a law, a practice, a norm (R-38)."""

    target = choose(_("What shall it change?"), Target.choices, _("Choose what it shall change."))
    text = said(_("What is done?"), NOBODY, most=1000)
    due_on = forms.DateField(label=_("By when?"), required=False, widget=DayInput)


class ResultForm(forms.Form):
    """What came of an action."""

    result = said(_("What came of it?"), NOBODY, most=1000)


class LinkForm(forms.Form):
    """Behind which issue does this case stand?"""

    issue = forms.ChoiceField(label=_("Behind which issue does this case stand?"), widget=forms.RadioSelect)

    def __init__(self, issues: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issue"].choices = issues  # type: ignore[attr-defined]


class LessonForm(forms.Form):
    """Something the Movement can learn from (R-11)."""

    kind = choose(_("What is it about?"), LessonKind.choices, _("Choose one."))
    text = said(_("What did we learn, and what would we do otherwise?"), NOBODY, most=LESSON_LENGTH)
    tags = several(_("Which risks does it touch?"), Risk.choices)
    is_confirmed = confirmed()


class HarmForm(forms.Form):
    """Somebody is worse off through what was done or left undone (R-30)."""

    kind = choose(_("What went wrong?"), HarmKind.choices, _("Choose one."))
    text = said(_("What happened, and what is still dangerous?"), _("No name of a person who is helped."))
    about = forms.ChoiceField(
        label=_("Does it speak of somebody who works here?"), required=False,
        help_text=_("That person does not read this report, and is not told of it."),
    )  # fmt: skip

    def __init__(self, people: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = [("", _("Nobody")), *people]  # type: ignore[attr-defined]


class FoundForm(forms.Form):
    """What was found."""

    note = said(_("What was found, and what is done for who is worse off?"), _("No name of a person who is helped."))


class ChangedForm(forms.Form):
    """What was changed."""

    changed = said(_("What was changed, so that it does not happen again?"))


HARM_STEPS: dict[str, type[forms.Form]] = {"take_on": Nothing, "note": FoundForm, "close": ChangedForm}
STEPS: dict[str, type[forms.Form]] = {
    "analyse": AnalyseForm, "plan_strategy": StrategyForm, "begin_dialogue": NoteForm, "assess_outcome": OutcomeForm,
    "take_up_again": NoteForm, "rest": NoteForm, "wake": NoteForm, "close": NoteForm, "add_evidence": EvidenceForm,
    "act": ActionForm,
}  # fmt: skip
__all__ = ["STEPS", "EvidenceForm", "HarmForm", "IssueForm", "LessonForm", "LinkForm", "Nothing", "ResultForm"]
