"""Who may know what, until when; and the copy on paper for the person."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from cases.actions.consent import note_copy
from cases.forms.conversation import CopyForm
from cases.identity import bar, clocks_of, open_case, zone_of
from cases.knowing import TIERS, table
from cases.models import Case
from cases.story import tell
from cases.views.guards import page, typed
from cases.views.who import me
from consent.models import Consent
from consent.vocabulary import CopyOffer
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent
from foundation.core.words import day_words


@login_required
@require_safe
def who_may_know(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everybody who was asked about, what they may know of each kind, until when; refusals as plainly as agreements."""
    case = open_case(request.user, pk)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    story = tell(case, request.user, limit=0)
    context = {
        "case": case,
        "bar": bar(case, "case_consent", clocks=clocks_of(case)),
        "rows": table(case, story),
        "tiers": TIERS,
        "more": [item for part in story.parts for item in part.more],
    }
    return render(request, "cases/case_knowing.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, pk: UUID, consent: UUID) -> HttpResponse:
    """GET asks whether paper is safe (W-22); POST shows the sheet in the language of the conversation."""
    case = open_case(request.user, pk)
    policy.require(request.user, "record_consent", case)
    found: Consent = policy.fetch(request.user, Consent, consent, related=("notice",))
    if found.person_id != case.person_id:
        raise Absent("record.absent", "")
    form = CopyForm(typed(request), is_wanted=found.copy == CopyOffer.ACCEPTED)
    if not form.is_valid():
        trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
        return page(request, "case_copy", form, case=case, consent=found)
    note_copy(case, found, by=me(request))
    with translation.override(_language(found)):
        context = _sheet(case, found, me(request), names=form.cleaned_data["names"] == "yes")
        return render(request, "cases/copy.html", context)


def _language(consent: Consent) -> str:
    """The language of the conversation where the pages speak it, else that of the explanation."""
    known = {code for code, _name in settings.LANGUAGES}
    return consent.language if consent.language in known else consent.notice.language


def _sheet(case: Case, consent: Consent, actor: Any, *, names: bool) -> dict[str, Any]:
    story = tell(case, actor, limit=0)
    rows = [row for row in table(case, story) if row.get("consent") == consent.pk]
    for row in rows:
        row["recipient"] = row["recipient"] if names else ""
    return {
        "case": case,
        "rows": rows,
        "notice": consent.notice,
        "at": day_words(consent.held_at, zone_of(case)),
        "phone": case.unit.phone,
        "today": day_words(timezone.now(), zone_of(case)),
    }
