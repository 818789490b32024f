"""Who may open a folder now, in words."""

from django.utils.translation import gettext as _

from foundation.accounts.models import Appointment, User
from foundation.dossiers import actions as dossiers
from foundation.dossiers.models import Dossier


def who_reads(dossier: Dossier) -> list[str]:
    """The people who may open this folder now, each with the seat or as a named exception."""
    rows = dossiers.readers(dossier)
    groups = [row.key for row in rows if row.kind == "group"]
    users = [row.key for row in rows if row.kind == "user"]
    held = Appointment.objects.in_force().filter(seat__group_id__in=groups, user__is_active=True)
    seated = [f"{a.user.name}, {a.seat}" for a in held.select_related("user", "seat__unit")]
    named = User.objects.filter(pk__in=users).values_list("name", flat=True)
    alone = [name for name in named if not any(line.startswith(f"{name}, ") for line in seated)]
    return [*seated, *(_("%(name)s, who follows up") % {"name": name} for name in alone)]
