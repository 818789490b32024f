"""The steps of the quick concern: each saves on its own and leads back to the list of questions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases import actions
from cases.forms import concern as forms
from cases.models import Concern
from cases.moments import stamp, zone_of
from cases.views.drafts import Draft, fetch, is_own_draft
from cases.views.guards import keeps_words, page, refuse, renew, typed
from cases.views.who import me
from consent.models import NoticeVersion
from consent.vocabulary import Channel
from foundation.accounts.models import User
from foundation.core.errors import DomainError

QUESTIONS = ("where", "danger", "words", "wishes", "agreement", "contact", "check")
Known = Callable[[Draft], dict[str, Any]]
Save = Callable[[Draft, Any, User, int], Concern]


@dataclass(frozen=True)
class Step:
    """A page of the draft: its form, what is known already, and how it is saved."""

    name: str
    form: type[forms.Step]
    known: Known
    save: Save


def _columns(*names: str) -> tuple[Known, Save]:
    """How a step is read and saved whose fields are columns of the concern."""

    def known(draft: Draft) -> dict[str, Any]:
        return {name: getattr(draft.concern, name) for name in names}

    def save(draft: Draft, form: forms.Step, by: User, revision: int) -> Concern:
        values = {name: form.cleaned_data[name] for name in names}
        return actions.describe(draft.concern, by=by, revision=revision, **values)

    return known, save


def _known_danger(draft: Draft) -> dict[str, Any]:
    return {"flags": draft.concern.known["flags"] or [forms.NONE]} if draft.is_done("danger") else {}


def _known_words(draft: Draft) -> dict[str, Any]:
    return {"summary": draft.concern.summary, "category": draft.concern.known.get("category", "")}


def _save_answers(draft: Draft, form: forms.Step, by: User, revision: int) -> Concern:
    values = {name: value for name, value in form.cleaned_data.items() if name != "revision"}
    return actions.describe(draft.concern, by=by, revision=revision, **values)


def _explain(draft: Draft, form: forms.Step, by: User, revision: int) -> Concern:
    notice = NoticeVersion.current(draft.concern.language, form.cleaned_data["channel"] or Channel.SPOKEN)
    return actions.explain_limits(draft.concern, by=by, notice=notice, revision=revision)


def _known_limits(draft: Draft) -> dict[str, Any]:
    given = draft.concern.notice
    return {"channel": given.channel} if given else {}


def _known_answer(draft: Draft) -> dict[str, Any]:
    found = draft.decision
    if found is None:
        return {}
    how = found.consent
    known = {name: getattr(how, name) for name in ("mode", "witness", "interpreter")}
    return {"answer": found.answer, "reason": found.reason, **known}


def _save_answer(draft: Draft, form: forms.Step, by: User, revision: int) -> Concern:
    values = {name: form.cleaned_data[name] for name in ("answer", "mode", "witness", "interpreter", "reason")}
    return actions.answer_escalation(draft.concern, by=by, revision=revision, **values)


def _known_contact(draft: Draft) -> dict[str, Any]:
    person = draft.concern.person
    return {} if person is None else {"alias": person.alias, **person.contact}


def _save_contact(draft: Draft, form: Any, by: User, revision: int) -> Concern:
    return actions.describe(draft.concern, by=by, revision=revision, **form.person)


STEPS = {
    step.name: step
    for step in (
        Step("limits", forms.Limits, _known_limits, _explain),
        Step("where", forms.Where, *_columns("reporter_kind", "setting")),
        Step("danger", forms.Danger, _known_danger, _save_answers),
        Step("words", forms.Words, _known_words, _save_answers),
        Step("wishes", forms.Wishes, *_columns("wishes")),
        Step("agreement", forms.Agreement, _known_answer, _save_answer),
        Step("contact", forms.Contact, _known_contact, _save_contact),
    )
}


def _step(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    step, actor, draft = STEPS[name], me(request), Draft(fetch(me(request), pk))
    if not is_own_draft(actor, draft.concern):
        return redirect("cases:concern", pk=pk)
    if missing := draft.needs(name):
        return redirect(f"cases:{missing}", pk=pk)
    form = step.form(typed(request), initial={**step.known(draft), "revision": draft.concern.revision})
    if form.is_bound and form.is_valid() and _is_saved(step, draft, form, actor):
        return redirect("cases:concern", pk=pk)
    return page(request, name, form, **frame(draft, name, actor))


def _is_saved(step: Step, draft: Draft, form: forms.Step, by: User) -> bool:
    try:
        step.save(draft, form, by, form.cleaned_data["revision"])
    except DomainError as error:
        if error.code == "concern.handed_over":
            raise
        refuse(form, error)
        draft.concern.refresh_from_db(fields=["revision", "saved_at"])
        renew(form, draft.concern.revision)
        return False
    return True


def frame(draft: Draft, name: str, actor: User) -> dict[str, Any]:
    """What stands around the question."""
    number = QUESTIONS.index(name) + 1 if name in QUESTIONS else 0
    place = _("Record a concern · question %(n)d of %(of)d") % {"n": number, "of": len(QUESTIONS)}
    return {
        "draft": draft,
        "concern": draft.concern,
        "place": place if number else _("Record a concern · before you listen"),
        "saved_at": stamp(draft.concern.saved_at, zone_of(actor)) if draft.concern.revision else "",
        "readers": readers(),
    }


def readers() -> list[str]:
    """Who reads what is written here."""
    return [
        _("You, until you hand the concern over"),
        _("The focal point of your service point, if the person agrees"),
        _("The deputy or the manager, when the focal point is away"),
    ]


@keeps_words
def limits(request: HttpRequest, pk: UUID) -> HttpResponse:
    """First: say aloud when something must be passed on even without consent."""
    return _step(request, pk, "limits")


@keeps_words
def where(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is speaking, and where (R-39)."""
    return _step(request, pk, "where")


@keeps_words
def danger(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Immediate danger (R-29)."""
    return _step(request, pk, "danger")


@keeps_words
def words(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the person told."""
    return _step(request, pk, "words")


@keeps_words
def wishes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the person wants."""
    return _step(request, pk, "wishes")


@keeps_words
def agreement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether this may be passed on (HS-02, HS-03)."""
    return _step(request, pk, "agreement")


@keeps_words
def contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How to reach the person safely; asked only if they agree."""
    return _step(request, pk, "contact")
