"""What the pages of the office share: one list, one record, one step; and moments and days in words."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from consent.views.who import zone_of
from foundation.core.errors import DomainError
from foundation.core.words import day_words, moment_words


def when(moment: datetime | None, actor: Any) -> str:
    """A moment as the clock of the reader's unit shows it."""
    return moment_words(moment, timezone.now(), zone_of(actor)) if moment else ""


def on(day: date | None) -> str:
    """A day with its year."""
    return day_words(datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC")) if day else ""


def tag(text: Any, tone: str = "", icon: str = "") -> dict[str, Any]:
    """A tag; without a tone it is plain."""
    return {"text": text, "tone": tone, "icon": icon, "plain": not tone}


def posted(request: HttpRequest) -> Any:
    """What was posted; ``None`` makes an unbound form."""
    return request.POST if request.method == "POST" else None


def refuse(form: Form, error: DomainError) -> None:
    """Put a refusal where it belongs in the form; one that hides, forbids or comes too late is not the form's to show."""
    if error.status in (403, 404):
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.message)


def listing(request: HttpRequest, **context: Any) -> HttpResponse:
    """A list with sections of rows."""
    return render(request, "consent/list.html", context)


def record(request: HttpRequest, **context: Any) -> HttpResponse:
    """One record with its facts, its history and what may be done with it."""
    return render(request, "consent/record.html", context)


def step(request: HttpRequest, form: Form, **context: Any) -> HttpResponse:
    """One form, one verb."""
    return render(request, "consent/step.html", {"form": form, **context}, status=422 if form.errors else 200)
