"""What tests of pages need: what was written to the trail."""

from typing import Any

import pytest

from foundation.audit import trail


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Every event that was really written, with its data."""
    written: list[tuple[str, dict[str, Any]]] = []
    real = trail.record

    def record(verb: str, **data: Any) -> None:
        real(verb, **data)
        written.append((verb, data))

    monkeypatch.setattr(trail, "record", record)
    return written
