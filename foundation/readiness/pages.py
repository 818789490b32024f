"""What the pages of readiness share: who acts, which unit, words for days, tags."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.accounts.models import Unit, User
from foundation.core.errors import Absent, DomainError
from foundation.core.words import day_words
from foundation.readiness import seats


def me(request: HttpRequest) -> User:
    """The person who acts, behind ``login_required``."""
    return cast(User, request.user)


def absent() -> Absent:
    """Hidden and unknown are the same answer."""
    return Absent("record.absent", _("There is nothing at this address."))


def unit_for(request: HttpRequest, pk: UUID) -> Unit:
    """The unit, if this person reads how it stands; else 404."""
    found = Unit.objects.select_related("organisation", "parent__parent").filter(pk=pk).first()
    if found is None or not seats.reads(me(request), found):
        raise absent()
    return found


def on(day: date | None) -> str:
    """A day with its year."""
    zone = ZoneInfo("UTC")
    return day_words(datetime(day.year, day.month, day.day, 12, tzinfo=zone), zone) if day else ""


def tag(text: Any, tone: str = "", icon: str = "") -> dict[str, Any]:
    """A tag; without a tone it is plain."""
    return {"text": text, "tone": tone, "icon": icon, "plain": not tone}


def posted(request: HttpRequest) -> Any:
    """What was posted; ``None`` makes an unbound form."""
    return request.POST if request.method == "POST" else None


def refuse(form: Form, error: DomainError) -> None:
    """Put a refusal where it belongs in the form; one that hides, forbids or comes too late is not the form's to show."""
    if error.status in (403, 404, 409):
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.message)


def step(request: HttpRequest, form: Form, **context: Any) -> HttpResponse:
    """One form, one verb."""
    return render(request, "readiness/step.html", {"form": form, **context}, status=422 if form.errors else 200)
