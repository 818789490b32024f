"""The one question before the next folder opens."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from foundation.watch import actions
from foundation.watch.forms import Reason
from foundation.watch.views.who import me


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def why(request: HttpRequest) -> HttpResponse:
    """Say why, then the page that was wanted opens."""
    form = Reason(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actions.explain_reading(form.cleaned_data["why"], by=me(request))
        return redirect(_onward(request))
    return render(request, "watch/why.html", {"form": form}, status=422 if form.errors else 200)


def _onward(request: HttpRequest) -> str:
    """An address of this site, or the day page."""
    wanted = request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"
