"""The page on which a case is closed, in words: what keeps it open, what is said, who must agree."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import closing
from cases.actions.closing import is_grave
from cases.closures import ClosureStatus, Result
from cases.identity import zone_of
from cases.models import Case, Closure
from consent.actions import keeping as keep
from consent.actions.schedule import rule_for
from consent.terms import RecordClass
from foundation.core import policy
from foundation.core.legible import SHUT, legible
from foundation.core.words import moment_words


def waiting(case: Case) -> Closure | None:
    """The closing that waits for a second person."""
    rows = Closure.objects.filter(case=case.pk, status=ClosureStatus.ASKED).select_related("asked_by")
    return _opened(case, rows.first())


def last(case: Case) -> Closure | None:
    """The newest closing that was carried out or given back."""
    rows = Closure.objects.filter(case=case.pk).exclude(status=ClosureStatus.TAKEN_BACK)
    return _opened(case, rows.select_related("asked_by", "decided_by").order_by("-asked_at").first())


def _opened(case: Case, found: Closure | None) -> Closure | None:
    if found is not None:
        found.dossier = case.dossier
    return found


def done(closure: Closure) -> str:
    """What has happened, for the page that follows."""
    if closure.status == ClosureStatus.CLOSED:
        return _("The case is closed. Its clocks have stopped, and nobody changes anything in it.")
    return _("It waits for a second person now. Until then the case stays open.")


def page(case: Case, asked: Closure | None, actor: Any) -> dict[str, Any]:
    """The context: what keeps it open, what was asked already and who may decide on it."""
    return {
        "vetoes": closing.vetoes(case),
        "asked": asked,
        "rows": facts(case, asked) if asked else [],
        "can": policy.abilities(actor, asked) if asked else {},
        "kept": kept(case),
        "is_grave": is_grave(case),
        "last": returned(case) if asked is None else {},
    }


def kept(case: Case) -> str:
    """How long it is kept after the closing, as a sentence (HS-19; domain.md §4.3)."""
    wanted = keep.class_of(case.person)
    days = rule_for(case.unit.organisation, wanted).days
    words = ngettext(
        "%(kind)s: kept for %(n)d day after the closing.", "%(kind)s: kept for %(n)d days after the closing.", days
    )
    return words % {"kind": RecordClass(wanted).label, "n": days}


def facts(case: Case, closure: Closure) -> list[dict[str, Any]]:
    """A closing to read."""
    result = closure.get_result_display()
    rows: list[dict[str, Any]] = [
        {"key": _("Why"), "value": closure.get_reason_display()},
        {"key": _("Compared with the beginning"), "value": result},
        {"key": _("Retention"), "value": closure.get_record_class_display()},
        {"key": _("Asked for by"), "value": closure.asked_by.name},
        {"key": _("When"), "value": moment_words(closure.asked_at, timezone.now(), zone_of(case))},
    ]
    if closure.result == Result.UNKNOWN:
        rows.insert(
            2, {"key": _("Why it is not known"), "value": legible(lambda: closure.because, SHUT), "typed": True}
        )
    if closure.words:
        rows.insert(2, {"key": _("For a colleague"), "value": legible(lambda: closure.words, SHUT), "typed": True})
    if closure.unfollowed:
        said = {
            "key": _("Why no follow-up was agreed"),
            "value": legible(lambda: closure.unfollowed, SHUT),
            "typed": True,
        }
        rows.insert(2, said)
    if closure.decided_by_id and closure.decided_by:
        rows.append({"key": _("Agreed to by"), "value": closure.decided_by.name})
    return rows


def returned(case: Case) -> dict[str, str]:
    """What the second person wrote when they gave the last one back."""
    found = last(case)
    if found is None or found.status != ClosureStatus.RETURNED or found.decided_by is None:
        return {}
    title = _("%(name)s gave it back") % {"name": found.decided_by.name}
    return {"title": title, "text": str(legible(lambda: found.answer or "", SHUT))}


def panel(case: Case) -> dict[str, Any]:
    """Of a closed case: since when, why, and what has changed; empty for any other."""
    found = last(case) if case.closed_at else None
    if found is None or case.closed_at is None:
        return {}
    when = moment_words(case.closed_at, timezone.now(), zone_of(case))
    return {"title": _("This case is closed"), "text": when, "rows": facts(case, found)}
