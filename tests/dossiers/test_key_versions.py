"""While a folder's key is exchanged it has two versions: what was sealed under either opens, what is new takes the newest."""

import os
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import search
from cases.models import Case, CaseNote, Concern
from consent.models import Person
from foundation.core.acting import acting
from foundation.dossiers.models import Ciphers, Dossier, DossierKey, key_place
from foundation.vault.crypto import VaultError, commitment, extract, version_of, wrap
from foundation.vault.models import OrganisationKey, current_key, organisation_kek
from tests import factories

pytestmark = pytest.mark.proof("crypto")


def add_version(dossier: Dossier, version: int) -> DossierKey:
    """Another key for a folder, as who may open it."""
    key, organisation_key = os.urandom(32), current_key(dossier.organisation_id)
    row = DossierKey(
        dossier=dossier, version=version, organisation_key=organisation_key, commit=commitment(extract(key)),
        wrapped=wrap(organisation_kek(organisation_key.pk), key, key_place(dossier.pk, version)),
    )  # fmt: skip
    row.save(force_insert=True)
    return row


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def renewed(case, caseworker):
    """A case whose folder has two versions of its key; everything that stands in it was sealed under the first."""
    with acting(caseworker.pk):
        add_version(case.dossier, 2)
        yield Case.objects.get(pk=case.pk)


def token(row, field: str) -> bytes:
    return bytes(type(row).objects.get(pk=row.pk).__dict__[field])


def test_what_was_sealed_under_the_old_version_opens(renewed):
    assert renewed.person.alias == factories.NAME
    assert renewed.concern.summary == factories.WORDS
    assert isinstance(renewed.cipher(), Ciphers)


def test_what_is_written_now_takes_the_newest_version(renewed, caseworker):
    note = CaseNote(dossier_id=renewed.dossier_id, case=renewed, author=caseworker, text="new")
    note.save(force_insert=True)
    assert version_of(token(note, "text")) == 2
    person = Person.objects.get(pk=renewed.person_id)
    person.name = "Olha"
    person.save(update_fields=["name"])
    assert (version_of(token(person, "name")), version_of(token(person, "alias"))) == (2, 1)
    fresh = Person.objects.get(pk=person.pk)
    assert (fresh.name, fresh.alias) == ("Olha", factories.NAME)


def test_a_row_fetched_with_its_key_opens_under_either_and_comes_once(renewed):
    rows = list(Person.objects.with_key().filter(pk=renewed.person_id))
    assert [row.alias for row in rows] == [factories.NAME]
    with CaptureQueriesContext(connection) as queries:
        _ = rows[0].alias
    assert len(queries) == 0


def test_a_list_shows_each_case_once_and_costs_no_more_queries(house, browse, caseworker):
    cases = [factories.case(house) for _ in range(3)]
    client = browse(caseworker)
    client.get(reverse("cases:cases"))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("cases:cases")).content.decode()
        assert page.count(factories.NAME) == 3
        return len(queries)

    before = cost()
    with acting(caseworker.pk):
        for case in cases:
            add_version(Dossier.objects.get(pk=case.dossier_id), 2)
    assert cost() == before


def test_a_search_finds_under_either_version(house, renewed, caseworker):
    factories.case(house)
    with acting(caseworker.pk):
        assert len(search.find(caseworker, factories.NAME)) == 2


def test_a_search_at_its_cap_looks_at_as_many_folders_with_two_versions(house, caseworker, settings):
    """Otherwise the second version of one folder would push another one out of the search."""
    settings.SEARCH_CAP = 2
    cases = [factories.case(house) for _ in range(2)]
    with acting(caseworker.pk):
        for case in cases:
            add_version(Dossier.objects.get(pk=case.dossier_id), 2)
        assert len(search.find(caseworker, factories.NAME)) == 2


def test_once_the_old_version_is_gone_its_tokens_do_not_open(renewed):
    DossierKey.objects.filter(dossier=renewed.dossier_id, version=1).delete()
    with pytest.raises(VaultError):
        _ = Person.objects.get(pk=renewed.person_id).alias


def test_a_token_that_names_a_version_nobody_has_does_not_open(renewed):
    stored = token(renewed.person, "alias")
    forged = stored[:2] + (3).to_bytes(4, "big") + stored[6:]
    with pytest.raises(VaultError, match="version"):
        renewed.cipher().open("consent_person", "alias", renewed.person_id, forged)
    for short in (b"", stored[:2], stored[:5]):
        with pytest.raises(VaultError, match="token"):
            renewed.cipher().open("consent_person", "alias", renewed.person_id, short)


def test_a_token_relabelled_from_one_version_to_the_other_does_not_open(renewed):
    stored = token(renewed.person, "alias")
    forged = stored[:2] + (2).to_bytes(4, "big") + stored[6:]
    with pytest.raises(VaultError):
        renewed.cipher().open("consent_person", "alias", renewed.person_id, forged)


def test_a_damaged_new_version_does_not_shut_what_the_old_one_opens(renewed):
    """Each is unwrapped when it is needed: reading goes on, writing is refused."""
    new = DossierKey.objects.get(dossier=renewed.dossier_id, version=2)
    DossierKey.objects.filter(pk=new.pk).update(commit=bytes(16))
    person = Person.objects.get(pk=renewed.person_id)
    assert person.alias == factories.NAME
    person.name = "Olha"
    with pytest.raises(VaultError):
        person.save(update_fields=["name"])


@pytest.mark.parametrize(("wrapped", "commit"), [(59, 16), (61, 16), (60, 15), (0, 16), (60, 0)])
def test_a_key_row_has_its_exact_widths(case, caseworker, wrapped, commit):
    """Lists fetch all versions as one value: a row of another width would shift its neighbours."""
    with acting(caseworker.pk), pytest.raises(IntegrityError, match="dossier_key_is_whole"), transaction.atomic():
        DossierKey.objects.filter(dossier=case.dossier_id).update(wrapped=bytes(wrapped), commit=bytes(commit))


def test_a_list_of_an_organisation_that_was_cut_off_says_so_line_by_line(house, case, browse, caseworker):
    """The codes and states stay; nobody opens a name, from this very moment on."""
    client = browse(caseworker)
    assert factories.NAME in client.get(reverse("cases:cases")).content.decode()
    OrganisationKey.objects.filter(organisation_id=case.dossier.organisation_id).update(
        wrapped=b"", destroyed_at=timezone.now()
    )
    page = client.get(reverse("cases:cases")).content.decode()
    assert factories.NAME not in page
    assert "cannot be opened now" in page
    with acting(caseworker.pk):
        assert search.find(caseworker, factories.NAME) == []
        assert not Concern.objects.filter(pk=uuid4()).exists()
