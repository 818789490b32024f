"""Raising a matter with an authority: the draft, the page of where it stands, each step (element d)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.identity import open_case
from cases.models import Case, Issue
from cases.views.guards import keeps_words
from cases.views.issues import fetch as fetch_issue
from cases.views.who import me
from consent.office_forms import Nothing
from consent.pages import posted, refuse
from foundation.accounts.models import User
from foundation.accounts.stepup import asked_again
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError, WrongState
from referrals import mandates, speech_page, threats
from referrals.actions import listening, speaking
from referrals.forms import speech as forms
from referrals.models import Authority, Commitment, Representation
from referrals.speech import Naming

RELATED = (*speaking.RELATED, "approved_by", "cleared_by", "cleared_manager")


def fetch(actor: Any, pk: UUID) -> Representation:
    """A representation whose folder this person can open."""
    return speaking.joined(policy.fetch(actor, Representation, pk, related=RELATED))


def _authorities(actor: Any, organisation: UUID) -> list[Authority]:
    rows = Authority.objects.visible_to(actor).filter(organisation=organisation, is_active=True)
    return list(rows.order_by("name"))


@keeps_words
def represent(request: HttpRequest, case: UUID) -> HttpResponse:
    """Write what is to be raised for the person of a case."""
    found = open_case(request.user, case)
    policy.require(request.user, "represent", found)
    back = {"url": f"/cases/{found.pk}/", "label": _("Case")}
    return _begin(request, found, back)


@keeps_words
def represent_issue(request: HttpRequest, issue: UUID) -> HttpResponse:
    """Write what is to be raised about an issue; nobody is named."""
    found = fetch_issue(request.user, issue)
    policy.require(request.user, "represent", found)
    return _begin(request, found, {"url": f"/issues/{found.pk}/", "label": _("Issue")})


def _begin(request: HttpRequest, subject: Case | Issue, back: dict[str, str]) -> HttpResponse:
    listed, is_case = _authorities(request.user, subject.unit.organisation_id), isinstance(subject, Case)
    initial = {"authority": request.GET.get("authority", "")[:40]}
    form = forms.SpeechForm(listed, posted(request), is_case=is_case, initial=initial)
    if form.is_valid():
        try:
            made = speaking.begin(subject, _draft(form), by=me(request))
            return redirect("referrals:representation", made.pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("case.read" if is_case else "issue.read", dossier=subject.dossier_id, subject=subject.pk)
    return _form_page(request, form, back, subject.code, is_empty=not listed)


def _form_page(request: HttpRequest, form: Form, back: dict[str, str], code: str, *, is_empty: bool) -> HttpResponse:
    none = _("No authority stands in the register that you may see. The officer for dialogue or the manager enters it.")
    context = {
        "form": form, "back": back, "code": code, "heading": _("Raise it with an authority"),
        "lede": _("Saving tells nobody anything. It is examined, and another person approves it, before anything is said."),
        "warn": {"title": _("No authority can be chosen"), "text": none} if is_empty else None,
        "submit": _("Save the draft"),
    }  # fmt: skip
    return render(request, "referrals/speech_step.html", context, status=422 if form.errors else 200)


def _draft(form: forms.SpeechForm) -> speaking.Draft:
    data = form.cleaned_data
    return speaking.Draft(
        form.chosen, data.get("naming", Naming.NONE), data["modality"], data["content"], data["frameworks"],
        data.get("fields_told", []),
    )  # fmt: skip


@login_required
@require_safe
def representation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where it stands. Opening it stands in the trail."""
    found = fetch(request.user, pk)
    trail.record("representation.read", dossier=found.dossier_id, subject=found.pk)
    return render(request, "referrals/representation.html", speech_page.page(found, me(request)))


@keeps_words
def revise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a draft."""
    found = fetch(request.user, pk)
    policy.require(request.user, "revise", found)
    listed = _authorities(request.user, found.unit.organisation_id)
    form = forms.SpeechForm(listed, posted(request), is_case=found.case is not None, initial=_initial(found))
    if form.is_valid():
        try:
            speaking.revise(found, _draft(form), by=me(request))
            return redirect("referrals:representation", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("representation.read", dossier=found.dossier_id, subject=found.pk)
    return _form_page(request, form, _here(found), found.reference, is_empty=not listed)


def _initial(speech: Representation) -> dict[str, Any]:
    same = {name: getattr(speech, name) for name in ("naming", "modality", "frameworks", "content")}
    return {**same, "authority": str(speech.authority_id), "fields_told": speech.fields}


def _here(speech: Representation) -> dict[str, str]:
    return {"url": f"/representations/{speech.pk}/", "label": _("Representation")}


@keeps_words
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One verb: a small form, done on POST."""
    found = fetch(request.user, pk)
    if not policy.allows(request.user, verb, found):
        if request.method != "POST":
            raise WrongState("state.not_from_here", _("This has moved on in the meantime and cannot be done now."))
        policy.require(request.user, verb, found)
    return _approve(request, found) if verb == "approve" else _step(request, found, verb)


@asked_again
def _approve(request: HttpRequest, found: Representation) -> HttpResponse:
    return _step(request, found, "approve")


def _step(request: HttpRequest, found: Representation, verb: str) -> HttpResponse:
    form = _form(request, found, verb)
    if form.is_valid():
        try:
            carry_out(found, verb, form, me(request))
            return redirect("referrals:representation", found.pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("representation.read", dossier=found.dossier_id, subject=found.pk)
    rows = (
        speech_page.facts(found, _seen(found, request.user), request.user)
        if verb in ("approve", "submit", "clear")
        else []
    )
    context = {
        "form": form, "back": _here(found), "code": found.reference, "heading": speech_page.LABELS[verb], "rows": rows,
        "submit": speech_page.LABELS[verb] if verb in ("approve", "clear", "send") else _("Save"),
        "warn": _warning(found) if verb == "examine" else None,
    }  # fmt: skip
    return render(request, "referrals/speech_step.html", context, status=422 if form.errors else 200)


def _seen(speech: Representation, actor: Any) -> Authority | None:
    found: Authority | None = Authority.objects.visible_to(actor).filter(pk=speech.authority_id).first()
    return found


def _warning(speech: Representation) -> dict[str, str] | None:
    prompts = [prompt.why for prompt in mandates.prompts(speech)]
    return {"title": _("Whom to ask first"), "text": " ".join(prompts)} if prompts else None


def _form(request: HttpRequest, speech: Representation, verb: str) -> Form:
    made = forms.STEPS[verb]
    if verb == "examine":
        return forms.ExamineForm(posted(request), is_case=speech.case is not None, initial=_known(speech))
    return Nothing(posted(request)) if _needs_nothing(speech, verb) else made(posted(request))


def _needs_nothing(speech: Representation, verb: str) -> bool:
    return verb == "submit" and speech.naming == Naming.IDENTIFIED


def _known(speech: Representation) -> dict[str, Any]:
    """What was answered before; of the threat, what anybody has said of the case."""
    test = speech.test or {}
    answers = {code: "yes" if is_yes else "no" for code, is_yes in test.get("answers", {}).items()}
    sources = threats.sources(speech.case) if speech.case is not None else set()
    return {
        **answers,
        **{k: test.get(k) for k in ("why", "consulted", "alone", "uncoordinated")},
        "sources": sorted(sources),
    }


def carry_out(speech: Representation, verb: str, form: Form, by: User) -> None:
    """Call the action of a verb with what its form holds."""
    data: dict[str, Any] = dict(form.cleaned_data)
    if isinstance(form, forms.ExamineForm):
        words = {name: data[name] for name in ("why", "consulted", "alone", "uncoordinated")}
        speaking.examine(speech, speaking.Test(form.answers, sources=data.get("sources", []), **words), by=by)
    elif verb == "submit":
        speaking.submit(speech, by=by, is_confirmed=data.get("is_confirmed", False))
    elif verb in ("clear", "give_back", "approve", "send"):
        getattr(speaking, verb)(speech, *data.values(), by=by)
    else:
        getattr(listening, "watched" if verb == "watch" else verb)(speech, *data.values(), by=by)


@keeps_words
def promise(request: HttpRequest, pk: UUID, promise: UUID) -> HttpResponse:
    """What became of a promise."""
    found = fetch(request.user, pk)
    row: Commitment = policy.fetch(request.user, Commitment, promise, related=("representation", "dossier"))
    policy.require(request.user, "promise", found)
    form = forms.Settled(posted(request))
    if form.is_valid():
        try:
            listening.settle_promise(row, form.cleaned_data["kept"], by=me(request))
            return redirect("referrals:representation", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("representation.read", dossier=found.dossier_id, subject=found.pk)
    rows = [{"key": _("Promised"), "value": row.text, "typed": True}]
    context = {
        "form": form, "back": _here(found), "code": found.reference, "heading": _("What became of it?"), "rows": rows,
        "submit": _("Save"),
    }  # fmt: skip
    return render(request, "referrals/speech_step.html", context, status=422 if form.errors else 200)
