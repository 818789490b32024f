"""Custodians keep the head of the trail for us: one mail a day with a number and a hash, and nothing about anybody.

Whoever cuts the trail off, or makes it anew, would have to change the mailboxes of people outside (safety.md §4).
"""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from foundation.audit import anchors
from foundation.audit.anchors import Anchor
from foundation.outbox import delivery
from foundation.outbox.delivery import DeliveryError
from foundation.outbox.models import Message


def send(anchor: Anchor) -> None:
    """Put the mail of the day into the outbox for each custodian of ``AMPARO_ANCHOR_MAIL``; the same day twice is one."""
    for place in range(len(settings.AUDIT_ANCHOR_MAIL)):
        delivery.add("anchor", "trail.anchored", f"anchor:{anchor.at:%Y-%m-%d}:{place}")


def deliver(message: Message) -> None:
    """Mail the newest head at this moment; the text is the same for everybody and every day but for the two numbers."""
    place, anchor = int(message.slot.rpartition(":")[2]), anchors.current()
    if place >= len(settings.AUDIT_ANCHOR_MAIL) or anchor is None:
        raise DeliveryError("custodian_gone", is_final=True)
    mail = EmailMessage("Keep this number", f"{anchor}\n", to=[settings.AUDIT_ANCHOR_MAIL[place]])
    mail.extra_headers["Message-ID"] = f"<{message.pk}@amparo.invalid>"
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as problem:
        raise DeliveryError(type(problem).__name__) from problem
