"""What referrals add to the frame, to the work lists and to the pages of a case."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.closing import veto
from cases.contributions import Contributor, contribute
from cases.policy import LEADS, has_seat
from consent import processing
from consent.vocabulary import Purpose
from foundation.accounts.context import nav
from foundation.accounts.models import Role
from foundation.core.worklist import Job, describe
from foundation.readiness.evidence import supply
from referrals import assisting, capacity, contribution, directory, pathways, standing
from referrals.policy import READERS, SHOWN_THE_WAY


def _inside(clock: Any) -> str:
    return reverse("referrals:referral", args=[clock.subject_id])


def _outside(clock: Any) -> str:
    if clock.user_id is not None:  # told by phone, in person or on paper: the referrer writes the answers down
        return _inside(clock)
    return reverse("referrals:offer", args=[clock.subject_id])


def _saved(clock: Any) -> str:
    return reverse("referrals:life_saving", args=[clock.subject_id])


JOBS = {
    "send": Job(_("Get the referral on its way"), _("The person has agreed and waits"), _inside),
    "info_requested": Job(_("Answer the partner’s question"), _("The partner cannot decide without it"), _inside),
    "unable_to_reach": Job(_("Say how else to reach the person"), _("The partner could not reach them"), _inside),
    "tell_appointment": Job(
        _("Tell the person of the appointment"), _("The service set it, or called it off; use the safe way"), _inside
    ),
    "item_request": Job(
        _("Open what the partner asks for, or say why not"), _("It needs one item more to serve the person"), _inside
    ),
    "verify": Job(_("Ask the person whether it helped"), _("The partner has reported back"), _inside),
    "declined_answer": Job(_("Offer the help elsewhere, or say why not"), _("The partner declined"), _inside),
    "reroute": Job(
        _("Offer the help elsewhere"), _("Nothing more goes to this partner: it was suspended, or has ended"), _inside
    ),
    "agreement": Job(
        _("Have the agreement renewed, or offer the help elsewhere"),
        _("The agreement with this partner has run out"),
        _inside,
    ),
    "life_saving_review": Job(
        _("Look back at what was told in an emergency"), _("A life depended on it; the ordinary way was shut"), _saved
    ),
    "withdrawal_phone": Job(
        _("Phone the partner: the consent was taken back"), _("They have not confirmed yet"), _inside
    ),
    "withdrawal_chase": Job(
        _("Speak to the partner’s lead: the consent was taken back"), _("For three days nobody has confirmed"), _inside
    ),
    "acknowledge": Job(_("Confirm receipt of a referral"), _("A new referral waits for you"), _outside),
    "decide": Job(_("Accept or decline a referral"), _("The person waits for your answer"), _outside),
    "first_contact": Job(_("Reach the person safely"), _("You have accepted"), _outside),
    "hold": Job(_("Go on with it, or say until when it rests"), _("The hold ends"), _outside),
    "feedback": Job(_("Say what came of the service"), _("The referrer waits for your report"), _outside),
    "withdrawal_confirm": Job(_("Confirm that you stopped"), _("The person has taken the consent back"), _outside),
}


def _result(clock: Any) -> str:
    return reverse("referrals:withdrawals", args=[clock.subject_id])


TELL_RESULT = Job(
    _("Tell the person what came of it"), _("They took a consent back; say what each recipient answered"), _result
)


def _needs(clock: Any) -> str:
    return reverse("referrals:assistance_of", args=[clock.subject_id])


HELP = {
    "assist": Job(_("Give what was planned"), _("One of our services gives it because of a concern"), _needs),
    "assist_outcome": Job(_("Ask the person what came of our help"), _("It was given; only the person knows"), _needs),
}


def _nav(user: Any) -> list[dict[str, str]]:
    items = []
    if has_seat(user, (Role.PARTNER_WORKER,)):
        items.append({"url": reverse("referrals:inbox"), "label": str(_("Referrals")), "section": "inbox"})
    if has_seat(user, READERS):
        items.append({"url": reverse("referrals:directory"), "label": str(_("Partners")), "section": "partners"})
    elif has_seat(user, SHOWN_THE_WAY):
        items.append({"url": reverse("referrals:ways"), "label": str(_("Who can help")), "section": "pathways"})
    if has_seat(user, LEADS):
        items.append({"url": reverse("referrals:capacity"), "label": str(_("What we can give")), "section": "capacity"})
    return items


def install() -> None:
    """Register navigation, words of clocks, the part of the case page, and who receives referrals."""
    nav(_nav)
    processing.recipients(Purpose.EXTERNAL_REFERRAL, directory.receiving)
    for code, job in JOBS.items():
        describe("referral", code, job)
    describe("case", "tell_result", TELL_RESULT)
    for code, job in HELP.items():
        describe("assistance", code, job)
    contribute(
        Contributor(
            contribution.overview, contribution.lines, contribution.recipients, contribution.receives,
            contribution.labels, contribution.folders, contribution.for_person, contribution.ends_with,
        )
    )  # fmt: skip
    contribute(Contributor(assisting.overview))
    veto(assisting.open_needs)
    supply("P10", capacity.evidence)
    supply("P6", pathways.evidence)
    supply("P7", standing.partners_are_bound)
