"""An exchange of the folders' own keys, so that it can be interrupted and taken up again."""

import uuid

from django.db import models
from django.utils import timezone


class Rotation(models.Model):
    """Every folder whose newest key is older than ``made_before`` gets a new one; ended when no old one is left.

    Key rows name the rotation that made them, so that a clock that jumps makes it neither repeat itself nor stop early.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_id = models.UUIDField(null=True, editable=False)
    made_before = models.DateTimeField(editable=False)
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    n_folders = models.PositiveIntegerField(default=0, editable=False)
    n_rows = models.PositiveBigIntegerField(default=0, editable=False)

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d}"
