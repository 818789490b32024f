"""Asking, allowing and making as people do, with the real actions."""

import csv
import io
from typing import Any

import openpyxl
import pyzipper
from django.db import transaction

from foundation.core.acting import acting
from foundation.exports import actions
from foundation.exports.models import Export
from foundation.exports.states import Format

SESSION = "the-session-that-made-it"


def wish(**more: Any) -> actions.Wish:
    given: dict[str, Any] = {
        "source": "cases", "scope": "all", "columns": ["code", "urgency", "stage"], "format": Format.XLSX,
        "reason": "meeting", "why": "Case conference on Friday; kept in the safe, shredded the same day.",
    }  # fmt: skip
    return actions.Wish(**{**given, **more})


def asked(by: Any, **more: Any) -> Export:
    with acting(by.pk), transaction.atomic():
        return actions.ask(wish(**more), by=by)


def fresh(export: Export, by: Any) -> Export:
    """The row as this person reads it now."""
    row: Export = Export.objects.select_related("dossier", "unit", "asked_by", "decided_by").get(pk=export.pk)
    return row


def act(verb: str, export: Export, by: Any, **more: Any) -> Any:
    with acting(by.pk), transaction.atomic():
        return getattr(actions, verb)(fresh(export, by), by=by, **more)


def made(by: Any, **more: Any) -> actions.Made:
    """Asked for and made by one person, who needs nobody else."""
    return act("make", asked(by, **more), by, session=SESSION)


def taken(made_: actions.Made, by: Any) -> bytes:
    return act("download", made_.export, by, token=made_.token, session=SESSION)


def opened(content: bytes, password: str) -> tuple[str, bytes]:
    """The name and the content of the one file inside."""
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return name, archive.read(name, pwd=password.encode())


def rows_of(content: bytes, name: str) -> list[list[Any]]:
    """The rows of the file, as a spreadsheet reads them."""
    if name.endswith(".xlsx"):
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        return [list(row) for row in sheet.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
