"""The focal point's page: what the person said, what is suggested and why, and the decision (R-23, R-29, R-40)."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions
from cases.actions.triage import Triage
from cases.forms import triage as forms
from cases.issue_page import linkable
from cases.models import Case, Concern, Issue
from cases.moments import stamp, zone_of
from cases.policy import WORKERS
from cases.states import ConcernStatus
from cases.views import summary
from cases.views.drafts import Draft, fetch
from cases.views.guards import keeps_words, refuse, status_of, typed
from cases.views.reading import who_reads
from cases.views.who import me
from cases.vocabulary import URGENT_CATEGORIES
from foundation.accounts.models import Appointment, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.core.words import due_words
from foundation.dossiers.models import Clock


def why(concern: Concern) -> str:
    """The arithmetic behind the suggested urgency, in one sentence."""
    signs = summary.flags(concern)
    if signs:
        return _("Suggested, because of: %(signs)s") % {"signs": "; ".join(signs)}
    if concern.known.get("category") in URGENT_CATEGORIES:
        return _("Suggested, because it is about: %(matter)s") % {"matter": summary.category(concern)}
    return _("Suggested, because no sign of immediate danger was chosen")


def owners(unit: Unit) -> list[tuple[int, str]]:
    """Who can follow up: present people of the organisation, those of this unit first."""
    there = Appointment.objects.present().filter(seat__role__in=WORKERS, seat__unit__organisation=unit.organisation_id)
    rows = there.filter(user__is_machine=False).select_related("user", "seat__unit")
    ordered = sorted(rows, key=lambda a: (a.seat.unit_id != unit.pk, a.user.name))
    named: dict[int, str] = {}
    for row in ordered:
        named.setdefault(row.user_id, f"{row.user.name}, {row.seat}")
    return list(named.items())


def concern_page(request: HttpRequest, concern: Concern, form: forms.Triage | None = None) -> HttpResponse:
    """What was said, for who may open it; with the form while it waits for triage."""
    actor, draft = me(request), Draft(concern)
    if form is None and policy.allows(actor, "triage", concern):
        form = _form(concern, None, actor)
    decision = draft.decision
    context = {
        "concern": concern,
        "form": form,
        "why": why(concern),
        "coded": [*summary.coded(concern), *([summary.answer(decision)] if decision else [])],
        "readers": who_reads(concern.dossier),
        "case": Case.objects.visible_to(actor).filter(concern=concern).first(),
        "issue": _issue(concern, actor),
        **_times(concern, actor),
    }
    return render(request, "cases/triage.html", context, status=status_of(form) if form else 200)


def _issue(concern: Concern, actor: User) -> Issue | None:
    """What a concern without a person was put behind, where this reader may open it."""
    if concern.status != ConcernStatus.ISSUE:
        return None
    found: Issue | None = Issue.objects.visible_to(actor).filter(links__concern=concern).first()
    return found


def _times(concern: Concern, actor: User) -> dict[str, Any]:
    zone = zone_of(actor)
    clock = Clock.objects.running().visible_to(actor).filter(subject_id=concern.pk, code="triage").first()
    due = due_words(clock.due_at, timezone.now(), zone) if clock else None
    return {"due": due, "sent": stamp(concern.submitted_at, zone) if concern.submitted_at else ""}


def _form(concern: Concern, data: Any, actor: User) -> forms.Triage:
    issues = list(linkable(actor).items()) if concern.is_anonymous else []
    named = [(key, issue.title) for key, issue in issues]
    return forms.Triage(data, concern=concern, owners=owners(concern.unit), issues=named, why=why(concern))


@keeps_words
def triage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm the urgency and decide what happens next."""
    concern = fetch(me(request), pk)
    if request.method != "POST" or (concern.triaged_at and concern.is_open):
        return _onward(request, concern)
    policy.require(me(request), "triage", concern)
    form = _form(concern, typed(request), me(request))
    if form.is_valid() and _is_decided(concern, form, me(request)):
        return _onward(request, concern)
    trail.record("concern.read", dossier=concern.dossier_id, subject=concern.pk, whole=True)
    return concern_page(request, concern, form)


def _is_decided(concern: Concern, form: forms.Triage, by: User) -> bool:
    data = dict(form.cleaned_data)
    owner = User.objects.filter(pk=data.pop("owner", None)).first()
    chosen = data.pop("issue", "")
    issue = Issue.objects.visible_to(by).filter(pk=chosen).first() if chosen else None
    try:
        actions.triage(concern, Triage(owner=owner, issue=issue, **data), by=by)
    except DomainError as error:
        refuse(form, error)
        return False
    return True


def _onward(request: HttpRequest, concern: Concern) -> HttpResponse:
    case = Case.objects.visible_to(me(request)).filter(concern=concern).first()
    return redirect("cases:case", pk=case.pk) if case else redirect("cases:concern", pk=concern.pk)


@login_required
@require_POST
def reach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The safe way to reach the person, shown on request and noted in the trail."""
    concern = fetch(me(request), pk)
    policy.require(me(request), "triage", concern)
    trail.record("person.contact_shown", dossier=concern.dossier_id, subject=concern.person_id)
    rows = summary.reachable(concern.person)
    return render(request, "cases/reach.html", {"concern": concern, "rows": rows})
