"""What makes a conversation count: what was explained, when, how it was held, and nothing for everybody at once (HS-03)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from consent.vocabulary import Answer, Element, Interpreter, Mode, Preference, Presence, Purpose, RecipientKind
from foundation.core.errors import Refused

BEFORE_HANDING_OVER = {Element.LIMITS, Element.VOLUNTARY}
"""What a volunteer's explanation must hold; everything else is explained by whoever asks for more."""
DISTURBING = {Presence.RELATIVE, Presence.CHILD, Presence.OTHERS}
LATEST = timedelta(days=1)


class Line(Protocol):
    """What was asked, and what was answered."""

    @property
    def purpose(self) -> str:
        """One of ``Purpose``."""

    @property
    def recipient_kind(self) -> str:
        """One of ``RecipientKind``."""

    @property
    def recipient_id(self) -> UUID:
        """Who would learn something: exactly one."""

    @property
    def answer(self) -> str:
        """One of ``Answer``."""

    @property
    def days(self) -> int | None:
        """How long it shall hold; ``None`` is the longest."""


def most_days(purpose: str) -> int:
    """How long a decision may hold at most (domain.md §5.4)."""
    is_referral = purpose == Purpose.EXTERNAL_REFERRAL
    return int(settings.CONSENT_DAYS_REFERRAL if is_referral else settings.CONSENT_DAYS_DEFAULT)


def must_be_explained(lines: Iterable[Line]) -> set[str]:
    """The elements without which these agreements would not be informed."""
    given = {line.purpose for line in lines if line.answer == Answer.GRANTED}
    if not given:
        return set()
    return set(BEFORE_HANDING_OVER) if given == {Purpose.INTERNAL_ESCALATION} else set(Element.values)


def check_conversation(lines: list[Any], elements: Iterable[str], held_at: datetime, now: datetime) -> None:
    """Refuse what is not a decision of the person: retroactive, blanket, too long, or not explained."""
    if held_at > now:
        raise Refused("consent.date", _("This time is still to come. Consent is recorded when it is given."), "held_at")
    if held_at < now - LATEST:
        raise Refused(
            "consent.date",
            _("This was more than a day ago. Consent is recorded when it is given, not for another time: ask again."),
            "held_at",
        )
    if not lines or any(line.purpose not in Purpose.values or line.answer not in Answer.values for line in lines):
        raise Refused("consent.blanket", _("Each purpose needs an answer of its own."))
    for line in lines:
        _check_line(line)
    missing = must_be_explained(lines) - set(elements)
    if missing:
        raise Refused("consent.not_informed", _not_explained(missing), "elements")


def _check_line(line: Line) -> None:
    """One referral is one recipient and one service; nothing holds longer than the setting (HS-03)."""
    is_referral = line.purpose == Purpose.EXTERNAL_REFERRAL
    if is_referral and line.recipient_kind != RecipientKind.SERVICE:
        raise Refused("consent.blanket", _("One consent to a referral is for one organisation and one service."))
    if line.days is not None and not 1 <= line.days <= most_days(line.purpose):
        raise Refused(
            "consent.too_long", _("This consent holds for %(n)d days at most.") % {"n": most_days(line.purpose)}
        )


def _not_explained(missing: set[str]) -> str:
    if missing & BEFORE_HANDING_OVER:
        return _("First explain the limits of confidentiality, and that every part may be refused.")
    words = "; ".join(str(Element(code).label) for code in Element.values if code in missing)
    return _("Not explained yet: %(what)s.") % {"what": words}


def check_how(how: dict[str, Any]) -> None:
    """Refuse a conversation that was not safe: an unbound interpreter, a witness unnamed, a warning without a reason."""
    reasons = how.get("reasons") or {}
    has_interpreter = how["interpreter"] in set(Interpreter.values) - {Interpreter.NONE}
    if has_interpreter and not how.get("is_interpreter_bound"):
        raise Refused(
            "consent.interpreter_unbound",
            _("An interpreter first promises to keep everything secret. Without that promise, do not go on."),
            "is_interpreter_bound",
        )
    if has_interpreter and how.get("interpreter_sex") == Preference.UNMET and not reasons.get("W-08"):
        raise Refused(
            "consent.interpreter_reason",
            _("The interpreter was not of the sex that the person wanted. Say why you went on."),
            "interpreter_reason",
        )
    if how["mode"] == Mode.SPOKEN and not how.get("witness"):
        raise Refused("consent.witness", _("Say who the witness was."), "witness")
    if is_disturbed(how) and not reasons.get("W-09"):
        raise Refused(
            "consent.place_reason", _("Others could hear or were there. Say why you went on."), "place_reason"
        )


def is_disturbed(how: dict[str, Any]) -> bool:
    """Whether somebody could hear who should not (W-09)."""
    return how.get("is_private") is False or bool(DISTURBING & set(how.get("present") or []))
