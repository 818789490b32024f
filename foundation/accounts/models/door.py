"""What stands at the door: which code of a person's app was used last."""

from typing import ClassVar

from django.db import models

from foundation.accounts.models.people import User


class CodeUse(models.Model):
    """The newest half minute whose code this person has used. Codes of it and of earlier ones count no more (RFC 6238 §5.2).

    In the database and not in the cache: a cache that was emptied would let a code be used twice.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="code_use")
    step = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(step__gte=0), name="step_counts_up")]

    def __str__(self) -> str:
        return str(self.user_id)
