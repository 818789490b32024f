"""What is drawn is what the code obeys."""

import ast
from pathlib import Path

from django.conf import settings

from foundation.core.limits import SLA_DEFAULTS
from referrals.states import LIFE, NEEDS, NOBODY, TERMINAL, THEN, diagram, table
from referrals.vocabulary import Status

ROOT = Path(settings.BASE_DIR)
INNER = ("models", "actions", "policy", "states", "vocabulary")


def test_the_drawn_life_cycle_is_the_table():
    page = (ROOT / "docs" / "referral-life-cycle.md").read_text("utf-8")
    assert diagram() in page
    assert table() in page


def test_no_state_of_a_referral_is_without_an_owner_a_clock_and_somebody_who_comes_next():
    """partners.md §1: every waiting state has a timeout and a named next owner; silence is never an end state."""
    assert set(NEEDS) == set(THEN) == set(Status)
    for state, need in NEEDS.items():
        assert (need.side == NOBODY) == (not need.clocks), state
        assert all(code in SLA_DEFAULTS for code, _side in need.clocks), state
        assert THEN[Status(state)], state
    stuck = {state for state in Status if not any(state in move.sources for move in LIFE.moves.values())}
    assert stuck == set(TERMINAL)


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_models_actions_policy_and_states_know_no_web():
    files = [
        path
        for app in ("foundation/accounts", "foundation/dossiers", "consent", "cases", "referrals")
        for name in INNER
        for path in [*(ROOT / app).glob(f"{name}.py"), *(ROOT / app / name).rglob("*.py")]
    ]
    assert len(files) > 15
    wrong = [
        (path.name, name)
        for path in files
        for name in _imports(path)
        if name.startswith(("django.http", "django.shortcuts"))
    ]
    assert wrong == []


def test_the_threat_model_and_every_app_have_their_page():
    pages = [
        "docs/threat-model.md",
        *(f"{app}/README.md" for app in ("foundation", "consent", "cases", "referrals", "riskanalysis")),
    ]
    for page in pages:
        lines = (ROOT / page).read_text("utf-8").splitlines()
        assert 3 <= len(lines) <= (80 if page == "docs/threat-model.md" else 45), page
