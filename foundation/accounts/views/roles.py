"""Who does what."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.duties import DUTIES, MANDATES
from foundation.accounts.models import Role, User


@login_required
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Every kind of seat in a sentence, one’s own marked, then the mandates in the Movement (R-62)."""
    mine = {seat.role for seat in cast(User, request.user).seats}
    duties = [{"label": Role(role).label, "text": text, "is_mine": role in mine} for role, text in DUTIES.items()]
    mandates = [{"label": label, "text": text} for label, text in MANDATES]
    return render(request, "accounts/roles.html", {"duties": duties, "mandates": mandates})
