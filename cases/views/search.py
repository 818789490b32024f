"""Looking for a case by its code or for a person by name, inside what is open to the actor."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import search as finder
from cases.forms.search import Search
from cases.models import Case
from cases.policy import WORKERS, has_seat
from cases.views.guards import page, typed
from cases.views.who import me
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import codes
from foundation.core.cache import counted
from foundation.core.errors import Forbidden
from foundation.core.legible import n_noted

PER_MINUTE = 30


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """GET shows the field, POST looks; the term stands in no address and in no log."""
    actor = me(request)
    if not has_seat(actor, WORKERS):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    form = Search(typed(request))
    if not form.is_bound or not form.is_valid():
        return page(request, "search", form)
    if _is_too_often(actor):
        return render(request, "429.html", status=429)
    term = form.cleaned_data["term"]
    if case := _by_code(actor, term):
        trail.record("case.searched", term=finder.term_hash(term), n=1)
        return redirect("cases:case", pk=case.pk)
    hits = finder.find(actor, term)
    return page(request, "search", form, hits=hits, searched=True, n_shut=n_noted())


def _by_code(actor: User, term: str) -> Case | None:
    if not codes.is_valid(term):
        return None
    found: Case | None = Case.objects.visible_to(actor).filter(code=codes.normalise(term)).first()
    return found


def _is_too_often(actor: User) -> bool:
    """More than 30 searches in a minute are not a person's work."""
    return counted(f"search:{actor.pk}", 60) > PER_MINUTE
