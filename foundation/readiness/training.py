"""Whether somebody is trained for what they are about to do (HS-07, HS-08)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.core.errors import Refused
from foundation.readiness.models.training import Competence as Competence
from foundation.readiness.models.training import Training


def is_trained(user: User, competence: str) -> bool:
    """Whether a confirmed training of this person in this competence is in date."""
    return Training.objects.in_date().filter(user=user, competence=competence).exists()


def require_training(user: User, competence: str) -> None:
    """Raise ``Refused`` in plain words, what is missing and who can mend it, unless the training is in date."""
    if not is_trained(user, competence):
        raise Refused("training.missing", _why(user, competence) % {"training": Competence(competence).label})


def _why(user: User, competence: str) -> str:
    rows = Training.objects.filter(user=user, competence=competence).order_by("-valid_until")
    states = [(row.state, row.valid_until) for row in rows]
    if any(state == "recorded" for state, _until in states):
        return _(
            "Your training “%(training)s” is recorded and waits for a second person, so you cannot do this yet. You can "
            "always take down a concern and give a contact."
        )
    if any(state == "confirmed" and until < timezone.localdate() for state, until in states):
        return _(
            "Your training “%(training)s” has run out, so you cannot do this. The protection manager records a new one, "
            "another person confirms it. You can always take down a concern and give a contact."
        )
    return _(
        "Only people trained in “%(training)s” may do this. The protection manager records your training, another person "
        "confirms it. You can always take down a concern and give a contact."
    )
