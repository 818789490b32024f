"""The room of the person's rights among those of data protection, and its words on the work list."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consent import rooms
from consent.models import DataSubjectRequest
from consent.rights import Stage
from consent.rights_policy import DECIDERS
from foundation.core.worklist import Job, describe


def _n_waiting(actor: Any) -> int:
    """Requests that this person may decide on."""
    n: int = DataSubjectRequest.objects.visible_to(actor).filter(stage=Stage.OPEN).count()
    return n


def _url(clock: Any) -> str:
    return reverse("consent:request", args=[clock.subject_id])


ROOM = rooms.Room(
    "requests",
    _("Rights of the person"),
    _("Copies, corrections, objections, erasures and complaints: what was asked, and by when it is answered."),
    "consent:requests",
    DECIDERS,
    _n_waiting,
)


def install() -> None:
    """Register the card and the words."""
    rooms.register(ROOM)
    describe(
        "right", "right", Job(_("Decide on what the person asks"), _("A right of the person waits for an answer"), _url)
    )
