"""Wrong keys open nothing and start nothing: the root key, an organisation's key, the file they stand in."""

import base64
import json
import os
import resource
import signal

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from foundation.core import keyring as ring
from foundation.core.acting import acting
from foundation.dossiers.models import DossierKey
from foundation.vault import models as vault
from foundation.vault import secrets
from foundation.vault.crypto import VaultError
from foundation.vault.models import OrganisationKey, current_key, make_organisation_key, organisation_kek
from foundation.vault.providers.file import Keyfile
from tests import factories
from tests.vault.keyrings import os_uuid


def key_of(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


def rings(**more) -> dict:
    one = {"current": 1, "keys": {"1": key_of(1)}}
    return {"version": 1, "root": one, "seal": one, **more}


@pytest.fixture
def file(tmp_path, settings):
    """A keyring file of our own; the process's is read anew before and after."""
    settings.KEYRING = str(tmp_path / "keyring.json")
    ring.keyring.cache_clear()
    vault._opened.cache_clear()
    yield tmp_path / "keyring.json"
    ring.keyring.cache_clear()
    vault._opened.cache_clear()


def test_a_key_provider_that_does_not_exist_is_named(db, settings):
    settings.KEY_PROVIDER = "drawer"
    with pytest.raises(ring.KeyringError, match="drawer"):
        make_organisation_key(os_uuid(1))


def test_a_version_that_was_added_meanwhile_is_found(file):
    file.write_text(json.dumps(rings()))
    assert ring.keyring().root.current == 1
    file.write_text(json.dumps(rings(root={"current": 2, "keys": {"1": key_of(1), "2": key_of(2)}})))
    assert ring.root_key(2) == b"\2" * 32


def test_a_keyring_may_leave_the_root_key_to_somebody_else(file):
    file.write_text(json.dumps({"version": 1, "seal": rings()["seal"]}))
    assert ring.keyring().seal.current == 1
    with pytest.raises(ring.KeyringError, match="names nobody else"):
        Keyfile().current()


def test_changing_the_root_keys_leaves_the_rest_of_the_file_alone(file):
    file.write_text(json.dumps(rings(more={"note": "kept"})))
    file.chmod(0o640)
    assert Keyfile().rotate() == "file:2"
    data = json.loads(file.read_text())
    assert (data["more"], data["seal"], data["root"]["keys"]["1"]) == ({"note": "kept"}, rings()["seal"], key_of(1))
    assert (data["root"]["current"], len(ring.root_key(2)), file.stat().st_mode & 0o777) == (2, 32, 0o640)
    assert [path.name for path in file.parent.iterdir()] == ["keyring.json"]


def test_a_full_disk_leaves_the_old_keyring_as_it_was(file):
    """The limit on file sizes makes the kernel refuse the write, as a full disk would."""
    file.write_text(json.dumps(rings()))
    before, limits = file.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
        with pytest.raises(ring.KeyringError, match="nothing was changed"):
            Keyfile().rotate()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["keyring.json"]
    assert ring.keyring().root.current == 1


def test_a_directory_that_cannot_be_written_leaves_the_keyring_as_it_was(file):
    file.write_text(json.dumps(rings()))
    with pytest.raises(ring.KeyringError, match="could not be written"):
        ring.replace(file.parent / "absent" / "keyring.json", "{}")


def test_a_good_keyring_is_read(file):
    two = {"current": 2, "keys": {"1": key_of(1), "2": key_of(2)}}
    file.write_text(json.dumps(rings(root=two)))
    assert ring.keyring().root.current == 2
    assert ring.keyring().root.key(1) == b"\1" * 32
    with pytest.raises(ring.KeyringError):
        ring.keyring().root.key(3)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", "null", json.dumps({"root": rings()["root"]}),
        json.dumps(rings(root={"current": 2, "keys": {"1": key_of(1)}})),
        json.dumps(rings(root={"current": "1", "keys": {"1": key_of(1)}})),
        json.dumps(rings(root={"current": 1, "keys": {"1": key_of(1)[:-4]}})),
        json.dumps(rings(root={"current": 1, "keys": {"1": key_of(1)[:-4] + "!!!="}})),
        json.dumps(rings(root={"current": 1, "keys": [key_of(1)]})),
        json.dumps(rings(seal={"current": 1, "keys": {}})),
    ],
)  # fmt: skip
def test_a_damaged_keyring_is_refused_as_a_whole(file, text):
    file.write_text(text)
    with pytest.raises(ring.KeyringError):
        ring.keyring()


def test_a_missing_keyring_is_refused(file):
    with pytest.raises(ring.KeyringError):
        ring.keyring()


def test_a_refusal_never_quotes_the_file(file):
    file.write_text(json.dumps(rings(root={"current": 1, "keys": {"1": "s3cret"}})))
    with pytest.raises(ring.KeyringError) as refused:
        ring.keyring()
    assert "s3cret" not in str(refused.value)


def test_under_another_organisations_key_a_folder_does_not_open(house, focal_point):
    concern = factories.submitted(house)
    partner = current_key(house.partners["Lantern House"].pk)
    with acting(focal_point.pk):
        key = DossierKey.objects.get(dossier=concern.dossier_id)
        key.cipher()
        key.organisation_key_id = partner.pk
        with pytest.raises(VaultError):
            key.cipher()


def test_an_organisation_that_was_cut_off_opens_nothing_from_that_moment_on(house, focal_point):
    """Cutting off an organisation is destroying its key; what a process keeps in memory does not help it."""
    concern = factories.submitted(house)
    with acting(focal_point.pk):
        opened = type(concern).objects.with_key().get(pk=concern.pk)
        assert opened.summary == factories.WORDS
        OrganisationKey.objects.filter(organisation_id=opened.dossier.organisation_id).update(
            wrapped=b"", destroyed_at=timezone.now()
        )
        for rows in (type(concern).objects, type(concern).objects.with_key()):
            with pytest.raises(VaultError, match="cut off"):
                _ = rows.get(pk=concern.pk).summary


def test_an_organisation_that_was_cut_off_is_not_given_a_new_key_unawares(db):
    key = make_organisation_key(os_uuid(1))
    OrganisationKey.objects.filter(pk=key.pk).update(wrapped=b"", destroyed_at=timezone.now())
    with pytest.raises(VaultError, match="cut off"):
        current_key(os_uuid(1))


def test_a_destroyed_key_is_really_gone(db):
    key = make_organisation_key(os_uuid(1))
    with pytest.raises(IntegrityError, match="destroyed_keys_are_gone"), transaction.atomic():
        OrganisationKey.objects.filter(pk=key.pk).update(destroyed_at=timezone.now())


def test_two_who_need_an_organisations_first_key_at_once_get_the_same(db):
    first = make_organisation_key(os_uuid(7))
    assert vault._first(os_uuid(7)) == first


def test_a_key_that_folders_need_cannot_be_deleted(house, focal_point):
    concern = factories.submitted(house)
    with acting(focal_point.pk):
        key = DossierKey.objects.get(dossier=concern.dossier_id)
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError):
            cursor.execute("DELETE FROM vault_organisationkey WHERE id = %s", [key.organisation_key_id])
        transaction.set_rollback(True)


def test_a_wrapped_key_moved_to_another_organisation_does_not_open(db):
    one, other = make_organisation_key(os_uuid(1)), make_organisation_key(os_uuid(2))
    OrganisationKey.objects.filter(pk=other.pk).update(wrapped=one.wrapped, commit=one.commit)
    with pytest.raises(VaultError):
        organisation_kek(other.pk)


def test_an_organisation_keeps_its_newest_key(db):
    first = current_key(os_uuid(5))
    assert current_key(os_uuid(5)) == first
    second = make_organisation_key(os_uuid(5), 2)
    assert current_key(os_uuid(5)) == second
    assert bytes(first.wrapped) != bytes(second.wrapped)


def test_a_small_secret_opens_in_its_own_row_alone(db):
    key, other = current_key(os_uuid(5)), current_key(os_uuid(6))
    sealed = secrets.seal_secret(key.pk, b"webhook", os_uuid(1), b"whsec")
    assert secrets.open_secret(key.pk, b"webhook", os_uuid(1), sealed) == b"whsec"
    for attempt in (
        (key.pk, b"webhook", os_uuid(2), sealed),
        (key.pk, b"other", os_uuid(1), sealed),
        (other.pk, b"webhook", os_uuid(1), sealed),
        (os_uuid(9), b"webhook", os_uuid(1), sealed),
        (key.pk, b"webhook", os_uuid(1), sealed[:-1]),
        (key.pk, b"webhook", os_uuid(1), sealed[:5]),
        (key.pk, b"webhook", os_uuid(1), bytes([sealed[0] ^ 1]) + sealed[1:]),
    ):
        with pytest.raises(VaultError):
            secrets.open_secret(*attempt)


def test_the_keyring_in_use_is_not_in_the_database(house):
    """A stolen dump must not bring its own key along."""
    keys = [*ring.keyring().root.keys.values(), *ring.keyring().seal.keys.values()]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT string_agg(k::text, '') FROM vault_organisationkey k")
        stored = cursor.fetchone()[0] or ""
    assert os.environ["AMPARO_KEYRING"]
    assert not [key for key in keys if key.hex() in stored or base64.b64encode(key).decode() in stored]
