"""What is drawn is what the code obeys."""

import ast
from pathlib import Path

from django.conf import settings

from referrals.states import NEEDS, diagram

ROOT = Path(settings.BASE_DIR)
INNER = ("models", "actions", "policy", "states", "vocabulary")


def test_the_drawn_life_cycle_is_the_table():
    page = (ROOT / "docs" / "referral-life-cycle.md").read_text("utf-8")
    assert diagram() in page
    for state, need in NEEDS.items():
        assert f"| `{state}` | {need.side} |" in page


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
