"""The register of processing activities, made from what the code holds: purposes, fields, recipients, rules (R-32).

Nothing is typed twice. A table with an encrypted column that no category names fails a test of the architecture: a new
category of data is looked at before it is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consent.actions.basis import current_bases
from consent.actions.schedule import InForce, schedule_of
from consent.models import ProcessingBasis
from consent.terms import RecordClass
from consent.vocabulary import Purpose
from foundation.accounts.models import Organisation, Role
from foundation.vault.fields import REGISTER

ON_A_PERSON = tuple(purpose for purpose in Purpose if purpose != Purpose.ANONYMOUS_STATISTICS)
CASE_CLASSES = (RecordClass.CONCERN, RecordClass.CASE_ADULT, RecordClass.CASE_CHILD)


@dataclass(frozen=True)
class Category:
    """Data of one kind: in which tables, for which purposes, by which classes of the schedule they are kept."""

    label: str | Promise
    tables: tuple[str, ...]
    purposes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


CATEGORIES: dict[str, Category] = {
    "person": Category(
        gettext_lazy("Identity, age band, needs and safe contact of the person"),
        ("consent_person",), ON_A_PERSON, CASE_CLASSES,
    ),
    "concern": Category(
        gettext_lazy("What the person said, and wishes"),
        ("cases_concern", "cases_redirection"), (Purpose.RECORD_CASE, Purpose.INTERNAL_ESCALATION), CASE_CLASSES,
    ),
    "case": Category(
        gettext_lazy("Classification, notes, plan, advice, follow-up and closing of the case"),
        ("cases_case", "cases_casenote", "cases_planstep", "cases_conference", "cases_closure"),
        (Purpose.RECORD_CASE, Purpose.FOLLOW_UP_CONTACT), CASE_CLASSES,
    ),
    "decisions": Category(
        gettext_lazy("Consents, conditions and refusals"),
        ("consent_decision", "consent_consent"), tuple(Purpose), (RecordClass.CONSENT_PROOF,),
    ),
    "files": Category(gettext_lazy("Files of the case"), ("files_attachment",), (Purpose.RECORD_CASE,), CASE_CLASSES),
    "referral": Category(
        gettext_lazy("The package for a partner, questions and answers"),
        ("referrals_referral", "referrals_message", "referrals_correction", "referrals_appointment"),
        (Purpose.EXTERNAL_REFERRAL,), CASE_CLASSES,
    ),
    "assistance": Category(
        gettext_lazy("What our own services give, and what came of it"),
        ("referrals_assistance",), (Purpose.RECORD_CASE,), CASE_CLASSES,
    ),
    "risk": Category(
        gettext_lazy("Threats to the person, how their risk was assessed, and what became of it"),
        (
            "riskanalysis_specificthreat", "riskanalysis_riskassessment", "riskanalysis_outcomemeasurement",
            "riskanalysis_clinicalwindow",
        ),
        (Purpose.RECORD_CASE,), CASE_CLASSES,
    ),
    "reasons": Category(
        gettext_lazy("Why a record stays or is kept longer"),
        ("consent_basisreview", "consent_keepingextension"), (Purpose.RECORD_CASE,), CASE_CLASSES,
    ),
    "deciding": Category(
        gettext_lazy("Caregivers, best-interest decisions, assessments, by whom consent was decided"),
        ("consent_caregiver", "consent_bestinterestnote", "consent_capacityassessment", "consent_consentbasis"),
        tuple(Purpose), CASE_CLASSES,
    ),
    "exceptions": Category(
        gettext_lazy("What is told without consent, and why"),
        ("consent_exceptionaldisclosure",), (Purpose.EXTERNAL_REFERRAL,), CASE_CLASSES,
    ),
    "kept": Category(
        gettext_lazy("What a recipient keeps after a withdrawal, and why"),
        ("referrals_keptreason",), (Purpose.EXTERNAL_REFERRAL,), CASE_CLASSES,
    ),
    "life_saving": Category(
        gettext_lazy("Why a life depended on a referral, and what was found afterwards"),
        ("referrals_lifesaving",), (Purpose.EXTERNAL_REFERRAL,), CASE_CLASSES,
    ),
    "representation": Category(
        gettext_lazy("What is raised with authorities for the person, the answers, the risks that were weighed"),
        ("referrals_representation", "referrals_representationmove", "referrals_commitment"),
        (Purpose.RAISE_IDENTIFIED, Purpose.RAISE_UNIDENTIFIED), CASE_CLASSES,
    ),
    "safeguarding": Category(
        gettext_lazy("Reports about our own people"), ("cases_safeguardingreport", "cases_safeguardingmove"),
    ),
    "requests": Category(
        gettext_lazy("What the person asks for, complaints, and the answers"), ("consent_datasubjectrequest",),
        (Purpose.RECORD_CASE,), CASE_CLASSES,
    ),
    "lists": Category(gettext_lazy("Lists that leave the house"), ("exports_export", "exports_exportfile")),
    "office": Category(gettext_lazy("Impact assessments"), ("consent_impacttext",)),
    "issues": Category(
        gettext_lazy("Issues without a person, evidence, strategies, advocacy"),
        ("cases_issue", "cases_issuemove", "cases_issueevidence", "cases_advocacyaction"),
    ),
    "harm": Category(gettext_lazy("Reports of harm, and what was changed"), ("cases_harmreport",)),
    "incidents": Category(gettext_lazy("Data incidents"), ("consent_dataincident", "consent_incidentmove")),
    "watch": Category(
        gettext_lazy("Unusual reading by people who work here, and emergency access"),
        ("watch_alertmove", "watch_emergencyaccess"),
    ),
}  # fmt: skip


def named() -> dict[str, str]:
    """Table → the category that names it."""
    return {table: name for name, category in CATEGORIES.items() for table in category.tables}


Recipients = Callable[[Organisation], list[str]]
_RECIPIENTS: dict[str, Recipients] = {}


def recipients(purpose: str, names: Recipients) -> None:
    """Say who receives data for a purpose: a function that gives their names (from an app's ``ready()``)."""
    _RECIPIENTS[purpose] = names


def _inside(organisation: Organisation) -> list[str]:
    return [_("Units of %(name)s that work on the matter") % {"name": organisation.name}]


def _who(purpose: str, organisation: Organisation) -> list[str]:
    if purpose in _RECIPIENTS:
        return _RECIPIENTS[purpose](organisation)
    if purpose == Purpose.ANONYMOUS_STATISTICS:
        return [_("Everybody: figures that lead back to nobody")]
    if purpose in (Purpose.RECORD_CASE, Purpose.INTERNAL_ESCALATION, Purpose.FOLLOW_UP_CONTACT):
        return _inside(organisation)
    return [_("Whom the person names in the decision, one at a time")]


@dataclass(frozen=True)
class Activity:
    """One line of the register."""

    purpose: str
    label: str
    basis: ProcessingBasis | None
    whose: str
    data: list[str]
    recipients: list[str]
    kept: list[str]
    fields: list[str] = field(default_factory=list)


def activities(organisation: Organisation) -> list[Activity]:
    """Every purpose with what the code does for it, and the organisation's own bases and rules. Two queries and more."""
    bases, rules = current_bases(organisation), schedule_of(organisation)
    return [_activity(purpose, organisation, bases.get(purpose), rules) for purpose in Purpose.values]


def _activity(
    purpose: str, organisation: Organisation, basis: ProcessingBasis | None, rules: dict[str, InForce]
) -> Activity:
    found = [category for category in CATEGORIES.values() if purpose in category.purposes]
    classes = sorted({c for category in found for c in category.classes}, key=RecordClass.values.index)
    return Activity(
        purpose=purpose,
        label=str(Purpose(purpose).label),
        basis=basis,
        whose=_("People who are helped, and people they name"),
        data=[str(category.label) for category in found],
        recipients=_who(purpose, organisation),
        kept=[f"{RecordClass(c).label}: {days(rules[c])}" for c in classes],
        fields=columns(found),
    )


def days(rule: InForce) -> str:
    """How long, and whether anybody has agreed on it."""
    n = ngettext("%(n)d day", "%(n)d days", rule.days) % {"n": rule.days}
    return n if rule.rule else _("%(days)s (not agreed yet)") % {"days": n}


def columns(categories: list[Category]) -> list[str]:
    """The encrypted columns of some categories, as the register of fields has them."""
    tables = {table for category in categories for table in category.tables}
    return sorted(f"{table}.{column}" for table, column in REGISTER if table in tables)


def besides() -> list[dict[str, Any]]:
    """What is kept so that data is safe and we can answer for it; for no purpose of the person's."""
    rest = [category for category in CATEGORIES.values() if not category.purposes]
    return [{"label": category.label, "n": len(columns([category]))} for category in rest]


def measures() -> list[str]:
    """What protects the data, with the figures of this very installation."""
    roles = ", ".join(str(Role(role).label) for role in settings.SECOND_STEP_ROLES)
    return [
        _("%(n)d columns are encrypted under a key of each folder; no index of names exists.") % {"n": len(REGISTER)},
        _("Two walls: each page asks the access list, and the database asks it again."),
        _("Every reading, change and refusal stands in a sealed trail that nobody can change."),
        _("A second step at sign-in for: %(roles)s.") % {"roles": roles},
        _("Partners read a package of what was agreed, never the case; taking back destroys its key."),
        _("Erasing destroys keys, with a ledger outside the database that a restored backup obeys."),
    ]
