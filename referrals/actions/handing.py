"""A case changed hands: its packages and what runs on them go with it."""

from cases.models import Case
from foundation.accounts.models import User
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import VIEW, Clock
from referrals.models import Referral


def follow(handed: tuple[Case, User]) -> None:
    """Open each package of the case to its new owner and shut it to the former one.

    Runs as the clerk: also a package that the person who assigns may not open is handed over.
    """
    case, former = handed
    with clerk.as_clerk() as by:
        for referral in Referral.objects.filter(case_id=case.pk).select_related("dossier"):
            dossiers.share_with_user(referral.dossier, case.owner, "owner", by=by)
            dossiers.unshare(referral.dossier, user=former)
            referral.handed_to = case.owner
            referral.save(update_fields=["handed_to"])
            for clock in Clock.objects.running().filter(subject_id=referral.pk, user=former):
                clocks.hand_over(clock, user=case.owner)


def move_house(gone: tuple[Case, list[int]]) -> None:
    """The case went over to another unit: its packages open to the seat there, and no longer to the former ones."""
    case, former = gone
    with clerk.as_clerk():
        for referral in Referral.objects.filter(case_id=case.pk).select_related("dossier"):
            dossiers.share_with_group(referral.dossier, case.focal_group_id, VIEW)
            referral.unit_id = case.unit_id
            referral.save(update_fields=["unit"])
            for clock in Clock.objects.running().filter(subject_id=referral.pk, group__in=former):
                clocks.hand_over(clock, group=case.focal_group_id)
            for group in former:
                dossiers.unshare(referral.dossier, group=group)
