"""Navigation, and the words of what waits."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts import context
from foundation.core.worklist import Job, describe
from riskanalysis.policy import reads


def _entries(actor: Any) -> list[dict[str, str]]:
    if not reads(actor):
        return []
    return [{"url": reverse("riskanalysis:reports"), "label": _("Reports"), "section": "reports"}]


REASSESS = Job(
    gettext_lazy("Look at the risk again"),
    gettext_lazy("It is some time since the last look, and risks change. Ask the person again."),
    lambda clock: reverse("riskanalysis:risk", args=[clock.subject_id]),
)
SIGN = Job(
    gettext_lazy("Read why a high risk is to be rated lower"),
    gettext_lazy("You are the second person. Until you answer, nothing changes."),
    lambda clock: reverse("riskanalysis:sign", args=[clock.subject_id]),
)


def install() -> None:
    """Register."""
    context.nav(_entries)
    describe("case", "reassess", REASSESS)
    describe("risk", "risk_sign", SIGN)
