"""Putting a case on paper: asked for here, so that it stands in the trail. The browser's own print cannot be seen."""

from collections.abc import Sequence

from django.db import transaction

from cases.models import Case
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.codes import new_code


@transaction.atomic
def print_case(case: Case, parts: Sequence[str], reason: str, *, by: User) -> str:
    """Note that a sheet is made, of which parts and what for; returns the reference that stands on it (safety.md §4)."""
    policy.require(by, "print", case)
    reference = new_code((3, 3), check=True)
    trail.record(
        "case.printed",
        dossier=case.dossier_id,
        subject=case.pk,
        parts=sorted(parts),
        reason=reason,
        reference=reference,
    )
    return reference
