"""Keyrings to be spoilt."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from foundation.audit import trail
from foundation.core import keyring as ring
from foundation.custody import start
from foundation.vault import models as vault


def forget() -> None:
    """As a process that has just begun."""
    ring.keyring.cache_clear()
    vault._opened.cache_clear()
    start._known["is_right"] = False


@pytest.fixture
def keyring_file(tmp_path: Path, settings) -> Iterator[Path]:
    """A copy of the keyring in use."""
    copy = tmp_path / "keyring.json"
    copy.write_text(json.dumps(json.loads(ring.content())))
    settings.KEYRING = str(copy)
    forget()
    yield copy
    forget()


@pytest.fixture
def wrong_keys(keyring_file: Path) -> Path:
    """Keys that were not those of this database."""
    data = json.loads(keyring_file.read_text())
    data["root"]["keys"]["1"] = data["seal"]["keys"]["1"]
    keyring_file.write_text(json.dumps(data))
    forget()
    return keyring_file


@pytest.fixture
def events(monkeypatch) -> Callable[[str], list[dict[str, Any]]]:
    """What was written into the trail, which the application itself cannot read: (verb) → the events."""
    written: list[tuple[str, dict[str, Any]]] = []
    record = trail.record

    def watched(verb: str, **data: Any) -> None:
        record(verb, **data)
        written.append((verb, data))

    monkeypatch.setattr(trail, "record", watched)
    return lambda verb: [data for name, data in written if name == verb]
