"""What the pages of a list that leaves show: where it stands, what would leave, what can be done."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.words import inside, moment_words
from foundation.exports.actions import Made
from foundation.exports.making import columns_of
from foundation.exports.models import Export
from foundation.exports.sources import offered, source_of
from foundation.exports.states import LIFE, ExportState

SHOWN = 25
TONES = {
    ExportState.ASKED: ("urgent", "clock"),
    ExportState.APPROVED: ("good", "done"),
    ExportState.READY: ("urgent", "clock"),
    ExportState.REFUSED: ("private", "eye-off"),
}


def sources(actor: User) -> list[dict[str, Any]]:
    """What this person may ask for."""
    return [{"label": s.label, "url": reverse("exports:ask", args=[s.code])} for s in offered(actor)]


def alone() -> str:
    """From when on a second person is needed."""
    n = settings.EXPORT_ROWS_ALONE
    words = ngettext(
        "Up to %(n)d row a day leaves on your own word. For more another focal point, deputy or manager is asked.",
        "Up to %(n)d rows a day leave on your own word. For more another focal point, deputy or manager is asked.",
        n,
    )
    return words % {"n": n}


def _when(moment: Any, export: Export) -> str:
    return moment_words(moment, timezone.now(), ZoneInfo(export.unit.time_zone)) if moment else ""


def _until(export: Export) -> str:
    """The same for the middle of a sentence; the name of a weekday keeps its capital."""
    words = _when(export.ends_at, export)
    zone = ZoneInfo(export.unit.time_zone)
    is_today = export.ends_at.astimezone(zone).date() == timezone.localtime(timezone=zone).date()
    return inside(words) if is_today else words


def rows_words(n: int) -> str:
    """A number of rows."""
    return ngettext("%(n)d row", "%(n)d rows", n) % {"n": n}


def _state(export: Export) -> dict[str, Any]:
    is_late = export.is_over and export.state in (ExportState.ASKED, ExportState.APPROVED, ExportState.READY)
    state = ExportState.EXPIRED if is_late else ExportState(export.state)
    tone, icon = TONES.get(state, ("", ""))
    return {"label": state.label, "tone": tone, "icon": icon}


def line(export: Export, actor: User) -> dict[str, Any]:
    """One line of the overview."""
    by = _("You") if export.asked_by_id == actor.pk else export.asked_by.name
    return {
        "url": reverse("exports:export", args=[export.pk]),
        "export": export,
        "what": source_of(export.source).label,
        "rows": rows_words(export.n_rows),
        "by": by,
        "at": _when(export.asked_at, export),
        "state": _state(export),
    }


def facts(export: Export) -> list[dict[str, Any]]:
    """What would leave, who asked for it and why."""
    source = source_of(export.source)
    rows: list[dict[str, Any]] = [
        {"key": _("List"), "lines": [source.label, source.scopes.get(export.scope, export.scope)]},
        {"key": _("Rows"), "value": rows_words(export.n_rows)},
        {"key": _("Columns"), "lines": [column.label for column in columns_of(export)]},
        {"key": _("Kind of file"), "value": export.get_format_display()},
        {"key": _("Asked by"), "lines": [export.asked_by.name, _when(export.asked_at, export)]},
        {"key": _("Needed for"), "value": export.get_reason_display()},
    ]
    if export.is_open:
        rows.append({"key": _("In their words"), "value": export.why, "typed": True})
    if export.decided_by:
        said = _("refused") if export.state == ExportState.REFUSED else _("allowed")
        who = _("%(name)s, %(answer)s") % {"name": export.decided_by.name, "answer": said}
        rows.append({"key": _("Second person"), "lines": [who, _when(export.decided_at, export)]})
    if export.n_made is not None:
        rows.append({"key": _("In the file"), "lines": [rows_words(export.n_made), *_withheld(export)]})
    return rows


def _withheld(export: Export) -> list[str]:
    n = export.n_withheld
    words = ngettext("%(n)d cell was left out: no consent", "%(n)d cells were left out: no consent", n)
    return [words % {"n": n}] if n else []


def heading(export: Export, actor: User) -> str:
    """The answer to "and now?"."""
    is_mine = export.asked_by_id == actor.pk
    if export.is_over:
        return str(_state(export)["label"])
    words = {
        ExportState.ASKED: (_("Another lead looks at it now"), _("May this list leave?")),
        ExportState.APPROVED: (_("You can make the file now"), _("The list may leave")),
        ExportState.READY: (_("The file waits for its one download"), _("The file waits for its one download")),
    }
    mine, others = words[ExportState(export.state)]
    return mine if is_mine else others


def state(export: Export, actor: User) -> dict[str, Any]:
    """The context of the page of a list."""
    may = policy.abilities(actor, export)
    verbs = {v for side in ("asker", "approver") for v in LIFE.verbs(export.state, side) if may[v]}
    return {
        "export": export,
        "heading": heading(export, actor),
        "state": _state(export),
        "facts": facts(export),
        "names": shown(export, actor) if "approve" in verbs and not export.is_over else None,
        "can": dict.fromkeys(() if export.is_over else verbs - {"download"}, True),
        "ends": "" if export.is_over else _until(export),
        "is_ready": export.state == ExportState.READY and not export.is_over,
    }


def shown(export: Export, actor: User) -> dict[str, Any]:
    """The codes of the rows that would leave, and how many of them this person can open; that they were shown is kept."""
    rows = export.rows if export.is_open else {"ids": [], "codes": []}
    n_open = len(source_of(export.source).names(actor, rows["ids"]))
    codes = rows["codes"]
    trail.record("export.shown", dossier=export.dossier_id, subject=export.pk, n=min(len(codes), SHOWN))
    closed = len(rows["ids"]) - n_open
    return {"codes": codes[:SHOWN], "more": max(len(codes) - SHOWN, 0), "closed": closed}


def _go_back(export: Export) -> list[dict[str, str]]:
    return [{"url": reverse("exports:export", args=[export.pk]), "label": _("Go back, nothing leaves")}]


def _terms(export: Export) -> list[dict[str, Any]]:
    return [
        {"term": _("What"), "main": source_of(export.source).label, "sub": rows_words(export.n_rows)},
        {"term": _("Columns"), "main": ", ".join(str(column.label) for column in columns_of(export))},
        {"term": _("Needed for"), "main": export.get_reason_display()},
    ]


def before_approval(export: Export) -> dict[str, Any]:
    """The last page before somebody lets a list leave."""
    who = {"term": _("Who takes it out"), "main": export.asked_by.name}
    after = {
        "term": _("What then"),
        "main": _("What has left cannot be called back. Your name stands beside it in the trail."),
    }
    return {"export": export, "rows": [who, *_terms(export), after], "links": _go_back(export)}


def before_making(export: Export) -> dict[str, Any]:
    """The last page before the rows leave."""
    minutes = int(settings.EXPORT_LINK.total_seconds() // 60)
    words = _(
        "You see a password once. The file can be downloaded once, within %(n)d minutes, from this session alone."
    )
    then = {"term": _("What happens"), "main": words % {"n": minutes}}
    duty = {"term": _("Your part"), "main": _("Keep file and password apart. Destroy both after use.")}
    return {"export": export, "rows": [*_terms(export), then, duty], "links": _go_back(export)}


def ready(made: Made) -> dict[str, Any]:
    """The page that shows the password, once."""
    export = made.export
    left_out = export.n_rows - (export.n_made or 0)
    gone = ngettext(
        "%(n)d row was left out: it is not open to you any more.",
        "%(n)d rows were left out: they are not open to you any more.",
        left_out,
    )
    return {
        "export": export,
        "password": made.password,
        "token": made.token,
        "rows": rows_words(export.n_made or 0),
        "notes": ([gone % {"n": left_out}] if left_out else []) + _withheld(export),
        "until": _until(export),
    }
