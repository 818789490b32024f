"""What the form pages share: refusals beside the field, typed words that outlive a session, the way of a request."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases.forms.text import clean
from foundation.core.errors import DomainError

View = Callable[..., HttpResponse]
TYPED = (
    "summary", "wishes", "alias", "value", "safe_times", "reason", "contact", "text", "name", "necessity",
    "proportionality", "law", "unsafe", "place_reason", "interpreter_reason", "again_reason",
    "need", "words", "said", "accused_words",
    "evidence", "because", "words", "answer", "what", "why", "who", "question", "advice", "load_reason",
    "content", "alone", "note", "reply", "description", "areas", "title", "analysis", "strategy", "outcome", "result",
    "changed", "unfollowed", "uncoordinated",
)  # fmt: skip
LINES = ("condition-", "reason_")
"""The conditions of a conversation about consent, one field per line of it; the reasons of an assessment."""


def typed(request: HttpRequest) -> QueryDict | None:
    """What was posted; ``None`` makes an unbound form."""
    return request.POST if request.method == "POST" else None


def refuse(form: Form, error: DomainError) -> None:
    """Put a refusal where it belongs in the form; one that hides or forbids the record is not the form's to show."""
    if error.status in (403, 404):
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.message)


def renew(form: Form, revision: int) -> None:
    """Keep what was typed, on top of the state that is saved now."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data["revision"] = str(revision)
    form.data = data


def keeps_words(view: View) -> View:
    """Sign-in is needed. If the session ended while somebody typed, their words are shown, so that they can be copied.

    The page is kept by no browser and shows only what this very request sent.
    """
    guarded = login_required(view)

    @wraps(view)
    def kept(request: HttpRequest, **parts: Any) -> HttpResponse:
        if request.user.is_authenticated or request.method != "POST":
            return guarded(request, **parts)
        names = [name for name in request.POST if name in TYPED or name.startswith(LINES)]
        words = [clean(request.POST[name]) for name in names if request.POST[name]]
        had_file = request.content_type == "multipart/form-data"
        context = {"words": words, "had_file": had_file, "login": reverse("account_login"), "next": request.path}
        return render(request, "cases/signed_out.html", context, status=401)

    return require_http_methods(["GET", "HEAD", "POST"])(sensitive_post_parameters()(kept))


def status_of(form: Form) -> int:
    """422 for a page that shows errors."""
    return 422 if form.errors else 200


def page(request: HttpRequest, name: str, form: Form, **context: Any) -> HttpResponse:
    """A page with one form."""
    return render(request, f"cases/{name}.html", {"form": form, **context}, status=status_of(form))
