"""Words of issues, advocacy, lessons and harm reports (domain.md §7.4; R-05, R-26, R-38; PS-5), as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Group(models.TextChoices):
    """Who is at risk in this context; never a score of anybody (R-50, R-51; domain.md §7.4)."""

    CHILDREN = "children", _("Children")
    SGBV = "sgbv", _("Survivors of sexual and gender-based violence, and people at risk of it")
    DISABILITY = "disability", _("People with disabilities at risk of violence or exclusion")
    SEPARATED = "separated", _("People separated from their families")
    TRAFFICKING = "trafficking", _("Survivors of trafficking, and people at risk of it")
    MIGRANTS = "migrants", _("Migrants, those with irregular status included")
    REFUGEES = "refugees", _("Refugees and asylum seekers")
    DETAINED = "detained", _("Persons deprived of liberty")
    DISPLACED = "idp", _("Internally displaced people")
    WOUNDED = "wounded_sick", _("Wounded and sick people")
    OLDER = "older", _("Older people at risk")
    CARERS = "single_caregivers", _("Single caregivers")
    MINORITIES = "minorities", _("Minorities")
    STATELESS = "stateless", _("Stateless people")
    HELPERS = "helpers", _("People who help others, and who defend rights")


class Driver(models.TextChoices):
    """What drives it in this context (R-05)."""

    DISPLACEMENT = "displacement", _("Displacement")
    URBANISATION = "urbanisation", _("Urbanisation")
    DIGITAL = "digital", _("Digital risks: violence online, surveillance, misuse of data, disinformation")
    POVERTY = "poverty", _("Poverty")
    CLIMATE = "climate", _("Climate and disasters")
    POLITICISATION = "politicisation", _("Politicisation of aid")
    CONFLICT = "conflict", _("Armed conflict or other violence")
    LAW = "law", _("Law or practice that leaves people out")


class Right(models.TextChoices):
    """What is at stake, by need and by norm (R-10)."""

    LIFE = "life_safety", _("Life and safety")
    LIBERTY = "liberty", _("Liberty, no arbitrary detention")
    DIGNITY = "no_ill_treatment", _("No torture, no ill-treatment")
    FAMILY = "family", _("Family life, to know the fate of relatives")
    IDENTITY = "identity", _("Papers and legal status")
    ASYLUM = "non_refoulement", _("Not to be sent back into danger")
    HEALTH = "health", _("Health care")
    SHELTER = "shelter_property", _("Shelter and property")
    EDUCATION = "education", _("Education")
    AID = "aid", _("Humanitarian help without discrimination")
    REMEDY = "remedy", _("Justice and redress")


class Reliability(models.TextChoices):
    """How far a source is relied on (PS-5). Of contexts and facts, never of what a survivor tells."""

    A = "A", _("A: reliable")
    B = "B", _("B: usually reliable")
    C = "C", _("C: fairly reliable")
    D = "D", _("D: not usually reliable")
    E = "E", _("E: unreliable")
    F = "F", _("F: cannot be judged")


class InfoStatus(models.TextChoices):
    """What is known of a fact (PS-5)."""

    REPORTED = "reported", _("Reported")
    CORROBORATED = "corroborated", _("Corroborated by another source")
    VERIFIED = "verified", _("Verified")
    DOUBTFUL = "doubtful", _("Doubtful")


class EvidenceKind(models.TextChoices):
    """Where a piece of evidence comes from; never one person's account."""

    COMMUNITY = "community", _("Said in a meeting with the community")
    OBSERVATION = "observation", _("Seen by our teams")
    REPORT = "report", _("A published report")
    LAW = "law", _("A law, a decision, a practice of an authority")
    FIGURES = "figures", _("Figures without names")
    PARTNER = "partner", _("From another organisation, without names")


class IssueStatus(models.TextChoices):
    """Where an issue stands (domain.md §11.3)."""

    IDENTIFIED = "identified", pgettext_lazy("issue", "Identified")
    ANALYSED = "analysed", pgettext_lazy("issue", "Analysed")
    STRATEGY = "strategy", pgettext_lazy("issue", "Strategy agreed")
    DIALOGUE = "in_dialogue", pgettext_lazy("issue", "In dialogue or advocacy")
    ASSESSED = "outcome_assessed", pgettext_lazy("issue", "Outcome assessed")
    DORMANT = "dormant", pgettext_lazy("issue", "Dormant")
    CLOSED = "closed", pgettext_lazy("issue", "Closed")


class Change(models.TextChoices):
    """What came of work on an issue."""

    REDUCED = "reduced", _("The risk is smaller")
    UNCHANGED = "unchanged", _("Nothing has changed")
    INCREASED = "increased", _("The risk is greater")
    UNKNOWN = "unknown", _("Not known")


class Target(models.TextChoices):
    """What an advocacy action wants to change (R-38)."""

    LAW = "law", _("A law")
    POLICY = "policy", _("A policy")
    PRACTICE = "practice", _("A practice")
    NORM = "social_norm", _("A social norm")
    BEHAVIOUR = "behaviour", _("Behaviour")
    GUIDANCE = "international_guidance", _("International guidance")


class Bearing(models.TextChoices):
    """Why those who have the duty do not meet it (R-26)."""

    KNOWLEDGE = "knowledge", _("They do not know enough")
    CAPACITY = "capacity", _("They lack the means")
    WILL = "will", _("They lack the will")
    NORMS = "norms", _("Laws, culture or social norms stand in the way")
    DELIBERATE = "deliberate_act", _("It is done deliberately")


class LessonKind(models.TextChoices):
    """What a lesson is about (R-11, R-61)."""

    PRACTICE = "good_practice", _("Something that worked")
    MISTAKE = "mistake", _("Something that went wrong")
    GAP = "gap", _("Something that was missing")
    DIALOGUE = "dialogue", _("Dialogue with authorities")
    CONSENT = "consent", _("Consent and confidentiality")
    REFERRAL = "referral", _("Referral and partners")
    SAFETY = "safety", _("Safety of people and teams")


class HarmKind(models.TextChoices):
    """What went wrong for people through what was done or left undone (R-30, PS-18)."""

    EXPOSED = "exposed", _("Somebody became known who should not have")
    REPRISAL = "reprisal", _("Somebody was punished or threatened")
    STIGMA = "stigma", _("Somebody was stigmatised or shut out")
    TENSION = "tension", _("Tension between groups")
    DELAY = "delay", _("Help came too late or not at all")
    SERVICE = "bad_service", _("A service did harm")
    OTHER = "other", _("Something else")
