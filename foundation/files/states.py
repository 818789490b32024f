"""The life of a file, and the words for why it stands where it stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.core.states import LifeCycle, move


class FileState(models.TextChoices):
    """Where a file stands."""

    PENDING = "pending", _("Being checked")
    READY = "ready", pgettext_lazy("file", "Ready")
    REFUSED = "refused", _("Not kept")
    REMOVED = "removed", _("Removed")


FILE = LifeCycle(
    [
        move("release", {FileState.PENDING}, FileState.READY),
        move("refuse", {FileState.PENDING}, FileState.REFUSED),
        move("remove", {FileState.PENDING, FileState.READY, FileState.REFUSED}, FileState.REMOVED),
    ]
)


class Problem(models.TextChoices):
    """Why a file waits, was not kept, or cannot be opened."""

    AWAY = "away", _("The virus scanner does not answer. It is asked again every minute.")
    SLOW = "slow", _("The virus scanner takes too long. It is asked again every minute.")
    UNCLEAR = "unclear", _("The virus scanner gives no clear answer. It is asked again every minute.")
    LIMIT = "limit", _("The virus scanner takes no file of this size. Tell your administrator.")
    INFECTED = "infected", _("The virus scanner found something harmful. The file was destroyed.")
    UNREADABLE = "unreadable", _("The file is damaged or is not what it says. It was destroyed.")
    PIXELS = "pixels", _("The picture has more points than can be checked. It was destroyed.")
    MISSING = "missing", _("The file is not in the store any more. Tell your administrator.")
    DAMAGED = "damaged", _("The file is damaged and cannot be opened. Tell your administrator.")
    STORE = "store", _("Files cannot be kept at this moment. It is tried again every hour.")
    ERASED = "erased", _("It was destroyed together with the key of its folder.")


class Purpose(models.TextChoices):
    """Why a file is kept at all."""

    PAPERS = "papers", _("Papers that the help needs")
    LETTER = "letter", _("A letter from or to an authority or a service")
    AGREEMENT = "agreement", _("Proof of what the person agreed to")
    OTHER = "other", _("Something else that the help needs")


class Reason(models.TextChoices):
    """Why a file is removed."""

    NOT_NEEDED = "not_needed", _("It is not needed any more")
    TOO_MUCH = "too_much", _("It shows more than the help needs")
    WRONG = "wrong", _("It is the wrong file")
    PERSON_ASKED = "person_asked", _("The person asked for it")
