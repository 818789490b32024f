"""``key_status``: counts and names of keys, and what is not as it should be; never a key."""

import base64

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from foundation.core import keyring as ring
from foundation.core.acting import acting
from foundation.custody import rewrapping, rotating
from foundation.vault.models import OrganisationKey
from tests.custody import world as worlds

pytestmark = [pytest.mark.proof("crypto"), pytest.mark.django_db(transaction=True, databases=["default", "owner"])]


@pytest.fixture
def world(transactional_db, keyring_file, settings):
    settings.KEY_GRACE = 0
    return worlds.make(settings)


def said(capsys, **options) -> str:
    call_command("key_status", **options)
    return capsys.readouterr().out


def wrong(capsys, **options) -> str:
    with pytest.raises(CommandError):
        call_command("key_status", **options)
    return "\n".join(line for line in capsys.readouterr().out.splitlines() if line.startswith("!!"))


def test_all_is_well_says_what_is_wrapped_by_what(world, capsys):
    text = said(capsys, deep=True)
    n = worlds.owner("SELECT count(*) FROM dossiers_dossierkey")[0][0]
    assert "Root key in use: file:1; the canary opens" in text
    assert "Meridian Society, version 1: 3 folder keys, 1 secrets" in text
    assert "Quayside Legal Clinic, version 1: 1 folder keys, 1 secrets" in text
    assert f"Opened: {n} folder keys" in text
    assert "0 do not open" in text


def test_it_shows_no_key(world, capsys):
    text = said(capsys)
    for key in ring.keyring().root.keys.values():
        assert base64.b64encode(key).decode() not in text
        assert key.hex() not in text


def test_an_exchange_of_the_root_key_that_stopped_half_way(world, capsys):
    rewrapping.new_root()
    assert "file:1 wraps" in wrong(capsys)
    rewrapping.rewrap(say=lambda words: None)
    assert "file:2" in said(capsys)


def test_a_replaced_organisation_key(world, capsys):
    rewrapping.new_organisation_key(world.house.units["harbour"].organisation_id)
    assert "version 1: 3 folder keys, 1 secrets; replaced" in wrong(capsys)


def test_a_rotation_that_stopped_half_way(world, capsys):
    rotation = rotating.begun(timezone.now(), None)
    rotating._draw(rotation, [world.case.dossier_id])
    text = wrong(capsys)
    assert "1 folders have an old key beside the new one" in text
    assert "has not ended" in text


def test_a_folder_without_a_key(world, capsys):
    worlds.owner("DELETE FROM dossiers_dossierkey WHERE dossier_id = %s", world.case.dossier_id)
    assert "1 folders are not erased and have no key" in wrong(capsys)


def test_an_organisation_that_was_cut_off_is_named_and_is_no_fault(world, capsys):
    OrganisationKey.objects.filter(organisation_id=world.house.partners["Quayside Legal Clinic"].pk).update(
        wrapped=b"", destroyed_at=timezone.now()
    )
    assert "Quayside Legal Clinic, version 1: 1 folder keys, 1 secrets; cut off on" in said(capsys, deep=True)


def test_deep_names_the_places_that_do_not_open(world, capsys):
    with acting(world.person("caseworker").pk), transaction.atomic():
        person = type(world.case.person).objects.get(pk=world.case.person_id)
        token = bytes(person.__dict__["alias"])
        type(person).objects.filter(pk=person.pk).update(
            alias=worlds.Token(token[:-1] + b"\0"), name=worlds.Token(b"x")
        )
    worlds.owner("UPDATE dossiers_dossierkey SET commit = decode(repeat('00', 16), 'hex') WHERE dossier_id = %s",
                 world.referral.dossier_id)  # fmt: skip
    text = wrong(capsys, deep=True)
    assert f"consent_person.alias {person.pk}" in text
    assert f"consent_person.name {person.pk}" in text
    assert f"key {world.referral.dossier_id} v1" in text
    assert "referrals_referral.package" in text


def test_wrong_keys_are_said_first(world, wrong_keys, capsys):
    assert "is not the one that this database was written with" in wrong(capsys)
