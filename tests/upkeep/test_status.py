"""Is everything running? Said by when each task last ran, and what to do if it did not (safety.md §5)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from foundation.audit import seals, trail
from foundation.audit import tasks as audit
from foundation.dossiers import tasks as dossiers
from foundation.dossiers.models import Clock
from foundation.outbox import tasks as outbox
from foundation.upkeep import actions, figures, pulses
from foundation.upkeep.models import Pulse
from foundation.upkeep.words import TASKS
from tests import factories
from tests.audit.acts import sealed


def everything_ran(ago: timedelta = timedelta(0)) -> None:
    for task in pulses.scheduled():
        actions.note_run(task, 0.01)
    Pulse.objects.update(ran_at=timezone.now() - ago)
    seals.seal()


def late() -> set[str]:
    return {beat.task for beat in pulses.beats() if beat.is_late}


def page(browse, house) -> str:
    return browse(house.people["administrator"]).get("/running/").content.decode()


def test_when_everything_runs_the_page_says_so(house, browse):
    everything_ran()
    text = page(browse, house)
    assert "Everything is running" in text
    assert "Out of order" not in text


def test_a_file_that_waits_where_no_scanner_is_connected_is_said(house, browse):
    everything_ran()
    case = factories.case(house)
    factories.filed(house, case)
    assert "Everything is running" in page(browse, house), (
        "without a scanner nothing is wrong until a file waits for one"
    )
    factories.handed_in(house, case)
    assert "Files wait for their check and cannot be opened. Start the scanner, or connect one." in page(browse, house)


def test_a_scanner_that_does_not_answer_is_said(house, browse, settings):
    everything_ran()
    settings.CLAMAV = "unix:/nonexistent/clamd"
    assert "Start the scanner, or connect one." in page(browse, house)


def test_a_dead_scheduler_is_seen_by_what_did_not_run(house, browse):
    everything_ran(timedelta(minutes=3))
    assert {"outbox.sweep", "audit.seal", "dossiers.remind"} <= late()
    assert "api.forget" not in late(), "an hourly task is not late after three minutes"
    text = page(browse, house)
    assert "The scheduler or the worker stands still: start both again." in text
    everything_ran(timedelta(minutes=63))
    assert late() == set(pulses.scheduled()) - {"riskanalysis.release"}, "a daily task is not late after an hour"


def test_what_never_ran_is_late_when_it_should_run_every_minute(db):
    assert {"outbox.sweep", "audit.seal", "dossiers.remind"} <= late()
    assert "api.forget" not in late()


def test_a_task_that_breaks_off_is_named_by_the_kind_of_its_failure_alone(house, browse, monkeypatch):
    def broken():
        raise ZeroDivisionError("her name")

    everything_ran()
    monkeypatch.setattr("foundation.dossiers.ladder.sweep", broken)
    dossiers.remind.apply()
    pulse = Pulse.objects.get(pk="dossiers.remind")
    assert (pulse.n_failures, pulse.problem) == (1, "ZeroDivisionError")
    text = page(browse, house)
    assert "It broke off (ZeroDivisionError)." in text
    assert "her name" not in text
    monkeypatch.undo()
    dossiers.remind.apply()
    assert "It broke off" not in page(browse, house)


def test_the_pulse_is_taken_by_celery_itself_whatever_the_task(db):
    before = timezone.now()
    for task in (audit.seal, dossiers.remind):
        task.apply()
    found = {pulse.task: pulse for pulse in Pulse.objects.all()}
    assert set(found) == {"audit.seal", "dossiers.remind"}
    assert all(pulse.ran_at >= before and pulse.n_runs == 1 for pulse in found.values())
    outbox.deliver.apply(("00000000-0000-4000-8000-000000000000",))
    assert Pulse.objects.count() == 2, "only what the schedule calls has a pulse"


def test_every_scheduled_task_has_a_name_in_words():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(TASKS)


@pytest.mark.django_db(transaction=True)
def test_events_that_wait_too_long_for_their_seal_are_seen():
    house = factories.house()
    sealed()
    assert figures.standing().oldest_unsealed_at is None
    from django.db import transaction

    with transaction.atomic():
        trail.record("session.refused")
    now = figures.standing()
    assert now.oldest_unsealed_at is not None
    assert not now.is_seal_late
    later = figures.Standing(now.now + timedelta(minutes=3), *(getattr(now, f) for f in FIELDS))
    assert later.is_seal_late
    assert house


FIELDS = (
    "beats", "channels", "n_stuck", "oldest_unsealed_at", "n_clocks", "n_overdue", "oldest_reminder_at",
)  # fmt: skip


def test_the_application_learns_no_more_of_the_trail_than_that_time(db):
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_get_function_result('trail.oldest_unsealed()'::regprocedure)")
        assert cursor.fetchone()[0] == "timestamp with time zone"


def test_reminders_that_did_not_go_out_are_seen(house, browse):
    everything_ran()
    factories.submitted(house)
    from foundation.dossiers import clerk

    with clerk.as_clerk():
        Clock.objects.running().update(next_at=timezone.now() - timedelta(minutes=6))
    assert figures.standing().is_reminder_late
    assert "have not gone out" in page(browse, house)


def test_the_page_tells_nothing_of_a_person(house, browse):
    everything_ran()
    referral = factories.sent(house)
    text = page(browse, house)
    for secret in (factories.NAME, factories.PHONE, factories.WORDS, referral.reference, "Harbour"):
        assert secret not in text.replace("Harbour service point</span>", "")
