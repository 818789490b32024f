"""What must be on the disk before one goes on."""

import os
from pathlib import Path


def sync_directory(directory: Path) -> None:
    """Let names that came or went there outlive a crash. ``OSError`` if the disk does not answer, or it is no directory."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
