"""Where one is signed in, and ending it."""

from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts import actions, devices
from foundation.accounts.models import User
from foundation.core.errors import Absent


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Every place where this person is signed in: the device in words, when it was used last, which one is this."""
    found = devices.places(cast(User, request.user), request.session.session_key)
    return render(request, "accounts/sessions.html", {"places": found})


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out in one other place."""
    user = cast(User, request.user)
    found = UserSession.objects.filter(pk=pk, user=user).exclude(session_key=request.session.session_key).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    actions.end_session(found, by=user)
    messages.success(request, _("Signed out there."))
    return redirect("accounts:sessions")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    user = cast(User, request.user)
    n = actions.end_sessions(user, by=user, but=request.session.session_key or "")
    said = ngettext("Signed out in %(n)d other place.", "Signed out in %(n)d other places.", n) % {"n": n}
    messages.success(request, said)
    return redirect("accounts:sessions")
