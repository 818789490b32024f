"""How many reports about our own people there are, for the data-protection officer: numbers, and nothing else."""

from typing import Any

from django.utils.translation import gettext as _

from cases.models import SafeguardingBar
from cases.safeguarding import barred_of
from foundation.accounts.models import User
from foundation.dossiers import clerk
from foundation.dossiers.models import Clock
from foundation.vault.crypto import VaultError


def counts(actor: User) -> list[dict[str, Any]]:
    """Open, late and closed ones in the officer's organisations; without those that the officer may not learn of (HS-16)."""
    units = {seat.unit.organisation_id for seat in actor.seats}
    with clerk.as_clerk():
        rows = SafeguardingBar.objects.filter(unit__organisation__in=units).select_related("unit")
        bars = [bar for bar in rows if actor.pk not in _barred(bar, actor)]
        known = [bar.report for bar in bars]
        late = Clock.objects.running().filter(subject_id__in=known, n_reminders__gt=2).count()
    n_over = sum(bar.is_over for bar in bars)
    return [
        {"key": _("Open"), "value": len(bars) - n_over},
        {"key": _("Not taken on within 24 hours"), "value": late},
        {"key": _("Closed, and still kept"), "value": n_over},
    ]


def _barred(bar: SafeguardingBar, actor: User) -> set[int]:
    """What does not open counts for nobody."""
    try:
        return barred_of(bar)
    except VaultError:
        return {actor.pk}
