"""The words of data protection (domain.md §4), as data: legal bases, what is assessed, record classes, incidents."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move


class LegalBasis(models.TextChoices):
    """The six on which a humanitarian organisation may process personal data (domain.md §4.1)."""

    VITAL_INTEREST = "vital_interest", _("Vital interest of the person or of another")
    PUBLIC_INTEREST = "public_interest", _("Important grounds of public interest")
    CONSENT = "consent", _("Consent to the processing")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest of the organisation")
    CONTRACT = "contract", _("Performance of a contract")
    LEGAL_OBLIGATION = "legal_obligation", _("Compliance with a legal obligation")


class AssessmentSubject(models.TextChoices):
    """What is assessed before it begins (domain.md §4.3)."""

    PARTNER = "partner", _("A partner receives referrals")
    PARTNER_API = "partner_api", _("A partner’s program reads through the interface")
    DATA_CATEGORY = "data_category", _("A new category of data")
    COUNTRY = "country", _("Another country")
    DETENTION = "detention", _("Places of detention")
    BIOMETRIC = "biometric", _("Biometric data")
    GEOLOCATION = "geolocation", _("Exact places")


OF_A_PARTNER = (AssessmentSubject.PARTNER, AssessmentSubject.PARTNER_API)


class AssessmentState(models.TextChoices):
    """Where an impact assessment stands."""

    DRAFT = "draft", _("Waits for a second person")
    APPROVED = "approved", pgettext_lazy("assessment", "Approved")
    DROPPED = "dropped", pgettext_lazy("assessment", "Not approved")
    REPLACED = "replaced", pgettext_lazy("assessment", "Replaced by a newer one")


ASSESSMENT = LifeCycle(
    [
        move("approve", {AssessmentState.DRAFT}, AssessmentState.APPROVED, "decider"),
        move("drop", {AssessmentState.DRAFT}, AssessmentState.DROPPED, "decider"),
        move("replace", {AssessmentState.APPROVED}, AssessmentState.REPLACED, "decider"),
    ]
)


class RecordClass(models.TextChoices):
    """What is kept, as the schedule of retention tells it apart (domain.md §4.3)."""

    CONCERN = "concern", _("A concern that is not taken further")
    CASE_ADULT = "case_adult", _("The case of an adult")
    CASE_CHILD = "case_child", _("The case of a child, or of somebody whose age is not known")
    CONSENT_PROOF = "consent_proof", _("The proof of a consent, after the case")
    REPRESENTATION = "representation", _("A representation to an authority")


ON_FOLDERS = (RecordClass.CONCERN, RecordClass.CASE_ADULT, RecordClass.CASE_CHILD)
"""The classes that a folder is given at collection."""


class HoldGround(models.TextChoices):
    """Why a folder must not be erased for now: a closed list."""

    COURT = "court", _("Court proceedings")
    COMPLAINT = "complaint", _("A complaint is being looked at")
    ABUSE = "abuse", _("Possible wrongdoing of our own people is being looked at")
    PERSON = "person", _("The person asks that it is kept")
    AUDIT = "audit", _("An audit or a review is going on")


class HoldState(models.TextChoices):
    """Where a legal hold stands."""

    ASKED = "asked", _("Waits for a second person")
    HELD = "held", pgettext_lazy("hold", "Held")
    REFUSED = "refused", pgettext_lazy("hold", "Not agreed to")
    ENDING = "ending", _("Held; somebody asked to end it")
    ENDED = "ended", pgettext_lazy("hold", "Ended")


HOLD = LifeCycle(
    [
        move("agree", {HoldState.ASKED}, HoldState.HELD, "decider"),
        move("refuse", {HoldState.ASKED}, HoldState.REFUSED, "decider"),
        move("ask_end", {HoldState.HELD}, HoldState.ENDING, "asker", "decider"),
        move("end", {HoldState.ENDING}, HoldState.ENDED, "decider"),
        move("keep", {HoldState.ENDING}, HoldState.HELD, "decider"),
    ]
)


class IncidentSource(models.TextChoices):
    """How a data incident came to light."""

    WORKER = "worker", _("Somebody who works here reported it")
    ALERT = "alert", _("An alert about unusual reading")
    UNSIGNED = "unsigned", _("An emergency disclosure that nobody signed in time")
    UNCONFIRMED = "unconfirmed", _("A withdrawal that a recipient did not answer in time")


class StillGoing(models.TextChoices):
    """Whether it still goes on, as who reports it knows."""

    YES = "yes", _("Yes, it still goes on")
    NO = "no", _("No, it is over")
    UNKNOWN = "unknown", _("I do not know")


class IncidentState(models.TextChoices):
    """Where a data incident stands (domain.md §4.3)."""

    DETECTED = "detected", pgettext_lazy("incident", "Detected")
    CONTAINED = "contained", pgettext_lazy("incident", "Contained")
    ASSESSED = "assessed", pgettext_lazy("incident", "Assessed")
    NOTIFIED = "notified", pgettext_lazy("incident", "The authority was told")
    NOT_NOTIFIABLE = "not_notifiable", pgettext_lazy("incident", "Need not be told to an authority")
    CLOSED = "closed", pgettext_lazy("incident", "Closed")


INCIDENT = LifeCycle(
    [
        move("take_on", {IncidentState.DETECTED}, IncidentState.DETECTED, "officer"),
        move("contain", {IncidentState.DETECTED}, IncidentState.CONTAINED, "officer"),
        move("assess", {IncidentState.CONTAINED}, IncidentState.ASSESSED, "officer"),
        move("notify", {IncidentState.ASSESSED}, IncidentState.NOTIFIED, "officer"),
        move("dismiss", {IncidentState.ASSESSED}, IncidentState.NOT_NOTIFIABLE, "officer"),
        move("close", {IncidentState.NOTIFIED, IncidentState.NOT_NOTIFIABLE}, IncidentState.CLOSED, "officer"),
        *(
            move(verb, set(IncidentState) - {IncidentState.CLOSED}, None, "officer")
            for verb in ("note", "tell_people", "ask_silence", "agree_silence", "refuse_silence")
        ),
    ]
)
