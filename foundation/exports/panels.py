"""What lists that leave add to the frame: the words of the work list, and an entry in the account's menu."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.core.worklist import Job, describe


def _export(clock: Any) -> str:
    return reverse("exports:export", args=[clock.subject_id])


def install() -> None:
    """Register."""
    why = _("Somebody asks to take a list out. Look at what would leave, and why.")
    describe("export", "export", Job(_("Allow a list to leave, or refuse it"), why, _export))
