"""The files of a case in words: what each is, where it stands, what can be done with it."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.contributions import Event
from cases.identity import zone_of
from cases.models import Case
from foundation.core.words import inside, moment_words
from foundation.files.kinds import CARRY_TRACES
from foundation.files.models import Attachment
from foundation.files.states import FileState, Problem

CANNOT_OPEN = (Problem.MISSING, Problem.DAMAGED)
Line = dict[str, Any]


def files_of(case: Case) -> list[Attachment]:
    """Every file there is or was, newest first; one query."""
    rows = list(
        Attachment.objects.filter(dossier=case.dossier_id)
        .select_related("uploaded_by", "removed_by")
        .order_by("-uploaded_at")
    )
    for row in rows:
        row.dossier = case.dossier
    return rows


def lines(case: Case, rows: list[Attachment], can: dict[str, bool]) -> list[Line]:
    """A line for each file; a removed one keeps its line without its words."""
    return [_line(case, row, can) for row in rows]


def _line(case: Case, row: Attachment, can: dict[str, bool]) -> Line:
    at = moment_words(row.uploaded_at, timezone.now(), zone_of(case))
    opens = can["open_file"] and row.state == FileState.READY and row.problem not in CANNOT_OPEN
    removes = can["remove_file"] and row.state != FileState.REMOVED
    return {
        "what": row.description or row.get_kind_display(),
        "facts": facts(row),
        "name": row.name or "",
        "by": _("Added by %(name)s, %(when)s") % {"name": row.uploaded_by.name, "when": inside(at)},
        "tag": tag(row),
        "why": _why(case, row),
        "open_url": reverse("cases:open_file", args=[case.pk, row.pk]) if opens else "",
        "remove_url": reverse("cases:remove_file", args=[case.pk, row.pk]) if removes else "",
    }


def facts(row: Attachment) -> str:
    """Kind, size and purpose."""
    told = {"kind": row.get_kind_display(), "size": filesizeformat(row.size), "purpose": row.get_purpose_display()}
    return _("%(kind)s, about %(size)s. %(purpose)s") % told


def tag(row: Attachment) -> dict[str, Any]:
    """Where it stands, with an icon."""
    if row.problem in CANNOT_OPEN and row.state != FileState.REMOVED:
        return {"text": _("Cannot be opened"), "tone": "late", "icon": "urgent"}
    tone, icon = {
        FileState.PENDING: ("act", "clock"),
        FileState.READY: ("good", "done"),
        FileState.REFUSED: ("late", "urgent"),
        FileState.REMOVED: ("", "eye-off"),
    }[FileState(row.state)]
    return {"text": row.get_state_display(), "tone": tone, "icon": icon}


def _why(case: Case, row: Attachment) -> str:
    """The sentence under the tag."""
    if row.problem:
        return str(row.get_problem_display())
    if row.state == FileState.PENDING:
        return _("It waits for the virus check. Nobody can open it before.")
    if row.state == FileState.READY and row.kind in CARRY_TRACES:
        return _("Kept as it came: it can tell who made it, when and with what.")
    if row.state == FileState.REMOVED and row.removed_by:
        return _("%(why)s. By %(name)s.") % {"why": row.get_reason_display(), "name": row.removed_by.name}
    return ""


def events(rows: list[Attachment]) -> list[Event]:
    """When files came and went, for the story of the case; never what is in them."""
    came = [Event(row.uploaded_at, _("A file was added"), _by(row.uploaded_by)) for row in rows]
    went = [Event(row.removed_at, _("A file was removed"), _by(row.removed_by)) for row in rows if row.removed_at]
    return came + went


def _by(person: Any) -> str:
    return _("by %(name)s") % {"name": person.name}
