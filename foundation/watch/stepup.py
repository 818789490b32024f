"""Before emergency access, the password or the second factor once more: of who asks and of who confirms.

It is asked before the form is shown. A form that was filled in is never put aside into the session (its words would lie
there in the open): if it took too long, the page comes back with the words and a link. Having signed in just now is not
enough: who sits down at somebody's open screen stops here.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from foundation.accounts.stepup import confirmed_ago

View = Callable[..., HttpResponse]
WHILE_WRITING = timedelta(minutes=20)
"""How long after it the form may be sent."""


def asked_before(view: View) -> View:
    """A view whose form is shown only to who has confirmed within the last minutes that it is them."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" and not _is_within(request, settings.ACCOUNT_REAUTHENTICATION_TIMEOUT):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return guarded


def is_fresh(request: HttpRequest, form: Form) -> bool:
    """Whether the person confirmed while writing; if not, the form says so and keeps what was typed."""
    if _is_within(request, WHILE_WRITING.total_seconds()):
        return True
    form.add_error(None, _("Too much time has passed. Confirm in a new tab that it is you, then send this page again."))
    return False


def _is_within(request: HttpRequest, seconds: float) -> bool:
    """Who signs in by the organisation's own service has nothing to confirm with here."""
    return confirmed_ago(request) < seconds or not get_adapter().get_reauthentication_methods(request.user)
