"""The alarm: who looks after the running is told once a day of each thing that is wrong, in the usual neutral words."""

from django.utils import timezone

from foundation.accounts.models import Appointment, User
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.upkeep import checks, figures, targets
from foundation.upkeep.policy import LOOKING

EVENT = "upkeep.wrong"


def wrong() -> list[str]:
    """Codes of what is not as it should be now."""
    now = figures.standing()
    found = [result.name for result in checks.results() if result.state is not checks.State.OK]
    found += [beat.task for beat in now.late]
    found += ["stuck"] * bool(now.n_stuck) + ["seal"] * now.is_seal_late + ["reminders"] * now.is_reminder_late
    return found + ["targets"] * any(line.is_failing for line in targets.lines())


def look() -> list[str]:
    """Tell, unless it was told today. Trap: with the scheduler dead nobody looks; the page and the metrics say it then."""
    with COURIER.at_work():
        found, day = wrong(), timezone.now().date()
        for code in found:
            delivery.tell(_keepers(), EVENT, f"{EVENT}:{code}:{day}")
    return found


def _keepers() -> list[User]:
    rows = Appointment.objects.present().filter(seat__role__in=LOOKING, user__is_machine=False)
    return list({row.user_id: row.user for row in rows.select_related("user")}.values())
