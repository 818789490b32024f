"""Wrong keys open nothing and start nothing: the root key, an organisation's key, the file they stand in."""

import base64
import json
import os

import pytest
from django.db import connections

from foundation.core import keyring as ring
from foundation.core.acting import acting
from foundation.dossiers.models import DossierKey
from foundation.vault import models as vault
from foundation.vault import secrets
from foundation.vault.crypto import VaultError
from foundation.vault.models import OrganisationKey, current_key, make_organisation_key, organisation_kek
from tests import factories


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


def test_under_another_root_key_nothing_opens(house, focal_point, file):
    """The canary: a wrong root key is noticed before anything is written with it."""
    ring.keyring.cache_clear()
    file.write_text(json.dumps(rings()))
    row = OrganisationKey.objects.first()
    if row is None:
        row = make_organisation_key(house.units["harbour"].organisation_id)
        file.write_text(json.dumps(rings(root={"current": 1, "keys": {"1": key_of(9)}})))
        ring.keyring.cache_clear()
        vault._opened.cache_clear()
    with pytest.raises(VaultError):
        organisation_kek(row.pk)


def test_under_another_organisations_key_a_folder_does_not_open(house, focal_point):
    concern = factories.submitted(house)
    partner = current_key(house.partners["Lantern House"].pk)
    with acting(focal_point.pk):
        key = DossierKey.objects.get(dossier=concern.dossier_id)
        key.cipher()
        key.organisation_key_id = partner.pk
        with pytest.raises(VaultError):
            key.cipher()


def test_an_organisation_that_was_cut_off_opens_nothing(house, focal_point):
    """Cutting off an organisation is destroying its key row (safety.md §2)."""
    concern = factories.submitted(house)
    OrganisationKey.objects.all().delete()
    vault._opened.cache_clear()
    with acting(focal_point.pk):
        assert not type(concern).objects.get(pk=concern.pk).is_open


def test_a_wrapped_key_moved_to_another_organisation_does_not_open(db):
    one, other = make_organisation_key(os_uuid(1)), make_organisation_key(os_uuid(2))
    OrganisationKey.objects.filter(pk=other.pk).update(wrapped=one.wrapped, commit=one.commit)
    with pytest.raises(VaultError):
        organisation_kek(other.pk)


def os_uuid(number: int):
    from uuid import UUID

    return UUID(int=number)


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
