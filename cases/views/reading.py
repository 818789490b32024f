"""Who may open a folder now, in words."""

from foundation.accounts.models import Appointment, User
from foundation.dossiers import actions as dossiers
from foundation.dossiers.models import Dossier


def who_reads(dossier: Dossier) -> list[str]:
    """The people who may open this folder now, each with the seat or as a named exception."""
    rows = dossiers.readers(dossier)
    groups, users = ([key for kind, key, _ in rows if kind == wanted] for wanted in ("group", "user"))
    held = Appointment.objects.in_force().filter(seat__group_id__in=groups, user__is_active=True)
    seated = [f"{a.user.name}, {a.seat}" for a in held.select_related("user", "seat__unit")]
    named = User.objects.filter(pk__in=users).values_list("name", flat=True)
    return [*seated, *(name for name in named if not any(line.startswith(f"{name}, ") for line in seated))]
