"""A record that cannot be opened: the reader is told whom to tell, the officers learn where, nothing is lost."""

from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse

from cases.models import Case, CaseNote, Concern
from consent.models import Person
from foundation.core.acting import acting
from foundation.core.machines import COURIER
from foundation.dossiers.models import DossierKey
from foundation.outbox.models import Message
from foundation.vault.fields import Token
from tests import factories, partner

pytestmark = pytest.mark.proof("crypto")


def stored(row, field: str) -> bytes:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT {field} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def told() -> list[Message]:
    with COURIER.at_work():
        return list(Message.objects.filter(event="record.unreadable").select_related("recipient").order_by("channel"))


@pytest.fixture
def case(house):
    return factories.case(house)


def put(row, field: str, value: bytes) -> None:
    type(row).objects.filter(pk=row.pk).update(**{field: Token(value)})


def damage(house, case, way: str) -> None:
    """One of the ways in which what is stored can go wrong."""
    other = factories.case(house)
    concern = Concern.objects.get(pk=case.concern_id)
    token = stored(concern, "summary")
    if way == "wrong key":
        key = DossierKey.objects.get(dossier=case.dossier_id)
        DossierKey.objects.filter(pk=key.pk).update(commit=bytes(16))
    elif way == "key of another folder":
        foreign = DossierKey.objects.get(dossier=other.dossier_id)
        DossierKey.objects.filter(dossier=case.dossier_id).update(wrapped=foreign.wrapped, commit=foreign.commit)
    else:
        put(concern, "summary", {
            "damaged": token[:-1] + bytes([token[-1] ^ 1]),
            "truncated": token[: len(token) // 2],
            "empty": b"",
            "swapped row": stored(Concern.objects.get(pk=other.concern_id), "summary"),
            "swapped field": stored(concern, "wishes"),
            "swapped table": stored(case.person, "alias"),
            "foreign": bytes(range(66)),
            "version of nobody": token[:2] + b"\0\0\0\x09" + token[6:],
        }[way])  # fmt: skip


@pytest.mark.parametrize(
    "way",
    [
        "wrong key", "key of another folder", "damaged", "truncated", "empty", "swapped row", "swapped field",
        "swapped table", "foreign", "version of nobody",
    ],
)  # fmt: skip
def test_the_reader_gets_a_page_that_says_whom_to_tell(house, case, browse, caseworker, data_officer, way):
    with acting(caseworker.pk):
        case = Case.objects.get(pk=case.pk)
        damage(house, case, way)
    with acting(house.people["focal_point"].pk):
        before = stored(Concern.objects.get(pk=case.concern_id), "summary")
    page = browse(house.people["focal_point"]).get(reverse("cases:concern", args=[case.concern_id]))
    words = page.content.decode()
    assert page.status_code == 503
    assert "This record cannot be opened now" in words
    assert data_officer.name in words
    assert "Traceback" not in words
    assert "VaultError" not in words
    with acting(house.people["focal_point"].pk):
        assert stored(Concern.objects.get(pk=case.concern_id), "summary") == before, "nothing is changed"


def test_the_officers_are_told_once_and_the_trail_knows_the_place(
    house, case, browse, focal_point, data_officer, events
):
    with acting(focal_point.pk):
        concern = Concern.objects.get(pk=case.concern_id)
        put(concern, "summary", stored(concern, "wishes"))
    for _ in range(2):
        browse(focal_point).get(reverse("cases:concern", args=[concern.pk]))
    assert [(message.recipient, message.channel) for message in told()] == [
        (data_officer, "email"),
        (data_officer, "notice"),
    ]
    written = events("record.unreadable")
    assert [(e["subject"], e["table"], e["field"]) for e in written] == [(concern.pk, "cases_concern", "summary")] * 2
    assert factories.WORDS not in str(written)


def test_what_was_typed_is_shown_again_and_nothing_was_saved(house, case, browse, caseworker):
    with acting(caseworker.pk):
        n = CaseNote.objects.filter(case=case).count()
        DossierKey.objects.filter(dossier=case.dossier_id).update(commit=bytes(16))
    words = "She came back today and asked for her papers."
    page = browse(caseworker).post(reverse("cases:case_notes", args=[case.pk]), {"text": words})
    assert page.status_code == 503
    assert words in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    with acting(caseworker.pk):
        assert CaseNote.objects.filter(case=case).count() == n


def test_one_damaged_note_does_not_shut_the_case(house, case, browse, caseworker):
    with acting(caseworker.pk):
        note = CaseNote(dossier_id=case.dossier_id, case=case, author=caseworker, text="Called back")
        note.save(force_insert=True)
        put(note, "text", stored(note, "text")[:-1] + b"\0")
    page = browse(caseworker).get(reverse("cases:case_notes", args=[case.pk]))
    assert page.status_code == 200
    assert "cannot be opened now" in page.content.decode()
    assert told()


def test_one_damaged_name_does_not_shut_the_list_nor_the_search(house, case, browse, caseworker):
    factories.case(house)
    with acting(caseworker.pk):
        person = Person.objects.get(pk=case.person_id)
        put(person, "alias", bytes(80))
    client = browse(caseworker)
    words = client.get(reverse("cases:cases")).content.decode()
    assert (words.count("cannot be opened now"), words.count(factories.NAME)) == (1, 1)
    found = client.post(reverse("cases:search"), {"term": factories.NAME}).content.decode()
    assert "1 name cannot be opened now" in found
    assert found.count(factories.NAME) >= 1


def test_the_api_answers_with_a_problem_document(house, caseworker, partner_worker):
    referral = factories.sent(house)
    with acting(partner_worker.pk):
        DossierKey.objects.filter(dossier=referral.dossier_id).update(commit=bytes(16))
    answer = partner.api(house).get(f"/{referral.pk}")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "house.unreadable"


def test_the_partners_inbox_shows_the_other_offers(house, browse, partner_worker):
    one, other = factories.sent(house), factories.sent(house)
    with acting(partner_worker.pk):
        DossierKey.objects.filter(dossier=one.dossier_id).update(commit=bytes(16))
    page = browse(partner_worker).get(reverse("referrals:inbox"))
    assert page.status_code == 200
    words = page.content.decode()
    assert other.reference in words
    assert "cannot be opened now" in words


def test_a_record_that_is_absent_stays_absent(house, browse, caseworker):
    """Unreadable is for who may open it; for everybody else there is nothing here."""
    assert browse(caseworker).get(reverse("cases:case", args=[uuid4()])).status_code == 404
