"""The canary sings only for the keys that wrote the database; nothing starts and nothing is written without it."""

import base64
import json
import os

import pytest

from foundation.core import keyring as ring
from foundation.core.keyring import KeyringError
from foundation.vault import canary
from foundation.vault import models as vault
from foundation.vault.models import Canary, OrganisationKey, make_organisation_key
from tests.vault.keyrings import os_uuid

pytestmark = pytest.mark.proof("crypto")


@pytest.fixture
def keyring_file(tmp_path, settings):
    """A copy of the keyring in use, to be spoilt."""
    copy = tmp_path / "keyring.json"
    copy.write_text(json.dumps(json.loads(ring.content())))
    settings.KEYRING = str(copy)
    _forget()
    yield copy
    _forget()


def _forget():
    ring.keyring.cache_clear()
    vault._opened.cache_clear()


def spoil(file, change) -> None:
    data = json.loads(file.read_text())
    change(data["root"])
    file.write_text(json.dumps(data))
    _forget()


def other_key(root) -> None:
    root["keys"][str(root["current"])] = base64.b64encode(os.urandom(32)).decode()


def test_the_right_keys_pass(house):
    canary.require()
    assert canary.sings()


def test_another_root_key_is_refused_and_named(house, keyring_file):
    spoil(keyring_file, other_key)
    with pytest.raises(KeyringError, match="the root key file:1 is not the one that this database was written with"):
        canary.require()


def test_with_another_root_key_nothing_is_written(house, keyring_file):
    """Also when the key goes wrong later, in a process that runs."""
    n = OrganisationKey.objects.count()
    spoil(keyring_file, other_key)
    with pytest.raises(KeyringError):
        make_organisation_key(os_uuid(1))
    assert OrganisationKey.objects.count() == n


def test_a_missing_version_says_who_needs_it(house, keyring_file):
    def renumber(root) -> None:
        root.update(current=2, keys={"2": root["keys"]["1"]})

    spoil(keyring_file, renumber)
    with pytest.raises(KeyringError, match="no root key of version 1"):
        canary.require()


def test_a_root_key_that_only_another_organisation_needs_is_asked_for_too(house, keyring_file):
    """Half a rotation may stand; half a keyring may not."""
    from foundation.vault.providers.file import Keyfile

    Keyfile().rotate()
    make_organisation_key(os_uuid(1))
    canary.require()
    spoil(keyring_file, lambda root: root["keys"].update({"2": base64.b64encode(os.urandom(32)).decode()}))
    with pytest.raises(KeyringError, match=r"file:2 does not open what it wrapped \(1 organisation keys\)"):
        canary.require()
    spoil(keyring_file, lambda root: root.update(current=1, keys={"1": root["keys"]["1"]}))
    with pytest.raises(KeyringError, match="version 2; 1 organisation keys need file:2"):
        canary.require()


def test_a_canary_that_somebody_changed_is_refused(house):
    bird = Canary.objects.get()
    Canary.objects.update(token=bytes([*bytes(bird.token)[:-1], bytes(bird.token)[-1] ^ 1]))
    with pytest.raises(KeyringError):
        canary.require()


def test_a_database_without_a_canary_gets_one_only_from_who_opens_its_keys(house, keyring_file):
    make_organisation_key(os_uuid(1))
    Canary.objects.all().delete()
    good = keyring_file.read_text()
    spoil(keyring_file, other_key)
    with pytest.raises(KeyringError, match="does not open what it wrapped"):
        canary.require()
    assert not Canary.objects.exists()
    assert not canary.sings()
    keyring_file.write_text(good)
    _forget()
    canary.require()
    assert canary.sings()


def test_two_processes_may_plant_at_once(house):
    canary.plant()
    assert Canary.objects.count() == 1


def test_a_process_that_cannot_open_it_does_not_hear_it(house, keyring_file):
    spoil(keyring_file, other_key)
    assert not canary.sings()
