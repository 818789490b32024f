"""The life-cycle of a partnership, the questions of vetting, and what an answer rules out (domain.md §2.1, §11.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.sources import Source
from foundation.core.states import LifeCycle, move

EDITOR, MANAGER = "editor", "manager"


class PartnerStatus(models.TextChoices):
    """Where a partnership stands."""

    PROPOSED = "proposed", _("Proposed")
    VETTED = "vetted", _("Vetted")
    SIGNED = "dsa_signed", _("Agreement signed")
    ACTIVE = "active", pgettext_lazy("partner", "Active")
    SUSPENDED = "suspended", pgettext_lazy("partner", "Suspended")
    ENDED = "ended", pgettext_lazy("partner", "Ended")


class EndReason(models.TextChoices):
    """Why a partner is suspended, or the partnership ends: a closed list, no word on anybody."""

    AGREEMENT = "agreement_breached", _("The agreement was not kept")
    INCIDENT = "data_incident", _("Data were lost or seen by others")
    SAFEGUARDING = "safeguarding", _("A safeguarding matter is being looked into")
    UNSAFE = "not_safe", _("It is not safe for people to go there")
    AUTHORITIES = "told_authorities", _("It tells authorities about people")
    CAPACITY = "no_capacity", _("It cannot take anybody on for the time being")
    REQUEST = "own_request", _("It asked for this itself")


_OPEN = {PartnerStatus.PROPOSED, PartnerStatus.VETTED, PartnerStatus.SIGNED}
PARTNERSHIP = LifeCycle(
    [
        move("approve", {PartnerStatus.PROPOSED}, PartnerStatus.VETTED, MANAGER),
        move("sign", {PartnerStatus.VETTED}, PartnerStatus.SIGNED, MANAGER),
        move("activate", {PartnerStatus.SIGNED}, PartnerStatus.ACTIVE, MANAGER),
        move("suspend", {PartnerStatus.ACTIVE}, PartnerStatus.SUSPENDED, MANAGER),
        move("resume", {PartnerStatus.SUSPENDED}, PartnerStatus.ACTIVE, MANAGER),
        move("end", _OPEN | {PartnerStatus.ACTIVE, PartnerStatus.SUSPENDED}, PartnerStatus.ENDED, MANAGER),
    ]
)
"""Asking again about a partner that was vetted, and a new agreement in place of an old one, are no moves."""


class DataSharing(models.TextChoices):
    """Whether it tells authorities about people who come to it: the question that decides over lives (HS-11)."""

    NEVER = "never", _("Never")
    GENERAL = "general", _("Figures only, nobody can be recognised")
    CONSENT = "individual_with_consent", _("About single people, if they agree")
    WITHOUT = "individual_without_consent", _("About single people, without asking them")


@dataclass(frozen=True)
class Question:
    """One question of the checklist: what is asked, the possible answers, and the answers that rule the partner out."""

    text: Any
    answers: tuple[tuple[str, Any], ...]
    stops: frozenset[str] = frozenset()
    hint: Any = ""


_YES_NO = (("yes", _("Yes")), ("no", _("No")))

QUESTIONS: Mapping[str, Question] = {
    "everybody": Question(_("Does it help everybody, whatever their status?"), _YES_NO),
    "fees": Question(
        _("Does anybody have to pay?"), (("none", _("Nobody")), ("some", _("Some do")), ("all", _("Everybody")))
    ),
    "data_sharing": Question(_("Does it tell authorities about people?"), tuple(DataSharing.choices)),
    "storage": Question(
        _("How does it keep what it writes down?"),
        (("locked", _("Locked, and encrypted where it is digital")), ("open", _("Within reach of others"))),
        frozenset({"open"}),
    ),
    "premises": Question(
        _("Is there a place to talk where nobody listens?"), _YES_NO, hint=_("Safe to enter and to leave, too.")
    ),
    "safeguarding": Question(
        _("Does it have a code of conduct, and a way to complain that works?"), _YES_NO, frozenset({"no"})
    ),
    "information": Question(_("Does it tell people what becomes of what they say?"), _YES_NO),
    "reporting": Question(
        _("Must it report violence, abuse or trafficking by law?"),
        (
            ("none", _("No")), ("told_first", _("Yes, and it tells the person before")),
            ("untold", _("Yes, without telling the person")),
        ),
    ),
    "affiliation": Question(
        _("Is it close to a party, a religion or an armed side?"),
        (("none", _("No")), ("some", _("Yes, and people know")), ("hidden", _("Yes, and it does not say so"))),
        frozenset({"hidden"}),
    ),
}  # fmt: skip
"""The checklist for partners of Humanitarian Service Points, as questions with fixed answers."""

BELONGS_TO = [
    Source.FORCES, Source.POLICE, Source.PRISON, Source.OFFICIAL, Source.GROUP, Source.DE_FACTO, Source.EMPLOYER,
    Source.TEACHER, Source.LANDLORD, Source.COMMUNITY, Source.CRIMINAL, Source.PROVIDER,
]  # fmt: skip
"""Of which categories of possible sources of threat an organisation may be a part (HS-11); never a name."""


def stopping(answers: Mapping[str, str]) -> list[str]:
    """The questions whose answer rules the partner out."""
    return [code for code, question in QUESTIONS.items() if answers.get(code) in question.stops]


def missing(answers: Mapping[str, str]) -> list[str]:
    """The questions without one of their answers."""
    return [code for code, q in QUESTIONS.items() if answers.get(code) not in dict(q.answers)]
