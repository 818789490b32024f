"""No log, no view; nothing in the trail is read, changed or forged by the application (HS-22, safety.md §4)."""

import json
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from cases.models import Case
from foundation.audit import middleware as audit
from foundation.audit import trail
from foundation.core.acting import acting
from foundation.core.errors import Absent
from foundation.core.middleware import act_as_user
from foundation.core.policy import DENIED, fetch
from foundation.dossiers import clerk
from tests import factories
from tests.audit import owner
from tests.audit.acts import sealed


def insert(text: str, *values) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(text, values)


def test_an_unknown_event_name_is_a_programming_error(db):
    with pytest.raises(ValueError, match=r"case\.peeked"):
        trail.record("case.peeked")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM trail.event", "SELECT id FROM trail.event LIMIT 1", "UPDATE trail.event SET verb = 'x'",
        "DELETE FROM trail.event", "TRUNCATE trail.event", "SELECT * FROM trail.seal", "UPDATE trail.seal SET number = 1",
        "DELETE FROM trail.seal", "TRUNCATE trail.seal", "ALTER TABLE trail.event DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only ON trail.event", "CREATE TABLE trail.mine (x int)", "DROP SCHEMA trail CASCADE",
        "INSERT INTO trail.event (verb) VALUES ('x') RETURNING leaf", "INSERT INTO trail.event (verb) VALUES ('')",
        "COPY trail.event TO STDOUT", "LOCK TABLE trail.event IN ACCESS EXCLUSIVE MODE",
        "INSERT INTO trail.event (verb, dossier) VALUES ('x', NULL) ON CONFLICT (id) DO UPDATE SET verb = 'y'",
    ],
)  # fmt: skip
def test_the_application_may_insert_and_nothing_else(db, statement):
    with pytest.raises(DatabaseError), transaction.atomic():
        insert(statement)


@pytest.mark.parametrize("column", ["id", "xid", "at", "actor", "leaf"])
def test_the_application_names_neither_actor_nor_time_nor_hash(db, column):
    """Actor, time, transaction and leaf are the database's own."""
    value = {"xid": "'5'::xid8", "at": "now()", "leaf": "'\\x00'", "id": "1", "actor": "1"}[column]
    with pytest.raises(DatabaseError), transaction.atomic():
        insert(f"INSERT INTO trail.event (verb, {column}) VALUES ('case.read', {value})")


@pytest.mark.django_db(transaction=True)
def test_an_event_says_who_acted_and_when_and_in_which_transaction():
    subject, dossier = uuid4(), uuid4()
    user = owner.somebody()
    with acting(user.pk), transaction.atomic():
        trail.record("case.read", dossier=dossier, subject=subject, n=3)
        (mine,) = owner.column("SELECT pg_current_xact_id()::text", using="default")
    with transaction.atomic():
        trail.record("case.read", subject=subject)
    named, nameless = owner.rows(
        "SELECT actor, verb, dossier, subject, data, xid::text, at BETWEEN now() - interval '1 min' AND now()"
        " FROM trail.event WHERE subject = %s ORDER BY id", subject
    )  # fmt: skip
    data = named[4] if isinstance(named[4], dict) else json.loads(named[4])
    assert (*named[:4], data, *named[5:]) == (user.pk, "case.read", dossier, subject, {"n": 3}, mine, True)
    assert nameless[0] is None


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_changes_the_trail():
    """Triggers refuse what grants cannot: the owner of a table may do all with it."""
    with transaction.atomic():
        trail.record("case.read")
    sealed()
    for table, column in (("event", "verb"), ("seal", "number")):
        for statement in (
            f"UPDATE trail.{table} SET {column} = {column}", f"DELETE FROM trail.{table}", f"TRUNCATE trail.{table}",
        ):  # fmt: skip
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="owner"):
                owner.run(statement)


def read_and_break(subject) -> None:
    trail.record("case.read", subject=subject)
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_was_never_seen_and_left_no_event():
    subject = uuid4()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        read_and_break(subject)
    assert owner.rows("SELECT 1 FROM trail.event WHERE subject = %s", subject) == []


def through(view, user, path="/x/"):
    """A request through the denials and the actor's middleware, in a transaction as ATOMIC_REQUESTS makes it."""
    request = RequestFactory().get(path)
    request.user = user

    def atomic_view(request):
        try:
            with transaction.atomic():
                return view(request)
        except Exception as error:
            answer = act.process_exception(request, error)
            if answer is None:
                raise
            return answer

    act = act_as_user(atomic_view)
    return audit.denials(act)(request)


def test_a_page_whose_event_cannot_be_written_is_not_shown(house, caseworker, monkeypatch):
    """No log, no view: the insert fails, and so does the page, with nothing of the case in the answer."""
    case = factories.case(house)
    released = []

    def view(request):
        record = fetch(request.user, Case, case.pk)
        trail.record("case.read", dossier=record.dossier_id, subject="not-a-uuid")
        released.append(record.code)
        return HttpResponse(record.code)

    with pytest.raises(DatabaseError):
        through(view, caseworker)
    assert released == []


@pytest.mark.django_db(transaction=True)
def test_a_page_that_breaks_after_its_event_leaves_neither_event_nor_data():
    with transaction.atomic():
        house = factories.house()
        case = factories.case(house)
    subject = uuid4()

    def view(request):
        fetch(request.user, Case, case.pk)
        trail.record("case.read", subject=subject)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        through(view, house.people["caseworker"])
    assert owner.rows("SELECT 1 FROM trail.event WHERE subject = %s", subject) == []


@pytest.mark.django_db(transaction=True)
def test_a_denial_is_recorded_although_the_request_was_rolled_back():
    """walls.md, trap 4: the refusal undoes the view's transaction, so the denial has one of its own."""
    with transaction.atomic():
        house = factories.house()
        case = factories.case(house)
    outsider, other = house.people["outsider"], uuid4()

    def view(pk):
        def inner(request):
            trail.record("case.read", subject=pk)
            fetch(request.user, Case, pk)
            raise AssertionError("not reached")

        return inner

    for pk in (case.pk, other):
        assert through(view(pk), outsider).status_code == 404
        found = owner.rows(
            "SELECT actor, verb, data->>'what', data->>'ref' FROM trail.event WHERE data->>'ref' = %s OR subject = %s",
            str(pk), pk,
        )  # fmt: skip
        mine = [row for row in found if row[0] == outsider.pk]
        assert mine == [(outsider.pk, "access.denied", "case.read", str(pk))]


@pytest.mark.parametrize("typed", ["Amira", "amira-haddad", "+380501234567", "\0", "a" * 300])
def test_what_is_typed_instead_of_an_id_is_not_written_down(house, monkeypatch, typed):
    """By whatever way the refusal comes: the trail keeps ids, and no word that somebody put into an address."""

    def view(request):
        DENIED.set(("referral.read", typed))
        raise Absent("record.absent", "")

    written = []
    monkeypatch.setattr(trail, "record", lambda verb, **data: written.append((verb, data)))
    assert through(view, house.people["outsider"]).status_code == 404
    assert written == [("access.denied", {"what": "referral.read", "ref": "…"})]


def test_a_denial_of_one_request_is_not_told_of_the_next(house, outsider):
    def absent(request):
        raise Absent("record.absent", "")

    DENIED.set(("left", "over"))
    assert through(absent, outsider).status_code == 404
    assert DENIED.get() == ("left", "over")
    DENIED.set(None)


@pytest.mark.django_db(transaction=True)
def test_the_story_leaves_an_event_for_each_step_and_never_a_word_of_the_person():
    (before,) = owner.column("SELECT coalesce(max(id), 0) FROM trail.event")
    with transaction.atomic():
        house = factories.house()
        referral = factories.sent(house)
        factories.respond(house, referral, "accept")
    rows = owner.rows("SELECT verb, data::text FROM trail.event WHERE id > %s ORDER BY id", before)
    verbs = [verb for verb, _data in rows]
    steps = [
        "concern.started", "concern.limits_explained", "consent.recorded", "concern.submitted", "concern.triaged",
        "case.opened", "case.accepted", "consent.recorded", "referral.prepared", "referral.submit", "referral.send",
        "referral.disclosed", "referral.accept",
    ]  # fmt: skip
    positions = iter(verbs)
    assert [step for step in steps if step not in positions] == [], "in this order"
    whole = "".join(data for _verb, data in rows)
    for secret in (factories.NAME, factories.PHONE, factories.WORDS, "No police", "identity papers"):
        assert secret not in whole


def test_the_clerk_is_named_when_the_installation_acts(db):
    clerk.install()
    with clerk.as_clerk() as user:
        (actor,) = owner.column("SELECT current_setting('amparo.actor')", using="default")
    assert int(actor) == user.pk
