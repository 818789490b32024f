"""Pages of lists that leave: ask, wait, make, download once."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts import stepup
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.errors import DomainError, Forbidden, WrongState
from foundation.dossiers.models import Kind
from foundation.exports import actions, pages
from foundation.exports.forms import AskForm
from foundation.exports.models import Export
from foundation.exports.policy import leads
from foundation.exports.sources import source_of
from foundation.exports.states import LIFE

PAGE = 25


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


def _freshly(view: Callable[[HttpRequest, Export], HttpResponse]) -> Callable[[HttpRequest, Export], HttpResponse]:
    """The view, for who showed within the last minutes that it is them; asked after who may at all."""
    return stepup.asked_again(view)


def _fetch(request: HttpRequest, pk: UUID, verb: str = "read") -> Export:
    export: Export = policy.fetch(request.user, Export, pk, related=("dossier", "unit", "asked_by", "decided_by"))
    policy.require(request.user, verb, export)
    return export


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Lists that this person asked for or may allow, and what can be asked for."""
    if not leads(request.user):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    rows = Export.objects.newest(_me(request), Kind.EXPORT, PAGE).select_related("asked_by", "unit")
    context = {"lines": [pages.line(row, _me(request)) for row in rows], "sources": pages.sources(_me(request))}
    return render(request, "exports/index.html", context)


@login_required
@sensitive_post_parameters("why")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, source: str) -> HttpResponse:
    """Say which rows and columns, and what for."""
    wanted = source_of(source)
    if not wanted.may_ask(request.user):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    form = AskForm(wanted, request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return redirect("exports:export", actions.ask(form.wish(), by=_me(request)).pk)
        except DomainError as error:
            if error.status in (403, 404):
                raise
            form.add_error(error.field, error.message)
    context = {"form": form, "source": wanted, "alone": pages.alone()}
    return render(request, "exports/ask.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a list stands: what would leave, who asked and why, what can be done now."""
    found = _fetch(request, pk)
    return render(request, "exports/export.html", pages.state(found, _me(request)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The last page before a list may leave: who asks, how many rows, which columns. Needs a fresh sign-in."""
    found = _fetch(request, pk, "approve")
    LIFE.check("approve", found.state)
    return _freshly(_approve)(request, found)


def _approve(request: HttpRequest, found: Export) -> HttpResponse:
    if request.method == "POST":
        actions.approve(found, by=_me(request))
        messages.success(request, _("The list may leave. Who asked for it has been told."))
        return redirect("exports:export", found.pk)
    return render(request, "exports/approve.html", pages.before_approval(found))


@login_required
@require_POST
def refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list stays here."""
    actions.refuse(_fetch(request, pk, "refuse"), by=_me(request))
    messages.success(request, _("The list stays here. Who asked for it has been told."))
    return redirect("exports:index")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The last page before the rows leave; then the password, shown this once. Needs a fresh sign-in."""
    found = _fetch(request, pk, "make")
    LIFE.check("make", found.state)
    return _freshly(_make)(request, found)


def _make(request: HttpRequest, found: Export) -> HttpResponse:
    if request.method != "POST":
        return render(request, "exports/make.html", pages.before_making(found))
    session = request.session.session_key
    if session is None:
        raise WrongState("export.session", _("Sign in again, then make the file."))
    made = actions.make(found, by=_me(request), session=session)
    return render(request, "exports/ready.html", pages.ready(made))


@login_required
@require_POST
@sensitive_post_parameters("token")
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The locked file, once. Field: ``token``, in no address."""
    found = _fetch(request, pk, "download")
    session = request.session.session_key or ""
    content = actions.download(found, request.POST.get("token", ""), by=_me(request), session=session)
    headers = {"Content-Disposition": f'attachment; filename="{found.reference}.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)


@login_required
@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw it away."""
    actions.drop(_fetch(request, pk, "drop"), by=_me(request))
    messages.success(request, _("The list was thrown away."))
    return redirect("exports:index")
