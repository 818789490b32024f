"""The proofs that the project owes (docs/proofs.md): a pytest plugin that prints promise, figure and verdict.

A test belongs to a proof by ``@pytest.mark.proof("name")``, and says what it measured by the fixture ``figure``. Tests
marked ``slow`` run only where proofs were asked for (``python3 manage.py prove``) or with ``--slow``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Proof:
    """A promise, and what the tests of this run found."""

    number: int
    promise: str
    figures: list[str] = field(default_factory=list)
    n_held: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """``held``, ``BROKEN``, or why it could not be tried here."""
        if self.wrong:
            return "BROKEN"
        if self.missing:
            return "not provable here"
        return "held" if self.n_held else "not tried"


PROMISES: dict[str, tuple[int, str]] = {
    "matrix": (1, "every address × seat × relation answers as reviewed; hidden = absent, to the byte"),
    "walls": (2, "without the filter in Python, row-level security alone leaks nothing"),
    "contract": (3, "the API keeps its own description, whatever it is sent"),
    "life-cycle": (4, "a referral never leaves its life-cycle, with people acting at once"),
    "crypto": (5, "known answers; every changed byte refused; rotation without a failed read"),
    "canaries": (6, "nothing that a person said lies in the open in any store"),
    "chaos": (7, "processes killed under load: nothing lost, nothing doubled"),
    "restore": (8, "a backup comes back whole, without its keys it shows nothing, what was erased stays erased"),
    "headers": (9, "no page may be kept; going back after the exit shows nothing; mail says one sentence"),
    "ssrf": (10, "no webhook reaches a place inside"),
    "assignment": (11, "nobody sets a field that is not theirs to set"),
    "enumeration": (12, "hidden and absent take the same time"),
    "statistics": (13, "no small figure is published or can be worked out"),
    "trail": (14, "every way to falsify the trail is found"),
    "race": (15, "two people answer one referral at once: one winner, each time"),
    "asvs": (16, "each requirement of OWASP ASVS 5.0, levels 1 and 2, has its answer"),
    "advisories": (17, "no locked package has a known vulnerability"),
    "detection": (18, "whoever reads far more than the work needs is told of within seconds; ordinary work never is"),
}
"""Name → number and promise, as ``python3 manage.py prove`` lists them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--proofs [NAME,…]`` runs proofs and prints their table; ``--slow`` adds the slow ones to a usual run."""
    parser.addoption("--proofs", default=None, metavar="NAMES", help="run these proofs (comma separated, or 'all')")
    parser.addoption("--slow", action="store_true", help="run slow tests too")


def pytest_configure(config: pytest.Config) -> None:
    """Announce the markers; refuse the name of a proof that is not promised."""
    config.addinivalue_line("markers", "proof(name): the test is part of a proof in tests/proofs.py")
    config.addinivalue_line("markers", "slow: runs with proofs or with --slow")
    if unknown := set(wanted(config)) - set(PROMISES):
        raise pytest.UsageError(f"no such proof: {', '.join(sorted(unknown))}; there are {', '.join(PROMISES)}")


def wanted(config: pytest.Config) -> list[str]:
    """The names asked for; empty in a usual run."""
    asked: str | None = config.getoption("--proofs")
    if asked is None:
        return []
    return list(PROMISES) if asked == "all" else [name for name in asked.split(",") if name]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the proofs asked for, or all that are not slow."""
    names = wanted(config)
    is_slow_wanted = config.getoption("--slow")
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        own = set(proofs_of(item))
        is_slow = item.get_closest_marker("slow") is not None
        belongs = bool(own & set(names)) if names else is_slow_wanted or not is_slow
        (kept if belongs else left).append(item)
        item.user_properties += [("proof", name) for name in own]
    if left:
        items[:] = kept
        config.hook.pytest_deselected(items=left)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[bool, bool]:
    """What flushes the database comes last, as pytest-django wants it; in each half the slow ones begin, not to end alone."""
    return flushes(item), item.get_closest_marker("slow") is None


def flushes(item: pytest.Item) -> bool:
    """Whether a test leaves empty tables behind."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


def proofs_of(item: pytest.Item) -> list[str]:
    """The proofs that a test belongs to. ``UsageError`` for one that is not promised."""
    names = [str(marker.args[0]) for marker in item.iter_markers("proof")]
    if unknown := set(names) - set(PROMISES):
        raise pytest.UsageError(f"{item.nodeid}: no such proof: {', '.join(sorted(unknown))}")
    return names


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say what was measured, in a few words: ``figure(f"{n:,} answers compared, 0 differ")``."""

    def say(words: str) -> None:
        request.node.user_properties.append(("figure", words))

    return say


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table, where proofs were asked for."""
    names = wanted(config)
    if not names:
        return
    found = gathered(terminalreporter.stats)
    terminalreporter.section("proofs")
    for line in table({name: found[name] for name in names}):
        terminalreporter.write_line(line)


def gathered(stats: dict[str, list[Any]]) -> dict[str, Proof]:
    """What the reports of this run say of each proof."""
    proofs = {name: Proof(number, promise) for name, (number, promise) in PROMISES.items()}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in stats.get(outcome, []):
            for name, proof in proofs.items():
                if ("proof", name) in getattr(report, "user_properties", ()):
                    note(proof, outcome, report)
    return proofs


def note(proof: Proof, outcome: str, report: Any) -> None:
    """Enter one report."""
    if outcome == "passed":
        proof.n_held += 1
        proof.figures += [words for kind, words in report.user_properties if kind == "figure"]
    elif outcome == "skipped":
        proof.missing.append(str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr))
    else:
        proof.wrong.append(report.nodeid)


def table(proofs: dict[str, Proof]) -> Iterator[str]:
    """Lines for the terminal: number, name and verdict, the promise, its figures."""
    for name, proof in sorted(proofs.items(), key=lambda entry: entry[1].number):
        yield f"{proof.number:>2}  {name:<12} {proof.verdict:<18} {proof.promise}"
        shown = proof.wrong or [*proof.figures, *proof.missing] or ([f"{proof.n_held} tests"] if proof.n_held else [])
        yield from (f"    {'':<12} {'':<18} · {words}" for words in shown)
    verdicts = [proof.verdict for proof in proofs.values()]
    counts = {word: verdicts.count(word) for word in ("held", "BROKEN", "not provable here", "not tried")}
    yield ", ".join(f"{n} {word}" for word, n in counts.items() if n)
