"""The Washington Group short set: six questions asked so that help can be adapted (R-06; domain.md §7.11).

The wording is the Group's and is not changed. What is answered says how to help, one difficulty at a time; no word, no count
and no figure is made of all six together, and nobody is called anything because of them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case
from cases.vocabulary import Setting
from consent.vocabulary import AccessNeed, AgeBand

QUESTIONS = {
    "seeing": _("Do you have difficulty seeing, even if wearing glasses?"),
    "hearing": _("Do you have difficulty hearing, even if using a hearing aid?"),
    "walking": _("Do you have difficulty walking or climbing steps?"),
    "remembering": _("Do you have difficulty remembering or concentrating?"),
    "self_care": _("Do you have difficulty with self-care, such as washing all over or dressing?"),
    "communicating": _(
        "Using your usual language, do you have difficulty communicating, for example understanding or being understood?"
    ),
}


class Difficulty(models.TextChoices):
    """The four answers of the Group; and that somebody would rather not say, which is no difficulty."""

    NONE = "none", _("No – no difficulty")
    SOME = "some", _("Yes – some difficulty")
    LOT = "lot", _("Yes – a lot of difficulty")
    CANNOT = "cannot", _("Cannot do at all")
    DECLINED = "declined", pgettext_lazy("difficulty", "Does not want to say")


HELPS = {
    "seeing": (AccessNeed.LARGE_PRINT, AccessNeed.PLAIN_WORDS, AccessNeed.ACCOMPANIED),
    "hearing": (AccessNeed.SIGN_LANGUAGE, AccessNeed.LARGE_PRINT),
    "walking": (AccessNeed.STEP_FREE, AccessNeed.ACCOMPANIED),
    "remembering": (AccessNeed.PLAIN_WORDS, AccessNeed.ACCOMPANIED),
    "self_care": (AccessNeed.ACCOMPANIED,),
    "communicating": (AccessNeed.PLAIN_WORDS, AccessNeed.SIGN_LANGUAGE),
}
"""What may help with each; the person says which of it they want."""
HARD_SETTINGS = frozenset({Setting.DETENTION, Setting.BORDER})
CHILDREN = frozenset({AgeBand.A0, AgeBand.A5, AgeBand.A12})


def known(case: Case) -> dict[str, str]:
    """What was answered so far, by question."""
    return dict(case.person.facts.get("functioning") or {})


def is_child(case: Case) -> bool:
    """The short set is for adults; for children the Group has other questions."""
    return case.person.facts.get("age_band") in CHILDREN


def is_hard(case: Case) -> bool:
    """Where asking for more than is needed may do harm: places of detention, borders (W-20)."""
    return case.concern.setting in HARD_SETTINGS


def suggested(answers: dict[str, str]) -> list[str]:
    """What may help somebody who has difficulty with something, each once; never what somebody is."""
    hard = (Difficulty.SOME, Difficulty.LOT, Difficulty.CANNOT)
    found = [need for code, needs in HELPS.items() if answers.get(code) in hard for need in needs]
    return [str(need.label) for need in dict.fromkeys(found)]
