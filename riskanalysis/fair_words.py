"""The view of fairness in words."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.vocabulary import Urgency
from riskanalysis.fairness import STEP
from riskanalysis.vocabulary import ANSWER_AGE, ANSWER_GENDER, DIMENSIONS, WAIT_AGE, WAIT_GENDER


def fair_words(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For the page: a sentence as title, then group, share, and whether it stands out."""
    return [
        {
            "title": _title(table["cube"], table["urgency"]),
            "side": DIMENSIONS[table["side"]].title,
            "all": share_words(table["all"]),
            "rows": [
                {
                    "name": DIMENSIONS[table["side"]].labels.get(row["code"], row["code"]),
                    "share": share_words(row["share"]),
                    "stands_out": row["stands_out"],
                }
                for row in table["rows"]
            ],
        }
        for table in tables
    ]


def _title(cube: str, urgency: str) -> str:
    level = Urgency(urgency).label
    if cube in (WAIT_AGE, WAIT_GENDER):
        hours = settings.FAIR_WAIT_HOURS[urgency]
        if hours % 24 or hours == 24:
            words = ngettext(
                "%(level)s: waited longer than %(n)d hour for a referral",
                "%(level)s: waited longer than %(n)d hours for a referral",
                hours,
            )
            return words % {"level": level, "n": hours}
        days = hours // 24
        words = ngettext(
            "%(level)s: waited longer than %(n)d day for a referral",
            "%(level)s: waited longer than %(n)d days for a referral",
            days,
        )
        return words % {"level": level, "n": days}
    if cube in (ANSWER_AGE, ANSWER_GENDER):
        return _("%(level)s: declined by the partner, or not answered") % {"level": level}
    raise KeyError(cube)


def share_words(points: int | None) -> str:
    """A share as it may be said."""
    if points is None:
        return _("too few people to say")
    if points < STEP:
        return _("less than %(n)d %%") % {"n": STEP}
    if points > 100 - STEP:
        return _("more than %(n)d %%") % {"n": 100 - STEP}
    return _("about %(n)d %%") % {"n": points}
