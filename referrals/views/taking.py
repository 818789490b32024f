"""Taking a directory in: a report on every row first, and nothing written before it was read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.views.guards import keeps_words, typed
from foundation.accounts.models import User
from foundation.core.errors import DomainError
from foundation.files.uploads import takes_file
from referrals import pages
from referrals.forms.taking import TakeForm, sealed
from referrals.hsds.opening import MOST_ON_A_PAGE
from referrals.hsds.report import Report, Result
from referrals.hsds.taking import take_in
from referrals.views.guards import refuse
from referrals.views.register import require_keeper

TONES = {Result.NEW: "good", Result.CHANGED: "act", Result.SAME: "", Result.LEFT: "late"}
SHOWN = 500


@takes_file
@keeps_words
def take(request: HttpRequest) -> HttpResponse:
    """Choose a file, read what would become of each row, choose it again to take it in."""
    by = require_keeper(request)
    form, report = TakeForm(typed(request), request.FILES if request.method == "POST" else None), None
    if form.is_valid():
        try:
            report, form = _taken(form, by)
        except DomainError as error:
            refuse(form, error)
    return render(request, "referrals/take_in.html", _shown(form, report), status=422 if form.errors else 200)


def _taken(form: TakeForm, by: User) -> tuple[Report, TakeForm]:
    content = form.content()
    report = take_in(content, by=by, is_dry=not form.was_seen(content, by), most=MOST_ON_A_PAGE)
    return report, TakeForm(initial={"seen": sealed(content, by)} if report.is_dry else None)


def _shown(form: TakeForm, report: Report | None) -> dict[str, Any]:
    if report is None:
        return {"form": form}
    rows = sorted(report.lines, key=lambda line: (line.result != Result.LEFT, not line.notes))
    lines = [{"line": line, "tag": pages.tag(line.result.label, TONES[line.result])} for line in rows[:SHOWN]]
    more = len(rows) - len(lines)
    words = _("Not shown, as there is nothing to say of them: %(n)d") % {"n": more} if more > 0 else ""
    return {"form": form, "report": report, "lines": lines, "more": words}
