"""The data-protection officer's decoys: where they stand, planning one, taking one away."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.watch import actions, decoy_words
from foundation.watch.decoys import story
from foundation.watch.forms.decoys import Choose, Plan, units_under
from foundation.watch.models import Decoy
from foundation.watch.policy import is_officer
from foundation.watch.views.who import me, require

SHOWN = 100


@login_required
@require_safe
def decoys(request: HttpRequest) -> HttpResponse:
    """All decoys of this officer's book: those that stand, those that grow, those that were taken away."""
    require(is_officer(me(request)))
    rows = Decoy.objects.visible_to(me(request)).select_related("unit", "ghost").order_by("retired_at", "-planned_at")
    found = [decoy_words.line(row, me(request)) for row in rows[:SHOWN]]
    return render(
        request, "watch/decoys.html", {"rows": found, "form": Choose(initial={"language": me(request).language})}
    )


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Write a decoy, beginning with a draft in the language and of the kind that was chosen (codes in the address)."""
    require(is_officer(me(request)))
    chosen = Choose(request.GET)
    if not chosen.is_valid():
        return redirect("watch:decoys")
    draft: Any = story(chosen.cleaned_data["language"], chosen.cleaned_data["story"])
    units = units_under(me(request))
    words = {"summary": draft.summary, "wishes": draft.wishes, "note": draft.note}
    form = Plan(units, request.POST) if request.method == "POST" else Plan(units, initial=words)
    if form.is_bound and form.is_valid():
        try:
            actions.plan(**form.planned(draft, chosen.cleaned_data["language"]), by=me(request))
            return redirect("watch:decoys")
        except DomainError as error:
            form.add_error(error.field, error.message)
    return render(
        request, "watch/decoy_plan.html", {"form": form, "title": draft.title}, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a decoy away; a page of its own says what is destroyed."""
    found: Decoy = policy.fetch(request.user, Decoy, pk, related=("dossier", "unit", "ghost"))
    policy.require(request.user, "retire", found)
    if request.method == "POST":
        actions.retire(found, by=me(request))
        return redirect("watch:decoys")
    return render(request, "watch/decoy_retire.html", decoy_words.stop(found, me(request)))
