"""What stands before the first page: the code of conduct, and setting up the second step."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts import actions, gate, stepup
from foundation.accounts.backend import facts
from foundation.accounts.conduct import sections
from foundation.accounts.forms import Again, Conduct
from foundation.accounts.models import ConductAcceptance, ConductVersion, User
from foundation.core.errors import Absent, DomainError


def next_page(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else "/"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conduct(request: HttpRequest) -> HttpResponse:
    """The code of conduct: read and accepted before first use, and again when it changes (P4)."""
    text = ConductVersion.current(get_language() or "en")
    if text is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    form = Conduct(request.POST if request.method == "POST" else None, initial={"version": text.version})
    if form.is_valid() and _accept(request, form, text):
        messages.success(request, _("You accepted the code of conduct."))
        return redirect(next_page(request))
    context = {"form": form, "sections": sections(text.text), "version": text, **_accepted(request, text)}
    return render(request, "accounts/conduct.html", context, status=422 if form.errors else 200)


def _accept(request: HttpRequest, form: Conduct, text: ConductVersion) -> bool:
    """Accept what was shown; a text that was replaced meanwhile is shown anew."""
    if form.cleaned_data["version"] != text.version:
        form.add_error("accept", _("There is a newer text now. Please read it."))
        return False
    try:
        actions.accept_conduct(text, by=cast(User, request.user))
    except DomainError as error:
        form.add_error("accept", error.message)
    return not form.errors


def _accepted(request: HttpRequest, text: ConductVersion) -> dict[str, Any]:
    mine = ConductAcceptance.objects.filter(user=cast(User, request.user), version=text.version).first()
    return {"accepted": mine, "next": next_page(request)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Confirm that it is you, then go back to where it was asked."""
    form = Again(request.POST if request.method == "POST" else None, user=cast(User, request.user))
    if form.is_valid():
        form.confirm(request)
        return redirect(next_page(request))
    return stepup.page(request, form, 422 if form.errors else 200, next_page(request))


@login_required
@require_safe
def second_step(request: HttpRequest) -> HttpResponse:
    """Why a seat needs a second step at sign-in, and the ways to set one up."""
    user = cast(User, request.user)
    if facts(user).has_factor:
        return redirect("mfa_index")
    return render(
        request, "accounts/second_step.html", {"is_needed": gate.needs_factor(user), "next": next_page(request)}
    )
