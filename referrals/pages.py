"""What the pages of the register and the directory share: one record, one step, one list."""

from datetime import date
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format


def on(day: date | None) -> str:
    """A day with its year."""
    return str(date_format(day, "j E Y")) if day else ""


def tag(text: Any, tone: str = "", icon: str = "") -> dict[str, Any]:
    """A tag; without a tone it is plain."""
    return {"text": text, "tone": tone, "icon": icon, "plain": not tone}


def record(request: HttpRequest, **context: Any) -> HttpResponse:
    """One record with its facts, its history and what may be done with it."""
    return render(request, "referrals/record.html", context)


def listing(request: HttpRequest, **context: Any) -> HttpResponse:
    """Sections of rows."""
    return render(request, "referrals/list.html", context)


def step(request: HttpRequest, form: Form, **context: Any) -> HttpResponse:
    """One form, one verb."""
    return render(request, "referrals/one_step.html", {"form": form, **context}, status=422 if form.errors else 200)
