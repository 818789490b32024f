"""What one of our own services gives, as forms. Nothing is chosen at the start."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.forms.concern import choose
from cases.forms.text import CleanText
from cases.models import Case
from cases.vocabulary import Category, Setting
from consent.office_forms import day
from foundation.accounts.models import Appointment, Unit, User
from foundation.core.pages import MomentInput
from referrals.assistance_terms import NeedOutcome, WhyNot, own_types
from referrals.models import NEED_LENGTH

OPEN_ENDED = timedelta(days=366)


def words(label: Any, hint: Any = "", *, required: bool = True) -> CleanText:
    """A few words in the case; they are encrypted."""
    return CleanText(
        label=label, help_text=hint, required=required, max_length=NEED_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": _("Write a few words.")},
    )  # fmt: skip


def givers(case: Case) -> list[User]:
    """Who can open the case and works in its unit: one of them has it to do."""
    held = Appointment.objects.present().filter(seat__unit=case.unit, user__is_machine=False)
    held = held.filter(seat__role__in=("caseworker", "focal_point", "deputy")).select_related("user")
    known = {case.owner_id: case.owner}
    known.update({a.user_id: a.user for a in held.filter(seat__group=case.focal_group_id)})
    return list(known.values())


class PlanForm(forms.Form):
    """A need, the service that answers it, and who has it to do."""

    need = words(
        _("What does the person need because of this concern?"),
        _("In a few words. No name, and nothing about who caused the harm."),
    )
    service_type = forms.ChoiceField(
        label=_("Which of our services gives it?"),
        help_text=_("Only what we give ourselves stands here. For the rest, choose a partner’s service."),
        error_messages={"required": _("Choose a service.")},
    )
    within = choose(_("Where is it given?"), Setting.choices, _("Choose where it is given."))
    giver = forms.ChoiceField(label=_("Who sees to it?"), error_messages={"required": _("Choose who sees to it.")})

    def __init__(self, case: Case, own: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = [(v, label) for v, label in own_types() if v in own]
        rest = [(v, label) for v, label in own_types() if v not in own]
        groups = [(_("Declared by the unit for such a concern"), first), (_("Other services of ours"), rest)]
        kinds: Any = self.fields["service_type"]
        kinds.choices = [("", _("Choose")), *(groups if first else rest)]
        self.givers = {str(user.pk): user for user in givers(case)}
        people: Any = self.fields["giver"]
        people.choices = [(pk, user.name) for pk, user in self.givers.items()]


class GiveForm(forms.Form):
    """When it was given, and what."""

    given_at = forms.DateTimeField(
        label=_("When was it given?"), widget=MomentInput, initial=timezone.now,
        error_messages={"required": _("Choose day and time."), "invalid": _("Choose day and time.")},
    )  # fmt: skip
    words = words(_("What, and how much?"), _("For example: two nights; food for three people."))


class AnswerForm(forms.Form):
    """What came of it, in the person's own word."""

    outcome = choose(_("What does the person say: is the need met?"), NeedOutcome.choices, _("Choose what came of it."))
    said = words(_("In the person’s words"), _("Leave it empty if the person said no more."), required=False)


class NotGiveForm(forms.Form):
    """Why it is not given."""

    why_not = choose(_("Why is it not given?"), WhyNot.choices, _("Choose why it is not given."))


class CapacityForm(forms.Form):
    """For each kind of concern, the services of our own that are there for it; and how long this holds."""

    valid_from = day(_("It holds from"))
    valid_until = day(_("Until, that day included"), _("At most a year: what we can give changes."))

    def __init__(self, unit: Unit, known: dict[str, list[str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for risk in Category:
            if risk in (Category.UNSAID, Category.CONDUCT):
                continue
            self.fields[f"risk-{risk.value}"] = forms.MultipleChoiceField(
                label=risk.label, choices=own_types(), widget=forms.CheckboxSelectMultiple, required=False,
                initial=known.get(risk.value, []),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Not longer than a year."""
        data: dict[str, Any] = super().clean() or {}
        begins, ends = data.get("valid_from"), data.get("valid_until")
        if begins and ends and ends - begins > OPEN_ENDED:
            self.add_error("valid_until", _("Choose a day within a year."))
        return data

    @property
    def lines(self) -> dict[str, list[str]]:
        """What the action takes."""
        found = {
            name.removeprefix("risk-"): value for name, value in self.cleaned_data.items() if name.startswith("risk-")
        }
        return {risk: list(types) for risk, types in found.items() if types}
