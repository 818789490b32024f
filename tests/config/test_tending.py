"""What dies is started again, a few times; what dies again and again stops the whole, with its reason (safety.md §5)."""

import os
import signal
import time
from pathlib import Path

import pytest

from config.processes import PAUSES, Crew, started_at
from config.state import RefusalError
from tests.config.test_launcher import ME, PATH


@pytest.fixture
def crew(tmp_path: Path):
    with Crew(ME, tmp_path, tmp_path) as made:
        yield made


def tend_until(crew: Crew, is_so, seconds: float = 10.0) -> list[str]:
    revived: list[str] = []
    deadline = time.monotonic() + seconds
    while not is_so():
        revived += crew.tend()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return revived


def test_a_child_that_was_killed_runs_again_under_the_same_name(crew: Crew):
    child = crew.start("worker", ["sleep", "60"], PATH)
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    assert tend_until(crew, lambda: child.process.pid != first) == ["worker"]
    assert child.process.poll() is None
    assert crew.pids()["worker"][0] == child.process.pid


def test_what_lives_is_left_alone(crew: Crew):
    child = crew.start("worker", ["sleep", "60"], PATH)
    pid = child.process.pid
    assert crew.tend() == []
    assert child.process.pid == pid


def test_what_a_killed_leader_left_behind_is_gone_before_it_starts_again(crew: Crew, tmp_path: Path):
    """A web server's workers would hold its port, a worker's children its tasks."""
    script = f"sleep 60 & echo $! >> {tmp_path}/children; wait"
    child = crew.start("web", ["sh", "-c", script], PATH)
    crew.wait_until(
        lambda: (tmp_path / "children").exists() and bool((tmp_path / "children").read_text()), "the script"
    )
    orphan = int((tmp_path / "children").read_text().split()[0])
    child.process.send_signal(signal.SIGKILL)
    first = child.process.pid
    tend_until(crew, lambda: child.process.pid != first)
    tend_until(crew, lambda: not started_at(orphan))


def test_before_each_start_the_way_is_made_free(crew: Crew, tmp_path: Path):
    times: list[int] = []
    child = crew.start("postgres", ["sleep", "60"], PATH, prepare=lambda: times.append(1))
    first = child.process.pid
    child.process.kill()
    tend_until(crew, lambda: child.process.pid != first)
    assert len(times) == 2


def test_what_dies_again_and_again_stops_the_whole_and_says_why(crew: Crew, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("config.processes.PAUSES", (0.0, 0.01, 0.02))
    crew.start("web", ["sh", "-c", "echo the reason; exit 3"], PATH)
    with pytest.raises(RefusalError, match=r"(?s)web dies again and again \(exit code 3\).*the reason"):
        tend_until(crew, lambda: False)


def test_pauses_grow():
    assert PAUSES[0] == 0
    assert sorted(PAUSES) == list(PAUSES)


def test_no_child_leaves_a_core(crew: Crew, tmp_path: Path):
    """Memory holds keys and words (safety.md §1)."""
    child = crew.start("web", ["sh", "-c", f"ulimit -c > {tmp_path}/limit; sleep 60"], PATH)
    crew.wait_until(lambda: (tmp_path / "limit").exists() and bool((tmp_path / "limit").read_text()), "the script")
    assert (tmp_path / "limit").read_text().strip() == "0"
    assert child.process.poll() is None
