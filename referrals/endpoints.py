"""The endpoints of a partner as its people and those who keep the register may see them: hosts, states, attempts.

No path of an address, no secret, nothing of what was sent or answered. Read as the courier, after the seat was asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.core.machines import COURIER
from foundation.core.words import moment_words
from foundation.outbox.models import Line, Message, Status
from referrals import pages
from referrals.models import Off, WebhookAttempt, WebhookEndpoint
from referrals.partnership import PartnerStatus

SHOWN = 50
ARRIVED = {"status__gte": 200, "status__lt": 300}


@dataclass(frozen=True)
class Standing:
    """An endpoint and how it goes there."""

    endpoint: WebhookEndpoint
    line: Line | None
    arrived: WebhookAttempt | None
    failed: WebhookAttempt | None
    n_waiting: int
    n_failed: int

    @property
    def host(self) -> str:
        """All that is shown of the address."""
        return urlsplit(self.endpoint.url).hostname or ""

    @property
    def is_suspended(self) -> bool:
        """Whether the partner is told nothing at all."""
        return bool(self.endpoint.organisation.partner.status != PartnerStatus.ACTIVE)

    @property
    def tag(self) -> dict[str, Any]:
        """Its state in two words."""
        if self.is_suspended:
            return pages.tag(_("Nothing is sent"), "late", "pause")
        if not self.endpoint.is_active:
            return pages.tag(_("Switched off"), "late", "pause")
        if self.line is not None and self.line.failing_since:
            return pages.tag(_("Does not answer"), "urgent", "urgent")
        return pages.tag(_("In use"), "good", "done")


def of(organisation: UUID) -> list[Standing]:
    """All of a partner, those in use first. A number of queries that no row changes."""
    with COURIER.at_work():
        return _standing(_rows().filter(organisation=organisation).order_by("-is_active", "-added_at")[:SHOWN])


def one(pk: UUID) -> Standing | None:
    """One of them."""
    with COURIER.at_work():
        return next(iter(_standing(_rows().filter(pk=pk))), None)


def _rows() -> Any:
    return WebhookEndpoint.objects.select_related("organisation__partner")


def _standing(endpoints: Iterable[WebhookEndpoint]) -> list[Standing]:
    rows = list(endpoints)
    ids = [row.pk for row in rows]
    lines = Line.objects.in_bulk(ids)
    tried = WebhookAttempt.objects.filter(endpoint__in=ids).order_by("endpoint", "-at").distinct("endpoint")
    arrived = {row.endpoint_id: row for row in tried.filter(**ARRIVED)}
    failed = {row.endpoint_id: row for row in tried.exclude(**ARRIVED)}
    counts = Message.objects.filter(target_id__in=ids).values("target_id").order_by().annotate(
        n_waiting=Count("pk", filter=Q(status=Status.PENDING)), n_failed=Count("pk", filter=Q(status=Status.FAILED))
    )  # fmt: skip
    by_id = {row["target_id"]: (row["n_waiting"], row["n_failed"]) for row in counts}
    return [
        Standing(row, lines.get(row.pk), arrived.get(row.pk), failed.get(row.pk), *by_id.get(row.pk, (0, 0)))
        for row in rows
    ]


def attempts(endpoint: UUID) -> list[WebhookAttempt]:
    """The newest attempts."""
    with COURIER.at_work():
        return list(WebhookAttempt.objects.filter(endpoint=endpoint).order_by("-at", "-pk")[:SHOWN])


def kind(attempt: WebhookAttempt) -> str:
    """How an attempt ended: the status that was answered, or the kind of failure."""
    return str(attempt.status) if attempt.status is not None else KINDS.get(attempt.problem, attempt.problem)


KINDS = {
    "TimeoutError": "timeout", "ConnectionRefusedError": "refused", "ConnectionResetError": "reset",
    "SSLCertVerificationError": "certificate", "SSLError": "tls", "BadStatusLine": "not_http",
    "gaierror": "dns", "OSError": "network",
}  # fmt: skip


def facts(standing: Standing, zone: tzinfo) -> list[dict[str, Any]]:
    """One endpoint in rows."""
    end = standing.endpoint
    rows: list[dict[str, Any]] = [
        {"key": _("Last arrived"), "value": _at(standing.arrived, zone) or _("Nothing yet")},
        {"key": _("Last failure"), "value": _failure(standing, zone) or _("None")},
        {"key": _("Waiting"), "value": str(standing.n_waiting)},
        {"key": _("Failed for good"), "value": str(standing.n_failed)},
        {"key": _("Added"), "value": when(end.added_at, zone)},
    ]
    if not end.is_active and end.off_because:
        rows.insert(0, {"key": _("Why it is off"), "value": Off(end.off_because).label})
    if standing.is_suspended:
        rows.insert(0, {"key": _("Nothing is sent"), "value": suspended_words()})
    if end.old_until and end.old_until > timezone.now():
        until = _("The old one signs too until %(when)s.") % {"when": when(end.old_until, zone)}
        rows.append({"key": _("Secret"), "value": until})
    return rows


def suspended_words() -> str:
    """Said where somebody looks for messages of a partner that is told nothing."""
    return _("The partnership is not active. No message is delivered; what arises meanwhile fails and can be replayed.")


def lines(standing: Standing, zone: tzinfo) -> list[str]:
    """The same in two lines, for the list."""
    arrived = _at(standing.arrived, zone) or _("Nothing yet")
    said = [_("Last arrived: %(when)s") % {"when": arrived}]
    if failure := _failure(standing, zone):
        said.append(_("Last failure: %(what)s") % {"what": failure})
    counts = {"n": standing.n_waiting, "failed": standing.n_failed}
    return [*said, _("%(n)s wait, %(failed)s failed") % counts]


def _failure(standing: Standing, zone: tzinfo) -> str:
    return f"{kind(standing.failed)}, {_at(standing.failed, zone)}" if standing.failed else ""


def _at(attempt: WebhookAttempt | None, zone: tzinfo) -> str:
    return when(attempt.at, zone) if attempt else ""


def when(at: datetime, zone: tzinfo) -> str:
    """A moment in words, for a reader in this zone."""
    return moment_words(at, timezone.now(), zone)
