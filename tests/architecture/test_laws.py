"""The laws of the house, held against the code itself: edges do not write, tasks carry ids, the trail knows every name."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from foundation.audit import trail
from referrals.partnership import PARTNERSHIP
from referrals.states import LIFE

ROOT = Path(settings.BASE_DIR)
APPS = ("foundation", "consent", "cases", "referrals", "riskanalysis")
EDGES = ("views", "tasks", "forms", "api", "middleware", "admin", "site", "context", "panels", "urls")
WRITES = {
    "save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete", "_raw_delete", "update",
    "execute", "raw", "extra",
}  # fmt: skip
# What an edge may write: its own protocol's book-keeping, which no other way in shares.
ALLOWED = {
    ("referrals/api/idempotency.py", "save"), ("referrals/api/idempotency.py", "delete"),
    ("referrals/api/idempotency.py", "get_or_create"), ("referrals/api/token.py", "delete"),
    ("referrals/tasks.py", "delete"), ("foundation/accounts/admin.py", "save"),
    ("cases/views/steps.py", "save"),
}  # fmt: skip
LONGEST_FUNCTION, LONGEST_VIEW, LONGEST_TASK, LONGEST_MODULE = 50, 20, 10, 400


def sources(*folders: str) -> list[Path]:
    return [
        path for folder in folders or (*APPS, "config") for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))


def length(node: ast.FunctionDef) -> int:
    """Lines of code: without the docstring, blank lines and the signature's decorators."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_function_is_long():
    long = [
        f"{name_of(p)}:{f.name} {length(f)}" for p in sources() for f in functions(p) if length(f) > LONGEST_FUNCTION
    ]
    assert long == []


def test_functions_are_short_on_the_whole():
    lengths = sorted(length(f) for p in sources() for f in functions(p))
    assert lengths[len(lengths) // 2] <= 9


def test_no_module_is_long():
    assert [name_of(p) for p in sources() if len(p.read_text("utf-8").splitlines()) > LONGEST_MODULE] == []


def is_edge(path: Path) -> bool:
    return any(part.removesuffix(".py") in EDGES for part in path.relative_to(ROOT).parts[1:])


def test_a_view_only_parses_asks_and_answers():
    views = [p for p in sources(*APPS) if "views" in [part.removesuffix(".py") for part in p.parts]]
    assert len(views) >= 10
    assert [f"{name_of(p)}:{f.name} {length(f)}" for p in views for f in functions(p) if length(f) > LONGEST_VIEW] == []


def test_the_edges_do_not_write():
    """Pages, API, tasks and forms call one action each; a rule then stands in one place (architecture.md §3)."""
    found = set()
    for path in filter(is_edge, sources(*APPS)):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                if node.func.attr == "update" and not is_query(node.func.value):
                    continue
                found.add((name_of(path), node.func.attr))
    assert found - ALLOWED == set()
    assert ALLOWED - found == set(), "an exception that nobody needs any more"


def is_query(node: ast.expr) -> bool:
    """Whether a call hangs on a manager or a queryset, and not on a dict or a set."""
    words = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return bool(words & {"objects", "filter", "exclude", "all", "visible_to"})


def test_nothing_is_caught_blindly():
    """What catches everything raises it again: the outbox notes it on the row, a connection or a socket is closed."""
    found = {
        name_of(path)
        for path in sources(*APPS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    }
    assert found <= {"foundation/outbox/delivery.py", "foundation/core/db/base.py", "referrals/webhooks.py"}


# --- tasks


def own_tasks() -> dict[str, object]:
    current_app.loader.import_default_modules()
    return {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}


def test_tasks_are_named_after_their_app_and_verb():
    found = own_tasks()
    assert len(found) >= 5
    for name in found:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", name), name


def test_tasks_take_ids_and_nothing_else():
    """What goes through the broker could be read there: ids only (safety.md §1)."""
    for name, task in own_tasks().items():
        for parameter in inspect.signature(task.run).parameters.values():
            assert parameter.name in ("pk", "id"), (name, parameter)
            assert parameter.annotation in (str, int), (name, parameter)


def test_tasks_are_short():
    long = [
        f"{name_of(p)}:{f.name}"
        for p in sources(*APPS)
        if p.name == "tasks.py"
        for f in functions(p)
        if length(f) > LONGEST_TASK
    ]
    assert long == []


def test_whatever_the_beat_calls_exists():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(own_tasks())


def test_the_broker_is_only_a_wake_up():
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_TASK_IGNORE_RESULT
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT


# --- the trail's names


TOGETHER = {
    "referrals/actions/moving.py": {f"referral.{verb}" for verb in LIFE.moves},
    "referrals/actions/register.py": {f"partner.{verb}" for verb in ("propose", *PARTNERSHIP.moves)},
}


def used_names() -> set[str]:
    """The first argument of every ``trail.record``; those put together are verbs of a referral's or a partner's move."""
    found: set[str] = set()
    for path in sources(*APPS):
        for node in ast.walk(tree(path)):
            if is_record(node):
                found |= names_in(node.args[0], path)
    return found


def is_record(node: ast.AST) -> bool:
    func = getattr(node, "func", None)
    return isinstance(func, ast.Attribute) and func.attr == "record" and getattr(func.value, "id", "") == "trail"


def names_in(node: ast.expr, path: Path) -> set[str]:
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return names_in(node.body, path) | names_in(node.orelse, path)
    assert name_of(path) in TOGETHER, f"{name_of(path)}:{node.lineno}: say the name"
    assert isinstance(node, ast.JoinedStr)
    return TOGETHER[name_of(path)]


def test_every_name_in_the_trail_is_announced_and_every_announced_name_is_used():
    assert used_names() - trail.VERBS == set()
    assert trail.VERBS - used_names() == set(), "announced and never recorded: a reading that leaves no trace?"


@pytest.mark.parametrize("name", sorted(trail.VERBS))
def test_names_say_the_thing_and_what_happened(name):
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", name)


def test_the_trail_is_never_given_a_value_of_a_field():
    """``data`` holds ids, codes, counts and names of fields: no argument is called after what a person said."""
    said = {
        "summary",
        "wishes",
        "alias",
        "safe_contact",
        "name",
        "text",
        "report",
        "package",
        "condition",
        "contact",
        "answers_",
    }
    wrong = [
        f"{name_of(path)}:{node.lineno} {keyword.arg}"
        for path in sources(*APPS)
        for node in ast.walk(tree(path))
        if is_record(node)
        for keyword in node.keywords
        if keyword.arg in said
    ]
    assert wrong == []
