"""The rights of the person as data: what can be asked, how identity was checked, why something is refused (domain.md §4.3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move


class Right(models.TextChoices):
    """What the person asks for."""

    ACCESS = "access", _("A copy of what is held about them")
    RECTIFICATION = "rectification", _("A correction")
    RESTRICTION = "restriction", _("That their data are kept and not used")
    OBJECTION = "objection", _("That we stop: they object")
    ERASURE = "erasure", _("That their record is erased")
    COMPLAINT = "complaint", _("A complaint")
    FEEDBACK = "feedback", _("Feedback")


FREEZING = (Right.RESTRICTION, Right.OBJECTION)
"""They take effect with the asking: nothing is used until it is decided."""
VOICES = (Right.COMPLAINT, Right.FEEDBACK)
"""They go to a seat that is not the one spoken of, and never stand in the case."""


class Identity(models.TextChoices):
    """How it was made sure that it is the person: no more than the matter needs."""

    KNOWN = "known", _("The worker knows the person and sat with them")
    CODE_WORD = "code_word", _("They said the code word")
    CALL_BACK = "call_back", _("We called back on the safe contact")
    DOCUMENT = "document", _("They showed a document; no copy was kept")
    REPRESENTATIVE = "representative", _("A representative showed the authority to speak for them")
    NOT_YET = "not_yet", _("Not checked yet")
    NOT_NEEDED = "not_needed", _("Not needed for this")


UNCHECKED = (Identity.NOT_YET, Identity.NOT_NEEDED)


class Stage(models.TextChoices):
    """Where a request stands."""

    OPEN = "open", _("Waits for a decision")
    DECIDED = "decided", _("Decided, to be carried out")
    CLOSED = "closed", pgettext_lazy("request", "Closed")
    TAKEN_BACK = "taken_back", _("No longer asked for")


class Ruling(models.TextChoices):
    """What was decided."""

    GRANTED = "granted", pgettext_lazy("request", "Granted")
    REFUSED = "refused", pgettext_lazy("request", "Refused")


class Refusal(models.TextChoices):
    """Why a right is refused or limited: a closed list, each with words beside it."""

    IDENTITY = "identity_not_shown", _("It could not be made sure that it is the person")
    OTHERS = "rights_of_others", _("It would harm somebody else")
    SAFETY = "safety", _("It would put the person or a worker in danger")
    VITAL = "vital_interests", _("Somebody’s life depends on it")
    LEGAL = "legal_obligation", _("The law obliges us")
    CLAIMS = "legal_claims", _("It is needed for a claim that runs")
    CORRECT = "found_correct", _("What is written was checked, and is right")
    NOTHING = "nothing_held", _("We hold nothing of the kind")
    REPEATED = "answered_already", _("The same was answered a short time ago")
    UNFOUNDED = "not_founded", _("It was looked into, and is not founded")
    OTHER = "other", _("Another reason")


class Spoken(models.TextChoices):
    """What a complaint or feedback is about."""

    WORKER = "worker", _("Somebody who works here")
    PARTNER = "partner", _("A partner organisation")
    SERVICE = "service", _("The help itself")
    DATA = "data", _("How we handle their data")
    OTHER = "other", _("Something else")


REQUEST = LifeCycle(
    [
        move("decide", {Stage.OPEN}, Stage.DECIDED, "decider"),
        move("close", {Stage.DECIDED}, Stage.CLOSED, "worker"),
        move("take_back", {Stage.OPEN}, Stage.TAKEN_BACK, "worker"),
    ]
)

# What can be corrected of what is known of the person: field → (how it is called, where it stands).
CORRECTABLE = {
    "alias": _("Name or alias to use"),
    "name": pgettext_lazy("person", "Name"),
    "date_of_birth": _("Date of birth"),
    "age_band": _("Age"),
    "gender": _("Sex or gender"),
    "languages": _("Languages"),
    "interpreter": _("Interpreter"),
    "access": _("Access needs"),
    "district": _("District"),
}
OWN_COLUMNS = ("alias", "name", "date_of_birth")
