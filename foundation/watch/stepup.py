"""Before emergency access, the password or the second factor once more: of who asks and of who confirms.

It is asked before the form is shown. A form that was filled in is never put aside into the session (its words would lie
there in the open): if it took too long, the page comes back with the words and a link.
"""

import time
from datetime import timedelta

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

WHILE_WRITING = timedelta(minutes=20)
"""How long after it the form may be sent."""


def is_asked(request: HttpRequest) -> bool:
    """For allauth's decorator: only before a form is shown."""
    return request.method != "POST"


def is_fresh(request: HttpRequest, form: Form) -> bool:
    """Whether the person proved who they are while writing; if not, the form says so and keeps what was typed."""
    if not get_reauthentication_flows(request.user) or _age(request) < WHILE_WRITING.total_seconds():
        return True
    form.add_error(None, _("Too much time has passed. Confirm in a new tab that it is you, then send this page again."))
    return False


def _age(request: HttpRequest) -> float:
    """Seconds since the last proof in this session."""
    proofs = [r for r in get_authentication_records(request, request.user) if r.get("reauthenticated")]
    return time.time() - float(proofs[-1]["at"]) if proofs else float("inf")
