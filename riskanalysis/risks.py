"""Words of an assessment (domain.md §7.4, §8.2, §8.4), as data. Risks and sources of threat are the house’s: one list each."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS_LENGTH = 1000
UNKNOWN = "unknown"
UNASKED = "not_asked"


class Intent(models.TextChoices):
    """Whether the harm is meant (R-23)."""

    DELIBERATE = "deliberate", _("Deliberate")
    NOT = "not_deliberate", _("Not deliberate")
    UNKNOWN = "unknown", pgettext_lazy("intent", "Not known")


class Subject(models.TextChoices):
    """Whose risk it is (R-25)."""

    PERSON = "person", _("The person")
    COMMUNITY = "community", _("The person’s family or community")


class Situation(models.TextChoices):
    """What in the situation exposes the person now. It changes, and is asked again each time (R-06)."""

    UNDER_ONE_ROOF = "under_one_roof", _("Lives with, or close to, where the threat comes from")
    DEPENDENT = "dependent", _("Depends on them for money, home, care or papers")
    ALONE = "alone", _("Has nobody to turn to")
    NO_SAFE_PLACE = "no_safe_place", _("Has no safe place to sleep")
    NO_PAPERS = "no_papers", _("Has no papers, or they were taken away")
    NO_LANGUAGE = "no_language", _("Cannot make themselves understood here")
    NOT_MOVING = "not_moving", _("Cannot leave: locked in, too far, too dangerous, no means")
    BARRIERS = "barriers", _("Services are not made accessible for them")
    CARING = "caring", _("Has to look after others who cannot be left")
    WATCHED = "watched", _("Is watched, or the telephone is")
    HIDING = "hiding", _("Has to hide who they are")


class Group(models.TextChoices):
    """Groups that are more often at risk (§7.4). Belonging to one is never a vulnerability by itself (W-17)."""

    CHILD = "child", _("Child")
    OLDER = "older", _("Older person")
    DISABILITY = "disability", _("Person with a disability")
    SINGLE = "single_caregiver", _("Single caregiver")
    PREGNANT = "pregnant", _("Pregnant or nursing")
    SEPARATED = "separated", _("Separated from the family")
    SURVIVOR = "survivor", _("Survivor of sexual or gender-based violence")
    TRAFFICKED = "trafficked", _("Survivor of trafficking")
    DETAINED = "detained", _("Deprived of liberty")
    DISPLACED = "displaced", _("Internally displaced")
    REFUGEE = "refugee", _("Refugee or asylum seeker")
    MIGRANT = "migrant", _("Migrant")
    STATELESS = "stateless", _("Stateless")
    MINORITY = "minority", _("Member of a minority")
    ILL = "ill", _("Seriously ill or wounded")


class State(models.TextChoices):
    """Where an assessment stands."""

    DRAFT = "draft", pgettext_lazy("assessment", "Being written")
    PROPOSED = "proposed", pgettext_lazy("assessment", "Waits for a second person")
    CONFIRMED = "confirmed", pgettext_lazy("assessment", "Confirmed")


class Safety(models.IntegerChoices):
    """How safe the person feels, in their own words (§8.4)."""

    VERY_UNSAFE = 1, _("Very unsafe")
    UNSAFE = 2, _("Unsafe")
    BETWEEN = 3, _("Neither safe nor unsafe")
    SAFE = 4, _("Safe")
    VERY_SAFE = 5, _("Very safe")


class Met(models.TextChoices):
    """Whether the needs were met (§7.12)."""

    MET = "met", _("Yes")
    PARTLY = "partly", _("In part")
    NOT = "not", _("No")
    UNKNOWN = "unknown", pgettext_lazy("needs", "Not known")


class Harm(models.TextChoices):
    """Whether something new happened since the last time."""

    NONE = "none", pgettext_lazy("new harm", "Nothing new")
    BY_OTHERS = "others", _("Yes, new harm from the same or another source")
    BY_HELP = "help", _("Yes, and because of what we or others did to help")
    UNKNOWN = "unknown", pgettext_lazy("new harm", "Not known")


class Told(models.TextChoices):
    """What came of telling the person about medical help in time (W-15)."""

    TOLD = "told", _("I told the person, and they can decide for themselves")
    DECLINED = "declined", _("I offered it; the person does not want to hear about it now")
    NOT_SAFE = "not_safe", _("It was not safe to tell; I say when I try again in a note")


LEVELS = {
    0: _("None identified"),
    1: pgettext_lazy("risk level", "Low"),
    2: pgettext_lazy("risk level", "Medium"),
    3: pgettext_lazy("risk level", "High"),
    4: pgettext_lazy("risk level", "Critical"),
}
