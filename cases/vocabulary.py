"""Words of concerns and cases (domain.md §6–7), as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Urgency(models.TextChoices):
    """How pressing a need is. Queues are ordered by it and by due time, by nothing else (R-29)."""

    EMERGENCY = "emergency", _("Emergency")
    URGENT = "urgent", _("Urgent")
    NORMAL = "normal", _("Normal")


RANK = {Urgency.EMERGENCY: 0, Urgency.URGENT: 1, Urgency.NORMAL: 2}


class ReporterKind(models.TextChoices):
    """Who brings the concern (R-39)."""

    SELF = "affected_person_self", _("The person themselves")
    FAMILY = "family", _("A relative, with the person’s consent")
    COMMUNITY = "community_member", _("Somebody from the community")
    VOLUNTEER = "volunteer", _("I noticed it as a volunteer")
    STAFF = "staff", _("I noticed it as staff")
    HOTLINE = "hotline", _("A call to the hotline")
    ANONYMOUS = "anonymous", _("Somebody who does not say who they are")


class Setting(models.TextChoices):
    """Where it came up (R-39)."""

    SERVICE_POINT = "hsp", _("Service point")
    CLINIC = "clinic", _("Clinic")
    DISTRIBUTION = "distribution", _("Distribution")
    SHELTER = "shelter", _("Shelter")
    DETENTION = "detention", _("Place of detention")
    BORDER = "border", _("Border")
    COMMUNITY = "community", _("Community")
    REMOTE = "remote", _("Phone or online")
    OTHER = "other", _("Elsewhere")


class Category(models.TextChoices):
    """What it is about, in plain words; optional (domain.md §7.3)."""

    PHYSICAL = "physical_safety", _("Physical safety")
    SEXUAL = "sexual_or_gender_based", _("Sexual or gender-based violence")
    CHILD = "child_in_danger", _("A child in danger")
    FAMILY = "family_separated_or_missing", _("Family separated or missing")
    DETENTION = "detention_or_arrest", _("Detention or arrest")
    TRAFFICKING = "trafficking_exploitation_forced_labour", _("Trafficking, exploitation, forced labour")
    DOCUMENTS = "documents_legal_status", _("Documents or legal status")
    EVICTION = "eviction_property", _("Eviction or property")
    DISCRIMINATION = "denied_services_discrimination", _("Services denied, discrimination")
    DIGITAL = "threats_online_digital", _("Threats online")
    MINES = "mines_weapons", _("Mines or weapons")
    NEGLECT = "neglect_abandonment", _("Neglect or abandonment")
    DISTRESS = "psychological_distress", _("Psychological distress")
    RECRUITMENT = "recruitment", _("Recruitment")
    RETURN = "forced_return_expulsion", _("Forced return or expulsion")
    CONDUCT = "conduct_of_our_staff_or_partner", _("Conduct of our own people or of a partner")
    OTHER = "other", _("Something else")
    UNSAID = "prefer_not_to_say", _("Prefers not to say")


class Flag(models.TextChoices):
    """Immediate danger: any of these makes the concern an emergency (domain.md §8.2)."""

    INJURY = "life_threatening_injury", _("A life-threatening injury")
    SEXUAL = "sexual_violence_120h", _("Sexual violence in the last five days")
    SUICIDE = "suicidal_intent", _("The person speaks of ending their life")
    CHILD = "child_alone", _("A child alone, missing, or with somebody who harms them")
    EXPULSION = "imminent_expulsion", _("About to be sent back or expelled")
    HELD = "held_captive", _("Held or locked in now")
    THREAT = "death_threat_72h", _("A death threat for the coming days")
    SHELTER = "no_shelter_in_dangerous_weather", _("No shelter in dangerous weather")


class Exposure(models.TextChoices):
    """R-23."""

    ACTUAL = "actual", _("It is happening or has happened")
    POTENTIAL = "potential", _("It may happen")


class HarmForm(models.TextChoices):
    """R-23: the three forms of harm."""

    VIOLENCE = "violence", _("Violence")
    COERCION = "coercion", _("Coercion")
    DEPRIVATION = "deprivation", _("Deprivation")


class Risk(models.TextChoices):
    """The fifteen protection risks that the Global Protection Cluster monitors, by their exact titles (§7.1)."""

    ABDUCTION = (
        "GPC-01",
        _("Abduction, Kidnapping, Enforced Disappearance, Arbitrary or Unlawful Arrest and/or Detention"),
    )
    ATTACKS = "GPC-02", _("Attacks on Civilians and Other Unlawful Killings, and Attacks on Civilian Objects")
    SEPARATION = "GPC-03", _("Child and Forced Family Separation")
    MARRIAGE = "GPC-04", _("Child, Early or Forced Marriage")
    DISCRIMINATION = (
        "GPC-05",
        _("Discrimination and Stigmatization, Denial of Resources, Opportunities, Services and/or Humanitarian Access"),
    )
    DISINFORMATION = "GPC-06", _("Disinformation and Denial of Access to Information")
    RECRUITMENT = "GPC-07", _("Forced Recruitment and Association of Children in Armed Forces and Groups")
    GENDER = "GPC-08", _("Gender-Based Violence")
    JUSTICE = "GPC-09", _("Impediments and/or Restrictions to Access to Legal Identity, Remedies and Justice")
    MINES = "GPC-10", _("Presence of Mine and Other Explosive Ordnance")
    DISTRESS = "GPC-11", _("Psychological/Emotional Abuse or Inflicted Distress")
    PROPERTY = "GPC-12", _("Theft, Extortion, Forced Eviction or Destruction of Personal Property")
    TORTURE = "GPC-13", _("Torture or Cruel, Inhuman, Degrading Treatment or Punishment")
    TRAFFICKING = "GPC-14", _("Trafficking in Persons, Forced Labour or Slavery-Like Practices")
    MOVEMENT = (
        "GPC-15",
        _("Unlawful Impediments or Restrictions to Freedom of Movement, Siege and Forced Displacement"),
    )


class Context(models.TextChoices):
    """In which context a concern arose (R-03). That it is tied to no crisis is an answer too."""

    DISASTER = "disaster", _("A disaster")
    CONFLICT = "armed_conflict", _("An armed conflict")
    CRISIS = "crisis", _("Another crisis or emergency")
    VIOLENCE = "other_violence", _("Another situation of violence")
    POVERTY = "poverty", _("Extreme poverty, deprivation or inequality")
    NONE = "no_specific_crisis", _("No crisis in particular")


class Outcome(models.TextChoices):
    """What triage ends with."""

    CASE = "escalated_to_case", _("Open a case")
    REDIRECTED = "redirected", _("Give the contact of a service, without an assessment")
    INFORMATION = "information_given", _("Give information only")
    ISSUE = "linked_to_issue", _("Put it behind an issue: it is about many, and nobody in it is known")
    NO_CONSENT = "closed_no_consent", _("Close: the person does not want us to act")


URGENT_CATEGORIES = {Category.SEXUAL, Category.CHILD, Category.TRAFFICKING, Category.DETENTION, Category.RETURN}


def suggested_urgency(flags: list[str], category: str) -> Urgency:
    """A suggestion, confirmed by a person at triage: any flag is an emergency, some matters are urgent (R-29)."""
    if flags:
        return Urgency.EMERGENCY
    return Urgency.URGENT if category in URGENT_CATEGORIES else Urgency.NORMAL


class Ground(models.TextChoices):
    """Why a case is erased: a closed list (domain.md §4.3)."""

    ASKED = "person_asked", _("The person asked for it")
    WITHDRAWN = "consent_withdrawn", _("The person took back the consent, and nothing else allows us to keep it")
    OBJECTION = "objection_upheld", _("The person objected, and was right")
    RETENTION = "retention_ended", _("The time for keeping it is over")
    IN_ERROR = "opened_in_error", _("It should never have been opened")
    LEGAL = "legal_obligation", _("The law requires it")
