"""What representations and the register of authorities add to the frame, the work lists and the pages of a case."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from cases.closing import answer, veto
from cases.contributions import Contributor, contribute
from cases.policy import has_seat
from foundation.accounts.context import nav
from foundation.accounts.models import Role
from foundation.core.worklist import Job, describe
from referrals import speech_contribution, threats
from referrals.actions.speaking import tested_sources

READERS = (Role.DIALOGUE, Role.MANAGER)


def _page(clock: Any) -> str:
    return reverse("referrals:representation", args=[clock.subject_id])


JOBS = {
    "represent_approve": Job(_("Approve what is to be raised with an authority"), _("Somebody else wrote it"), _page),
    "represent_send": Job(_("Raise it with the authority"), _("It is approved"), _page),
    "represent_follow_up": Job(_("Ask what came of it at the authority"), _("It was raised some time ago"), _page),
    "represent_suspended": Job(
        _("Decide what becomes of a suspended representation"),
        _("Reprisals are suspected, or the consent was taken back"),
        _page,
    ),
    "represent_promise": Job(
        _("Ask whether the promise was kept"), _("The authority promised something by now"), _page
    ),
    "represent_watch": Job(
        _("Ask whether anybody suffered for it"), _("It was raised, and is watched for reprisals"), _page
    ),
}


def _nav(user: Any) -> list[dict[str, str]]:
    if not has_seat(user, READERS):
        return []
    return [{"url": reverse("referrals:authorities"), "label": _t("Authorities"), "section": "authorities"}]


def install() -> None:
    """Register navigation, words of clocks, the part of the case page and what keeps a case open."""
    nav(_nav)
    for code, job in JOBS.items():
        describe("speech", code, job)
    contribute(
        Contributor(
            speech_contribution.overview, speech_contribution.lines, labels=speech_contribution.labels,
            for_person=speech_contribution.for_person, ends_with=speech_contribution.ends_with,
        )
    )  # fmt: skip
    threats.supply(tested_sources)
    veto(speech_contribution.keeps_open)
    answer(speech_contribution.is_represented)
