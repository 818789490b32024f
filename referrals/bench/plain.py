"""The floor: the product's own pages and actions without a single wall.

The modules of the upper apps are executed a second time from their source, with what stands in ``_REPLACED`` instead of
the walled models, the access lists and the trail. So each page has a plain twin that asks the same questions of plain
tables, fills the same template and shows the same rows; what differs is the price of the walls.
"""

import builtins
import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

from django.db import transaction
from django.urls import URLPattern, path

from cases.contributions import CONTRIBUTORS
from consent.models import Decision
from foundation.accounts.models import User
from foundation.core.acting import ACTOR
from foundation.dossiers.actions import Reader
from referrals.bench.twins import READERS, Folder, twin

AGAIN = ("cases", "consent", "referrals", "foundation.dossiers", "foundation.core.policy", "foundation.core.worklist")
INSTALLED = (
    "cases.policy", "referrals.policy", "referrals.speech_policy", "cases.panels", "referrals.panels",
    "referrals.speech_panels",
)  # fmt: skip
MODELS = ("cases.models", "consent.models", "referrals.models", "foundation.dossiers.models")


def _nothing(*args: Any, **kwargs: Any) -> None:
    """What the floor does where the product writes the trail or an access list."""


def _readers(folder: Folder) -> list[Reader]:
    owner = getattr(folder.row, "owner_id", None)
    return [*READERS.get(folder.row.unit_id, []), *([Reader("user", owner, "owner")] if owner else [])]


@contextmanager
def _as_clerk() -> Iterator[User]:
    yield User.objects.get(pk=ACTOR.get() or 0)


def _covers(
    person: Any, purpose: str, recipient: Any, fields: Iterable[str], now: Any = None, *, ground: Any = None
) -> Any:
    """Plain Django's own question to its plain table."""
    rows = twin(Decision).objects.active(now).filter(person=person, purpose=purpose, recipient_id=recipient)
    rows = rows.filter(pk=ground) if ground else rows
    return rows.filter(fields__contains=sorted(fields)).first()


_REPLACED: dict[str, dict[str, Any]] = {
    "cases.load": {"require_room": _nothing},
    "consent.covering": {"covers": _covers},
    "consent.actions.capacity": {"check_capacity": _nothing, "keep_basis": _nothing},
    "cases.actions.folder": {"collect_case": _nothing, "collect_concern": _nothing, "touch": _nothing},
    "foundation.audit.trail": {"record": _nothing, "names": _nothing},
    "foundation.accounts.context": {"nav": _nothing},
    "django.urls": {"register_converter": _nothing},  # the product did it already
    "foundation.readiness.evidence": {"supply": _nothing},
    "foundation.dossiers.clerk": {"as_clerk": _as_clerk},
    "foundation.dossiers.actions": {
        "open_dossier": lambda *args, **kwargs: Folder(), "readers": _readers,
        **dict.fromkeys(("share_with_group", "share_with_user", "unshare", "turn_into", "erase", "regard"), _nothing),
    },
}  # fmt: skip


class PlainModules:
    """The second execution, module by module, as they import each other."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}
        self.builtins = {**vars(builtins), "__import__": self._import}

    def __getitem__(self, name: str) -> Any:
        """The plain twin of a module; its package comes first, as in any import."""
        package = name.rpartition(".")[0]
        if package not in self.made and self._is_again(package):
            self[package]
        if name not in self.made:
            self._make(name)
        return self.made[name]

    def _make(self, name: str) -> None:
        if name in _REPLACED:
            self.made[name] = SimpleNamespace(**{**vars(importlib.import_module(name)), **_REPLACED[name]})
        elif name.startswith(MODELS):
            real = vars(importlib.import_module(name))
            self.made[name] = SimpleNamespace(**{k: twin(v) if isinstance(v, type) else v for k, v in real.items()})
        else:
            self._execute(name)

    def _execute(self, name: str) -> None:
        spec: Any = importlib.util.find_spec(name)
        module = self.made[name] = ModuleType(name)
        module.__dict__.update(__file__=spec.origin, __builtins__=self.builtins)
        exec(compile(spec.loader.get_source(name), spec.origin, "exec"), module.__dict__)  # noqa: S102

    def _import(self, name: str, scope: Any = None, local: Any = None, wanted: Any = (), level: int = 0) -> Any:
        """``import`` as the plain modules see it: ``from package import module`` gives plain modules too."""
        if not self._is_again(name) or not wanted:
            real = importlib.__import__(name, scope, local, wanted or (), level)
            again = [n for n in wanted or () if self._is_again(f"{name}.{n}")]
            return SimpleNamespace(**{**vars(real), **{n: self[f"{name}.{n}"] for n in again}}) if again else real
        module = self[name]
        for part in wanted:
            if not hasattr(module, part):
                setattr(module, part, self[f"{name}.{part}"])
        return module

    def _is_again(self, name: str) -> bool:
        return name in _REPLACED or any(name == again or name.startswith(f"{again}.") for again in AGAIN)


def modules() -> PlainModules:
    """The plain modules, with their rules, words and contributions registered among themselves."""
    plain = PlainModules()
    for name in INSTALLED:
        plain[name].install()
    for contributor in CONTRIBUTORS:
        if not contributor.overview.__module__.startswith("referrals."):  # apps above have no floor of their own
            plain["cases.contributions"].contribute(contributor)
    return plain


def addresses(plain: PlainModules, name: str) -> tuple[list[URLPattern], str]:
    """The addresses of an app, leading to its plain views; each decides itself about transactions, as plain Django."""
    app = plain[name]
    return [
        path(str(p.pattern), transaction.non_atomic_requests(p.callback), p.default_args, p.name)
        for p in app.urlpatterns
        if isinstance(p, URLPattern)
    ], app.app_name
