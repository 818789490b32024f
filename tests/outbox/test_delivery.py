"""Nothing lost, nothing doubled: the row is the truth, the broker only a wake-up (safety.md §5, HS-17)."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connections, transaction
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from foundation.accounts.models import User
from foundation.outbox import delivery, tasks
from foundation.outbox.models import Message, Notice, Status, back_off
from tests import factories

pytestmark = pytest.mark.usefixtures("as_courier")


@pytest.fixture
def user(db):
    return somebody()


def somebody(language: str = "en") -> User:
    return User.objects.create_user(f"{uuid4().hex[:8]}@amparo.example", "Noa Reed", language=language)


@pytest.fixture
def failing(db, monkeypatch):
    """A channel that fails until ``repaired``; what left it is kept."""
    channel = Channel()
    monkeypatch.setitem(delivery._CHANNELS, "test", channel)
    return channel


class Channel:
    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.problem: Exception | None = delivery.DeliveryError("away")

    def __call__(self, message: Message) -> None:
        if self.problem:
            raise self.problem
        self.sent.append(message)


def due(message: Message) -> None:
    """Let the back-off be over."""
    Message.objects.filter(pk=message.pk).update(next_at=timezone.now() - timedelta(seconds=1))


def test_the_same_slot_is_one_message(user):
    """A doubled beat, a repeated task, a second worker: one reminder."""
    for _ in range(2):
        delivery.add("notice", "work.waiting", "reminder:1:0", recipient=user)
    assert Message.objects.filter(slot="reminder:1:0").count() == 1
    delivery.tell([user], "work.waiting", "concern:1")
    delivery.tell([user], "work.waiting", "concern:1")
    assert Message.objects.filter(recipient=user, slot__startswith="concern:1").count() == 2


def test_no_slot_in_use_is_long_enough_to_be_cut(house):
    """Slots are cut at 120 characters: two that differ only behind that would be one message."""
    referral = factories.sent(house)
    factories.respond(house, referral, "decline", reason="no_capacity")
    longest = f"consent.withdrawn:{uuid4()}:99999:{uuid4()}"
    assert max(map(len, [longest, f"rerouted:{uuid4()}:{uuid4()}:2147483647:notice"])) < 120
    assert max(len(slot) for slot in Message.objects.values_list("slot", flat=True)) < 120


def test_a_notice_is_written_exactly_once(user):
    message = delivery.add("notice", "work.waiting", "n:1", recipient=user)
    assert delivery.deliver(message.pk) is True
    assert delivery.deliver(message.pk) is False
    due(message)
    assert delivery.deliver(message.pk) is False
    assert Notice.objects.filter(message=message).count() == 1
    message.refresh_from_db()
    assert (message.status, message.problem) == (Status.DONE, "")


def test_what_is_not_there_is_not_delivered(db):
    assert delivery.deliver(uuid4()) is False


def test_what_is_not_due_waits(user):
    message = delivery.add("notice", "x", "n:2", recipient=user, next_at=timezone.now() + timedelta(minutes=1))
    assert delivery.deliver(message.pk) is False
    assert not Notice.objects.exists()


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_mail_is_one_fixed_text_and_says_nothing(db, settings, language):
    """HS-17: no name, no code, no kind of matter; the same for everything that happens."""
    user = somebody(language)
    for event in ("work.waiting", "work.overdue", "consent.withdrawn"):
        delivery.deliver(delivery.add("email", event, f"{event}:{uuid4()}", recipient=user, reference=uuid4()).pk)
    with translation.override(language):
        subject = translation.gettext("Something new")
        text = translation.gettext("There is something new for you. Please sign in to see it.")
    assert {(m.subject, m.body) for m in mail.outbox} == {(subject, f"{text}\n\n{settings.URL}\n")}
    assert {tuple(m.to) for m in mail.outbox} == {(user.email,)}
    assert all(not m.cc and not m.bcc and not m.attachments for m in mail.outbox)
    assert {type(m) for m in mail.outbox} == {mail.EmailMessage}, (
        "no second form of the text, no picture that reports back"
    )
    assert {tuple(m.extra_headers) for m in mail.outbox} == {("Message-ID",)}


@pytest.mark.django_db
def test_the_mails_of_a_whole_story_say_nothing(house):
    referral = factories.sent(house)
    factories.respond(house, referral, "accept")
    for pk in Message.objects.filter(channel="email").values_list("pk", flat=True):
        delivery.deliver(pk)
    assert len(mail.outbox) >= 4
    for sent in mail.outbox:
        whole = sent.subject + sent.body + str(sent.extra_headers)
        for secret in (
            factories.NAME,
            factories.PHONE,
            referral.reference,
            str(referral.pk),
            "referral",
            "case",
            "protection",
        ):
            assert secret.lower() not in whole.lower()


def test_a_retried_mail_keeps_its_id(user, monkeypatch):
    """At least once outside the house, but recognisable: the receiver can drop the second."""
    message = delivery.add("email", "x", "m:1", recipient=user)
    sent = []

    def lost_after_sending(self, fail_silently=False):
        sent.append(self.extra_headers["Message-ID"])
        if len(sent) == 1:
            raise ConnectionResetError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", lost_after_sending)
    assert delivery.deliver(message.pk) is False
    due(message)
    assert delivery.deliver(message.pk) is True
    assert len(sent) == 2
    assert len(set(sent)) == 1


def test_a_failing_channel_is_tried_with_growing_pauses_and_then_shown_as_failed(failing, settings):
    settings.OUTBOX_TRIES = 4
    message = delivery.add("test", "x", "f:1")
    pauses = []
    for attempt in range(1, 5):
        before = timezone.now()
        assert delivery.deliver(message.pk) is False
        message.refresh_from_db()
        assert (message.n_tries, message.problem) == (attempt, "away")
        pauses.append(message.next_at - before)
        assert message.status == (Status.FAILED if attempt == 4 else Status.PENDING)
        due(message)
    assert pauses == sorted(pauses)
    assert timedelta(seconds=5) <= pauses[0] < timedelta(seconds=8)
    assert timedelta(minutes=5) <= pauses[1] < timedelta(minutes=6)
    assert delivery.deliver(message.pk) is False, "failed is failed until a person asks again"
    assert list(Message.objects.filter(status=Status.FAILED)) == [message]
    failing.problem = None
    Message.objects.filter(pk=message.pk).again()
    assert delivery.deliver(message.pk) is True
    assert len(failing.sent) == 1


def test_only_what_failed_can_be_given_another_round(failing):
    message = delivery.add("test", "x", "f:2")
    delivery.deliver(message.pk)
    Message.objects.filter(pk=message.pk).again()
    message.refresh_from_db()
    assert (message.status, message.n_tries) == (Status.PENDING, 1)


def test_the_pauses_follow_the_published_schedule():
    waits = [back_off(n).total_seconds() for n in (0, 1, 2, 3, 8, 11)]
    assert all(
        least <= wait <= 1.2 * least for wait, least in zip(waits, (5, 300, 1800, 7200, 86400, 86400), strict=True)
    )


def test_an_unexpected_error_is_kept_on_the_row_too(failing):
    """Never silent: a bug in a channel ends as failed like any other problem."""
    failing.problem = ZeroDivisionError("with a secret inside")
    message = delivery.add("test", "x", "f:3")
    with pytest.raises(ZeroDivisionError):
        delivery.deliver(message.pk)
    message.refresh_from_db()
    assert (message.problem, message.n_tries, message.status) == ("ZeroDivisionError", 1, Status.PENDING)


def test_a_message_that_kills_every_worker_ends_as_failed(failing, settings):
    """Nobody is left to note the failure, so the next claim does."""
    settings.OUTBOX_TRIES = 3
    message = delivery.add("test", "x", "f:4")
    for _ in range(3):
        assert Message.objects.claim(message.pk) is not None
        due(message)
    assert Message.objects.claim(message.pk) is None
    message.refresh_from_db()
    assert (message.status, message.problem) == (Status.FAILED, "died")


def test_a_worker_that_dies_after_its_claim_gives_the_row_back(failing):
    """The claim is a promise until a time: nobody else before it, anybody after it."""
    failing.problem = None
    message = delivery.add("test", "x", "f:5")
    assert Message.objects.claim(message.pk) is not None
    assert delivery.deliver(message.pk) is False
    assert not Message.objects.due().exists()
    due(message)
    assert list(Message.objects.due()) == [message]
    assert delivery.deliver(message.pk) is True
    assert len(failing.sent) == 1


def test_a_claim_that_lost_the_race_takes_nothing(user):
    """Conditional update: who read the same row a moment earlier comes too late."""
    message = delivery.add("notice", "x", "n:3", recipient=user)
    assert Message.objects.claim(message.pk) is not None
    due(message)
    Message.objects.filter(pk=message.pk).update(status=Status.DONE)
    assert Message.objects.claim(message.pk) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_delivers():
    user = somebody()
    with transaction.atomic():
        messages = [delivery.add("notice", "x", f"race:{n}", recipient=user) for n in range(6)]
    with transaction.atomic():
        Notice.objects.all().delete()
        Message.objects.update(status=Status.PENDING, n_tries=0, next_at=timezone.now() - timedelta(seconds=1))
    start, results = threading.Barrier(3), []

    def work():
        try:
            for message in messages:
                start.wait(10)
                results.append(delivery.deliver(message.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(results) == 6
    with transaction.atomic():
        assert Notice.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_the_broker_is_away_and_the_message_is_committed_all_the_same(monkeypatch):
    """Wake-ups may be lost, rows never: the sweep finds them."""
    user, woken = somebody(), []

    def away(*args, **kwargs):
        woken.append(list(args[0]))
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.deliver, "apply_async", away)
    with transaction.atomic():
        message = delivery.add("notice", "x", "b:1", recipient=user)
        assert woken == [], "the worker is woken after the commit, never before"
    assert woken == [[str(message.pk)]]
    with transaction.atomic():
        assert Message.objects.get(pk=message.pk).status == Status.PENDING
    sent_off = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **kwargs: sent_off.append(list(args)))
    tasks.sweep()
    assert sent_off == [[str(message.pk)]]
    tasks.deliver(str(message.pk))
    with transaction.atomic():
        assert Notice.objects.filter(message=message).exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_tells_nobody(monkeypatch):
    user, woken = somebody(), []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **kwargs: woken.append(args))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        add_and_break(user)
    assert woken == []
    with transaction.atomic():
        assert not Message.objects.exists()


def add_and_break(user: User) -> None:
    delivery.add("notice", "x", "r:1", recipient=user)
    raise ZeroDivisionError


def test_the_sweep_takes_what_is_due_oldest_first(user):
    now = timezone.now()
    for n, shift in enumerate((-1, -3, 5, -2)):
        delivery.add("notice", "x", f"s:{n}", recipient=user, next_at=now + timedelta(minutes=shift))
    assert [m.slot for m in Message.objects.due()] == ["s:1", "s:3", "s:0"]
