"""The root key in HashiCorp Vault or AWS KMS: the real clients against stand-ins on the loopback (``tests/keepers.py``)."""

import builtins
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from foundation.core import keyring as ring
from foundation.core.acting import acting
from foundation.core.keyring import KeyringError
from foundation.custody import start
from foundation.dossiers.models import Dossier
from foundation.vault import canary
from foundation.vault import models as vault
from foundation.vault.crypto import VaultError
from foundation.vault.models import OrganisationKey, make_organisation_key, organisation_kek
from foundation.vault.providers import aws, provider
from tests import factories, keepers
from tests.custody import world as worlds
from tests.custody.conftest import forget
from tests.custody.conftest import keyring_file as keyring_file
from tests.vault.keyrings import os_uuid

pytestmark = pytest.mark.proof("crypto")
KINDS = ("vault", "aws")


@pytest.fixture(params=KINDS)
def keeper(request, settings, monkeypatch, tmp_path):
    """One of the two, running, chosen by the settings."""
    made = {"vault": keepers.FakeVault, "aws": keepers.FakeKms}[request.param]()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    token = tmp_path / "token"
    token.write_text(f"{keepers.FakeVault.token}\n")
    aws.made_client.cache_clear()
    with keepers.running(made):
        settings.VAULT_URL = settings.AWS_ENDPOINT = made.url
        settings.VAULT_TOKEN_FILE, settings.AWS_KEY, settings.AWS_REGION = (
            str(token),
            made.alias_or_name,
            "eu-central-1",
        )
        settings.KEY_PROVIDER = request.param
        forget()
        yield made
    forget()


def another_process() -> None:
    vault._opened.cache_clear()


KEK = {"vault": "vault:transit/amparo:1", "aws": f"aws:{keepers.FakeKms.arn}"}


@pytest.fixture
def key(db, keeper):
    """An organisation's key, wrapped by it."""
    return make_organisation_key(os_uuid(1))


def test_an_organisations_key_is_wrapped_and_opened_there(key, keeper, settings):
    assert key.kek == KEK[settings.KEY_PROVIDER]
    another_process()
    organisation_kek(key.pk)
    assert [verb.lower() for verb, _body in keeper.asked][-2:] == ["encrypt", "decrypt"]


def test_the_key_lies_in_no_row_and_the_root_key_in_no_answer(key):
    opened = key.key()
    stored = bytes(OrganisationKey.objects.get(pk=key.pk).wrapped)
    assert opened not in stored
    assert opened.hex().encode() not in stored


def test_a_wrapped_key_that_is_moved_is_refused_by_the_keeper_itself(key, keeper):
    """The place goes along as associated data, or as encryption context: CloudTrail shows it too."""
    other = make_organisation_key(os_uuid(2))
    OrganisationKey.objects.filter(pk=other.pk).update(wrapped=key.wrapped, commit=key.commit)
    with pytest.raises(VaultError, match="unwrap"):
        organisation_kek(other.pk)


@pytest.mark.parametrize(
    "spoil", [lambda w: w[:-6] + b"AAAAA=", lambda w: w[: len(w) // 2], lambda w: b"", lambda w: b"x" * 60]
)
def test_a_damaged_wrapped_key_is_refused(key, spoil):
    OrganisationKey.objects.filter(pk=key.pk).update(wrapped=spoil(bytes(key.wrapped)))
    with pytest.raises((VaultError, KeyringError)):
        organisation_kek(key.pk)


def test_another_key_under_the_same_name_is_found_out(house, key, keeper, settings):
    """Somebody deleted the key there and made it anew."""
    canary.Canary.objects.all().delete()
    with acting(house.people["data_officer"].pk):
        Dossier.objects.update(erased_at=timezone.now())  # the folders of the office, whose keys would hold the others
    OrganisationKey.objects.exclude(pk=key.pk).delete()
    canary.require()
    keeper.forget()
    forget()
    assert "is not the one that this database was written with" in start.check()
    with pytest.raises(KeyringError):
        make_organisation_key(os_uuid(3))


def test_with_the_network_down_nothing_is_opened_nor_written_and_it_is_said(key, keeper):
    keeper.stop()
    another_process()
    with pytest.raises(KeyringError, match=r"does not answer|could not decrypt"):
        organisation_kek(key.pk)
    with pytest.raises(KeyringError):
        make_organisation_key(os_uuid(2))
    assert OrganisationKey.objects.filter(organisation_id=os_uuid(2)).count() == 0
    assert start.check() != ""
    keeper.start()
    organisation_kek(key.pk)


def test_without_permission_the_operator_is_told_which_policy_to_look_at(key, keeper, settings):
    keeper.denied = {"decrypt", "Decrypt"}
    another_process()
    with pytest.raises(KeyringError, match="policy"):
        organisation_kek(key.pk)
    keeper.denied = {"encrypt", "Encrypt"}
    with pytest.raises(KeyringError, match="policy"):
        make_organisation_key(os_uuid(2))


def test_a_reader_gets_the_page_while_the_keeper_is_away(house, keeper, browse, focal_point):
    """A process that has the key in memory goes on; a new one says so and loses nothing."""
    rewrap_all()
    concern, reader = factories.submitted(house), browse(focal_point)
    url = reverse("cases:concern", args=[concern.pk])
    assert start.check() == ""
    keeper.stop()
    assert reader.get(url).status_code == 200
    another_process()
    page = reader.get(url)
    assert page.status_code == 503
    assert "does not answer" not in page.content.decode()
    keeper.start()
    assert reader.get(url).status_code == 200


def rewrap_all() -> None:
    for row in OrganisationKey.objects.filter(destroyed_at=None):
        row.rewrap()
        row.save()


def test_health_and_start_are_well_with_it(house, keeper, client):
    rewrap_all()
    forget()
    assert start.check() == ""
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_house_moves_from_the_file_to_the_keeper_and_to_its_next_version(
    transactional_db, keyring_file, settings, keeper, capsys
):
    kind, settings.KEY_PROVIDER, settings.KEY_GRACE = settings.KEY_PROVIDER, "file", 0
    world = worlds.make(settings)
    before = worlds.facts(world)
    settings.KEY_PROVIDER = kind
    call_command("rewrap_keys", "--drop-old-roots")
    assert {row.kek for row in OrganisationKey.objects.all()} == {KEK[kind]}
    data = json.loads(keyring_file.read_text())
    keyring_file.write_text(json.dumps({"version": 1, "seal": data["seal"]}))
    forget()
    assert start.check() == "", "the file needs no root key any more"
    assert worlds.facts(world) == before
    if kind == "vault":
        call_command("rewrap_keys", "--new-root")
        assert {row.kek for row in OrganisationKey.objects.all()} == {"vault:transit/amparo:2"}
    else:
        with pytest.raises(CommandError, match="rotates its keys itself"):
            call_command("rewrap_keys", "--new-root")
    another_process()
    assert worlds.facts(world) == before


# --- each one's own


hashicorp = pytest.mark.parametrize("keeper", ["vault"], indirect=True)
amazon = pytest.mark.parametrize("keeper", ["aws"], indirect=True)


@hashicorp
def test_the_token_is_read_anew_each_time(db, keeper, settings):
    key = make_organisation_key(os_uuid(1))
    keeper.token = "hvs.renewed"
    another_process()
    with pytest.raises(KeyringError, match="does not allow this token"):
        organisation_kek(key.pk)
    with open(settings.VAULT_TOKEN_FILE, "w") as file:
        file.write("hvs.renewed")
    organisation_kek(key.pk)


@hashicorp
def test_a_missing_token_is_named_by_its_setting(db, keeper, settings):
    settings.VAULT_TOKEN_FILE = "/nonexistent/token"
    with pytest.raises(KeyringError, match="AMPARO_VAULT_TOKEN_FILE"):
        make_organisation_key(os_uuid(1))


@hashicorp
def test_a_sealed_vault_says_so(db, keeper):
    key = make_organisation_key(os_uuid(1))
    keeper.is_sealed = True
    another_process()
    with pytest.raises(KeyringError, match="could not decrypt"):
        organisation_kek(key.pk)


@hashicorp
def test_a_key_that_vault_does_not_know_is_named(db, keeper, settings):
    settings.VAULT_KEY = "other"
    with pytest.raises(KeyringError, match="has no key 'other'"):
        provider().current()
    with pytest.raises(KeyringError, match="encryption key not found"):
        provider().wrap(bytes(32), b"place")


@hashicorp
def test_an_older_version_opens_after_vault_rotated_its_key(db, keeper):
    key = make_organisation_key(os_uuid(1))
    assert provider().rotate() == "vault:transit/amparo:2"
    assert make_organisation_key(os_uuid(2)).kek == "vault:transit/amparo:2"
    another_process()
    organisation_kek(key.pk)


@amazon
def test_kms_decrypts_with_the_key_that_the_row_names_and_no_other(db, keeper):
    """Whatever the ciphertext says: a key of another account is not asked."""
    key = make_organisation_key(os_uuid(1))
    OrganisationKey.objects.filter(pk=key.pk).update(kek="aws:arn:aws:kms:eu-central-1:999999999999:key/other")
    another_process()
    with pytest.raises(VaultError):
        organisation_kek(key.pk)
    assert keeper.asked[-1][1]["KeyId"].endswith("key/other")
    assert keeper.asked[-1][1]["EncryptionContext"] == {"amparo": vault._place(os_uuid(1), 1).hex()}


@amazon
def test_kms_without_credentials_says_so(db, keeper, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(KeyringError, match="NoCredentialsError"):
        make_organisation_key(os_uuid(1))


def test_a_client_that_is_not_installed_is_named(db, keeper, settings, monkeypatch):
    wanted, real = {"vault": "hvac", "aws": "boto3.session"}[settings.KEY_PROVIDER], builtins.__import__

    def without(name, *args, **more):
        if name == wanted:
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    aws.made_client.cache_clear()
    with pytest.raises(KeyringError, match=f"install amparo\\[{settings.KEY_PROVIDER}\\]"):
        make_organisation_key(os_uuid(1))


def test_the_keyring_needs_no_root_key_then_but_the_file_provider_does(keeper, keyring_file, settings):
    data = json.loads(keyring_file.read_text())
    keyring_file.write_text(json.dumps({"version": 1, "seal": data["seal"]}))
    forget()
    assert ring.keyring().root.keys == {}
    provider().current()
    settings.KEY_PROVIDER = "file"
    with pytest.raises(KeyringError, match="no root key"):
        provider().current()
