"""What others do in the same transaction when a decision ends or is replaced."""

from consent.models import Decision
from foundation.core.hooks import Hook

withdrawn: Hook[Decision] = Hook()
renewed: Hook[tuple[Decision, Decision]] = Hook()
