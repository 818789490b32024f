"""The conversation about consent."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cases.actions.consent import PRESSURE, record_consent
from cases.contributions import CONTRIBUTORS
from cases.forms.consent import ConsentForm, own_rows, service_row
from cases.identity import bar, clocks_of, open_case, zone_of
from cases.models import Case
from cases.story import Story, tell
from cases.views.guards import keeps_words, page, refuse, typed
from cases.views.who import me
from consent.models import Decision, NoticeVersion
from consent.vocabulary import Answer, Purpose
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.core.words import day_words, moment_words


@keeps_words
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask line by line, record what was answered; ``?service=<id>`` adds the line of a service (several allowed)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "record_consent", case)
    form = ConsentForm(
        own_rows(case) + _services(request, case), typed(request), initial={"language": case.concern.language}
    )
    if form.is_valid():
        try:
            notice = NoticeVersion.current(form.cleaned_data["language"])
            again = form.cleaned_data["again_reason"]
            record_consent(case, form.asked(), by=me(request), notice=notice, how=form.how(), again_reason=again)
            return redirect("cases:case_consent", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    return page(request, "case_consent", form, **_context(request, case, form))


def _services(request: HttpRequest, case: Case) -> list[Any]:
    wanted = []
    for text in request.GET.getlist("service")[:10]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    return [service_row(line) for contributor in CONTRIBUTORS for line in contributor.lines(case, wanted)]


def _context(request: HttpRequest, case: Case, form: ConsentForm) -> dict[str, Any]:
    story = tell(case, request.user, limit=0)
    notices = NoticeVersion.objects.filter(version=NoticeVersion.current("en").version).order_by("language")
    return {
        "case": case,
        "bar": bar(case, "case_consent", clocks=clocks_of(case)),
        "decisions": [said(case, row, story) for row in story.decisions if not row.superseded_at],
        "notices": [{"notice": n, "language": get_language_info(n.language)["name_local"]} for n in notices],
        "is_again": bool(form.errors.get("asked_by_person")) or _is_recent_no(story.decisions),
        "now": moment_words(timezone.now(), timezone.now(), zone_of(case)),
    }


def _is_recent_no(decisions: list[Decision]) -> bool:
    since = timezone.now() - PRESSURE
    ends = (d.withdrawn_at or (d.valid_from if d.answer == Answer.REFUSED else None) for d in decisions)
    return any(end and end > since for end in ends)


def said(case: Case, decision: Decision, story: Story) -> dict[str, Any]:
    """A decision in words: what was asked, about whom, what was answered, until when."""
    zone, now = zone_of(case), timezone.now()
    is_active = decision.is_active()
    state = str(Answer(decision.answer).label)
    if decision.withdrawn_at:
        state = _("Taken back %(when)s") % {"when": moment_words(decision.withdrawn_at, now, zone)}
    elif decision.answer == Answer.GRANTED and not is_active:
        state = _("Ended")
    return {
        "purpose": Purpose(decision.purpose).label,
        "recipient": story.names.get(decision.recipient_id, case.unit.name),
        "state": state,
        "tone": "good" if is_active else "private",
        "icon": "done" if is_active else "eye-off",
        "condition": decision.condition,
        "at": moment_words(decision.valid_from, now, zone),
        "until": day_words(decision.valid_until, zone) if is_active else "",
        "url": reverse("cases:withdraw", args=[case.pk, decision.pk]) if is_active else "",
        "next": story.links.get(decision.recipient_id) if is_active else None,
    }
