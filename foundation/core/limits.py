"""The time limits that ship as defaults, for a unit to change: clock × urgency (domain.md §6).

Every figure is a default of a setting, not a constant of the approach: the owner of an installation decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

EMERGENCY, URGENT, NORMAL = "emergency", "urgent", "normal"
URGENCIES = (EMERGENCY, URGENT, NORMAL)
"""In order of need (R-29)."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: ``hours`` on the wall clock, or ``working_days`` of a calendar; never both."""

    hours: int | None = None
    working_days: int | None = None

    def __post_init__(self) -> None:
        given = [length for length in (self.hours, self.working_days) if length is not None]
        if len(given) != 1 or given[0] < 0:
            raise ValueError("a limit is either hours or working days, and not negative")

    @property
    def is_working(self) -> bool:
        """Whether it runs on the working calendar."""
        return self.working_days is not None


def _row(emergency: Limit, urgent: Limit, normal: Limit) -> Mapping[str, Limit]:
    return MappingProxyType({EMERGENCY: emergency, URGENT: urgent, NORMAL: normal})


def _hours(emergency: int, urgent: int, normal: int) -> Mapping[str, Limit]:
    return _row(Limit(hours=emergency), Limit(hours=urgent), Limit(hours=normal))


def _days(emergency: int, urgent: int, normal: int) -> Mapping[str, Limit]:
    return _hours(24 * emergency, 24 * urgent, 24 * normal)


def _working(emergency: int, urgent: int, normal_days: int) -> Mapping[str, Limit]:
    return _row(Limit(hours=emergency), Limit(hours=urgent), Limit(working_days=normal_days))


SLA_DEFAULTS: Mapping[str, Mapping[str, Limit]] = MappingProxyType(
    {
        "notified": _hours(0, 0, 0),
        "triage": _working(1, 4, 2),
        "owner": _working(1, 24, 3),
        "send": _working(4, 24, 3),
        "acknowledge": _working(2, 24, 3),
        "decide": _hours(24, 72, 7 * 24),
        "first_contact": _hours(24, 72, 14 * 24),
        "feedback": _hours(48, 7 * 24, 14 * 24),
        "assist": _hours(24, 72, 14 * 24),
        "assist_outcome": _hours(48, 7 * 24, 14 * 24),
        "follow_up": _hours(48, 7 * 24, 14 * 24),
        "follow_up_again": _days(7, 14, 30),
        "reassess": _days(7, 14, 30),
        "risk_sign": _working(4, 24, 1),
        "harm_report": _hours(4, 24, 72),
        "harm_close": _days(14, 30, 30),
        "represent_approve": _working(4, 24, 3),
        "represent_send": _working(4, 24, 3),
        "represent_follow_up": _days(7, 14, 30),
        "represent_suspended": _hours(4, 24, 24),
        "represent_promise": _days(30, 30, 30),
        "represent_watch": _days(30, 30, 30),
        "info_requested": _hours(72, 72, 72),
        "hold": _days(7, 14, 30),
        "tell_appointment": _hours(4, 24, 48),
        "item_request": _hours(24, 48, 72),
        "unable_to_reach": _days(5, 5, 5),
        "declined_answer": _hours(48, 48, 48),
        "reroute": _hours(4, 24, 72),
        "agreement": _hours(4, 24, 72),
        "life_saving_review": _hours(72, 72, 72),
        "verify": _days(14, 14, 14),
        "consent": _days(14, 14, 14),
        "export": _working(4, 24, 1),
        "exception_sign": _working(4, 24, 1),
        "exception_review": _days(7, 7, 7),
        "withdrawal_phone": _hours(24, 24, 24),
        "withdrawal_confirm": _days(7, 7, 7),
        "withdrawal_chase": _days(4, 4, 4),
        "tell_result": _days(10, 10, 10),
        "basis_review": _days(7, 7, 7),
        "closing": _working(24, 72, 5),
        "handing": _working(1, 24, 3),
        "waiting": _days(7, 14, 14),
        "incident_alert": _hours(1, 1, 1),
        "incident_decision": _hours(24, 24, 24),
        "incident_authority": _hours(72, 72, 72),
        "safeguarding": _hours(24, 24, 24),
        "right": _days(30, 30, 30),
        "right_close": _days(7, 7, 7),
    }
)
"""Clock → urgency → limit. What each clock runs from and to:

* ``notified`` concern saved → focal point told (normal: in the digest); ``triage`` concern → triaged;
  ``owner`` triaged → named owner; ``send`` consent → referral sent; ``acknowledge``, ``decide`` sent → the partner
  received, decided; ``first_contact`` accepted → the person was met; ``feedback`` service or decision → referrer told.
* ``assist`` a need is planned → one of our services gave it; ``assist_outcome`` given → the person was asked.
* ``follow_up`` the first, then ``follow_up_again`` (weekly, fortnightly, monthly; normal starts at 14 of the 14–30
  days); ``reassess`` the risk, from the last look on.
* ``risk_sign`` a high risk is to be rated lower than suggested → a second person has answered.
* A report of harm: ``harm_report`` somebody looks into it, ``harm_close`` it is said what was changed.
* A representation to an authority: ``represent_approve`` another person approves it, ``represent_send`` it is raised,
  ``represent_follow_up`` somebody asks what came of it, ``represent_suspended`` reprisals are suspected or the consent is
  taken back and somebody decides, ``represent_promise`` and ``represent_watch`` to the days that were agreed.
* Waiting states of a referral: ``info_requested`` the referrer answers; ``unable_to_reach`` then the focal point;
  ``hold`` to the day that was agreed, else so long: whoever put it goes on;
  ``item_request`` the partner asks for one item more → opened, or said why not;
  ``tell_appointment`` the referrer tells the person of an appointment, in half of the time that is left if it is near;
  ``declined_answer`` the referrer offers elsewhere or says why not; ``verify`` with the person;
  ``reroute`` the partner was suspended, the referrer offers the help elsewhere or calls it off;
  ``agreement`` it has run out while something is open there → renewed, or the help offered elsewhere;
  ``life_saving_review`` something was told where the ordinary way was shut → somebody else has looked back at it.
* ``export`` a list is asked for → a second person lets it leave or keeps it here.
* ``exception_sign`` something is to be told without consent → the second signature (24 hours where it is in effect on one);
  ``exception_review`` it took effect → somebody else has looked back at it.
* ``consent`` a consent is 90 days old or ends within 14 → the person was asked whether it goes on.
* After a withdrawal two run side by side: ``withdrawal_phone`` the referrer phones the partner, ``withdrawal_confirm``
  the partner says what it did; their reminders climb to the focal point. After 72 h ``withdrawal_chase`` is the focal
  point's, to the end of the seven days. ``tell_result``: somebody tells the person what came of it. ``basis_review`` runs
  from there too: what is written down stays on a basis of its own, or is to be erased.
* A data incident, from when it was noticed: ``incident_alert`` an officer takes it on, ``incident_decision`` it is
  assessed, ``incident_authority`` the authority is told where a law asks for it (domain.md §4.3).
* ``safeguarding`` a report about our own people → somebody on a safeguarding seat has it.
* ``right`` a person asked for a copy, a correction, an end, or complained → decided (``RIGHTS_DAYS``); ``right_close``
  decided → carried out, and the person knows.
"""
