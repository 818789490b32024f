"""Child processes that never outlive the launcher, and what is left of those that a crash orphaned."""

import ctypes
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from config.state import Account, RefusalError

PR_SET_PDEATHSIG = 1
PATIENCE_SECONDS = 20.0
MAX_LOG_BYTES = 10_000_000
#: A child that died is started again after these pauses; one death more within the span and the whole stops.
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0)
SPAN_SECONDS = 120.0
LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass
class Child:
    """One long-lived process: the leader of its own session, so that Ctrl-C in the terminal reaches only us."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    is_server: bool
    spawn: Callable[[], subprocess.Popen[bytes]]
    deaths: list[float] = field(default_factory=list)
    is_down: bool = False

    def revive(self, now: float) -> bool:
        """Start it again if it has died and its pause is over; True if it was. RefusalError if it dies too often."""
        if not self.is_down and not _has_ended(self.process):
            return False
        if not self.is_down:
            self.is_down = True
            self.deaths = [*(at for at in self.deaths if now - at < SPAN_SECONDS), now]
        if len(self.deaths) > len(PAUSES):
            raise RefusalError(f"{self.name} dies again and again ({_how(self.process)})\n{tail(self.log)}")
        if now < self.deaths[-1] + PAUSES[len(self.deaths) - 1]:
            return False
        self.process, self.is_down = self.spawn(), False
        return True


@dataclass
class Crew:
    """The launcher's children, started in order and stopped in reverse. Use it as a context manager.

    Start children from the main thread only: the kernel sends the parent-death signal when the *thread*
    that forked them ends.
    """

    account: Account
    logs: Path
    cwd: Path
    children: list[Child] = field(default_factory=list)

    def __enter__(self) -> "Crew":
        """Nothing to prepare."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything, also when the block failed."""
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        is_server: bool = False,
        prepare: Callable[[], None] = lambda: None,
    ) -> Child:
        """Start `command` as the account with its output in `<logs>/<name>.log`; does not wait.

        A server is stopped after everything that may be talking to it. `prepare` runs before each start, this one and
        those after a death.
        """
        log = self.logs / f"{name}.log"

        def spawn() -> subprocess.Popen[bytes]:
            prepare()
            with fresh_log(log).open("ab") as output:
                return self._popen(command, environment, stop_signal, output.fileno())

        child = Child(name, spawn(), log, stop_signal, is_server, spawn)
        self.children.append(child)
        return child

    def run(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> int:
        """Run `command` as the account to its end, on our terminal; returns its exit code."""
        process = self._popen(command, environment, signal.SIGTERM, None)
        try:
            while process.poll() is None:
                self.require_all()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.5)
            return process.returncode
        finally:
            ask(process, signal.SIGTERM)
            end(process)

    def _popen(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        death_signal: signal.Signals,
        output: int | None,
    ) -> subprocess.Popen[bytes]:
        switched = self.account.is_switched
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=self.cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=True,
            user=self.account.uid if switched else None,
            group=self.account.gid if switched else None,
            extra_groups=[] if switched else None,
            preexec_fn=die_with_parent(death_signal),
        )

    def pids(self) -> dict[str, tuple[int, int]]:
        """Process id and start time of every child: together they name a process for good."""
        return {child.name: (child.process.pid, started_at(child.process.pid)) for child in self.children}

    def require_all(self) -> None:
        """Raise RefusalError with the end of its log when a child has died."""
        for child in self.children:
            if child.process.poll() is not None:
                raise RefusalError(f"{child.name} stopped unexpectedly ({_how(child.process)})\n{tail(child.log)}")

    def wait_until(self, is_ready: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Poll `is_ready` until it holds; raises RefusalError when a child dies first or the time is up."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.require_all()
            if time.monotonic() > deadline:
                raise RefusalError(f"{what} did not come up within {seconds:.0f} s; see {self.logs}")
            time.sleep(0.02)

    def tend(self) -> list[str]:
        """Start again what has died, servers before what talks to them; returns names. From the main thread only."""
        now = time.monotonic()
        return [child.name for child in self.children if child.revive(now)]

    def watch(self, told: Callable[[list[str]], None]) -> None:
        """Keep the children running and tell of each that was started again, until a signal interrupts.

        Raises RefusalError with the end of its log when a child dies again and again.
        """
        while True:
            if revived := self.tend():
                told(revived)
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the product, all of it at once, then the servers; kills what does not leave within 20 s."""
        with undisturbed():
            for wave in (False, True):
                leaving = [child for child in self.children if child.is_server == wave]
                for child in leaving:
                    ask(child.process, child.stop_signal)
                for child in leaving:
                    end(child.process)
        self.children.clear()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore Ctrl-C and SIGTERM inside the block: whoever stops already need not be told again."""
    kept = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def fresh_log(log: Path) -> Path:
    """`log`, after one that has grown over 10 MB was set aside as `.old`."""
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.old"))
    return log


def ask(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    """Send the signal unless the process has ended."""
    if process.poll() is None:
        process.send_signal(stop_signal)


def end(process: subprocess.Popen[bytes]) -> None:
    """Wait 20 s for a process that was asked to leave, then kill its whole session."""
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        _kill_group(process.pid)
        process.wait()


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the child gets `death_signal` when the launcher dies, even by kill -9; it never dumps core."""
    parent = os.getpid()

    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def end_leftovers(pids: Mapping[str, Sequence[int]], patience: float = 10.0) -> None:
    """Wait for the children of a killed launcher, which are already leaving, and kill those that stay."""
    deadline = time.monotonic() + patience
    for pid, started in pids.values():
        while started and started_at(pid) == started:
            if time.monotonic() > deadline:
                _kill_group(pid)
            time.sleep(0.05)


def started_at(pid: int) -> int:
    """Clock ticks since boot at which `pid` began; 0 when there is no such process or it is a zombie."""
    with suppress(OSError, IndexError):
        facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return 0 if facts[0] in "ZX" else int(facts[19])
    return 0


def working_in(directory: Path) -> list[int]:
    """Processes whose working directory is `directory`: how a live server of a data directory is known."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if link.readlink() == directory:
                found.append(int(link.parent.name))
    return found


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, indented, for an error message."""
    with suppress(OSError):
        text = log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"  the end of {log}:", *(f"    {line}" for line in text)])
    return ""


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has, and with it all of its session: what a leader that was killed leaves behind holds its port."""
    if process.returncode is None:
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return False
        _kill_group(process.pid)
    return process.poll() is not None


def _how(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
