"""Looking back at what was told although the ordinary way was shut (HS-10)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.views.guards import keeps_words, status_of, typed
from cases.views.who import me
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, DomainError
from referrals import actions, saving_words
from referrals.forms.saving import LookBackForm
from referrals.models import LifeSaving
from referrals.views.guards import refuse

RELATED = (
    "dossier", "called_by", "reviewed_by", "referral__unit", "referral__service", "referral__recipient",
    "referral__requested_by", "referral__approved_by",
)  # fmt: skip


def _fetch(actor: Any, pk: UUID) -> LifeSaving:
    rows = LifeSaving.objects.visible_to(actor).filter(referral=pk).select_related(*RELATED)
    row: LifeSaving | None = rows.first()
    if row is None:
        raise Absent("record.absent", "")
    return row


@keeps_words
def life_saving(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The call, the reason, what was told; and what somebody finds who had no part in it. Fields: ``was_right``, ``review``."""
    row = _fetch(request.user, pk)
    form = LookBackForm(typed(request), is_open=row.is_open)
    if form.is_bound and form.is_valid():
        try:
            data = form.cleaned_data
            actions.look_back(row, data["was_right"] == "yes", data.get("review", ""), by=me(request))
            messages.success(request, _("What you found stands."))
            return redirect("referrals:life_saving", pk)
        except DomainError as error:
            refuse(form, error)
    trail.record("referral.read", dossier=row.dossier_id, subject=pk, version=row.referral.version)
    may = policy.allows(request.user, "look_back", row) and row.referral.sent_at is not None
    rows = [*saving_words.told(row.referral), *saving_words.rows(row)]
    context = {"referral": row.referral, "form": form if may else None, "rows": rows}
    return render(request, "referrals/life_saving.html", context, status=status_of(form))
