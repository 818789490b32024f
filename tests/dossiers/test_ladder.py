"""Clocks and the ladder: reminders on time, nobody's absence stops a matter (R-40; scenarios 2 and 19)."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connections, transaction
from django.utils import timezone

from cases.models import Concern
from foundation.accounts import actions as accounts
from foundation.accounts.models import Appointment, Role, User
from foundation.core.acting import acting
from foundation.core.errors import Refused
from foundation.core.machines import COURIER
from foundation.dossiers import clerk, clocks, ladder, tasks
from foundation.dossiers.models import VIEW, Clock, DossierGroupPermission
from foundation.outbox.models import Message
from tests import factories

MINUTE = timedelta(minutes=1)
EMERGENCY = {"flags": ["death_threat_72h"]}


def appointment(user: User) -> Appointment:
    return user.appointments.get()


def away(user: User, days: int = 3) -> None:
    accounts.go_away(appointment(user), by=user, until=timezone.now() + timedelta(days=days))


def clock_of(concern: Concern) -> Clock:
    with clerk.as_clerk():
        return Clock.objects.select_related("group__seat", "unit", "dossier").get(
            subject_id=concern.pk, stopped_at=None
        )


def seat_of(clock: Clock) -> str:
    return clock.group.seat.role


def told(event: str, user: User) -> int:
    with COURIER.at_work():
        return Message.objects.filter(event=event, recipient=user, channel="notice").count()


def shift(clock: Clock, by: timedelta) -> None:
    """Let time pass for one clock; the database's own time cannot be moved."""
    with clerk.as_clerk():
        fresh = Clock.objects.get(pk=clock.pk)
        for name in ("started_at", "due_at", "next_at", "paused_at"):
            value = getattr(fresh, name)
            setattr(fresh, name, value and value - by)
        fresh.save()


def test_an_emergency_at_two_in_the_morning_reaches_the_deputy_at_once(house):
    """Scenario 2: the focal point is away, the deputy has it in no time, day and night."""
    focal_point, deputy = house.people["focal_point"], house.people["deputy"]
    night = timezone.now().replace(hour=23, minute=0) + timedelta(days=1)
    Appointment.objects.filter(user=focal_point).update(away_from=timezone.now(), away_until=night + timedelta(days=2))
    with time_machine.travel(night, tick=True):
        concern = factories.submitted(house, **EMERGENCY)
        clock = clock_of(concern)
        assert seat_of(clock) == Role.DEPUTY
        assert clock.due_at - clock.started_at == timedelta(hours=1), "the wall clock, not the working calendar"
        assert (told("work.waiting", deputy), told("work.waiting", focal_point)) == (1, 0)
    with acting(deputy.pk):
        assert Concern.objects.get(pk=concern.pk).is_open
    with acting(focal_point.pk):
        assert not Concern.objects.filter(pk=concern.pk).exists()


def test_with_neither_focal_point_nor_deputy_the_manager_gets_it(house):
    for seat in ("focal_point", "deputy"):
        away(house.people[seat])
    assert seat_of(clock_of(factories.submitted(house, **EMERGENCY))) == Role.MANAGER


def test_with_nobody_there_the_volunteer_is_told_to_phone_and_keeps_the_draft(house):
    for seat in ("focal_point", "deputy", "manager"):
        away(house.people[seat])
    volunteer, concern = house.people["volunteer"], factories.draft(house, **EMERGENCY)
    from cases import actions as cases

    with acting(volunteer.pk):
        cases.answer_escalation(concern, by=volunteer, answer="granted")
        with pytest.raises(Refused, match=r"concern\.nobody"), transaction.atomic():
            cases.submit(concern, by=volunteer)
        assert Concern.objects.get(pk=concern.pk).status == "draft"


def test_what_waits_moves_on_the_moment_somebody_goes_away(house):
    """R-40: absence reroutes at once, and the due time stays."""
    concern = factories.submitted(house, **EMERGENCY)
    before = clock_of(concern)
    away(house.people["focal_point"])
    after = clock_of(concern)
    assert (seat_of(before), seat_of(after)) == (Role.FOCAL_POINT, Role.DEPUTY)
    assert (after.due_at, after.started_at) == (before.due_at, before.started_at)
    assert told("work.waiting", house.people["deputy"]) == 1


def test_what_waits_moves_on_the_moment_an_appointment_is_ended(house):
    concern = factories.submitted(house, **EMERGENCY)
    accounts.end(appointment(house.people["focal_point"]), by=None)
    assert seat_of(clock_of(concern)) == Role.DEPUTY


@pytest.mark.parametrize(
    "change",
    [
        {"valid_until": timezone.now() - MINUTE, "valid_from": timezone.now() - timedelta(days=9)},
        {"away_from": timezone.now() - MINUTE, "away_until": timezone.now() + timedelta(days=9)},
        {"confirmed_at": None},
    ],
    ids=["ran out", "planned absence began", "never confirmed"],
)
def test_what_waits_moves_on_when_time_empties_a_seat(house, change):
    """Nobody does anything at that moment: the next sweep sees it, long before any reminder is due."""
    concern = factories.submitted(house, **EMERGENCY)
    Appointment.objects.filter(user=house.people["focal_point"]).update(**change)
    assert ladder.sweep() == 0, "no reminder is due yet"
    assert seat_of(clock_of(concern)) == Role.DEPUTY
    ladder.sweep()
    assert told("work.waiting", house.people["deputy"]) == 1


def test_an_inactive_person_is_not_there(house):
    concern = factories.submitted(house, **EMERGENCY)
    User.objects.filter(pk=house.people["focal_point"].pk).update(is_active=False)
    ladder.sweep()
    assert seat_of(clock_of(concern)) == Role.DEPUTY


def test_a_seat_that_somebody_else_still_holds_keeps_its_work(house):
    second = User.objects.create_user("second@amparo.example", "Second")
    seat = appointment(house.people["focal_point"]).seat
    accounts.confirm(accounts.propose(second, seat, by=None), by=None)
    concern = factories.submitted(house, **EMERGENCY)
    away(house.people["focal_point"])
    assert seat_of(clock_of(concern)) == Role.FOCAL_POINT


def test_nowhere_to_go_is_better_than_lost(house):
    concern = factories.submitted(house, **EMERGENCY)
    for seat in ("deputy", "manager", "focal_point"):
        away(house.people[seat])
    assert clock_of(concern).group is not None
    ladder.sweep()
    assert clock_of(concern).stopped_at is None


def test_reminders_go_out_at_half_four_fifths_and_the_end_then_at_every_quarter(house):
    """domain.md §6, for an emergency of one hour: 30, 48, 60 minutes, then every 15."""
    concern = factories.submitted(house, **EMERGENCY)
    clock = clock_of(concern)
    wanted = [30, 48, 60, 75, 90, 105]
    begun, seen = clock.started_at, []
    for minute in range(110):
        with time_machine.travel(begun + minute * MINUTE + timedelta(seconds=1), tick=False):
            if ladder.sweep():
                seen.append(minute)
    assert seen == wanted
    assert clock_of(concern).n_reminders == len(wanted)


def test_the_ladder_is_climbed_one_rung_for_each_reminder_from_the_end_on(house):
    """Focal point → deputy → manager; each gets the folder and is told."""
    concern = factories.submitted(house, **EMERGENCY)
    clock, people = clock_of(concern), house.people
    steps = {30: (0, 0), 48: (0, 0), 60: (1, 0), 75: (1, 1), 90: (1, 1)}
    for minute, wanted in steps.items():
        with time_machine.travel(clock.started_at + minute * MINUTE + timedelta(seconds=1), tick=False):
            assert ladder.sweep() == 1
        assert (told("work.overdue", people["deputy"]), told("work.overdue", people["manager"])) == wanted, minute
        with clerk.as_clerk():
            rows = DossierGroupPermission.objects.filter(content_object=concern.dossier_id)
            groups = set(rows.values_list("group_id", flat=True))
        for seat, n in zip(("deputy", "manager"), wanted, strict=True):
            assert (people[seat].group_ids[0] in groups) == bool(n), (minute, seat)
    assert told("work.waiting", people["focal_point"]) == 1 + len(steps)


def test_a_case_that_its_owner_lets_lie_comes_to_the_focal_point(house):
    """Owner → focal point → deputy → manager."""
    concern, lead, owner = factories.submitted(house), house.people["focal_point"], house.people["caseworker"]
    from cases import actions as cases
    from cases.actions.triage import Triage

    with acting(lead.pk):
        fresh = Concern.objects.get(pk=concern.pk)
        cases.triage(fresh, Triage("escalated_to_case", "emergency", "", "actual", ["coercion"], owner=owner), by=lead)
    with clerk.as_clerk():
        clock = Clock.objects.get(code="owner")
    before = told("work.overdue", lead)
    for minute in (30, 48, 60):
        with time_machine.travel(clock.started_at + minute * MINUTE + timedelta(seconds=1), tick=False):
            ladder.sweep()
    assert told("work.overdue", lead) == before + 1
    assert told("work.overdue", house.people["deputy"]) == 0


def test_what_was_handled_reminds_nobody(house):
    concern = factories.submitted(house, **EMERGENCY)
    clock = clock_of(concern)
    with clerk.as_clerk():
        assert clocks.stop(concern.pk, "triage") == 1
    shift(clock, timedelta(hours=5))
    assert ladder.sweep() == 0


def test_a_sweep_that_comes_late_sends_one_reminder_and_climbs_the_whole_ladder(house):
    """The beat was down for five hours: no flood, and everybody who should know by now is told."""
    concern, people = factories.submitted(house, **EMERGENCY), house.people
    shift(clock_of(concern), timedelta(hours=5))
    assert ladder.sweep() == 1
    assert ladder.sweep() == 0
    assert told("work.waiting", people["focal_point"]) == 2
    assert (told("work.overdue", people["deputy"]), told("work.overdue", people["manager"])) == (1, 1)
    assert clock_of(concern).next_at > timezone.now()


def test_what_lay_for_years_is_reminded_of_once_and_then_daily(house):
    """A backup that comes back after two years: one reminder, and not one for each quarter of an hour since."""
    concern = factories.submitted(house, **EMERGENCY)
    shift(clock_of(concern), timedelta(days=730))
    assert (ladder.sweep(), ladder.sweep()) == (1, 0)
    clock = clock_of(concern)
    assert clock.n_reminders == ladder.DAILY_FROM
    assert timedelta(hours=23) < clock.next_at - timezone.now() <= ladder.DAY
    shift(clock, timedelta(days=1, minutes=1))
    assert (ladder.sweep(), ladder.sweep()) == (1, 0)
    assert told("work.waiting", house.people["focal_point"]) == 3


def test_when_more_is_due_than_one_sweep_takes_the_emergency_goes_first(house, monkeypatch):
    """R-01: by need, not by how long it was overdue."""
    monkeypatch.setattr(ladder, "SWEEP", 1)
    older, emergency = factories.submitted(house), factories.submitted(house, **EMERGENCY)
    shift(clock_of(older), timedelta(days=60))
    shift(clock_of(emergency), timedelta(minutes=31))
    ladder.sweep()
    assert (clock_of(emergency).n_reminders, clock_of(older).n_reminders) == (1, 0)


def test_a_clock_that_stands_still_does_not_remind_and_runs_on_where_it_stopped(house):
    concern = factories.submitted(house, category="detention_or_arrest")
    clock = clock_of(concern)
    assert clock.urgency == "urgent"
    with clerk.as_clerk():
        clocks.pause(concern.pk, "triage")
        clocks.pause(concern.pk, "triage")
    paused = clock_of(concern).paused_at
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert ladder.sweep() == 0
        with clerk.as_clerk():
            clocks.resume(concern.pk, "triage")
            clocks.resume(concern.pk, "triage")
        after = clock_of(concern)
        assert after.paused_at is None
        assert after.due_at - clock.due_at == timezone.now() - paused
        assert after.due_at - after.started_at == clock.due_at - clock.started_at
        assert ladder.sweep() == 0


def test_the_clock_of_an_emergency_never_stands_still(house):
    concern = factories.submitted(house, **EMERGENCY)
    with clerk.as_clerk(), pytest.raises(Refused, match=r"clock\.emergency"), transaction.atomic():
        clocks.pause(concern.pk, "triage")
    assert clock_of(concern).paused_at is None


def test_nothing_to_pause_is_no_error(house):
    concern = factories.submitted(house)
    with clerk.as_clerk():
        clocks.pause(concern.pk, "decide")
        clocks.resume(concern.pk, "decide")


def test_the_partners_clock_stands_still_while_it_waits_for_our_answer(house):
    """laws of the loop: info_requested pauses the decision clock, except in an emergency."""
    for flags, is_paused in (([], True), (["death_threat_72h"], False)):
        referral = factories.sent(house, factories.case(house, flags=flags))
        factories.respond(house, referral, "ask", text="Which papers?")
        with clerk.as_clerk():
            decide = Clock.objects.running().get(subject_id=referral.pk, code="decide")
        assert (decide.paused_at is not None) == is_paused


def test_normal_matters_wait_for_working_hours_over_a_change_of_the_clocks(house):
    """Scenario 19: Friday 16:00 in Kyiv before summer time, two working days: Tuesday 16:00 local, an hour less in UTC."""
    friday = datetime(2027, 3, 26, 14, 0, tzinfo=UTC)
    with time_machine.travel(friday, tick=False):
        Appointment.objects.update(valid_from=friday - timedelta(days=1), confirmed_at=friday - timedelta(days=1))
        unit = house.units["harbour"]
        assert unit.calendar.local(friday).hour == 16
        limit = clocks.SLA_DEFAULTS["triage"]["normal"]
        due = clocks.calendars.due_at(friday, "normal", limit, unit.calendar)
    assert unit.calendar.local(due) == unit.calendar.local(datetime(2027, 3, 30, 13, 0, tzinfo=UTC))
    assert unit.calendar.local(due).hour == 16


def test_an_urgent_matter_runs_through_the_weekend(house):
    concern = factories.submitted(house, category="detention_or_arrest")
    clock = clock_of(concern)
    assert clock.due_at - clock.started_at == timedelta(hours=4)


def test_one_clock_of_a_kind_runs_for_a_matter(house):
    concern = factories.submitted(house)
    clock = clock_of(concern)
    subject = clocks.Subject("concern", concern.pk)
    with acting(house.people["focal_point"].pk), pytest.raises(Exception, match="one_running_clock_per_code"):
        clocks.start(concern.dossier, "triage", subject, "normal", concern.unit, group=clock.group_id)


def test_a_clock_waits_for_somebody(house):
    concern = factories.submitted(house)
    with acting(house.people["focal_point"].pk), pytest.raises(Exception, match="clock_has_an_assignee"):
        clocks.start(concern.dossier, "owner", clocks.Subject("concern", concern.pk), "normal", concern.unit)


def test_the_neediest_come_first_and_only_what_is_mine(house):
    """R-29: emergency, urgent, normal, then by due time, by nothing else."""
    normal = factories.submitted(house)
    urgent = factories.submitted(house, category="detention_or_arrest")
    emergency = factories.submitted(house, **EMERGENCY)
    lead = house.people["focal_point"]
    with acting(lead.pk):
        found = [clock.subject_id for clock in Clock.objects.neediest(lead)]
        assert found == [emergency.pk, urgent.pk, normal.pk]
        assert [clock.subject_id for clock in Clock.objects.neediest(lead, 1)] == [emergency.pk]
        assert clocks.is_running_late(emergency.pk, "triage") is False
    for seat in ("deputy", "volunteer", "outsider"):
        user = house.people[seat]
        with acting(user.pk):
            assert list(Clock.objects.neediest(user)) == []


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_raise_a_reminder_once():
    """Two beats, two workers: harmless (safety.md §5)."""
    with transaction.atomic():
        house = factories.house()
        concern = factories.submitted(house, **EMERGENCY)
    shift(clock_of(concern), timedelta(minutes=61))
    Appointment.objects.filter(user=house.people["focal_point"]).update(
        away_from=timezone.now() - MINUTE, away_until=timezone.now() + timedelta(days=1)
    )
    start, raised = threading.Barrier(4), []

    def work():
        try:
            start.wait(10)
            raised.append(ladder.sweep())
            tasks.remind()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock = clock_of(concern)
    assert seat_of(clock) == Role.DEPUTY
    assert sum(raised) <= 1, "the other may have been raised by the task"
    assert clock.next_at > timezone.now()
    with COURIER.at_work():
        slots = list(Message.objects.filter(slot__contains=str(clock.pk)).values_list("slot", flat=True))
    assert len(slots) == len(set(slots))
    assert told("work.waiting", house.people["deputy"]) == 2, "handed over once, reminded once"


def test_the_ladder_skips_seats_that_nobody_holds(house):
    unit = house.units["old"]
    assert [seat.role for seat in ladder.rungs(unit)] == []
    assert ladder.first(unit) is None
    accounts.seat_of(unit, Role.FOCAL_POINT)
    assert ladder.first(unit) is None


def test_a_rerouted_folder_opens_for_the_new_seat(house):
    concern = factories.submitted(house, **EMERGENCY)
    away(house.people["focal_point"])
    deputy = house.people["deputy"]
    with acting(deputy.pk):
        assert Concern.objects.get(pk=concern.pk).summary == factories.WORDS
        rows = DossierGroupPermission.objects.filter(content_object=concern.dossier_id, group_id=deputy.group_ids[0])
        assert [row.permission.codename for row in rows.select_related("permission")] == [VIEW]
