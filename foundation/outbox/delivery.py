"""Delivery: claim, effect, done. In-app notices are exactly once; mail and HTTP at least once with a stable id.

Everybody may put a message in; only the courier sees what is there, and all of the delivery runs in its name.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.core.machines import COURIER
from foundation.outbox.mail import neutral
from foundation.outbox.models import Message, Notice, Status

logger = logging.getLogger("amparo.outbox")
Deliver = Callable[[Message], None]
Wake = Callable[[UUID], None]


class DeliveryError(Exception):
    """An attempt did not succeed; ``code`` is kept on the row. A final one is not tried again by itself."""

    def __init__(self, code: str, *, is_final: bool = False) -> None:
        super().__init__(code)
        self.code, self.is_final = code, is_final


_CHANNELS: dict[str, Deliver] = {}
_WAKE: list[Wake] = []


def channel(name: str, deliver: Deliver) -> None:
    """Register how messages of a channel leave (from an app's ``ready()``)."""
    _CHANNELS[name] = deliver


def wake_with(wake: Wake) -> None:
    """Register how the worker is woken after commit."""
    _WAKE[:] = [wake]


def add(channel_name: str, event: str, slot: str, **fields: Any) -> Message:
    """Put a message into the outbox, in the caller's transaction. The same ``slot`` twice is one message.

    Trap: who adds it cannot see whether the slot was taken; then the row that is returned is not in the table, and the
    wake-up finds nothing to do.
    """
    message = Message(slot=slot[:120], channel=channel_name, event=event, **fields)
    _put([message])
    return message


def _put(messages: list[Message]) -> None:
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    for message in messages:
        for wake in _WAKE:
            transaction.on_commit(partial(wake, message.pk), robust=True)


def tell(users: Iterable[Any], event: str, slot: str) -> None:
    """A notice on each person's page and one neutral e-mail."""
    _put([
        Message(slot=f"{slot}:{user.pk}:{name}"[:120], channel=name, event=event, recipient=user)
        for user in users for name in ("notice", "email")
    ])  # fmt: skip


def take_back(subject: str) -> None:
    """Remove what was put in about a subject and has not left: ``slot`` names it after its event."""
    with COURIER.acting():
        waiting = Message.objects.filter(status=Status.PENDING, slot__contains=f":{subject}")
        waiting._raw_delete(waiting.db)


def deliver(pk: UUID) -> bool:
    """One attempt for one message; True if it left. A failure keeps its code on the row; the last one ends it."""
    with COURIER.acting():
        return _attempt(pk)


def _attempt(pk: UUID) -> bool:
    with transaction.atomic():
        message = Message.objects.claim(pk)
        if message is not None and message.channel == "notice":
            _CHANNELS["notice"](message)
            _done(message)
            return True
    if message is None:
        return False
    try:
        _CHANNELS[message.channel](message)
    except DeliveryError as problem:
        _failed(message, problem.code, is_final=problem.is_final)
        return False
    except Exception as problem:
        _failed(message, type(problem).__name__)
        raise
    _done(message)
    return True


def _done(message: Message) -> None:
    with transaction.atomic():
        Message.objects.filter(pk=message.pk).update(status=Status.DONE, done_at=timezone.now(), problem="")
        following = Message.objects.resume(message.target_id) if message.target_id else None
    if following is not None:
        for wake in _WAKE:
            wake(following)


@transaction.atomic
def _failed(message: Message, code: str, *, is_final: bool = False) -> None:
    is_over = is_final or message.n_tries >= settings.OUTBOX_TRIES
    status = Status.FAILED if is_over else Status.PENDING
    Message.objects.filter(pk=message.pk).update(problem=code[:40], status=status)
    if message.target_id is not None:
        Message.objects.pause(message.target_id, message.next_at)
    logger.warning("delivery failed", extra={"code": code, "attempt": message.n_tries})


def next_in_line() -> list[UUID]:
    """The messages to attempt now, for the sweep."""
    with COURIER.at_work():
        return Message.objects.next_in_line()


def to_notice(message: Message) -> None:
    """Write the line on the recipient's page."""
    if message.recipient is not None:
        Notice.objects.create(user=message.recipient, event=message.event, message=message)


def to_email(message: Message) -> None:
    """Send the one fixed, neutral text in the recipient's language. It never says what is new (HS-17)."""
    user: Any = message.recipient
    try:
        neutral(user.email, user.language, number=message.pk).send()
    except (OSError, smtplib.SMTPException) as problem:
        raise DeliveryError(type(problem).__name__) from problem
