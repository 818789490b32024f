"""The files of a case: the list and a new one, opening one, removing one."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases import actions
from cases.files import facts, files_of, lines
from cases.forms.files import FileForm, RemoveForm
from cases.identity import bar, clocks_of, open_case, reader_lines, readers_of, zone_of
from cases.models import Case
from cases.views.guards import keeps_words, page, refuse, status_of, typed
from cases.views.who import me
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import DomainError
from foundation.core.words import isolated, moment_words
from foundation.dossiers import actions as dossiers
from foundation.files.giving import as_download
from foundation.files.models import Attachment
from foundation.files.states import FILE, Reason
from foundation.files.uploads import takes_file


@takes_file
@keeps_words
def files(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The files of a case, and a new one. What is refused stands in the trail with its code, and is not kept."""
    case = open_case(request.user, pk)
    form = FileForm(typed(request), request.FILES if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.add_file(case, form.upload(), by=me(request))
            return redirect("cases:case_files", pk)
        except DomainError as error:
            refuse(form, error)
            trail.record("file.refused", dossier=case.dossier_id, code=error.code)
    return page(request, "case_files", form, **_shown(request, case))


def _shown(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What the list shows; that it was shown stands in the trail."""
    rows, can = files_of(case), policy.abilities(request.user, case)
    readers = reader_lines(readers_of(case, dossiers.readers(case.dossier)))
    trail.record("file.listed", dossier=case.dossier_id, subject=case.pk, ids=[row.pk for row in rows])
    top = bar(case, "case_files", clocks=clocks_of(case), n_readers=len(readers))
    is_unchecked = not settings.CLAMAV
    return {
        "case": case, "bar": top, "files": lines(case, rows, can), "can": can, "readers": readers,
        "is_unchecked": is_unchecked,
    }  # fmt: skip


@login_required
@require_GET
def open_file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    """A file as a download, unsealed on its way. That it was opened stands in the trail."""
    row, opened = actions.open_file(open_case(request.user, pk), file, by=me(request))
    return as_download(row, opened)


@keeps_words
def remove_file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """The last page before a file is destroyed. Field: ``reason``."""
    case = open_case(request.user, pk)
    row, form = actions.file_of(case, file, me(request)), RemoveForm(typed(request))
    policy.require(request.user, "remove_file", case)
    FILE.check("remove", row.state)
    if form.is_valid():
        actions.remove_file(case, file, Reason(form.cleaned_data["reason"]), by=me(request))
        return redirect("cases:case_files", pk)
    trail.record("file.listed", dossier=case.dossier_id, subject=case.pk, ids=[row.pk])
    context = {"case": case, "form": form, "rows": _about(case, row), "links": _back(case)}
    return render(request, "cases/case_file_remove.html", context, status=status_of(form))


def _about(case: Case, row: Attachment) -> list[dict[str, str]]:
    at = moment_words(row.uploaded_at, timezone.now(), zone_of(case))
    what = isolated(row.description) if row.description else str(row.get_kind_display())
    return [
        {"term": _("File"), "main": what, "sub": facts(row)},
        {"term": _("Added"), "main": row.uploaded_by.name, "sub": at},
    ]


def _back(case: Case) -> list[dict[str, str]]:
    return [{"url": reverse("cases:case_files", args=[case.pk]), "label": _("Go back, nothing changes")}]
