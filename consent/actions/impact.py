"""Impact assessments: one person writes what may go wrong, another approves, and what they gate asks for them (HS-25)."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import office
from consent.actions.shelf import shelf
from consent.models import ImpactAssessment, ImpactText
from consent.terms import ASSESSMENT, OF_A_PARTNER, AssessmentState, AssessmentSubject
from foundation.accounts.models import Organisation, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused
from foundation.core.words import isolated


@dataclass(frozen=True)
class About:
    """What is assessed: a partner (and through what), or another subject with a ``topic`` of at most 40 signs."""

    subject: str
    partner: Organisation | None = None
    topic: str = ""


@dataclass(frozen=True)
class Words:
    """What is done with the data, what may go wrong for people, and what is done against it."""

    processing: str
    risks: str
    measures: str


@transaction.atomic
def draft_assessment(about: About, words: Words, review_by: date, *, by: User) -> ImpactAssessment:
    """Write an assessment. It counts when another person has approved it (HS-20)."""
    organisation = office.own(by)
    if organisation is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    _check(about, words, review_by)
    made = ImpactAssessment(
        organisation=organisation, subject=about.subject, partner=about.partner, topic=about.topic.strip(),
        drafted_by=by, review_by=review_by,
    )  # fmt: skip
    made.full_clean(exclude=["organisation", "partner", "drafted_by"])
    made.save(force_insert=True)
    text = ImpactText(dossier=shelf(organisation), assessment=made, **vars(words))
    text.clean_fields(exclude=["dossier", "assessment"])
    text.save(force_insert=True)
    trail.record("assessment.drafted", subject=made.pk, about=about.subject)
    return made


def _check(about: About, words: Words, review_by: date) -> None:
    if about.subject not in AssessmentSubject.values:
        raise Refused("impact.subject", _("Choose what is assessed."), "subject")
    if (about.subject in OF_A_PARTNER) != (about.partner is not None):
        raise Refused("impact.partner", _("Choose the partner that this is about."), "partner")
    if about.subject not in OF_A_PARTNER and not about.topic.strip():
        raise Refused("impact.topic", _("Say in a few words what it is about."), "topic")
    for name, said in vars(words).items():
        if not said.strip():
            raise Refused("impact.words", _("Write something here."), name)
    today = timezone.localdate()
    if not today < review_by <= today + timedelta(days=settings.ASSESSMENT_DAYS):
        raise Refused("impact.review", _("It is looked at again within twelve months."), "review_by")


@transaction.atomic
def approve_assessment(assessment: ImpactAssessment, *, by: User) -> ImpactAssessment:
    """Another person agrees: from now on it lets pass what it is about; an older one about the same gives way."""
    locked = _locked(assessment, "approve", by)
    for older in _same(locked).filter(state=AssessmentState.APPROVED):
        older.state = AssessmentState.REPLACED
        older.save(update_fields=["state"])
    _decide(locked, AssessmentState.APPROVED, by)
    trail.record("assessment.approved", subject=locked.pk, about=locked.subject)
    return locked


@transaction.atomic
def drop_assessment(assessment: ImpactAssessment, *, by: User) -> ImpactAssessment:
    """It is not approved, or who wrote it takes it back."""
    locked = _locked(assessment, "drop", by)
    _decide(locked, AssessmentState.DROPPED, by)
    trail.record("assessment.dropped", subject=locked.pk, about=locked.subject)
    return locked


def _locked(assessment: ImpactAssessment, verb: str, by: User) -> ImpactAssessment:
    locked = ImpactAssessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    ASSESSMENT.check(verb, locked.state)
    if verb == "approve" and locked.drafted_by_id == by.pk:
        raise Refused("impact.same_person", _("Another person must approve this, not the one who wrote it."))
    policy.require(by, verb, locked)
    return locked


def _decide(assessment: ImpactAssessment, state: str, by: User) -> None:
    assessment.state, assessment.decided_by, assessment.decided_at = state, by, timezone.now()
    assessment.save(update_fields=["state", "decided_by", "decided_at"])


def _same(assessment: ImpactAssessment) -> "QuerySet[ImpactAssessment]":
    same = ImpactAssessment.objects.filter(organisation=assessment.organisation_id, subject=assessment.subject)
    return same.filter(partner=assessment.partner_id, topic=assessment.topic)


def in_force(subject: str, partner: UUID | None = None, topic: str = "") -> bool:
    """Whether an approved assessment about this is in date."""
    rows = ImpactAssessment.objects.filter(subject=subject, partner=partner, state=AssessmentState.APPROVED)
    rows = rows.filter(topic=topic) if topic else rows
    return rows.filter(review_by__gte=timezone.localdate()).exists()


def require_assessment(subject: str, partner: Organisation | None = None, topic: str = "") -> None:
    """Raise ``Refused`` in plain words, what is missing and who can mend it, unless an assessment is in force (HS-25)."""
    if in_force(subject, partner.pk if partner else None, topic):
        return
    about = AssessmentSubject(subject).label
    whom = isolated(partner.name) if partner else topic
    rows = ImpactAssessment.objects.filter(subject=subject, partner=partner).order_by("-drafted_at")
    raise Refused("impact.missing", _why(rows.first()) % {"about": about, "whom": whom})


def _why(newest: ImpactAssessment | None) -> str:
    if newest is not None and newest.state == AssessmentState.DRAFT:
        return _(
            "The impact assessment “%(about)s” for %(whom)s waits for a second person. Another data-protection officer or "
            "manager approves it under Data protection, Impact assessments."
        )
    if newest is not None and newest.state == AssessmentState.APPROVED:
        return _(
            "The impact assessment “%(about)s” for %(whom)s is past its review. A data-protection officer or manager writes "
            "a new one under Data protection, Impact assessments; another of them approves it."
        )
    return _(
        "There is no approved impact assessment “%(about)s” for %(whom)s. A data-protection officer or manager writes it "
        "under Data protection, Impact assessments; another of them approves it."
    )
