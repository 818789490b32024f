"""Exchanging the root key and organisations' keys: what they wrap is wrapped anew, and everything opens at each step."""

import json
import threading
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from foundation.accounts import sealing
from foundation.core import keyring as ring
from foundation.core.errors import Refused
from foundation.custody import holders, keeper, rewrapping, start
from foundation.vault import models as vault
from foundation.vault import secrets
from foundation.vault.models import Canary, OrganisationKey
from referrals.models import WebhookEndpoint
from tests.custody import world as worlds
from tests.custody.conftest import forget

pytestmark = [pytest.mark.proof("crypto"), pytest.mark.django_db(transaction=True, databases=["default", "owner"])]


@pytest.fixture
def world(transactional_db, keyring_file, settings):
    settings.KEY_GRACE = 0
    return worlds.make(settings)


def keks() -> set[str]:
    return set(OrganisationKey.objects.values_list("kek", flat=True))


def society(world) -> object:
    return world.house.units["harbour"].organisation_id


def wrapped_by() -> list[tuple]:
    return worlds.owner("SELECT DISTINCT organisation_key_id FROM dossiers_dossierkey")


def test_a_new_root_key_takes_over_and_the_old_one_can_go(world, keyring_file, capsys):
    before, n = worlds.facts(world), worlds.read_all(world)
    assert n > 20
    call_command("rewrap_keys", "--new-root", "--drop-old-roots")
    assert keks() == {"file:2"}
    assert list(json.loads(keyring_file.read_text())["root"]["keys"]) == ["2"]
    forget()
    assert start.check() == ""
    assert (worlds.facts(world), worlds.read_all(world)) == (before, n)
    assert "Make a new escrow" in capsys.readouterr().out


def test_a_process_that_runs_finds_the_new_root_key_by_itself(world, keyring_file):
    """It read the keyring before the new version was added; nobody has to restart it."""
    old = ring.keyring()
    rewrapping.new_root()
    rewrapping.rewrap(say=lambda words: None)
    vault._opened.cache_clear()
    ring.keyring.cache_clear()
    text = keyring_file.read_text()
    data = json.loads(text)
    data["root"] = {"current": 1, "keys": {"1": data["root"]["keys"]["1"]}}
    keyring_file.write_text(json.dumps(data))
    assert ring.keyring() == old
    keyring_file.write_text(text)
    assert worlds.read_all(world) > 20


def test_an_organisations_new_key_takes_over_its_folders_and_secrets_and_no_others(world):
    before, n, others = worlds.facts(world), worlds.read_all(world), world.endpoint.organisation_key_id
    name = str(society(world))
    old = OrganisationKey.objects.get(organisation_id=name)
    call_command("rewrap_keys", new_organisation_key=[name], batch=2)
    new = OrganisationKey.objects.get(organisation_id=name)
    assert (new.version, OrganisationKey.objects.filter(pk=old.pk).exists()) == (2, False)
    assert set(wrapped_by()) == {(new.pk,), (others,)}
    assert (worlds.facts(world), worlds.read_all(world)) == (before, n)


def test_every_organisation_may_get_a_new_key_secrets_included(world):
    before = worlds.facts(world)
    call_command("rewrap_keys", new_organisation_key=["all"])
    versions = OrganisationKey.objects.exclude(organisation_id=vault.HOUSE).values_list("version", flat=True)
    assert set(versions) == {2}
    vault._opened.cache_clear()
    assert worlds.facts(world) == before
    with connections["owner"].cursor() as cursor, transaction.atomic(using="owner"):
        cursor.execute("ALTER TABLE referrals_webhookendpoint NO FORCE ROW LEVEL SECURITY")
        endpoint = WebhookEndpoint.objects.using("owner").get(pk=world.endpoint.pk)
        transaction.set_rollback(True, using="owner")
    assert endpoint.organisation_key_id != world.endpoint.organisation_key_id
    opened = secrets.open_secret(endpoint.organisation_key_id, b"webhook", endpoint.pk, bytes(endpoint.secret))
    assert opened.decode() == world.webhook_secret
    world.factor.refresh_from_db()
    assert sealing.opened(world.factor.data["secret"]) == (world.person("caseworker").pk, worlds.SECRET)


def test_a_replaced_key_is_kept_until_its_time(world, settings, capsys):
    settings.KEY_GRACE = 600
    old = OrganisationKey.objects.get(organisation_id=society(world))
    call_command("rewrap_keys", new_organisation_key=["Meridian Society"])
    assert OrganisationKey.objects.filter(pk=old.pk).exists()
    assert "kept for ten minutes" in capsys.readouterr().out
    settings.KEY_GRACE = 0
    call_command("rewrap_keys")
    assert not OrganisationKey.objects.filter(pk=old.pk).exists()


def test_one_that_was_interrupted_opens_everything_and_goes_on_where_it_stopped(world, monkeypatch):
    before, n, real, left = worlds.facts(world), worlds.read_all(world), rewrapping._batch, iter("1")

    def short(*args):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(rewrapping, "_batch", short)
    with pytest.raises(KeyboardInterrupt):
        call_command("rewrap_keys", new_organisation_key=["Meridian Society"], batch=1)
    assert len(wrapped_by()) == 3, "some under the old key, some under the new one, the partner's"
    assert (worlds.facts(world), worlds.read_all(world)) == (before, n)
    monkeypatch.undo()
    call_command("rewrap_keys")
    assert len(wrapped_by()) == 2
    assert worlds.read_all(world) == n


def test_a_damaged_key_is_named_and_left_as_it_is(world):
    worlds.owner("UPDATE dossiers_dossierkey SET wrapped = decode(repeat('00', 60), 'hex') WHERE dossier_id = %s",
                 world.case.dossier_id)  # fmt: skip
    old = OrganisationKey.objects.get(organisation_id=society(world))
    with pytest.raises(CommandError, match="1 keys do not open"):
        call_command("rewrap_keys", new_organisation_key=["Meridian Society"])
    assert OrganisationKey.objects.filter(pk=old.pk).exists(), "what it wrapped may be brought back from a backup"


def test_a_damaged_organisation_key_does_not_stop_the_others(world, capsys):
    OrganisationKey.objects.filter(organisation_id=society(world)).update(commit=bytes(16))
    rewrapping.provider().rotate()
    with pytest.raises(CommandError, match="1 keys do not open"):
        call_command("rewrap_keys")
    assert OrganisationKey.objects.filter(kek="file:2").count() == OrganisationKey.objects.count() - 1
    assert Canary.objects.get().organisation_key.kek == "file:2"


def test_a_dry_run_counts_and_changes_nothing(world, keyring_file, capsys):
    before, rows = keyring_file.read_bytes(), list(OrganisationKey.objects.order_by("pk").values())
    call_command("rewrap_keys", "--new-root", "--dry-run", new_organisation_key=["all"])
    n = worlds.owner("SELECT count(*) FROM dossiers_dossierkey")[0][0]
    n_secrets = sum(holders.n_under(row["id"]) for row in rows)
    assert n_secrets > 2, "of webhooks and of second factors"
    assert f"{len(rows)} organisation keys, {n} folder keys, {n_secrets} secrets" in capsys.readouterr().out
    assert (keyring_file.read_bytes(), list(OrganisationKey.objects.order_by("pk").values())) == (before, rows)


def test_an_unknown_organisation_is_refused_before_anything_is_made(world):
    with pytest.raises(CommandError, match="no organisation 'Nobody'"):
        call_command("rewrap_keys", new_organisation_key=["Meridian Society", "Nobody"])
    assert set(OrganisationKey.objects.values_list("version", flat=True)) == {1}


def test_with_wrong_keys_nothing_is_wrapped(world, wrong_keys):
    with pytest.raises(CommandError, match="is not the one that this database was written with"):
        call_command("rewrap_keys", "--new-root")
    assert keks() == {"file:1"}


def test_the_applications_role_may_not(world, monkeypatch):
    """The running application is never the owner, and no command makes it one."""
    monkeypatch.setattr(keeper, "OWNER", "default")
    for command in ("rewrap_keys", "rotate_dossiers", "key_status"):
        with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
            call_command(command)


# --- the keeper, and waiting


@pytest.mark.parametrize("table", ["dossiers_dossier", "cases_case", "consent_person", "referrals_referral"])
def test_the_keepers_door_is_shut_to_everybody_else(world, table):
    count, say = f"SELECT count(*) FROM {table}", "SELECT set_config('amparo.keeper', 'rotation', true)"
    with transaction.atomic(using="owner"):
        assert worlds.owner(count) == [(0,)], "the owner who says nothing sees nothing"
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(say)
        cursor.execute(count)
        assert cursor.fetchone() == (0,), "the application may say what it wants"
    with keeper.as_keeper() as cursor:
        cursor.execute(count)
        assert cursor.fetchone()[0] > 0


def test_a_function_with_the_owners_rights_is_no_keeper(world):
    """Whoever calls one as the application has not signed in as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM cases_case'"
        )
    try:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute("SELECT set_config('amparo.keeper', 'rotation', true)")
            cursor.execute("SELECT peek()")
            assert cursor.fetchone() == (0,)
    finally:
        worlds.owner("DROP FUNCTION peek()")


def hold(seconds: float, begun: threading.Event) -> threading.Thread:
    """A transaction of the application that takes its time."""

    def work():
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
            begun.set()
            time.sleep(seconds)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(10)
    return thread


def test_it_waits_for_the_transactions_that_run_and_for_no_later_ones(world):
    thread = hold(0.6, threading.Event())
    began = time.monotonic()
    keeper.wait_for_others(20)
    waited = time.monotonic() - began
    thread.join()
    assert waited > 0.3
    began = time.monotonic()
    keeper.wait_for_others(20)
    assert time.monotonic() - began < waited


def test_it_gives_up_on_one_that_does_not_end_and_says_so(world):
    thread = hold(1.0, threading.Event())
    with pytest.raises(Refused) as busy:
        keeper.wait_for_others(0.1)
    assert busy.value.code == "keys.busy"
    thread.join()
