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


class Channel(models.TextChoices):
    """In which form the explanation is given (domain.md §4.3)."""

    SPOKEN = "spoken", _("Said aloud")
    SIMPLE = "simple", _("Shown in simple words")
    PICTURES = "pictures", _("Shown in pictures")


class Witness(models.TextChoices):
    """Who heard a spoken answer with whoever recorded it."""

    COLLEAGUE = "colleague", _("A colleague")
    PARTNER = "partner", _("Somebody of a partner organisation")
    CHOSEN = "chosen", _("An adult whom the person chose")
    LAWYER = "lawyer", _("The person’s lawyer or representative")


class Interpreter(models.TextChoices):
    """Who interpreted. Family, children and authorities are not interpreters (W-08), so they are not offered."""

    NONE = "none", _("No interpreter was needed")
    STAFF = "staff", _("One of our staff or volunteers")
    PROFESSIONAL = "professional", _("A professional interpreter, bound to secrecy")
    CHOSEN = "chosen", _("An adult whom the person chose, bound to secrecy")


class Preference(models.TextChoices):
    """Whether the interpreter was of the sex that the person wanted (W-08)."""

    NONE = "none", _("The person had no preference")
    MET = "met", _("Yes, as the person wanted")
    UNMET = "unmet", _("No")


class Presence(models.TextChoices):
    """Who else was there, besides whoever recorded it and the interpreter (W-09)."""

    COLLEAGUE = "colleague", _("A colleague")
    FRIEND = "friend", _("Somebody whom the person asked to stay")
    RELATIVE = "relative", _("A relative")
    CHILD = "child", _("A child")
    OTHERS = "others", _("Other people")


class CopyOffer(models.TextChoices):
    """What the person said to a copy on paper (domain.md §5.1; W-22)."""

    ACCEPTED = "accepted", _("The person wants one")
    DECLINED = "declined", _("The person does not want one")
    UNSAFE = "unsafe", _("Not safe to carry: somebody could find it")


class Obstacle(models.TextChoices):
    """Why no answer could be had at all."""

    NOT_REACHED = "not_reached", _("The person could not be reached in a safe way")
    NOT_SAFE = "not_safe", _("It was not safe to ask")
    UNABLE = "unable", _("The person cannot answer now (injury, illness, shock)")
    NO_LANGUAGE = "no_language", _("No language in common, and no safe interpreter")
    LEFT = "left", _("The person left before an answer")


class Element(models.TextChoices):
    """What must be explained before a decision counts as informed (domain.md §5.4)."""

    OPTIONS = "options", _("What we can do, what we cannot, and other ways")
    RISKS = "risks", _("What may come of it, good and bad")
    USE = "use", _("What is written down, and what for")
    READERS = "readers", _("Who will see it, one by one")
    LIMITS = "limits", _("That it stays between us, and when it cannot")
    REPORTING = "reporting", _("What the law makes us report, to whom, and that we would say so first")
    VOLUNTARY = "voluntary", _("That it is free to choose, and help here does not depend on it")
    WITHDRAW = "withdraw", _("That any part may be refused, and taken back later")
    VALIDITY = "validity", _("How long it holds, and that it ends by itself")
    QUESTIONS = "questions", _("The person’s questions, all answered")
    UNDERSTOOD = "understood", _("The person said it back in their own words")


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
    AUTHORITY = "authority", _("An authority")


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


class ChildSays(models.TextChoices):
    """What a child said to what was explained (domain.md §5.5)."""

    EXPLAINED = "explained", _("Too young to be asked; it was explained in simple words")
    AGREES = "agrees", _("The child agrees")
    REFUSES = "refuses", _("The child refuses")


class CaregiverSays(models.TextChoices):
    """What a caregiver said."""

    AGREES = "agrees", _("The caregiver agrees")
    REFUSES = "refuses", _("The caregiver refuses")


class Relationship(models.TextChoices):
    """Who a caregiver is to the child, or a trusted adult in their place."""

    MOTHER = "mother", _("Mother")
    FATHER = "father", _("Father")
    GRANDPARENT = "grandparent", _("Grandparent")
    RELATIVE = "relative", _("Another adult relative")
    GUARDIAN = "guardian", _("Legal guardian")
    TRUSTED = "trusted_adult", _("Another adult whom the child trusts")


class NoteStatus(models.TextChoices):
    """Where a best-interest decision stands."""

    WRITTEN = "written", _("Waits for a second person")
    AGREED = "agreed", _("Agreed to by two people")
    REFUSED = "refused", _("The second person did not agree")
