"""Referrals in words: values of a package, who must act, spans of time. For pages; the API says codes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.vocabulary import Urgency
from consent.vocabulary import AccessNeed, AgeBand, ContactMethod, Gender, InterpreterNeed
from foundation.core.limits import SLA_DEFAULTS
from foundation.core.words import inside, isolated, language_name
from referrals.listing import Channel
from referrals.models import Referral
from referrals.states import UNDECIDED
from referrals.vocabulary import FIELDS, ServiceType, Status

CODED: dict[str, Any] = {
    "urgency": Urgency, "service_type": ServiceType, "age_band": AgeBand, "gender": Gender,
    "interpreter": InterpreterNeed, "access": AccessNeed,
}  # fmt: skip

TYPED = ("alias", "reason", "wishes", "district", "address", "safe_contact")

HEADINGS = {
    Status.DRAFT: gettext_lazy("Not sent: finish the draft and ask for approval"),
    Status.AWAITING_APPROVAL: gettext_lazy("Waiting for the focal point to approve"),
    Status.SENT: gettext_lazy("Waiting for %(partner)s to decide"),
    Status.ACKNOWLEDGED: gettext_lazy("Waiting for %(partner)s to decide"),
    Status.INFO_REQUESTED: gettext_lazy("%(partner)s asked a question and waits for your answer"),
    Status.ACCEPTED: gettext_lazy("Accepted: waiting for %(partner)s to reach the person"),
    Status.UNABLE_TO_REACH: gettext_lazy("%(partner)s cannot reach the person and waits for your advice"),
    Status.IN_PROGRESS: gettext_lazy("%(partner)s is giving the service"),
    Status.ON_HOLD: gettext_lazy("%(partner)s has put it on hold"),
    Status.COMPLETED: gettext_lazy("The service was given: ask the person whether it helped"),
    Status.NOT_COMPLETED: gettext_lazy("The service was not given: ask the person what they want now"),
    Status.DECLINED: gettext_lazy("%(partner)s declined: offer it elsewhere, or say why not"),
    Status.EXPIRED: gettext_lazy("%(partner)s did not answer: offer it elsewhere, or say why not"),
    Status.CANCELLED: gettext_lazy("Cancelled: nobody needs to act"),
    Status.ENTERED_IN_ERROR: gettext_lazy("Entered in error: nobody needs to act"),
}

MOVES = {
    "submit": gettext_lazy("Given to the focal point for approval"),
    "return_to_draft": gettext_lazy("Given back to the referrer"),
    "send": gettext_lazy("Approved and sent to %(partner)s"),
    "acknowledge": gettext_lazy("%(partner)s confirmed receipt"),
    "accept": gettext_lazy("%(partner)s accepted"),
    "ask": gettext_lazy("%(partner)s asked a question"),
    "answer": gettext_lazy("The question was answered"),
    "decline": gettext_lazy("%(partner)s declined"),
    "start": gettext_lazy("%(partner)s began the service"),
    "unable_to_reach": gettext_lazy("%(partner)s could not reach the person"),
    "advise": gettext_lazy("Advice was given on how to reach the person"),
    "hold": gettext_lazy("%(partner)s put it on hold"),
    "resume": gettext_lazy("%(partner)s went on with it"),
    "complete": gettext_lazy("%(partner)s gave the service"),
    "not_complete": gettext_lazy("%(partner)s could not give the service"),
    "expire": gettext_lazy("No answer from %(partner)s"),
    "cancel": gettext_lazy("Cancelled"),
    "withdraw": gettext_lazy("Ended, because the person took the consent back"),
    "mark_error": gettext_lazy("Marked as entered in error"),
}


CARRIED = {"send": gettext_lazy("Approved: the person may carry a code to %(partner)s")}
"""What reads otherwise where nothing is sent."""


def move_words(referral: Referral, verb: str) -> str:
    """What happened, in words."""
    words = CARRIED.get(verb) if referral.channel == Channel.CARRIED else None
    return str(words or MOVES[verb]) % {"partner": referral.recipient.name}


def heading(referral: Referral) -> str:
    """The page's answer to "who must act?"."""
    names = {"partner": referral.recipient.name}
    if referral.recalled_at:
        waiting, done = _("Taken back: %(partner)s must confirm"), _("Taken back, and %(partner)s has confirmed")
        return (done if referral.confirmation else waiting) % names
    if referral.unverified_for:
        return _("Closed as not verified: the person could not be asked")
    if referral.is_on_the_way and referral.status in UNDECIDED:
        return _("Waiting for the person to tell the code at %(partner)s") % names
    if referral.verified_at:
        return _("Closed: the person was asked")
    return str(HEADINGS[Status(referral.status)]) % names


def label(code: str) -> str:
    """The name of a field."""
    return str(FIELDS[code][1])


def labels(codes: Iterable[str]) -> str:
    """The names of several fields, as a phrase."""
    return ", ".join(label(code).lower() if place else label(code) for place, code in enumerate(codes))


def value_words(code: str, value: Any) -> str:
    """The value of a field, as it would be read aloud."""
    if code == "languages":
        return ", ".join(language_name(str(item)) for item in value)
    if code == "immediate_danger":
        return _("Yes, immediate") if value else _("None named")
    if code == "safe_contact":
        return contact_words(value)
    if code in CODED:
        return ", ".join(_coded(CODED[code], item) for item in (value if isinstance(value, list) else [value]))
    return str(value)


def _coded(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else str(value)


def contact_words(contact: dict[str, Any]) -> str:
    """A safe way to reach the person, whole."""
    method = contact.get("method", "")
    parts = [_coded(ContactMethod, method)] if method else []
    parts += [isolated(str(contact[name])) for name in ("value", "safe_times") if contact.get(name)]
    if contact.get("may_leave_message") is False:
        parts.append(_("no voice message"))
    if contact.get("code_word"):
        parts.append(_("code word: %(word)s") % {"word": isolated(contact["code_word"])})
    return ", ".join(parts)


def facts(values: dict[str, Any]) -> list[dict[str, str]]:
    """Fields and values for a description list; sex and age stand together as "Person"."""
    short = {"immediate_danger": _("Danger"), "access": _("Access"), "safe_contact": _("Safe contact")}
    person = [value_words(code, values[code]) for code in ("gender", "age_band") if code in values]
    found = [{"term": _("Person"), "main": ", ".join(person)}] if person else []
    return found + [
        {"term": short.get(code) or label(code), "main": value_words(code, value)}
        for code, value in values.items()
        if code not in ("gender", "age_band")
    ]


def sentence(values: dict[str, Any]) -> str:
    """The values of several fields as one line."""
    words = [_said(code, value) for code, value in values.items() if code != "immediate_danger"]
    return " ".join(f"{part}." for part in words if part)


def _said(code: str, value: Any) -> str:
    words = value_words(code, value)
    if code == "interpreter":
        return _("Interpreter: %(need)s") % {"need": inside(words)}
    return isolated(words.rstrip(". ")) if code in TYPED else words


def span(length: timedelta) -> str:
    """A length of time in at most two units: "2 days 17 h", "1 h 10 min", "12 min"."""
    minutes = max(int(length.total_seconds()) // 60, 0)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        parts.append(_("%(n)d h") % {"n": hours})
    if (rest and not days) or not parts:
        parts.append(_("%(n)d min") % {"n": rest})
    return " ".join(parts)


def limit(code: str, urgency: str) -> str:
    """The limit of a clock in words: "72 h", "7 days", "3 working days"."""
    found = SLA_DEFAULTS[code][urgency]
    if found.working_days is not None:
        n = found.working_days
        return ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}
    return _("%(n)d h") % {"n": found.hours} if (found.hours or 0) <= 72 else span(timedelta(hours=found.hours or 0))
