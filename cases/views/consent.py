"""The conversation about consent."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language_info

from cases.actions.consent import PRESSURE, Held, record_consent, record_obstacle, standing
from cases.actions.handing import may_be_told
from cases.contributions import CONTRIBUTORS
from cases.forms.consent import ConsentForm, own_rows, service_row, unit_row
from cases.forms.conversation import ME, ObstacleForm
from cases.identity import bar, clocks_of, open_case, zone_of
from cases.knowing import conversations, ending, said
from cases.models import Case
from cases.story import tell
from cases.views.capacity import heard, joined, shown
from cases.views.guards import keeps_words, page, refuse, typed
from cases.views.who import me
from consent.actions.capacity import Voices
from consent.models import Decision, NoticeVersion
from consent.vocabulary import Answer, CopyOffer, InterpreterNeed
from foundation.accounts.models import Unit
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.core.words import moment_words


@keeps_words
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask line by line, record what was answered; ``?service=<id>`` adds the line of a service (several allowed)."""
    case = open_case(request.user, pk)
    policy.require(request.user, "record_consent", case)
    with timezone.override(zone_of(case)):
        form = ConsentForm(
            own_rows(case) + _units(request, case) + _services(request, case), typed(request), initial=_initial(case)
        )
        part = joined(case, form)
        if form.is_valid():
            try:
                held = _held(form, heard(case, form, part, me(request)))
                made = record_consent(case, form.asked(), by=me(request), held=held)
                return redirect("cases:consent_copy", pk, made.pk) if made.copy == CopyOffer.ACCEPTED else _back(pk)
            except DomainError as error:
                refuse(form, error)
                _show_what_is_new(form, case)
        trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
        return page(request, "case_consent", form, **_context(request, case, form), **shown(case, form, part))


def _show_what_is_new(form: ConsentForm, case: Case) -> None:
    """Keep what was typed, on top of what is decided now: the page shows it, the next attempt counts from there."""
    typed_in: Any = form.data
    data = typed_in.copy()
    data["seen"] = standing(case.person_id)
    form.data = data


def _back(pk: UUID) -> HttpResponse:
    return redirect("cases:case_consent", pk)


def _initial(case: Case) -> dict[str, Any]:
    return {"language": case.concern.language, "seen": standing(case.person_id)}


def _held(form: ConsentForm, voices: Voices) -> Held:
    data = form.cleaned_data
    return Held(
        NoticeVersion.current(data["language"], data["channel"]), form.how(), data["held_at"],
        data["explained_by"] == ME, data["again_reason"], data["seen"], voices,
    )  # fmt: skip


@keeps_words
def obstacle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person could not be asked: why. That is no consent."""
    case = open_case(request.user, pk)
    policy.require(request.user, "record_consent", case)
    form = ObstacleForm(typed(request))
    if form.is_valid():
        record_obstacle(case, form.cleaned_data["obstacle"], by=me(request))
        return redirect("cases:case_consent", pk)
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    return page(request, "case_obstacle", form, case=case, bar=bar(case, "case_consent", clocks=clocks_of(case)))


def _units(request: HttpRequest, case: Case) -> list[Any]:
    """Lines for other units of ours (``?unit=<id>``), and for this one where what was said before ended with the closing."""
    wanted = {text for text in request.GET.getlist("unit")[:10] if is_uuid(text)}
    units = list(Unit.objects.filter(pk__in=wanted, organisation=case.unit.organisation_id).exclude(pk=case.unit_id))
    if case.reopened_at is not None and not may_be_told(case, case.unit):
        units.append(case.unit)
    return [unit_row(unit) for unit in units]


def is_uuid(text: str) -> bool:
    """Whether it is an id at all."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _services(request: HttpRequest, case: Case) -> list[Any]:
    wanted = [UUID(text) for text in request.GET.getlist("service")[:10] if is_uuid(text)]
    return [service_row(line) for contributor in CONTRIBUTORS for line in contributor.lines(case, wanted)]


def _context(request: HttpRequest, case: Case, form: ConsentForm) -> dict[str, Any]:
    story = tell(case, request.user, limit=0)
    rows = [row for row in story.decisions if not row.superseded_at]
    return {
        "case": case,
        "bar": bar(case, "case_consent", clocks=clocks_of(case)),
        "decisions": [said(case, row, story) for row in rows],
        "conversations": conversations(case, story),
        "ending": ending(case, rows, story),
        "notices": _scripts(),
        "wanted": InterpreterNeed(case.person.facts.get("interpreter") or InterpreterNeed.NONE),
        "is_again": bool(form.errors.get("asked_by_person")) or _is_recent_no(story.decisions),
        "now": moment_words(timezone.now(), timezone.now(), zone_of(case)),
    }


def _scripts() -> list[dict[str, Any]]:
    """What is read aloud, in each language, newest first."""
    found = [NoticeVersion.current(code) for code, _name in settings.LANGUAGES]
    return [{"notice": n, "language": get_language_info(n.language)["name_local"]} for n in found]


def _is_recent_no(decisions: list[Decision]) -> bool:
    since = timezone.now() - PRESSURE
    ends = (d.withdrawn_at or (d.valid_from if d.answer == Answer.REFUSED else None) for d in decisions)
    return any(end and end > since for end in ends)
