"""Delivery: claim, effect, done. In-app notices are exactly once; mail and HTTP at least once with a stable id.

Everybody may put a message in; only the courier sees what is there, and all of the delivery runs in its name.
"""

import logging
import smtplib
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.core.machines import COURIER
from foundation.outbox.mail import neutral
from foundation.outbox.models import Line, Message, Notice, Status

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


def wake_with(wake_up: Wake) -> None:
    """Register how the worker is woken after commit."""
    _WAKE[:] = [wake_up]


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
        wake(message.pk)


def wake(pk: UUID) -> None:
    """Have a message attempted as soon as the caller's transaction is through."""
    for wake_up in _WAKE:
        transaction.on_commit(partial(wake_up, pk), robust=True)


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
    message = _claimed(pk)
    if message is None or message.channel == "notice":
        return message is not None
    began = time.monotonic()
    try:
        _CHANNELS[message.channel](message)
    except DeliveryError as problem:
        _failed(message, problem.code, is_final=problem.is_final)
        return False
    except Exception as problem:
        _failed(message, type(problem).__name__)
        raise
    _done(message, timedelta(seconds=time.monotonic() - began))
    return True


@transaction.atomic
def _claimed(pk: UUID) -> Message | None:
    """The message, ours for one attempt, with the way to its target; a notice is written in the same transaction."""
    target = Message.objects.filter(pk=pk, status=Status.PENDING).values_list("target_id", flat=True).first()
    if target is not None and not Line.objects.take(target):
        return None
    message = Message.objects.claim(pk)
    if message is None and target is not None:
        Line.objects.free(target)
    if message is not None and message.channel == "notice":
        _CHANNELS["notice"](message)
        _done(message, timedelta(0))
    return message


def _done(message: Message, took: timedelta) -> None:
    with transaction.atomic():  # the line first, then the message: everywhere in this order
        if message.target_id is not None:
            Line.objects.answered(message.target_id, took)
        Message.objects.filter(pk=message.pk).update(status=Status.DONE, done_at=timezone.now(), problem="")
    _go_on(message)


def _go_on(message: Message) -> None:
    """The way is free: wake whoever is next there."""
    with transaction.atomic():
        following = Message.objects.following(message.target_id) if message.target_id else None
    if following is not None:
        for wake_up in _WAKE:
            wake_up(following)


def _failed(message: Message, code: str, *, is_final: bool = False) -> None:
    is_over = is_final or message.n_tries >= settings.OUTBOX_TRIES
    status = Status.FAILED if is_over else Status.PENDING
    with transaction.atomic():
        if message.target_id is not None:
            shut = Line.objects.free if is_final else Line.objects.failed
            shut(message.target_id)
        Message.objects.filter(pk=message.pk).update(problem=code[:40], status=status)
    logger.warning("delivery failed", extra={"code": code, "attempt": message.n_tries})
    _go_on(message)


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
