"""Taking consent back: one agreement, a part of it, or everything. Always possible (HS-05, HS-06)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.actions.consent import narrow_consent, take_everything_back, withdraw_consent
from cases.contributions import CONTRIBUTORS
from cases.forms.consent import NarrowForm
from cases.identity import open_case, zone_of
from cases.models import Case
from cases.story import Story, tell
from cases.views.guards import page, refuse, typed
from cases.views.who import me
from consent.models import Decision
from consent.vocabulary import Answer, Purpose
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError
from foundation.core.words import moment_words

WHOLE = (Purpose.RECORD_CASE, Purpose.INTERNAL_ESCALATION)


def _open(request: HttpRequest, pk: UUID, decision: UUID) -> tuple[Case, Decision]:
    case = open_case(request.user, pk)
    policy.require(request.user, "withdraw_consent", case)
    found: Decision = policy.fetch(request.user, Decision, decision)
    if found.person_id != case.person_id:
        raise Absent("record.absent", "")
    found.dossier = case.dossier
    return case, found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: UUID, decision: UUID) -> HttpResponse:
    """The last page before a decision ends: it says exactly what ends with it."""
    case, found = _open(request, pk, decision)
    if request.method == "POST":
        withdraw_consent(case, found, by=me(request))
        return redirect("cases:case_consent", pk)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    story = tell(case, request.user, limit=0)
    context = {"case": case, "rows": _rows(case, found, story), "links": _links(case, found)}
    return render(request, "cases/case_withdraw.html", context)


def _rows(case: Case, decision: Decision, story: Story) -> list[dict[str, Any]]:
    ends = _ends(decision)
    return [
        {"term": _("What"), "main": Purpose(decision.purpose).label},
        {"term": _("With whom"), "main": story.names.get(decision.recipient_id, case.unit.name)},
        {"term": _("Agreed"), "main": moment_words(decision.valid_from, timezone.now(), zone_of(case))},
        {
            "term": _("What ends at once"),
            "main": ends[0] if ends else _("Nothing was passed on"),
            "sub": " ".join(ends[1:]),
        },
        _then(),
    ]


def _ends(decision: Decision) -> list[str]:
    ends = [line for contributor in CONTRIBUTORS for line in contributor.ends_with(decision)]
    if decision.purpose in WHOLE:
        ends.append(_("Every other consent of the person, and every open step of this case"))
    return ends


def _then() -> dict[str, Any]:
    told = _("Who received something is told, loses access and must confirm within 7 days.")
    return {"term": _("What then"), "main": told}


def _links(case: Case, decision: Decision) -> list[dict[str, str]]:
    back = {"url": reverse("cases:case_consent", args=[case.pk]), "label": _("Go back, nothing changes")}
    if not _parts(case, decision):
        return [back]
    part = reverse("cases:narrow", args=[case.pk, decision.pk])
    return [{"url": part, "label": _("Take back only a part of it")}, back]


def _parts(case: Case, decision: Decision) -> dict[str, str]:
    """What may be taken back by itself, with its words: of the preview nothing, for then nothing would be left."""
    lines = [line for contributor in CONTRIBUTORS for line in contributor.lines(case, [decision.recipient_id])]
    return {code: label for line in lines for code, label in line.told.items() if code in decision.fields}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def narrow(request: HttpRequest, pk: UUID, decision: UUID) -> HttpResponse:
    """The person takes back a part: what the recipient could read of it stops at once, the rest goes on."""
    case, found = _open(request, pk, decision)
    parts = _parts(case, found)
    if not parts or not found.is_active():
        return redirect("cases:withdraw", pk, decision)
    form = NarrowForm(parts, typed(request))
    if form.is_valid():
        try:
            narrow_consent(case, found, form.cleaned_data["parts"], by=me(request))
            return redirect("cases:case_consent", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    story = tell(case, request.user, limit=0)
    whom = story.names.get(found.recipient_id, case.unit.name)
    return page(request, "case_narrow", form, case=case, decision=found, whom=whom)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def everything(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person takes everything back, on one page: what ends, line by line, and what then."""
    case = open_case(request.user, pk)
    policy.require(request.user, "withdraw_consent", case)
    if request.method == "POST":
        take_everything_back(case, by=me(request))
        return redirect("cases:case_consent", pk)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    back = {"url": reverse("cases:case_consent", args=[case.pk]), "label": _("Go back, nothing changes")}
    context = {"case": case, "rows": _all_rows(case, request.user), "links": [back], "is_everything": True}
    return render(request, "cases/case_withdraw.html", context)


def _all_rows(case: Case, actor: Any) -> list[dict[str, Any]]:
    story = tell(case, actor, limit=0)
    given = [d for d in story.decisions if d.answer == Answer.GRANTED and not (d.withdrawn_at or d.superseded_at)]
    rows = [
        {
            "term": Purpose(decision.purpose).label,
            "main": story.names.get(decision.recipient_id, case.unit.name),
            "sub": " ".join(line for contributor in CONTRIBUTORS for line in contributor.ends_with(decision)),
        }
        for decision in given
    ]
    rest = _("No new step is taken with this case until somebody has decided what may stay.")
    return [*rows, _then(), {"term": _("The case"), "main": rest}]
