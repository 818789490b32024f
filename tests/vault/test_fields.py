"""Encrypted columns hold tokens, give back what was written, and open in their own place alone."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError
from django.db import connections, models, transaction
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import CaseNote, Concern
from consent.models import Person
from foundation.core.acting import acting
from foundation.dossiers.models import DossierKey
from foundation.vault import fields
from foundation.vault.crypto import VaultError
from foundation.vault.fields import EncryptedDate, EncryptedField, EncryptedJSON, EncryptedText, Token
from tests import factories

SAMPLES = [
    "Олександр живе біля порту",
    "محمد ينتظر في المركز",
    "🧕🏽👩‍👧 ok",
    "\u202eabc\u2066",
    "x" * 499,
    "",
    " ",
    "\0",
    "null",
]
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def note(house, focal_point):
    """A note in an open case, as the focal point."""
    case = factories.case(house)
    with acting(focal_point.pk):
        note = CaseNote(dossier_id=case.dossier_id, case=case, author=focal_point, text="first")
        note.save(force_insert=True)
        yield note


@pytest.fixture
def draft(house, volunteer):
    """A draft concern, as its author."""
    concern = factories.draft(house)
    with acting(volunteer.pk):
        yield concern


def stored(table: str, pk, column: str) -> bytes:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [pk])
        return bytes(cursor.fetchone()[0])


@pytest.mark.parametrize("text", SAMPLES)
def test_text_of_any_script_comes_back(note, text):
    note.text = text
    note.save(update_fields=["text"])
    assert CaseNote.objects.get(pk=note.pk).text == text
    assert len(stored("cases_casenote", note.pk, "text")) >= 66


@SLOW
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=120))
def test_generated_text_comes_back(note, text):
    note.text = text
    note.save(update_fields=["text"])
    assert CaseNote.objects.get(pk=note.pk).text == text


@SLOW
@given(value=JSON)
def test_generated_json_comes_back(draft, value):
    draft.answers = value
    draft.save(update_fields=["answers"])
    assert Concern.objects.get(pk=draft.pk).answers == value


@SLOW
@given(day=st.dates())
def test_any_date_comes_back(draft, day):
    Person.objects.get(pk=draft.person_id)
    draft.person.date_of_birth = day
    draft.person.save(update_fields=["date_of_birth"])
    assert Person.objects.get(pk=draft.person_id).date_of_birth == day


def test_a_date_may_be_set_as_text(draft):
    draft.person.date_of_birth = "1990-02-28"
    draft.person.save(update_fields=["date_of_birth"])
    assert Person.objects.get(pk=draft.person_id).date_of_birth == date(1990, 2, 28)


def test_nothing_and_empty_are_two_answers(note):
    note.text = ""
    note.save(update_fields=["text"])
    assert CaseNote.objects.get(pk=note.pk).text == ""
    assert CaseNote.objects.filter(pk=note.pk, text__isnull=False).exists()
    note.text = None
    note.save(update_fields=["text"])
    assert CaseNote.objects.get(pk=note.pk).text is None
    assert CaseNote.objects.filter(pk=note.pk, text__isnull=True).exists()


def test_plaintext_is_not_kept_on_a_row_once_saved_or_read(note):
    assert isinstance(note.__dict__["text"], Token)
    fresh = CaseNote.objects.get(pk=note.pk)
    assert fresh.text == "first"
    assert isinstance(fresh.__dict__["text"], Token)


def test_saving_a_row_that_was_only_read_keeps_its_token(note):
    before = stored("cases_casenote", note.pk, "text")
    CaseNote.objects.get(pk=note.pk).save()
    assert stored("cases_casenote", note.pk, "text") == before


def test_a_token_copied_to_another_row_does_not_open(note, focal_point):
    other = CaseNote(dossier_id=note.dossier_id, case=note.case, author=focal_point, text="second")
    other.save(force_insert=True)
    CaseNote.objects.filter(pk=other.pk).update(text=Token(stored("cases_casenote", note.pk, "text")))
    with pytest.raises(VaultError):
        _ = CaseNote.objects.get(pk=other.pk).text


def test_a_token_copied_to_another_field_does_not_open(draft):
    Concern.objects.filter(pk=draft.pk).update(wishes=Token(stored("cases_concern", draft.pk, "summary")))
    fresh = Concern.objects.get(pk=draft.pk)
    assert fresh.summary == factories.WORDS
    with pytest.raises(VaultError):
        _ = fresh.wishes


def test_a_token_copied_to_another_dossier_does_not_open(house, draft):
    other = factories.draft(house)
    with acting(other.reporter_id):
        Concern.objects.filter(pk=draft.pk).update(summary=Token(stored("cases_concern", other.pk, "summary")))
        with pytest.raises(VaultError):
            _ = Concern.objects.get(pk=draft.pk).summary


def test_a_row_moved_to_another_dossier_does_not_open(house, draft):
    """Not even when the mover may open both folders."""
    other = factories.draft(house)
    with acting(other.reporter_id):
        Concern.objects.filter(pk=draft.pk).update(dossier=other.dossier_id)
        with pytest.raises(VaultError):
            _ = Concern.objects.get(pk=draft.pk).summary


def test_a_folder_whose_key_is_gone_cannot_be_read(draft):
    DossierKey.objects.filter(dossier=draft.dossier_id).delete()
    fresh = Concern.objects.get(pk=draft.pk)
    assert not fresh.is_open
    with pytest.raises(VaultError):
        _ = fresh.summary
    fresh.wishes = "new"
    with pytest.raises(VaultError):
        fresh.save(update_fields=["wishes"])


@pytest.mark.parametrize(
    "condition",
    [
        {"summary": "x"}, {"summary__contains": "x"}, {"summary__in": ["x"]}, {"answers__flags": []},
        {"person__alias": "x"}, {"person__date_of_birth": date(2000, 1, 1)}, {"summary__gt": "x"},
    ],
)  # fmt: skip
def test_an_encrypted_field_cannot_be_filtered(db, condition):
    with pytest.raises(FieldError):
        list(Concern.objects.filter(**condition))


@pytest.mark.parametrize("wrong", [{"db_index": True}, {"unique": True}, {"primary_key": True}])
def test_an_encrypted_field_cannot_be_indexed(wrong):
    field = EncryptedText(name="secret", **wrong)
    field.set_attributes_from_name("secret")
    field.model = Concern
    assert "vault.E001" in {problem.id for problem in field.check()}


def test_no_index_or_constraint_covers_an_encrypted_column(db):
    """Read from the catalogue, whatever the models say: no index, so no guess at a name (safety.md §2)."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)"
        )
        assert not set(cursor.fetchall()) & fields.REGISTER


def test_plaintext_cannot_reach_the_database_past_the_model(draft):
    for attempt in (
        lambda: Concern.objects.filter(pk=draft.pk).update(summary="plain"),
        lambda: Concern.objects.bulk_update([changed(draft)], ["summary"]),
    ):
        with pytest.raises((VaultError, FieldError)), transaction.atomic():
            attempt()
    assert Concern.objects.get(pk=draft.pk).summary == factories.WORDS


def changed(concern: Concern) -> Concern:
    concern.summary = "plain"
    return concern


def test_a_row_without_a_folder_cannot_be_written(db):
    note = CaseNote(pk=uuid4(), dossier_id=uuid4(), text="x")
    with pytest.raises((VaultError, models.ObjectDoesNotExist)):
        note.save(force_insert=True)


def test_the_base_field_knows_no_plaintext():
    for attempt in (lambda: EncryptedField().encode("x"), lambda: EncryptedField().decode(b"x")):
        with pytest.raises(VaultError):
            attempt()


@pytest.mark.django_db(transaction=True)
def test_the_database_holds_no_plaintext():
    """Everything of the story is read by the owner with the wall taken down: nobody's words are there (proof 6, small)."""
    with transaction.atomic():
        house = factories.house()
        referral = factories.sent(house)
        factories.respond(house, referral, "ask", text=f"Which lawyer does {factories.NAME} mean?")
    secrets = [factories.NAME, factories.PHONE, factories.WORDS, "No police", "identity papers back", "Which lawyer"]
    whole = everything()
    for shown in (referral.reference.encode(), b"referral.disclosed", b"confirmed_at"):
        assert shown in whole, "the positive control: the dump does hold rows, past the walls"
    for secret in secrets:
        for form in (
            secret.encode(),
            secret.encode("utf-16-le"),
            secret.encode().hex().encode(),
            secret.lower().encode(),
        ):
            assert form not in whole, secret


def everything() -> bytes:
    """Every row of every table as JSON: what a thief of the dump has. The walls stand again after the rollback."""
    owner, parts = connections["owner"], []
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', n.nspname, c.relname), c.relforcerowsecurity FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN ('public', 'trail')"
        )
        for table, is_forced in cursor.fetchall():
            if is_forced:
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM {table} t")
            parts.append(cursor.fetchone()[0].encode())
        transaction.set_rollback(True, using="owner")
    return b"".join(parts)


def test_each_kind_of_field_is_in_use_and_registered():
    kinds = {
        type(model._meta.get_field(name))
        for model in (Concern, Person)
        for table, name in fields.REGISTER
        if table == model._meta.db_table
    }
    assert kinds == {EncryptedText, EncryptedJSON, EncryptedDate}


def test_the_class_gives_its_descriptor_and_not_a_value():
    assert type(Concern.summary).__name__ == "_Sealed"


def test_only_real_tables_stand_in_the_register():
    """Models of old migrations and abstract ones hold no column of their own."""
    before = set(fields.REGISTER)
    with isolate_apps("foundation.vault"):
        for module, is_abstract in (("__fake__", False), ("tests", True)):
            meta = type("Meta", (), {"app_label": "vault", "abstract": is_abstract})
            type("Old", (models.Model,), {"__module__": module, "Meta": meta, "secret": EncryptedText()})
        assert before == fields.REGISTER
        meta = type("Meta", (), {"app_label": "vault"})
        made = type("New", (models.Model,), {"__module__": "tests", "Meta": meta, "secret": EncryptedText()})
        assert fields.REGISTER - before == {(made._meta.db_table, "secret")}
    fields.REGISTER.intersection_update(before)
