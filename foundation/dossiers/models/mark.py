"""How far the database has followed the erasure ledger."""

import uuid

from django.db import models


class LedgerMark(models.Model):
    """The ledger that belongs to this database (its id), and the last line that was seen of it, with its hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField()
    hash = models.BinaryField()
    seen_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.pk} {self.number}"
