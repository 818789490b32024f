"""Words of the service directory, in the shape of HSDS 3 (domain.md §9.3), as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.vocabulary import DeclineReason, ServiceType


class ServiceStatus(models.TextChoices):
    """HSDS ``service.status``."""

    ACTIVE = "active", pgettext_lazy("service", "Open")
    INACTIVE = "inactive", pgettext_lazy("service", "Not open yet")
    CLOSED = "temporarily closed", pgettext_lazy("service", "Closed for a time")
    DEFUNCT = "defunct", pgettext_lazy("service", "Gone for good")


class Place(models.TextChoices):
    """HSDS ``location.location_type``. Where a safe house is stands nowhere: it is always virtual."""

    PHYSICAL = "physical", _("A place to go to")
    POSTAL = "postal", _("By letter")
    VIRTUAL = "virtual", _("By phone or online, or a place that is not told")


class Attribute(models.TextChoices):
    """What people ask about before they go (R-33)."""

    PAPERS = "without_documents", _("Helps people without papers")
    STATUS = "irregular_status", _("Helps people with an unsettled status")
    WOMEN = "staff_women", _("Women work there")
    MEN = "staff_men", _("Men work there")
    SURVIVORS = "survivor_centred", _("Trained to support survivors")
    CHILDREN = "safe_for_children", _("Safe for children")
    LGBTIQ = "safe_for_lgbtiq", _("Safe for LGBTIQ+ people")
    NIGHT = "day_and_night", _("Open day and night")


class GapReason(models.TextChoices):
    """Why a need was not taken up: what partners say when they decline, and what is said by nobody."""

    NO_SERVICE = "no_service", _("No service gives this here")
    NO_ANSWER = "no_answer", _("The partner did not answer")
    NO_CAPACITY = DeclineReason.NO_CAPACITY.value, DeclineReason.NO_CAPACITY.label
    WAITLIST = DeclineReason.WAITLIST.value, DeclineReason.WAITLIST.label
    OUT_OF_AREA = DeclineReason.OUT_OF_AREA.value, DeclineReason.OUT_OF_AREA.label
    NOT_ELIGIBLE = DeclineReason.NOT_ELIGIBLE.value, DeclineReason.NOT_ELIGIBLE.label
    NOT_PROVIDED = DeclineReason.NOT_PROVIDED.value, DeclineReason.NOT_PROVIDED.label
    SUSPENDED = DeclineReason.SUSPENDED.value, DeclineReason.SUSPENDED.label
    LANGUAGE = DeclineReason.LANGUAGE.value, DeclineReason.LANGUAGE.label
    SAFETY_PERSON = DeclineReason.SAFETY_PERSON.value, DeclineReason.SAFETY_PERSON.label
    SAFETY_STAFF = DeclineReason.SAFETY_STAFF.value, DeclineReason.SAFETY_STAFF.label
    CONFLICT = DeclineReason.CONFLICT.value, DeclineReason.CONFLICT.label
    BETTER_PLACED = DeclineReason.BETTER_PLACED.value, DeclineReason.BETTER_PLACED.label
    ASSESSMENT = DeclineReason.ASSESSMENT.value, DeclineReason.ASSESSMENT.label
    OTHER = DeclineReason.OTHER.value, DeclineReason.OTHER.label


class AnywayReason(models.TextChoices):
    """Why somebody goes on although the product warns (domain.md §11.5): a closed list, no word on anybody."""

    PHONED = "phoned", _("I phoned them: they can take the person")
    ASKED_FOR = "asked_for", _("The person asked for this very service")
    NOBODY_ELSE = "nobody_else", _("Nobody else gives this here")
    OTHER_PART = "other_part", _("It is for another part of the need")
    MOVES_ON = "moves_on", _("The earlier help has ended or does not help")


class Channel(models.TextChoices):
    """How a referral reaches the partner; the same consent, approval, clocks and written releases for all of them."""

    SYSTEM = "system", _("Here: the partner reads it on its page or in its own system")
    PHONE = "phone", _("By phone: I tell them, and write down what they answer")
    IN_PERSON = "in_person", _("In person: I go along, or tell them there")
    PAPER = "paper", _("On paper: the person carries it, if that is safe")
    CARRIED = "carried", _("By a code: the person says it there, if carrying it is safe")


class Got(models.TextChoices):
    """What the person says: whether they got the help."""

    YES = "yes", _("Yes")
    PARTLY = "partly", _("In part")
    NO = "no", pgettext_lazy("got it", "No")


class WasSafe(models.TextChoices):
    """What the person says: whether it was safe."""

    YES = "yes", _("Yes")
    NO = "no", pgettext_lazy("safe", "No")
    UNSAID = "unsaid", _("Prefers not to say")


class Unverified(models.TextChoices):
    """Why nobody could ask the person whether it helped: a closed list, no word on anybody."""

    NOT_REACHED = "not_reached", _("The person could not be reached safely")
    NO_CONTACT = "no_contact", _("The person wants no contact, or has left")
    UNSAFE = "unsafe", _("Asking would put the person at risk")


HIDDEN = (ServiceType.SHELTER_SAFE, ServiceType.RELOCATION)
"""Kinds of service of which no address is kept, shown or given out."""
GBV = (ServiceType.RAPE, ServiceType.GBV)
"""Help after gender-based violence: a missing specialist never stops the help (domain.md §5.2)."""
RELATED: dict[str, tuple[ServiceType, ...]] = {
    ServiceType.RAPE: (ServiceType.GBV, ServiceType.MHPSS, ServiceType.REPRODUCTIVE, ServiceType.SHELTER_SAFE),
    ServiceType.GBV: (ServiceType.RAPE, ServiceType.MHPSS, ServiceType.SHELTER_SAFE, ServiceType.LEGAL),
    ServiceType.SHELTER_SAFE: (ServiceType.GBV, ServiceType.MHPSS, ServiceType.RELOCATION),
    ServiceType.MHPSS: (ServiceType.HEALTH, ServiceType.COMMUNITY, ServiceType.GBV, ServiceType.RFL),
    ServiceType.RFL: (ServiceType.REUNION, ServiceType.MHPSS, ServiceType.CHILD, ServiceType.VISIT),
    ServiceType.REUNION: (ServiceType.RFL, ServiceType.LEGAL, ServiceType.ASYLUM),
    ServiceType.CHILD: (ServiceType.CARE, ServiceType.RFL, ServiceType.MHPSS, ServiceType.EDUCATION),
    ServiceType.CARE: (ServiceType.CHILD, ServiceType.RFL),
    ServiceType.TRAFFICKING: (ServiceType.SHELTER_SAFE, ServiceType.LEGAL, ServiceType.MHPSS, ServiceType.ASYLUM),
    ServiceType.ASYLUM: (ServiceType.LEGAL, ServiceType.DOCUMENTS, ServiceType.HOUSING, ServiceType.RFL),
    ServiceType.VISIT: (ServiceType.RFL, ServiceType.LEGAL, ServiceType.HEALTH),
    ServiceType.HOUSING: (ServiceType.GOODS, ServiceType.CASH, ServiceType.WATER),
}
"""Help that is often needed together with another kind (R-09): links, and nothing more."""
LANGUAGES = ("ar", "en", "es", "fa", "fr", "ps", "ro", "ru", "so", "sw", "ti", "tr", "uk", "ur")
DAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
HSDS_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
