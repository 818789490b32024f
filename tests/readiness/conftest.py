"""Time that stands still somewhere else."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone


@pytest.fixture
def time_machine_at():
    """A context in which so many days have passed."""
    return lambda **ahead: time_machine.travel(timezone.now() + timedelta(**ahead), tick=False)
