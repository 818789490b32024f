"""Keeping the lists of reports complete while people come and go, climbing when nobody answers, ending what is over.

All of it as the clerk, who follows each folder and opens none: it reads who is barred, and nothing that was reported.
"""

from django.db import transaction
from django.utils import timezone

from cases.actions.safeguarding import CLOCK, REASON
from cases.models import SafeguardingBar
from cases.safeguarding import barred_of, keepers, line_of
from foundation.accounts.models import User
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import VIEW, Clock, DossierUserPermission
from foundation.outbox import delivery

SWEEP = 500


def sweep() -> int:
    """Bring the list of each open report up to date, and end what was kept long enough; how many changed."""
    with clerk.as_clerk() as by:
        rows = SafeguardingBar.objects.select_related("dossier", "unit__organisation").filter(is_over=False)
        changed = sum(_relay(bar, by) for bar in rows.order_by("pk")[:SWEEP])
        return changed + _end()


def _named(bar: SafeguardingBar) -> set[int]:
    rows = DossierUserPermission.objects.filter(
        content_object=bar.dossier_id, permission_id=dossiers.permission_id(VIEW)
    )
    return set(rows.values_list("user_id", flat=True))


def _relay(bar: SafeguardingBar, by: User) -> bool:
    """Whoever came to the seat is added, whoever left it is taken off; if nobody is left, it is the next unit's above."""
    barred, named = barred_of(bar), _named(bar)
    may = {user.pk: user for _place, user in keepers(line_of(bar.unit), barred, is_whole=True)}
    near = {user.pk: user for _place, user in keepers(line_of(bar.unit), barred)}
    if not near:
        return False
    gone, fresh = named - set(may), set(near) - named
    for user in User.objects.filter(pk__in=fresh):
        dossiers.share_with_user(bar.dossier, user, REASON, by=by)
    for user in User.objects.filter(pk__in=gone):
        dossiers.unshare(bar.dossier, user=user)
    _hand_over(bar, near, may)
    delivery.tell([near[pk] for pk in fresh], "work.waiting", f"safeguarding:{bar.report}:{sorted(fresh)}"[:120])
    return bool(gone or fresh)


def _hand_over(bar: SafeguardingBar, near: dict[int, User], may: dict[int, User]) -> None:
    for clock in Clock.objects.running().filter(subject_id=bar.report):
        if clock.user_id not in may:
            clocks.hand_over(clock, user=next(iter(near.values())))


def climb(clock: Clock) -> None:
    """The 24 hours are over: everybody above who may know of it is told, and can take it on. Never anybody's line."""
    if clock.code != CLOCK:
        return
    bar = (
        SafeguardingBar.objects.select_related("dossier", "unit__organisation").filter(report=clock.subject_id).first()
    )
    if bar is None:
        return
    with clerk.as_clerk() as by:
        above = [user for _place, user in keepers(line_of(bar.unit), barred_of(bar), is_whole=True)]
        for user in above:
            dossiers.share_with_user(bar.dossier, user, REASON, by=by)
        delivery.tell(above, "work.overdue", f"safeguarding:{clock.pk}:{clock.n_reminders}")


@transaction.atomic
def _end() -> int:
    """What was kept long enough: its key is destroyed, and with it all that was written."""
    rows = SafeguardingBar.objects.select_related("dossier").filter(until__lt=timezone.localdate())
    over = list(rows.select_for_update(of=("self",), skip_locked=True)[:SWEEP])
    for bar in over:
        dossiers.erase(bar.dossier, "retention")
        bar.delete()
    return len(over)
