"""An assessment: begun, filled in item by item, submitted, approved by another person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.readiness import actions, forms, pages, seats
from foundation.readiness.gates import menders
from foundation.readiness.items import ITEMS, RECORDED
from foundation.readiness.models import ReadinessAssessment, ReadinessItem
from foundation.readiness.states import READINESS, ReadinessState

VERBS = {
    "submit": actions.submit, "drop": actions.drop, "approve": actions.approve, "give_back": actions.give_back,
}  # fmt: skip


@login_required
@require_POST
def begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin an assessment, or go on with the one that is there."""
    row = actions.begin(pages.unit_for(request, pk), by=pages.me(request))
    return redirect("readiness:assessment", row.pk)


def _fetch(request: HttpRequest, pk: UUID) -> ReadinessAssessment:
    rows = ReadinessAssessment.objects.select_related("unit__organisation", "drafted_by", "submitted_by", "decided_by")
    found = rows.filter(pk=pk).first()
    if found is None or not seats.reads(pages.me(request), found.unit):
        raise pages.absent()
    return found


@login_required
@require_safe
def assessment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is written for each item, and what may be done now."""
    row = _fetch(request, pk)
    trail.record("readiness.read", subject=row.pk)
    may = policy.abilities(request.user, row)
    said = {item.code: item for item in row.items.select_related("owner")}
    labels = {
        "submit": _("Submit it to a second person"), "approve": _("Approve it"), "give_back": _("Give it back"),
        "drop": _("Throw it away"),
    }  # fmt: skip
    steps = [
        {"url": reverse("readiness:step", args=[row.pk, verb]), "label": label}
        for verb, label in labels.items()
        if may[verb]
    ]
    context = {
        "row": row, "tag": _tag(row), "items": [_line(row, code, said.get(code), may["fill"]) for code in RECORDED],
        "steps": steps, "n": len(said), "of": len(RECORDED), "until": pages.on(row.valid_until),
        "waits": row.state == ReadinessState.SUBMITTED and not may["approve"],
    }  # fmt: skip
    return render(request, "readiness/assessment.html", context)


def _tag(row: ReadinessAssessment) -> dict[str, Any]:
    tones = {ReadinessState.SUBMITTED: ("act", "open"), ReadinessState.APPROVED: ("good", "done")}
    return pages.tag(row.get_state_display(), *tones.get(ReadinessState(row.state), ("", "")))


def _line(row: ReadinessAssessment, code: str, said: ReadinessItem | None, may_fill: bool) -> dict[str, Any]:
    tag = pages.tag(_("Not answered"))
    if said is not None:
        tag = pages.tag(_("There"), "good", "done") if said.is_met else pages.tag(_("Not there"), "urgent", "urgent")
    url = reverse("readiness:fill", args=[row.pk, code]) if may_fill else ""
    return {
        "item": ITEMS[code],
        "said": said,
        "tag": tag,
        "url": url,
        "until": pages.on(said.valid_until) if said else "",
    }


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """Answer one item."""
    row = _fetch(request, pk)
    READINESS.check("submit", row.state)
    policy.require(request.user, "fill", row)
    form = forms.Answer(pages.posted(request), item=ITEMS[code], unit=row.unit, initial=_initial(row, code, request))
    if form.is_valid():
        given = form.cleaned_data
        answer = actions.Answer(given["is_met"] == "yes", given["evidence"], given["owner"], given["valid_until"])
        try:
            actions.fill(row, code, answer, by=pages.me(request))
            return redirect(f"{reverse('readiness:assessment', args=[row.pk])}#{code}")
        except DomainError as error:
            pages.refuse(form, error)
    return pages.step(
        request, form, over=code, heading=ITEMS[code].title, lede=ITEMS[code].asks, back=_back(row), submit=_("Save"),
        note=_("Who can mend it: %(who)s") % {"who": menders(ITEMS[code])},
    )  # fmt: skip


def _initial(row: ReadinessAssessment, code: str, request: HttpRequest) -> dict[str, Any]:
    said = row.items.filter(code=code).first()
    if said is None:
        return {"owner": pages.me(request).pk}
    kept = {"evidence": said.evidence, "owner": said.owner_id, "valid_until": said.valid_until}
    return {**kept, "is_met": "yes" if said.is_met else "no"}


def _back(row: ReadinessAssessment) -> dict[str, str]:
    return {"url": reverse("readiness:assessment", args=[row.pk]), "label": _("Back to the assessment")}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Submit, throw away, approve or give back; who approves confirms that it is them (HS-20)."""
    row = _fetch(request, pk)
    READINESS.check(verb, row.state)
    policy.require(request.user, verb, row)
    return _confirmed(request, row, verb) if verb == "approve" else _step(request, row, verb)


@asked_again
def _confirmed(request: HttpRequest, row: ReadinessAssessment, verb: str) -> HttpResponse:
    return _step(request, row, verb)


def _step(request: HttpRequest, row: ReadinessAssessment, verb: str) -> HttpResponse:
    form = forms.Nothing(pages.posted(request))
    if form.is_valid():
        try:
            VERBS[verb](row, by=pages.me(request))
            messages.success(request, _done(verb))
            return redirect("readiness:unit", row.unit_id)
        except DomainError as error:
            pages.refuse(form, error)
    heading, lede, submit = _words(verb)
    return pages.step(
        request, form, over=row.unit.name, heading=heading, lede=lede, back=_back(row), submit=submit,
        said=_said(row) if verb == "approve" else [],
    )  # fmt: skip


def _words(verb: str) -> tuple[str, str, str]:
    return {
        "submit": (_("Submit it to a second person"), _("From now on nothing in it changes. A manager or data-protection "
                   "officer above this unit, not the one who wrote it, approves it."), _("Submit it")),
        "drop": (_("Throw it away"), _("What is in force stays in force."), _("Throw it away")),
        "approve": (_("Approve it"), _("You have looked at the evidence. It counts from now on, for twelve months at most."),
                    _("I approve it")),
        "give_back": (_("Give it back"), _("Who wrote it goes on writing. Nothing changes until somebody approves it."),
                      _("Give it back")),
    }[verb]  # fmt: skip


def _said(row: ReadinessAssessment) -> list[dict[str, Any]]:
    """Every answer with its evidence, for the second person."""
    order = list(ITEMS)
    rows = sorted(row.items.select_related("owner"), key=lambda item: order.index(item.code))
    return [
        {"key": f"{item.code} {ITEMS[item.code].title}", "value": item.evidence, "typed": True,
         "lines": ["" if item.is_met else _("Not there"), item.owner.name, pages.on(item.valid_until)]}
        for item in rows
    ]  # fmt: skip


def _done(verb: str) -> str:
    return {
        "submit": _("Submitted. It counts when another person has approved it."), "drop": _("Thrown away."),
        "approve": _("Approved. It counts from now on."), "give_back": _("Given back."),
    }[verb]  # fmt: skip
