"""What the tests of the trail share."""

import pytest

from tests.audit import owner
from tests.audit.acts import record, sealed


@pytest.fixture
def ids(db):
    """Ids of twelve sealed events, under three seals of four transactions each."""
    for _ in range(3):
        record(4)
        sealed()
    return owner.column("SELECT id FROM trail.event ORDER BY id DESC LIMIT 12")[::-1]
