"""The same six seats everywhere, on PostgreSQL as the application's role, with row-level security in force."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.db import OperationalError, transaction
from django.test import Client, override_settings
from pytest_django.plugin import blocking_manager_key

from tests import door, factories
from tests.proofs import flushes

FAST = "django.contrib.auth.hashers.MD5PasswordHasher"
BOTH: Any = ["default", "owner"]


def pytest_configure() -> None:
    """Wake-ups go to the tests' own broker: Celery's default address would cost six seconds for each."""
    from config.celery import app

    app.set_default()
    # The runs beside each other share one Valkey and count the same primary keys.
    from django.conf import settings

    settings.CACHES["default"]["KEY_PREFIX"] = os.environ.get("PYTEST_XDIST_WORKER", "")
    # Each of their databases is sealed by a key of its own.
    settings.SEAL_KEY = f"{tempfile.mkdtemp(prefix='amparo-seal-')}/seal.json"
    settings.AUDIT_ANCHOR_FILE = ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Transactional tests are flushed by the owner: TRUNCATE is not the application's to do."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        fixtures = set(getattr(item, "fixturenames", ()))
        if (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & fixtures:
            item.add_marker(pytest.mark.django_db(transaction=True, databases=BOTH), append=False)


_FLUSHED: list[str] = []
"""The transactional test that emptied the tables of this process, until the demonstration stands again."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that is rolled back finds what the session loaded, also in a process that took it over after flushes."""
    uses_database = item.get_closest_marker("django_db") or "db" in getattr(item, "fixturenames", ())
    if not _FLUSHED or not uses_database or flushes(item):
        return
    _forget()
    with item.config.stash[blocking_manager_key].unblock():
        _load()
        _pass_over()
    _FLUSHED.clear()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Remember that the tables are empty now."""
    if flushes(item):
        _FLUSHED[:] = [item.nodeid]


def _pass_over() -> None:
    """What flushed tests touched still waits for the watch (its log is no table of Django's): nobody of today did it."""
    from foundation.dossiers import clerk
    from foundation.watch import sweep

    with clerk.as_clerk():
        while sweep._take():
            continue


def _load() -> None:
    with override_settings(PASSWORD_HASHERS=[FAST]), transaction.atomic():
        factories.load()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """Always both aliases: with the mirror alone the tests would run on the real database."""
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        keep = django_db_keepdb and not django_db_createdb
        config = setup_databases(verbosity=0, interactive=False, aliases=BOTH, keepdb=keep)
        assert connections["default"].settings_dict["NAME"].startswith("test_")
        _load()
    yield
    if not django_db_keepdb:
        # A thread of the live server may still hold a connection; the cluster itself is thrown away after the run.
        with django_db_blocker.unblock(), suppress(OperationalError):
            connections.close_all()
            teardown_databases(config, verbosity=0)


@pytest.fixture(autouse=True)
def _no_stale_ids(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A flush gives permissions and the clerk new ids; keys and counted tries of other tests are gone."""
    from rest_framework.throttling import SimpleRateThrottle

    from foundation.dossiers.ledger import Ledger

    _forget()
    monkeypatch.setattr(caches["default"], "key_prefix", uuid4().hex)
    settings.PASSWORD_HASHERS = [FAST]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    settings.ERASURE_LEDGER = str(tmp_path_factory.mktemp("ledger") / "erasures")
    Ledger.of_installation().create()
    settings.FILES_PATH = str(tmp_path_factory.mktemp("store") / "files")
    # The tests of a session share people and cache: what all of them open together is not what one person opens.
    settings.WATCH_VAULT_PER_HOUR = {"person": 10**9, "machine": 10**9}
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "user", "1000000/min")


def _forget() -> None:
    from foundation.core import machines
    from foundation.dossiers import actions, clerk
    from foundation.vault import models as vault

    actions.forget()
    clerk.forget()
    machines.forget()
    vault._opened.cache_clear()


@pytest.fixture
def house(db: None) -> factories.House:
    """The demonstration's units, people and partners."""
    return factories.house()


@pytest.fixture
def as_courier(db: None) -> Iterator[None]:
    """Nobody but the courier sees what the outbox holds."""
    from foundation.core.machines import COURIER

    with COURIER.acting():
        yield


@pytest.fixture
def volunteer(house: factories.House) -> Any:
    """Reports."""
    return house.people["volunteer"]


@pytest.fixture
def caseworker(house: factories.House) -> Any:
    """Owns cases."""
    return house.people["caseworker"]


@pytest.fixture
def focal_point(house: factories.House) -> Any:
    """Triages."""
    return house.people["focal_point"]


@pytest.fixture
def outsider(house: factories.House) -> Any:
    """A caseworker of another unit, who must see nothing."""
    return house.people["outsider"]


@pytest.fixture
def partner_worker(house: factories.House) -> Any:
    """Receives."""
    return house.people["partner_worker"]


@pytest.fixture
def data_officer(house: factories.House) -> Any:
    """Protects data."""
    return house.people["data_officer"]


@pytest.fixture
def administrator(house: factories.House) -> Any:
    """Runs the system and must read no case."""
    return house.people["administrator"]


@pytest.fixture
def browse() -> Callable[[Any], Client]:
    """A signed-in test client for a person who has done what stands before the first page (``tests.door`` does it by page)."""

    def signed_in(user: Any) -> Client:
        return door.opened(factories.settle(user))

    return signed_in
