"""No locked package has a known vulnerability (proof 17). Needs the advisory service; without it nothing is proved."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.requirements import locked_requirements

pytestmark = [pytest.mark.proof("advisories"), pytest.mark.slow]

# The last: an index that serves packages and no advisories does not know even the first of them.
UNREACHABLE = (
    "ConnectionError",
    "Max retries",
    "Could not connect",
    "ServiceError",
    "HTTPError",
    "Timeout",
    "timed out",
    "not found on PyPI",
)


@pytest.mark.parametrize("service", ["osv", "pypi"])
def test_no_locked_package_has_a_known_vulnerability(tmp_path: Path, service: str, figure: Any):
    """``--strict``: a package that could not be looked up fails, instead of passing unseen."""
    listed = tmp_path / "requirements.txt"
    listed.write_text(locked_requirements(settings.BASE_DIR / "uv.lock", is_dev=False))
    command = [sys.executable, "-m", "pip_audit", "--strict", "--no-deps", "--disable-pip", "--progress-spinner=off"]
    done = subprocess.run(
        [*command, "--vulnerability-service", service, "--timeout", "8", "-r", str(listed)],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    if done.returncode and any(word in done.stderr for word in UNREACHABLE) and "vulnerabilit" not in done.stdout:
        pytest.skip(f"not provable here: the advisory service {service} cannot be reached")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    n = sum("==" in line for line in listed.read_text().splitlines())
    figure(f"{service}: {n} locked packages, none with a known vulnerability")
