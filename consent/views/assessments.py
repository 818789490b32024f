"""Impact assessments: what was thought of before something began, and who approved it (HS-25)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from consent import actions, pages
from consent import office_forms as forms
from consent.models import ImpactAssessment, ImpactText
from consent.rooms import DECIDERS
from consent.terms import AssessmentState
from consent.views.processing import own
from consent.views.who import me, require_seat
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError, WrongState

RELATED = ("partner", "drafted_by", "decided_by")
SHOWN = 100
TONES = {
    AssessmentState.DRAFT: ("act", "open"), AssessmentState.APPROVED: ("good", "done"),
    AssessmentState.DROPPED: ("", ""), AssessmentState.REPLACED: ("", ""),
}  # fmt: skip
VERBS = {"approve": actions.approve_assessment, "drop": actions.drop_assessment}


def n_waiting(actor: Any) -> int:
    """Drafts of others, and what must be looked at again within a month, for the card."""
    near = timezone.localdate() + timedelta(days=30)
    rows = ImpactAssessment.objects.filter(organisation__in=[seat.unit.organisation_id for seat in actor.seats])
    draft = Q(state=AssessmentState.DRAFT) & ~Q(drafted_by=actor.pk)
    return rows.filter(draft | Q(state=AssessmentState.APPROVED, review_by__lte=near)).count()


def _back() -> dict[str, str]:
    return {"url": reverse("consent:assessments"), "label": _("Impact assessments")}


def _about(row: ImpactAssessment) -> str:
    return row.partner.name if row.partner else row.topic


def _tag(row: ImpactAssessment) -> dict[str, Any]:
    if row.state == AssessmentState.APPROVED and not row.is_in_force:
        return pages.tag(_("Past its review"), "late", "urgent")
    return pages.tag(row.get_state_display(), *TONES[AssessmentState(row.state)])


@login_required
@require_safe
def assessments(request: HttpRequest) -> HttpResponse:
    """What waits for a second person first, then what counts, then what no longer does."""
    organisation = own(request, *DECIDERS)
    rows = ImpactAssessment.objects.filter(organisation=organisation).select_related(*RELATED)
    found = list(rows.order_by("-drafted_at")[:SHOWN])
    trail.record("assessment.read", n=len(found))
    groups = (
        (_("Waiting for a second person"), {AssessmentState.DRAFT}), (_("In force"), {AssessmentState.APPROVED}),
        (_("No longer"), {AssessmentState.DROPPED, AssessmentState.REPLACED}),
    )  # fmt: skip
    sections = [{"title": title, "rows": [_line(r) for r in found if r.state in states]} for title, states in groups]
    return pages.listing(
        request, title=_("Impact assessments"), sections=[s for s in sections if s["rows"]],
        lede=_("What may go wrong for people, thought through before it begins. Another person approves it."),
        add={"url": reverse("consent:assessment_new"), "label": _("Write an assessment")},
        empty={"title": _("No assessment yet"), "text": _("No partner can be taken on before one is approved.")},
        aside={"title": _("What it opens"), "text": _(
            "A partner becomes active, and its programs get a way in, only with an approved assessment that is in date."
        )},
    )  # fmt: skip


def _line(row: ImpactAssessment) -> dict[str, Any]:
    return {
        "url": reverse("consent:assessment", args=[row.pk]), "title": row.get_subject_display(), "tag": _tag(row),
        "lines": [_about(row), _("To be looked at again by %(day)s") % {"day": pages.on(row.review_by)}],
    }  # fmt: skip


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write one."""
    by = require_seat(request, *DECIDERS)
    own(request, *DECIDERS)
    form = forms.Assessment(pages.posted(request), initial={"review_by": forms.latest(365)})
    if form.is_valid():
        said = dict(form.cleaned_data)
        about = actions.About(said.pop("subject"), said.pop("partner"), said.pop("topic"))
        review_by = said.pop("review_by")
        try:
            made = actions.draft_assessment(about, actions.Words(**said), review_by, by=by)
            return redirect("consent:assessment", made.pk)
        except DomainError as error:
            pages.refuse(form, error)
    return pages.step(
        request, form, heading=_("Write an assessment"), back=_back(),
        submit=_("Save, and let another person approve it"),
        lede=_("Encrypted; read by data-protection officers and managers of your organisation."),
    )  # fmt: skip


def _fetch(request: HttpRequest, pk: UUID) -> ImpactAssessment:
    organisation = own(request, *DECIDERS)
    rows = ImpactAssessment.objects.filter(organisation=organisation).select_related(*RELATED)
    found: ImpactAssessment | None = rows.filter(pk=pk).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


def _facts(row: ImpactAssessment, request: HttpRequest) -> list[dict[str, Any]]:
    text = ImpactText.objects.select_related("dossier").get(assessment=row)
    rows = [
        {"key": _("About"), "value": _about(row), "typed": True},
        {"key": _("What is done with the data?"), "value": text.processing, "typed": True},
        {"key": _("What may go wrong for people?"), "value": text.risks, "typed": True},
        {"key": _("What is done against it?"), "value": text.measures, "typed": True},
        {"key": _("Written by"), "lines": [row.drafted_by.name, pages.when(row.drafted_at, request.user)]},
    ]
    if row.decided_by is not None:
        rows.append({"key": _("Decided by"), "lines": [row.decided_by.name, pages.when(row.decided_at, request.user)]})
    return [*rows, {"key": _("To be looked at again by"), "value": pages.on(row.review_by)}]


@login_required
@require_safe
def assessment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One assessment, in its words."""
    row = _fetch(request, pk)
    trail.record("assessment.read", subject=row.pk)
    labels = {"approve": _("Approve it"), "drop": _("Do not approve it")}
    steps = [
        {"url": reverse("consent:assessment_step", args=[row.pk, verb]), "label": label}
        for verb, label in labels.items()
        if policy.allows(request.user, verb, row)
    ]
    return pages.record(
        request, heading=row.get_subject_display(), back=_back(), tag=_tag(row),
        rows=_facts(row, request), steps=steps,
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """The second person decides; whoever decides confirms that it is them (HS-20)."""
    row = _fetch(request, pk)
    if row.state != AssessmentState.DRAFT:
        raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
    policy.require(me(request), verb, row)
    return _step(request, row, verb)


@asked_again
def _step(request: HttpRequest, row: ImpactAssessment, verb: str) -> HttpResponse:
    if request.method == "POST":
        VERBS[verb](row, by=me(request))
        return redirect("consent:assessments")
    trail.record("assessment.read", subject=row.pk)
    headings = {"approve": _("Approve this assessment"), "drop": _("Do not approve this assessment")}
    back = {"url": reverse("consent:assessment", args=[row.pk]), "label": _("Back to the assessment")}
    return pages.step(
        request, forms.Nothing(), heading=headings[verb], back=back,
        rows=_facts(row, request), submit=_("I approve it") if verb == "approve" else _("I do not approve it"),
    )  # fmt: skip
