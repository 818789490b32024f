"""The words of consent (domain.md §5.4), as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a decision is about. Never "everything" (HS-03)."""

    RECORD_CASE = "record_case", _("Keep a record of this case")
    INTERNAL_ESCALATION = "internal_escalation", _("Pass this on to the protection focal point")
    EXTERNAL_REFERRAL = "external_referral", _("Refer to a specialised organisation")
    RAISE_IDENTIFIED = "raise_with_authority_identified", _("Raise the matter with an authority, naming the person")
    RAISE_UNIDENTIFIED = "raise_with_authority_unidentified", _("Raise the general problem, naming nobody")
    FOLLOW_UP_CONTACT = "follow_up_contact", _("Call back to ask how it went")
    RFL_TRACING = "rfl_tracing", _("Restore family links")
    SHARE_WITH_COMPONENT = "share_with_movement_component", _("Share with another component of the Movement")
    ANONYMOUS_STATISTICS = "anonymous_statistics", _("Count this case in figures without names")
    LESSONS = "lessons_advocacy_story", _("Use the story for lessons or advocacy")
    INTERPRETER = "interpreter_presence", _("An interpreter may be present")


COUNTED = ["age_band", "district", "gender", "service_type"]
"""What is counted of a person who agreed to be counted: never a name, never a story."""


class Answer(models.TextChoices):
    """What the person answered. A refusal is an answer."""

    GRANTED = "granted", _("Agrees")
    REFUSED = "refused", _("Refuses")
    NOT_ASKED = "not_asked", _("Not asked")


class Basis(models.TextChoices):
    """What a disclosure rests on."""

    DECISION = "decision", _("The person agreed")
    EXCEPTION = "exception", _("An exceptional disclosure")


class Mode(models.TextChoices):
    """How the answer was given."""

    SPOKEN = "verbal_witnessed", _("Spoken, with a witness")
    SPOKEN_ALONE = "verbal", _("Spoken")
    WRITTEN = "written", _("Written")
    THUMBPRINT = "thumbprint", _("Thumbprint")
    REMOTE = "remote_verbal", _("Spoken, by phone or online")
    ASSISTED = "assisted", _("With assistance (sign language, communication aid)")


class Interpreter(models.TextChoices):
    """Who interpreted. Family, children and authorities are not interpreters (W-08), so they are not offered."""

    NONE = "none", _("No interpreter was needed")
    STAFF = "staff", _("One of our staff or volunteers")
    PROFESSIONAL = "professional", _("A professional interpreter, bound to secrecy")
    CHOSEN = "chosen", _("An adult whom the person chose, bound to secrecy")


class Element(models.TextChoices):
    """What must be explained before a decision counts as informed."""

    OPTIONS = "options", _("What we can and cannot do, and the risks of each way")
    USE = "use", _("What we write down, who reads it and for how long")
    LIMITS = "limits", _("When we must speak even without consent")
    VOLUNTARY = "voluntary", _("Every part may be refused and taken back later; help does not depend on it")
    UNDERSTOOD = "understood", _("Said back in the person’s own words")


class Withholding(models.TextChoices):
    """Why the person refuses; never required."""

    REPRISAL = "fear_of_reprisal", _("Fear of reprisal")
    STIGMA = "stigma", _("Stigma")
    DISTRUST = "distrust", _("Distrust")
    COST = "cost_transport", _("Cost or transport")
    NO_TIME = "no_time", _("No time")
    OWN_NETWORK = "own_network", _("Prefers their own network")
    OTHER = "other", _("Another reason")


class RecipientKind(models.TextChoices):
    """Who would learn something."""

    UNIT = "unit", _("A unit of the National Society")
    SERVICE = "service", _("A service of a partner organisation")


class Told(models.TextChoices):
    """Whether the person knows what came of what they took back."""

    TOLD = "told", _("The person was told")
    NOT_SAFE = "not_safe", _("It was not safe to tell the person")


class AgeBand(models.TextChoices):
    """UNHCR's age bands (domain.md §7.11)."""

    A0 = "0-4", _("0–4")
    A5 = "5-11", _("5–11")
    A12 = "12-17", _("12–17")
    A18 = "18-59", _("18–59")
    A60 = "60+", _("60 and over")
    UNKNOWN = "unknown", _("Not known")


class Gender(models.TextChoices):
    """One question, optional."""

    FEMALE = "female", _("Woman or girl")
    MALE = "male", _("Man or boy")
    OTHER = "other", _("Another gender")
    UNSAID = "prefers_not_to_say", _("Prefers not to say")
    UNKNOWN = "unknown", _("Not known")


class ContactMethod(models.TextChoices):
    """How to reach the person safely."""

    PHONE = "phone", _("By phone")
    MESSAGE = "message", _("By message")
    IN_PERSON = "in_person", _("In person, at the service point")
    THROUGH = "through", _("Through somebody the person trusts")
    NONE = "none", _("Do not contact; the person comes back")


class InterpreterNeed(models.TextChoices):
    """Whether an interpreter is needed, and of which sex (W-08)."""

    NONE = "none", _("Not needed")
    ANY = "any", _("Needed")
    WOMAN = "woman", _("Needed, a woman")
    MAN = "man", _("Needed, a man")


class AccessNeed(models.TextChoices):
    """What a service must see to so that the person can use it; coded, because it is told before anybody accepts."""

    STEP_FREE = "step_free", _("Step-free access")
    SIGN_LANGUAGE = "sign_language", _("Sign language")
    LARGE_PRINT = "large_print", _("Large print")
    PLAIN_WORDS = "plain_words", _("Plain words, read aloud")
    ACCOMPANIED = "accompanied", _("Somebody to come along")
    CHILDREN = "children", _("Children come along")
