"""Erasures in words: what goes, what stays, who decides, and the certificate."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.actions.erasing import deciders, is_authentic
from cases.models import Case, Erasure
from cases.moments import written
from cases.states import ErasureStatus
from consent.models import RetentionRule
from foundation.accounts.models import Role
from foundation.audit import signing
from foundation.core import policy
from foundation.core.words import moment_words

KINDS = {
    "case": gettext_lazy("Case"),
    "concern": gettext_lazy("Concern"),
    "draft": gettext_lazy("Draft"),
    "package": gettext_lazy("Package for a partner"),
    "request": gettext_lazy("Reasons for telling without consent"),
}
PROBLEMS = {
    "ledger.missing": gettext_lazy("The erasure ledger is not where it should be. Mount it or bring its copy back."),
    "ledger.unwritable": gettext_lazy(
        "The erasure ledger cannot be written. Nothing was erased. Tell the administrator."
    ),
}
TONES = {ErasureStatus.DONE: ("good", "done"), ErasureStatus.AUTHORISED: ("urgent", "urgent")}


def _goes() -> list[dict[str, Any]]:
    days = settings.KEY_ARCHIVE_DAYS
    archives = ngettext(
        "The last copy of the keys runs out within %(n)d day.",
        "The last copy of the keys runs out within %(n)d days.",
        days,
    )
    return [
        {
            "term": _("What goes"),
            "main": _("The keys to all that was written about the person: name, contact, wishes, notes, files"),
            "sub": _("Nobody can read it again, not even we. It cannot be undone."),
        },
        {
            "term": _("Partners"),
            "main": _("Their packages go too"),
            "sub": _("Who received something is told, loses access and must confirm within 7 days."),
        },
        {
            "term": _("Backups"),
            "main": archives % {"n": days},
            "sub": _("Until then, a restore takes the case away again before anybody can work."),
        },
    ]


def before(case: Case) -> list[dict[str, Any]]:
    """What the page says to whoever asks."""
    roles = sorted({str(Role(seat.role).label) for seat in deciders(case.unit)})
    second = {
        "term": _("Who must agree"),
        "main": ", ".join(roles) or _("Nobody holds a seat for it"),
        "sub": _("Until then nothing changes, and you can take it back."),
    }
    return [*_goes(), second]


def asked(erasure: Erasure) -> list[dict[str, Any]]:
    """What the page says to whoever decides."""
    now, zone = timezone.now(), _zone(erasure)
    return [
        {"term": _("Case"), "main": erasure.code, "sub": erasure.unit.name},
        {"term": _("Ground"), "main": erasure.get_ground_display()},
        {
            "term": _("Asked for by"),
            "main": erasure.requested_by.name,
            "sub": f"{erasure.requested_seat}, {moment_words(erasure.requested_at, now, zone)}",
        },
        *_goes(),
    ]


def stays() -> list[dict[str, str]]:
    """What is left in the end."""
    return [
        {"what": _("The certificate"), "why": _("that it was erased: when, why, by which two seats")},
        {"what": _("The trail"), "why": _("who did what and when, in codes, never in words")},
        {
            "what": _("What was agreed to"),
            "why": _("each decision as a code, for as long as somebody must account for it"),
        },
        {"what": _("The figures"), "why": _("counts from which nothing leads back to the person")},
    ]


def _zone(erasure: Erasure) -> ZoneInfo:
    return ZoneInfo(erasure.unit.time_zone)


def line(erasure: Erasure, actor: Any) -> dict[str, Any]:
    """A row of the list. ``waits`` for this very person."""
    tone, icon = TONES.get(ErasureStatus(erasure.status), ("", ""))
    return {
        "erasure": erasure,
        "url": reverse("cases:erasure", args=[erasure.pk]),
        "at": moment_words(erasure.requested_at, timezone.now(), _zone(erasure)),
        "waits": policy.allows(actor, "authorise", erasure),
        "tone": tone,
        "icon": icon,
    }


def page(erasure: Erasure) -> dict[str, Any]:
    """The context of an erasure's own page."""
    problem = PROBLEMS.get(erasure.problem, _("It could not be carried out yet and is tried again."))
    context: dict[str, Any] = {
        "erasure": erasure,
        "heading": _heading(erasure),
        "rows": _facts(erasure),
        "problem": problem if erasure.problem else "",
        "certificate": None,
    }
    if erasure.certificate is not None:
        context["certificate"] = _certificate(erasure)
    return context


def _heading(erasure: Erasure) -> str:
    return {
        ErasureStatus.REQUESTED: _("Waiting for a second person to agree"),
        ErasureStatus.AUTHORISED: _("The keys are being destroyed"),
        ErasureStatus.DONE: _("Certificate of erasure"),
        ErasureStatus.REFUSED: _("The second person did not agree; the case stays"),
        ErasureStatus.TAKEN_BACK: _("Nobody asks for it any more; the case stays"),
    }[ErasureStatus(erasure.status)]


def _facts(erasure: Erasure) -> list[dict[str, Any]]:
    """Code, ground and seats; no name, so that the page can be printed and handed out."""
    rows: list[dict[str, Any]] = [
        {"key": _("Case"), "value": erasure.code},
        {"key": _("Ground"), "value": erasure.get_ground_display()},
        {"key": _("Schedule set by") if erasure.rule else _("Asked for by"),
         "lines": [str(erasure.requested_seat), _moment(erasure, erasure.requested_at)]},
    ]  # fmt: skip
    if erasure.rule is not None:
        rows.insert(2, {"key": _("By the rule"), "value": _rule(erasure.rule)})
    if erasure.decided_seat is not None:
        agreed = erasure.status != ErasureStatus.REFUSED
        key = _("Agreed to by") if agreed else _("Refused by")
        key = _("Schedule agreed to by") if erasure.rule else key
        rows.append({"key": key, "lines": [str(erasure.decided_seat), _moment(erasure, erasure.decided_at)]})
    if erasure.erased_at is not None:
        rows.append({"key": _("Keys destroyed"), "value": _moment(erasure, erasure.erased_at)})
    return rows


def _rule(rule: RetentionRule) -> str:
    said = {"name": rule.get_record_class_display(), "n": rule.version, "days": rule.days}
    return _("%(name)s, version %(n)d: %(days)d days") % said


def _moment(erasure: Erasure, moment: Any) -> str:
    return written(moment, _zone(erasure), "d MMMM y, HH:mm zzz")


def _certificate(erasure: Erasure) -> dict[str, Any]:
    said: dict[str, Any] = erasure.certificate or {}
    signature, version = bytes(erasure.signature or b""), erasure.key_version or 0
    return {
        "folders": [_folder(folder) for folder in said["folders"]],
        "reference": said["reference"],
        "ledger": said["ledger"],
        "is_authentic": is_authentic(erasure),
        "signature": signature.hex(),
        "public_key": signing.public_key(version) if signature else "",
        "organisation": said["organisation"],
    }


def _folder(folder: dict[str, Any]) -> dict[str, Any]:
    rows = [f"{_label(label)}: {n}" for label, n in sorted(folder["rows"].items())]
    return {
        "kind": KINDS.get(folder["kind"], folder["kind"]),
        "ref": UUID(folder["ref"]),
        "rows": rows or [_("Emptied earlier")],
        "line": folder["line"],
        "hash": folder["hash"][:16],
    }


NAMES = {
    "cases.case": gettext_lazy("Case"),
    "cases.casenote": gettext_lazy("Notes"),
    "cases.concern": gettext_lazy("Concern"),
    "cases.redirection": gettext_lazy("Contacts that were given"),
    "consent.decision": gettext_lazy("Conditions the person set"),
    "consent.bestinterestnote": gettext_lazy("Best-interest decisions"),
    "consent.capacityassessment": gettext_lazy("Assessments of capacity"),
    "consent.caregiver": gettext_lazy("Caregivers"),
    "consent.consentbasis": gettext_lazy("By whom consent was decided"),
    "consent.exceptionaldisclosure": gettext_lazy("Reasons for telling without consent"),
    "consent.person": gettext_lazy("What was known of the person"),
    "files.attachment": gettext_lazy("Files"),
    "referrals.message": gettext_lazy("Questions and answers"),
    "referrals.referral": gettext_lazy("What was offered to the partner"),
}


def _label(label: str) -> str:
    """A kind of rows in words; one that nobody has named yet by its model's own name."""
    known = NAMES.get(label)
    return str(known) if known else str(apps.get_model(label)._meta.verbose_name)
