"""Who has the mandate: suggestions whom to consult first (R-47, R-48, R-57; domain.md §1.5). Nothing is sent by them (W-10)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.vocabulary import Category, Setting


@dataclass(frozen=True)
class Mandate:
    """When it applies (category, setting), and whom to consult first."""

    when: Any
    consult: Any
    categories: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()

    def applies(self, category: str, setting: str) -> bool:
        """Whether this matter, or the place where it came up, calls for it."""
        return category in self.categories or setting in self.settings


MANDATES = (
    Mandate(
        _("Family separated, somebody missing"),
        _(
            "First the tracing service of the National Society (restoring family links), then the Central Tracing Agency"
            " of the ICRC."
        ),
        frozenset({Category.FAMILY}),
    ),
    Mandate(
        _("Somebody deprived of liberty"),
        _(
            "In an armed conflict or other violence: the ICRC first. Otherwise the host National Society, as its agreement"
            " says, and the ICRC is informed where that is agreed."
        ),
        frozenset({Category.DETENTION}), frozenset({Setting.DETENTION}),
    ),
    Mandate(
        _("It crosses a border"),
        _("The National Societies on both sides, with the IFRC for coordination."),
        frozenset({Category.RETURN}), frozenset({Setting.BORDER}),
    ),
    Mandate(
        _("A party to a conflict recruits or attacks"),
        _("The ICRC, before anybody speaks to an authority."),
        frozenset({Category.RECRUITMENT, Category.MINES}),
    ),
)  # fmt: skip


def mandates(case: Case) -> list[Mandate]:
    """The suggestions that fit a case."""
    category = str(case.concern.known.get("category", ""))
    return [row for row in MANDATES if row.applies(category, case.concern.setting)]
