"""Words of the dialogue with authorities (domain.md §7.7–7.8, R-26, R-37), as data."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consent.sources import GOVERNING, Source


class AuthorityKind(models.TextChoices):
    """Who has a duty towards people, de facto authorities and armed groups with control included (R-07)."""

    INTERIOR = "ministry_interior", _("Ministry of the interior")
    JUSTICE = "ministry_justice", _("Ministry of justice")
    HEALTH = "ministry_health", _("Ministry of health")
    SOCIAL = "ministry_social", _("Ministry of social affairs")
    EDUCATION = "ministry_education", _("Ministry of education")
    MIGRATION = "ministry_migration", _("Ministry or service for migration")
    POLICE = "police", _("Police")
    BORDER = "border_guard", _("Border guard")
    FORCES = "armed_forces", _("Armed forces")
    PROSECUTOR = "prosecutor", _("Prosecutor")
    COURT = "court", _("Court")
    DETENTION = "detention_administration", _("Administration of a prison or of immigration detention")
    LOCAL = "local_authority", _("Local or municipal authority")
    CHILD = "child_protection_authority", _("Child-protection authority")
    GUARDIANSHIP = "guardianship_body", _("Guardianship body")
    OMBUDS = "ombuds", _("Ombudsperson or national human-rights institution")
    PREVENTION = "npm", _("National mechanism for the prevention of torture")
    CONSULATE = "consulate", _("Consulate")
    DE_FACTO = "de_facto", _("De facto authority")
    ARMED_GROUP = "nsag", _("Non-state armed group")
    INTERNATIONAL = "international", _("International body")


CLOSED_KINDS = frozenset({AuthorityKind.DE_FACTO, AuthorityKind.ARMED_GROUP})
"""That there is dialogue at all is for the eyes of its officers and managers only."""

SOURCES: dict[str, frozenset[str]] = {
    AuthorityKind.POLICE: frozenset({Source.POLICE}),
    AuthorityKind.BORDER: frozenset({Source.POLICE}),
    AuthorityKind.FORCES: frozenset({Source.FORCES}),
    AuthorityKind.DETENTION: frozenset({Source.PRISON}),
    AuthorityKind.LOCAL: frozenset({Source.OFFICIAL}),
    AuthorityKind.MIGRATION: frozenset({Source.OFFICIAL}),
    AuthorityKind.DE_FACTO: frozenset({Source.DE_FACTO}),
    AuthorityKind.ARMED_GROUP: frozenset({Source.GROUP}),
}
"""Kind → the sources of threat that it may be itself (HS-13). What stands not here is flagged one by one."""
OFFICIAL = frozenset({Source.FORCES, Source.POLICE, Source.PRISON, Source.OFFICIAL}) | GOVERNING
"""Sources behind which an authority stands: then any other authority too is a decision of two people (HS-13)."""


class Level(models.TextChoices):
    """Where an authority stands (R-37)."""

    LOCAL = "local", pgettext_lazy("authority", "Local")
    REGIONAL = "regional", pgettext_lazy("authority", "Regional")
    NATIONAL = "national", pgettext_lazy("authority", "National")
    FOREIGN = "foreign", pgettext_lazy("authority", "Of another country")
    INTERNATIONAL = "international", pgettext_lazy("authority", "International")


class Confidentiality(models.TextChoices):
    """How much may be known of the dialogue itself."""

    OPEN = "open", _("That we speak may be known")
    CONFIDENTIAL = "confidential", _("What is said stays between us")
    STRICT = "strict", _("That we speak at all stays between us")


class Basis(models.TextChoices):
    """What a representation is about."""

    INDIVIDUAL = "individual", _("The matter of one person")
    SYSTEMIC = "systemic", _("A problem of many, naming nobody")


class Naming(models.TextChoices):
    """Whether the authority learns who it is."""

    IDENTIFIED = "identified", _("The person is named")
    PSEUDONYMISED = "pseudonymised", _("The matter is described, the person is not named")
    NONE = "none", _("Nobody is named or described")


class Modality(models.TextChoices):
    """How it is raised (R-37)."""

    ORAL = "oral", _("Orally")
    WRITTEN = "written", _("In writing")
    MEETING = "meeting", _("In a meeting")
    JOINT = "joint", _("Jointly with another component or organisation")


class Framework(models.TextChoices):
    """The body of law that it rests on (R-04)."""

    IHL = "ihl", _("International humanitarian law")
    IHRL = "ihrl", _("International human rights law")
    IRL = "irl", _("International refugee law")
    NATIONAL = "national", _("National law")
    REGIONAL = "regional", _("Regional law")


class Consulted(models.TextChoices):
    """Who in the Movement, or beside it, was asked first (W-10, W-21; R-48, R-57)."""

    ICRC = "icrc", _("ICRC")
    TRACING = "tracing", _("Service for restoring family links, Central Tracing Agency")
    HOST = "host_ns", _("The National Society of the country")
    IFRC = "ifrc", _("IFRC")
    OTHER = "other", _("Another organisation that works on protection")


class SpeechStatus(models.TextChoices):
    """Where a representation stands (domain.md §11.3)."""

    DRAFT = "draft", pgettext_lazy("representation", "Draft")
    CHECK = "appropriateness_check", _("Possible and appropriate: examined")
    APPROVAL = "approval", _("Waits for another person’s approval")
    RETURNED = "returned", _("Returned to whoever wrote it")
    SENT = "sent", pgettext_lazy("representation", "Raised")
    AWAITED = "response_awaited", _("A response is awaited")
    ANSWERED = "answered", pgettext_lazy("representation", "Answered")
    NO_REPLY = "no_reply", _("No reply")
    FOLLOWED_UP = "followed_up", _("Followed up")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", pgettext_lazy("representation", "Closed")


class Response(models.TextChoices):
    """What an authority did (domain.md §7.12)."""

    ACKNOWLEDGED = "acknowledged", _("It was acknowledged, no more")
    COMMITMENT = "commitment", _("Something was promised")
    ACTION = "action_taken", _("Something was done")
    REFUSED = "refused", _("It was refused")
    NEGATIVE = "negative_consequence", _("Somebody was worse off for it")


class Kept(models.TextChoices):
    """What became of a promise."""

    OPEN = "open", _("Still open")
    KEPT = "kept", _("It was kept")
    PARTLY = "partly", _("It was kept in part")
    BROKEN = "broken", _("It was not kept")


class EndReason(models.TextChoices):
    """Why a representation rests or is over before its time."""

    REPRISAL = "reprisal_suspected", _("Reprisals are suspected")
    CONSENT = "consent_withdrawn", _("The person took back the consent")
    NOT_POSSIBLE = "not_possible", _("It is not possible now")
    NOT_APPROPRIATE = "not_appropriate", _("It is not appropriate")
    ELSEWHERE = "raised_elsewhere", _("Somebody better placed raises it")
    SETTLED = "settled", _("The matter was settled otherwise")
    ERASED = "record_erased", _("The record was erased")


CHOSEN_ENDS = [
    reason for reason in EndReason if reason not in (EndReason.REPRISAL, EndReason.CONSENT, EndReason.ERASED)
]

TOLD_FIELDS: dict[str, Any] = {
    "alias": _("Name or alias"),
    "age_band": _("Age band"),
    "gender": _("Sex or gender"),
    "summary": _("What happened to the person"),
    "wishes": _("What the person asks for"),
}
"""What an authority may be told of a person at most, when the person agreed to each (HS-12)."""

POSSIBLE = {
    "access": _("We can reach this authority, at a level that can decide"),
    "mandate": _("It is ours to raise, by our mandate and by the authority’s"),
    "security": _("Raising it is safe for the people who do it"),
}
APPROPRIATE = {
    "consent": _("The person wants it, or nobody can be recognised in it"),
    "reprisal": _("The risk of reprisals was weighed, and does not forbid it"),
    "no_harm": _("It leaves nobody else worse off"),
    "better_placed": _("Whoever may be better placed was asked first, and we are the right ones"),
    "alternative": _("Another way was tried, or there is none"),
}
QUESTIONS = {**POSSIBLE, **APPROPRIATE}
"""The test of domain.md HS-14: every answer must be yes."""
