"""Lines before targets outside: the schedule with its spread, the order of one matter, one circuit for each target."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import timezone

from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.models import LONGEST_REST, Line, Message, Status, back_off

STEPS = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)


@pytest.fixture
def courier(db):
    with COURIER.acting():
        yield


@pytest.fixture
def world(courier, monkeypatch):
    """Targets that answer as told; what arrived is kept, and nobody is woken but in ``woken``."""
    made = World()
    monkeypatch.setitem(delivery._CHANNELS, "test", made)
    monkeypatch.setattr(delivery, "_WAKE", [made.woken.append])
    return made


class World:
    def __init__(self) -> None:
        self.dead: set[UUID] = set()
        self.got: list[str] = []
        self.woken: list[UUID] = []

    def __call__(self, message: Message) -> None:
        if message.target_id in self.dead:
            raise delivery.DeliveryError("away")
        self.got.append(message.slot)

    def put(self, slot: str, target: UUID, reference: UUID | None = None) -> Message:
        return delivery.add("test", "referral.updated", slot, target_id=target, reference=reference or uuid4())


def due(*messages: Message) -> None:
    Message.objects.filter(pk__in=[m.pk for m in messages]).update(next_at=timezone.now() - timedelta(seconds=1))
    Line.objects.reopen([m.target_id for m in messages])


def test_the_schedule_is_spread_bounded_and_never_early():
    """partners.md §3: back-off with jitter. Who reads the published steps may rely on them."""
    for n, least in enumerate((*STEPS, STEPS[-1])):
        waits = [back_off(n).total_seconds() for _ in range(400)]
        assert least <= min(waits)
        assert max(waits) <= 1.2 * least
        tenths = {int(10 * (wait / least - 1) / 0.2) for wait in waits}
        assert len(tenths) >= 9, "they come back spread over the whole time, not together"


def test_a_later_message_of_one_referral_waits_for_an_earlier_and_others_do_not(world):
    """partners.md §3: ordered per referral."""
    target, one, other = uuid4(), uuid4(), uuid4()
    first, second = world.put("first", target, one), world.put("second", target, one)
    elsewhere = world.put("elsewhere", target, other)
    world.dead.add(target)
    assert not delivery.deliver(first.pk)
    world.dead.clear()
    Line.objects.reopen([target])
    assert not delivery.deliver(second.pk), "the earlier one waits for its next try"
    assert delivery.deliver(elsewhere.pk)
    assert Message.objects.next_in_line() == []
    due(first)
    assert Message.objects.next_in_line() == [first.pk]
    assert delivery.deliver(first.pk)
    assert delivery.deliver(second.pk)
    assert world.got == ["elsewhere", "first", "second"]


@pytest.mark.parametrize("end", [Status.FAILED, Status.GIVEN_UP])
def test_one_that_is_final_holds_nobody_up(world, end):
    target, one = uuid4(), uuid4()
    first, second = world.put("first", target, one), world.put("second", target, one)
    assert not delivery.deliver(second.pk)
    Message.objects.filter(pk=first.pk).update(status=end)
    assert delivery.deliver(second.pk)


def test_another_targets_messages_about_the_same_referral_do_not_wait(world):
    one, bad, good = uuid4(), uuid4(), uuid4()
    world.dead.add(bad)
    assert not delivery.deliver(world.put("bad", bad, one).pk)
    assert delivery.deliver(world.put("good", good, one).pk)


def test_after_a_failure_the_line_rests_longer_each_time_and_never_over_five_minutes(world):
    target = uuid4()
    world.dead.add(target)
    rests = []
    for number in range(8):
        message = world.put(f"n{number}", target)
        Line.objects.reopen([target])
        before = timezone.now()
        assert not delivery.deliver(message.pk)
        rests.append((Line.objects.get(pk=target).closed_until - before).total_seconds())
    assert [round(rest) for rest in rests] == [5, 20, 80, 300, 300, 300, 300, 300]
    assert LONGEST_REST.total_seconds() == 300
    fresh = world.put("fresh", target)
    assert not delivery.deliver(fresh.pk), "what comes meanwhile is not tried"
    fresh.refresh_from_db()
    assert fresh.n_tries == 0


def test_one_answer_ends_the_rest_and_wakes_the_next_of_the_line(world):
    target = uuid4()
    first, second = world.put("first", target), world.put("second", target)
    world.dead.add(target)
    assert not delivery.deliver(first.pk)
    world.dead.clear()
    due(first)
    world.woken.clear()
    assert delivery.deliver(first.pk)
    assert world.woken == [second.pk]
    line = Line.objects.get(pk=target)
    assert (line.failing_since, line.n_failures, line.is_troubled) == (None, 0, False)


def test_since_when_it_fails_is_known_until_it_answers(world):
    target = uuid4()
    world.dead.add(target)
    for number in range(3):
        Line.objects.reopen([target])
        assert not delivery.deliver(world.put(f"n{number}", target).pk)
    line = Line.objects.get(pk=target)
    assert line.n_failures == 3
    assert line.failing_since < line.closed_until - timedelta(seconds=79)


def test_troubled_targets_have_one_place_among_them_all_and_quick_ones_their_own(world):
    """Of two workers one stays free for everybody else, however many targets are dead or slow."""
    slow, dead, good = uuid4(), uuid4(), uuid4()
    for target in (slow, dead, good):
        Line.objects.create(pk=target, is_troubled=target != good)
    assert Line.objects.take(slow)
    assert not Line.objects.take(slow), "nobody is asked twice at a time"
    assert not Line.objects.take(dead)
    assert Line.objects.take(good)
    Line.objects.answered(slow, timedelta(seconds=4))
    assert Line.objects.get(pk=slow).is_troubled
    assert Line.objects.take(dead)
    Line.objects.answered(dead, timedelta(seconds=0.2))
    assert not Line.objects.get(pk=dead).is_troubled, "it is quick again"


def test_who_has_never_answered_and_who_takes_long_now_count_as_troubled(world):
    """Two new endpoints that are both dead do not take two workers, nor does a known one that hangs and a dead one."""
    new, other, known, dead = (uuid4() for _ in range(4))
    assert Line.objects.take(new)
    assert not Line.objects.take(other)
    Line.objects.answered(new, timedelta(seconds=0.1))
    Line.objects.create(pk=known)
    Line.objects.create(pk=dead, is_troubled=True)
    assert Line.objects.take(known)
    assert Line.objects.take(dead), "the known one was asked a moment ago only"
    Line.objects.free(dead)
    Line.objects.filter(pk=known).update(busy_until=timezone.now() + timedelta(seconds=28))
    assert not Line.objects.take(dead)
    assert Line.objects.take(new), "who is well goes on"


def test_among_the_troubled_who_has_waited_longest_is_next(world):
    slow, other = uuid4(), uuid4()
    for target in (slow, other):
        Line.objects.create(pk=target, is_troubled=True)
    first, older = world.put("first", slow), world.put("older", other)
    world.put("newer", slow)
    assert Line.objects.take(slow)
    assert Message.objects.following(slow) == older.pk
    Line.objects.answered(slow, timedelta(seconds=4))
    assert Message.objects.following(slow) == first.pk


def test_a_worker_that_died_gives_the_line_back(world):
    target = uuid4()
    assert Line.objects.take(target)
    Line.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    assert Line.objects.take(target)


def test_a_thousand_that_wait_for_one_do_not_hide_another_from_the_sweep(world):
    """The oldest rows may all be of one target: the sweep still finds the head of every other line."""
    busy, good = uuid4(), uuid4()
    rows = [Message(slot=f"b:{n}", channel="test", event="x", target_id=busy, reference=uuid4()) for n in range(3000)]
    Message.objects.bulk_create(rows)
    last = world.put("good", good)
    assert Line.objects.take(busy)
    assert Message.objects.next_in_line() == [last.pk]


def test_a_replay_keeps_the_id_and_leaves_what_waits_alone(world):
    target = uuid4()
    done, waits = world.put("done", target), world.put("waits", target)
    assert delivery.deliver(done.pk)
    assert Message.objects.filter(target_id=target).replay() == 1
    assert delivery.deliver(done.pk)
    assert world.got == ["done", "done"]
    waits.refresh_from_db()
    assert (waits.status, waits.n_tries) == (Status.PENDING, 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_takes_the_line():
    target, won = uuid4(), []
    gate = threading.Barrier(6)

    def work() -> None:
        try:
            gate.wait()
            with COURIER.at_work():
                won.append(Line.objects.take(target))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 5 + [True]
