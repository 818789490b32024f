"""Why a message may go undelivered."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class GivenUp(models.TextChoices):
    """The reasons there are; words of one's own could say too much."""

    TOLD = "told_otherwise", _("They were told in another way")
    OVERTAKEN = "overtaken", _("It is no longer needed")
    GONE = "nobody_there", _("Nobody is there any more")
