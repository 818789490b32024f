"""Who decides with a child, or for an adult who cannot: caregivers, best-interest decisions, assessments (HS-04)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import deciding
from cases.actions import capacity as actions
from cases.forms.capacity import AnswerNote, AssessForm, CaregiverForm, NoteForm, VoicesForm
from cases.identity import bar, clocks_of, open_case
from cases.models import Case
from cases.views.guards import keeps_words, refuse, status_of, typed
from cases.views.who import me
from consent.actions.capacity import Voices, needs_of
from consent.models import AgeTable, BestInterestNote, Caregiver
from consent.vocabulary import NoteStatus
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError

WORDS = ("options", "views", "safety", "decision")


def joined(case: Case, form: Form) -> VoicesForm:
    """Add the part about who decides to the conversation's form: its errors then stand among the others."""
    table = AgeTable.current()
    part = VoicesForm(case, needs_of(case.person, table), deciding.is_certain(case, table))
    form.fields.update(part.fields)
    return part


def heard(case: Case, form: Form, part: VoicesForm, by: Any) -> Voices:
    """Write the age down if it was said, and give what the others said."""
    age = form.cleaned_data.get("age")
    if age is not None:
        actions.say_age(case, age, by=by)
    return part.voices(form.cleaned_data)


def shown(case: Case, form: Form, part: VoicesForm) -> dict[str, Any]:
    """What the page of the conversation shows of it."""
    return {"voices": [form[name] for name in part.fields], "needs": deciding.needs(case, AgeTable.current())}


def _page(request: HttpRequest, name: str, case: Case, form: Any = None, **more: Any) -> HttpResponse:
    trail.record("case.read", dossier=case.dossier_id, subject=case.pk)
    context = {"case": case, "bar": bar(case, "case_consent", clocks=clocks_of(case)), "form": form, **more}
    return render(request, f"cases/{name}.html", context, status=status_of(form) if form is not None else 200)


def _open(request: HttpRequest, pk: UUID) -> Case:
    case = open_case(request.user, pk)
    policy.require(request.user, "record_consent", case)
    return case


def _of(case: Case, model: Any, pk: UUID) -> Any:
    """A row of this very person."""
    row = model.objects.filter(person=case.person_id, pk=pk).first()
    if row is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    row.dossier = case.dossier
    return row


@login_required
@require_safe
def capacity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the person's age asks, who cares for them, what two people decided, what was assessed."""
    case = open_case(request.user, pk)
    can = policy.allows(request.user, "record_consent", case)
    return _page(request, "capacity", case, may_change=can, **deciding.page(case, me(request)))


@keeps_words
def add_caregiver(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody who cares for the person."""
    case, form = _open(request, pk), CaregiverForm(typed(request))
    if form.is_valid():
        try:
            actions.add_caregiver(case, **form.cleaned_data, by=me(request))
            return redirect("cases:capacity", pk)
        except DomainError as error:
            refuse(form, error)
    title = _("Who cares for the person?")
    return _page(request, "capacity_form", case, form, title=title, submit=_("Save"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def flag(request: HttpRequest, pk: UUID, caregiver: UUID) -> HttpResponse:
    """The last page before a caregiver is shut out: it says what ends."""
    case = _open(request, pk)
    found = _of(case, Caregiver, caregiver)
    if request.method == "POST":
        actions.flag_caregiver(case, found, by=me(request))
        return redirect("cases:capacity", pk)
    rows = [
        {"term": _("Who"), "main": found.get_relationship_display(), "sub": found.name or ""},
        {
            "term": _("What ends at once"),
            "main": _("Everything this caregiver agreed to; who received something is told"),
        },
        {"term": _("From now on"), "main": _("No consent, no contact, and nobody is reached through others")},
    ]
    return _page(request, "caregiver_flag", case, rows=rows)


@keeps_words
def write_note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is best for the child: the first of two people."""
    case, form = _open(request, pk), NoteForm(typed(request))
    if form.is_valid():
        words = {name: form.cleaned_data[name] for name in WORDS}
        try:
            note = actions.write_note(case, form.cleaned_data["purposes"], words, by=me(request))
            return redirect("cases:best_interest", pk, note.pk)
        except DomainError as error:
            refuse(form, error)
    title = _("What is best for the child?")
    return _page(request, "capacity_form", case, form, title=title, submit=_("Hand it to a second person"))


@keeps_words
def best_interest(request: HttpRequest, pk: UUID, note: UUID) -> HttpResponse:
    """A best-interest decision: read it, and agree or not as the second person."""
    case = _open(request, pk)
    found: BestInterestNote = _of(case, BestInterestNote, note)
    form = AnswerNote(typed(request))
    if form.is_valid():
        try:
            actions.answer_note(case, found, form.cleaned_data["answer"] == "yes", by=me(request))
            return redirect("cases:capacity", pk)
        except DomainError as error:
            refuse(form, error)
    waits = found.status == NoteStatus.WRITTEN and found.written_by_id != me(request).pk
    return _page(request, "best_interest", case, form, rows=deciding.note_rows(found), waits=waits)


@keeps_words
def assess(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether an adult can take one decision now; support first, and a disability is no reason (W-11)."""
    case, form = _open(request, pk), AssessForm(typed(request))
    if form.is_valid():
        try:
            data = form.cleaned_data
            actions.assess(case, data["purpose"], form.found(), data["words"], by=me(request))
            return redirect("cases:capacity", pk)
        except DomainError as error:
            refuse(form, error)
    title = _("Can the person decide this now?")
    return _page(request, "capacity_form", case, form, title=title, submit=_("Save what was found"))
