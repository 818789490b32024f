"""Words of referrals (domain.md §5.1, §7.5, §7.9, §9.2), as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.fields import FIELDS, PREVIEW

__all__ = [
    "CHOSEN", "FIELDS", "PREVIEW", "CancelReason", "Confirmation", "DeclineReason", "OwnGround", "ServiceOutcome",
    "ServiceType", "Status",
]  # fmt: skip


class Status(models.TextChoices):
    """Where a referral stands."""

    DRAFT = "draft", _("Draft")
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
    SENT = "sent", _("Sent")
    INFO_REQUESTED = "info_requested", _("Question asked")
    ACKNOWLEDGED = "acknowledged", _("Receipt confirmed")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    UNABLE_TO_REACH = "unable_to_reach", _("Person not reached")
    IN_PROGRESS = "in_progress", _("Service under way")
    ON_HOLD = "on_hold", _("On hold")
    COMPLETED = "completed", _("Service given")
    NOT_COMPLETED = "not_completed", _("Service not given")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("No answer")
    ENTERED_IN_ERROR = "entered_in_error", _("Entered in error")


class ServiceType(models.TextChoices):
    """What a service gives (domain.md §7.5)."""

    HEALTH = "health_medical", _("Medical care")
    RAPE = "clinical_management_of_rape", _("Clinical care after rape")
    REPRODUCTIVE = "sexual_reproductive_health", _("Sexual and reproductive health")
    MHPSS = "mhpss", _("Mental health and psychosocial support")
    SHELTER_SAFE = "safe_shelter", _("Safe shelter")
    HOUSING = "shelter_housing", _("Shelter and housing")
    LEGAL = "legal_assistance", _("Legal help")
    DOCUMENTS = "civil_documentation", _("Civil documents")
    CHILD = "child_protection", _("Child protection")
    CARE = "alternative_care", _("Alternative care for a child")
    EDUCATION = "education", _("Education")
    RFL = "rfl", _("Restoring family links")
    REUNION = "family_reunification", _("Bringing a family together again")
    GBV = "gbv_case_management", _("Support after gender-based violence")
    TRAFFICKING = "trafficking_response", _("Support after trafficking")
    DISABILITY = "disability_rehabilitation", _("Disability and rehabilitation")
    LIVELIHOODS = "livelihoods", _("Earning a living")
    CASH = "cash", _("Cash assistance")
    FOOD = "food", _("Food")
    NUTRITION = "nutrition", _("Treatment of malnutrition")
    GOODS = "nfi", _("Blankets, clothes, things for the household")
    WATER = "wash", _("Water, toilets and hygiene")
    MINES = "mine_risk_education", _("Staying safe from mines and weapons")
    VISIT = "detention_visit", _("Visits to people in detention")
    ASYLUM = "asylum_status_information", _("Information on asylum and status")
    RELOCATION = "physical_security_relocation", _("Moving to a safer place")
    TRANSPORT = "transport_accompaniment", _("Transport and accompaniment")
    COMMUNITY = "community_based_support", _("Support in the community")
    INFORMATION = "information_counselling", _("Information and counselling")
    OTHER = "other", _("Other")


class DeclineReason(models.TextChoices):
    """Why a partner declines; each is a gap in the pathway."""

    NO_CAPACITY = "no_capacity", _("No capacity")
    WAITLIST = "waitlist_only", _("Waiting list only")
    OUT_OF_AREA = "out_of_area", _("Outside our area")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    NOT_PROVIDED = "service_not_provided", _("We do not provide this service")
    SUSPENDED = "service_suspended", _("Service suspended")
    DUPLICATE = "duplicate_already_served", _("Already served")
    INSUFFICIENT = "insufficient_information", _("Not enough information")
    LANGUAGE = "language_or_access_barrier", _("Language or access barrier")
    SAFETY_PERSON = "safety_concern_for_person", _("Not safe for the person")
    SAFETY_STAFF = "safety_concern_for_staff", _("Not safe for our staff")
    CONFLICT = "conflict_of_interest", _("Conflict of interest")
    BETTER_PLACED = "better_placed_actor", _("Somebody else is better placed")
    ASSESSMENT = "additional_assessment_required", _("Needs another assessment")
    OTHER = "other", _("Another reason")


class CancelReason(models.TextChoices):
    """Why the referrer cancels."""

    CONSENT_WITHDRAWN = "consent_withdrawn", _("The person took back the consent")
    CHANGED_MIND = "person_changed_mind", _("The person changed their mind")
    MET_ELSEWHERE = "needs_met_elsewhere", _("The need was met elsewhere")
    IN_ERROR = "sent_in_error", _("Sent in error")
    UNRESPONSIVE = "partner_unresponsive", _("The partner does not answer")
    MOVED = "person_moved", _("The person moved")
    CONTACT_UNSAFE = "contact_unsafe", _("Contact is not safe")
    DUPLICATE = "duplicate", _("Duplicate")
    DIED = "person_died", _("The person died")
    ERASED = "case_erased", _("The record was erased")
    EXCEPTION = "exception_ended", _("What was told without consent has ended")
    UNTOUCHED = "draft_untouched", _("A draft that nobody touched")


# The others follow from what was decided about consent or record, or from the calendar, never from a form.
FOLLOWING = (CancelReason.CONSENT_WITHDRAWN, CancelReason.ERASED, CancelReason.EXCEPTION, CancelReason.UNTOUCHED)
CHOSEN = [reason for reason in CancelReason if reason not in FOLLOWING]


class Confirmation(models.TextChoices):
    """What a recipient did after a withdrawal."""

    STOPPED = "stopped", _("We stopped; nothing was kept")
    DELETED = "deleted", _("We deleted what we kept")
    RETAINED = "retained_on_own_basis", _("We keep some of it on a ground of our own")


class OwnGround(models.TextChoices):
    """On what a recipient keeps something although the person took the consent back: a closed list."""

    LEGAL = "legal_obligation", _("A law requires that it is kept")
    RECORD = "professional_record", _("It is part of a record that the profession must keep")
    VITAL = "vital_interests", _("A life depends on it")
    OWN_CLIENT = "own_agreement", _("The person agreed to it with the organisation directly")
    CLAIMS = "legal_claims", _("It is needed for a claim or a complaint that runs")
    OTHER = "other", _("Another ground")


class ServiceOutcome(models.TextChoices):
    """What came of the service."""

    MET = "met", _("Need met")
    PARTLY = "partly", _("Partly met")
    NOT_MET = "not_met", _("Not met")
    NOT_REACHED = "not_reached", _("The person was not reached")
    DECLINED_BY_PERSON = "declined_by_person", _("The person did not want it any more")
