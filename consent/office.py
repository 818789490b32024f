"""Who may do what in the office of data protection: the officers and managers of a National Society decide, two on each."""

from typing import Any

from consent.models import DataIncident, ImpactAssessment, Keeping, LegalHold, RetentionRule
from consent.rooms import DECIDERS
from consent.terms import INCIDENT, AssessmentState, HoldState
from foundation.accounts.models import Organisation, OrganisationKind, Role, Seat, Unit
from foundation.core import policy

LEADS = (Role.FOCAL_POINT, Role.DEPUTY, Role.MANAGER)


def is_officer(actor: Any) -> bool:
    """Whether the actor holds a data-protection officer's seat now."""
    return bool(actor.holds(Role.DATA_OFFICER))


def deciding_seat(actor: Any, organisation: Any = None) -> Seat | None:
    """The seat from which the actor decides on matters of data protection (of one organisation), if there is one."""
    for seat in actor.seats:
        unit = seat.unit
        is_ours = unit.organisation.kind == OrganisationKind.NATIONAL_SOCIETY
        if seat.role in DECIDERS and is_ours and organisation in (None, unit.organisation_id):
            found: Seat = seat
            return found
    return None


def own(actor: Any) -> Organisation | None:
    """The organisation for which the actor decides."""
    seat = deciding_seat(actor)
    return seat.unit.organisation if seat else None


def deciders(unit: Unit) -> list[Seat]:
    """The seats of which one must agree: data-protection officers and managers of the unit and of those above it."""
    above = [place.pk for place in unit.upwards()]
    return list(Seat.objects.filter(unit__in=above, role__in=DECIDERS).select_related("unit"))


def _assesses(actor: Any, assessment: ImpactAssessment) -> bool:
    return deciding_seat(actor, assessment.organisation_id) is not None


def _approves(actor: Any, assessment: ImpactAssessment) -> bool:
    is_other = assessment.drafted_by_id != actor.pk and assessment.state == AssessmentState.DRAFT
    return is_other and _assesses(actor, assessment)


def _drops(actor: Any, assessment: ImpactAssessment) -> bool:
    return assessment.state == AssessmentState.DRAFT and _assesses(actor, assessment)


def _agrees(actor: Any, rule: RetentionRule) -> bool:
    waits = rule.agreed_at is None and rule.refused_at is None
    return waits and rule.set_by_id != actor.pk and deciding_seat(actor, rule.organisation_id) is not None


def _extends(actor: Any, keeping: Keeping) -> bool:
    return any(seat.role in LEADS for seat in actor.seats) and keeping.ended_at is None and keeping.is_open


def _sits(actor: Any, hold: LegalHold) -> bool:
    return bool(set(hold.deciders) & set(actor.group_ids))


def _decides(actor: Any, hold: LegalHold) -> bool:
    return hold.state == HoldState.ASKED and hold.asked_by_id != actor.pk and _sits(actor, hold)


def _asks_end(actor: Any, hold: LegalHold) -> bool:
    return hold.state == HoldState.HELD and (actor.pk == hold.asked_by_id or _sits(actor, hold))


def _ends(actor: Any, hold: LegalHold) -> bool:
    return hold.state == HoldState.ENDING and hold.end_asked_by_id != actor.pk and _sits(actor, hold)


def _handles(verb: str) -> policy.Rule:
    """An officer who opens the folder, where the life-cycle leads on."""
    return lambda a, i: is_officer(a) and i.state in INCIDENT.moves[verb].sources and i.is_open


def _agrees_silence(actor: Any, incident: DataIncident) -> bool:
    waits = incident.silence_asked_by_id is not None and incident.silence_agreed_by_id is None
    return waits and incident.silence_asked_by_id != actor.pk and _decides_incident(actor, incident)


def _decides_incident(actor: Any, incident: DataIncident) -> bool:
    return any(seat.role in DECIDERS for seat in actor.seats) and incident.is_open


def install() -> None:
    """Register the rules."""
    policy.register(ImpactAssessment, {"read": _assesses, "approve": _approves, "drop": _drops})
    policy.register(RetentionRule, {"agree": _agrees, "refuse": _agrees})
    policy.register(Keeping, {"read": lambda a, k: True, "extend": _extends})
    policy.register(
        LegalHold,
        {"read": lambda a, h: True, "agree": _decides, "refuse": _decides, "ask_end": _asks_end, "end": _ends,
         "keep": _ends},
    )  # fmt: skip
    rules: dict[str, policy.Rule] = {verb: _handles(verb) for verb in INCIDENT.moves}
    rules |= dict.fromkeys(("agree_silence", "refuse_silence"), _agrees_silence)
    policy.register(DataIncident, {"read": lambda a, i: True, **rules})
