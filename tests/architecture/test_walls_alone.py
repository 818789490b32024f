"""Row-level security alone: with every filter of Python taken away, no seat sees a row more (proof 2; walls.md)."""

import re
import sys
from collections import Counter
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connections, models, transaction
from django.db.models.expressions import RawSQL
from django.urls import get_resolver

from cases import policy as cases
from cases.models import Case, Concern, Erasure, HandOver
from consent.models import ExceptionalDisclosure, LegalHold
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.acting import acting
from foundation.core.errors import Absent
from foundation.dossiers import doors
from foundation.dossiers.models import FOLLOW, VIEW, Clock, Dossier, DossierGroupPermission, DossierKey
from foundation.dossiers.models import DossierUserPermission as UserRow
from foundation.watch.models import EmergencyAccess
from referrals import policy as referrals
from referrals.models import Referral
from tests import factories
from tests.architecture import rows, visits
from tests.architecture.test_tables import walled
from tests.dossiers import charts

pytestmark = pytest.mark.proof("walls")
SEEDS = range(4)
BOTH_PERMISSIONS = {VIEW, FOLLOW}


# --- every model's ``objects.all()``, in generated organisations


@contextmanager
def filled(seed: int):
    """A generated organisation with a row of every model in each of its folders; gone afterwards."""
    with transaction.atomic():
        chart = charts.draw(seed, n_people=4, n_dossiers=6)
        opened = {user: charts.expected(user, {VIEW}) for user in chart.people}
        n_rows = 0
        for dossier in chart.dossiers:
            opener = next((user for user, seen in opened.items() if dossier.pk in seen), None)
            if opener is None:
                continue
            with acting(opener.pk):
                for model in rows.bound():
                    rows.row(model, Dossier.objects.get(pk=dossier.pk)).save(force_insert=True)
                    n_rows += 1
        yield chart, n_rows
        transaction.set_rollback(True)


def allowed(user: User, model: type[models.Model]) -> set[UUID]:
    """The folders whose rows of this kind the person may see, worked out in plain Python from the access lists."""
    reads = getattr(model, "reads", VIEW)
    return charts.expected(user, {VIEW} if reads == VIEW and model is not Dossier else BOTH_PERMISSIONS)


def folders(model: type[models.Model]) -> list[UUID]:
    """The folders of all rows that a forgotten filter shows."""
    return list(model.objects.all().values_list("pk" if model is Dossier else "dossier_id", flat=True))


@pytest.fixture
def unguarded(django_db_setup, django_db_blocker):
    """Rows that rest on nothing: the guards that ask for a ground are down until the rows are gone again."""
    alter = "ALTER TABLE referrals_disclosure {} TRIGGER guard_ground"
    with django_db_blocker.unblock():
        connections["owner"].cursor().execute(alter.format("DISABLE"))
    yield
    with django_db_blocker.unblock():
        connections["owner"].cursor().execute(alter.format("ENABLE"))


def test_every_models_rows_are_those_of_the_access_list_and_no_other(unguarded, db, figure):
    """``Model.objects.all()``, for every model that hangs on a folder, for everybody of generated charts and for nobody."""
    leaked, seen, n_rows = Counter[object](), Counter[object](), 0
    everything = [Dossier, DossierKey, *rows.bound()]
    for seed in SEEDS:
        with filled(seed) as (chart, n):
            n_rows += n
            for user in [*chart.people, None]:
                for model in everything:
                    may = allowed(user, model) if user else set()
                    with acting(user.pk if user else None):
                        found = folders(model)
                    leaked[model] += sum(pk not in may for pk in found)
                    seen[model] += len(found)
    assert sum(leaked.values()) == 0, {model.__name__: n for model, n in leaked.items() if n}
    assert all(seen[model] for model in everything), "a table that shows nothing to anybody proves nothing"
    figure(f"{len(everything)} kinds of rows, {n_rows:,} rows in {len(SEEDS)} generated organisations,"
           f" {sum(seen.values()):,} seen by who may, 0 by who may not")  # fmt: skip


def test_access_lists_show_ones_own_rows_and_those_of_folders_one_is_on(db, figure):
    """A row of a list says that a folder exists, of which kind, since when: that alone is worth hiding."""
    n_seen = 0
    for seed in SEEDS:
        chart = charts.draw(seed)
        for user in chart.people:
            may = charts.expected(user, BOTH_PERMISSIONS)
            with acting(user.pk):
                for model in (DossierGroupPermission, UserRow):
                    for row in model.objects.all():
                        own = (
                            getattr(row, "user_id", None) == user.pk or getattr(row, "group_id", None) in user.group_ids
                        )
                        assert own or row.content_object_id in may
                        n_seen += 1
        with acting(None):
            assert not DossierGroupPermission.objects.exists()
            assert not UserRow.objects.exists()
    assert n_seen
    figure(f"{n_seen:,} rows of access lists seen by who is on them, 0 by who is not")


def test_no_walled_table_is_forgotten_here(db):
    """Tables with a wall are models that hang on a folder, or stand in ``test_tables``."""
    known = {model._meta.db_table for model in [Dossier, DossierKey, DossierGroupPermission, UserRow, *rows.bound()]}
    others = {"outbox_message", "outbox_notice", "referrals_webhookendpoint", "referrals_idempotencykey"}
    others |= {"riskanalysis_tally", "riskanalysis_release", "cases_ceiling"}
    others |= {"cases_lessonlearned", "referrals_authority", "referrals_agreement", "referrals_vetting"}
    others |= {"referrals_pathwaygap", "referrals_partnermove", "referrals_webhookattempt", "outbox_line"}
    others |= {f"referrals_{name}" for name in ("client", "clientsecret", "clientkey", "usedassertion")}
    foreign = {name for name in walled() if name.startswith(("oauth2_provider_", "guardian_"))}
    assert walled() - known - others - foreign == set()
    assert known <= walled()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_the_same_without_row_level_security_does_leak(figure):
    """The positive control: as the owner, with the policies off, everybody sees everything."""
    with transaction.atomic():
        house = factories.house()
        factories.sent(house)
        factories.draft(house)
    outsider, found = house.people["outsider"], Counter[str]()
    with transaction.atomic(using="owner"), acting(outsider.pk, using="owner"):
        for table in walled():
            with connections["owner"].cursor() as cursor:
                cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        for model in [Dossier, DossierKey, Concern, Case, Referral, Clock, DossierGroupPermission]:
            found[model.__name__] = model.objects.using("owner").count()
        transaction.set_rollback(True, using="owner")
    with acting(outsider.pk), transaction.atomic():
        assert not any(m.objects.exists() for m in (Dossier, DossierKey, Concern, Case, Referral, Clock))
    assert all(found.values())
    figure(f"control: with row-level security off an outsider sees {sum(found.values()):,} rows in {len(found)} tables")


# --- the permission matrix without the filter


@pytest.fixture
def no_filter(monkeypatch):
    """Python lets everything through: no door, no policy, no seat is asked. What still answers 404 is PostgreSQL."""
    assert get_resolver().url_patterns  # a module that is first imported now would keep what is put in its place here
    true = RawSQL("TRUE", [], models.BooleanField())
    monkeypatch.setattr(doors, "seen", lambda *args: true)
    monkeypatch.setattr(doors, "whole", lambda *args: true)
    monkeypatch.setattr(doors, "newest", lambda *args: (true, "-dossier__created_at"))
    monkeypatch.setattr(
        type(Clock.objects.all()), "neediest", lambda self, actor, n=25: self.running().order_by("rank")[:n]
    )
    monkeypatch.setattr(policy, "fetch", fetched)
    monkeypatch.setattr(policy, "require", lambda actor, verb, record: None)
    monkeypatch.setattr(policy, "allows", lambda actor, verb, record: True)
    monkeypatch.setattr(policy, "abilities", lambda actor, record: dict.fromkeys(policy._RULES[type(record)], True))
    for name, function in (("has_seat", cases.has_seat), ("is_recipient", referrals.is_recipient)):
        for module in list(sys.modules.values()):
            if getattr(module, name, None) is function:
                monkeypatch.setattr(module, name, lambda *args: True)


def fetched(actor: Any, model: Any, ref: Any, *, related: tuple[str, ...] = ()) -> Any:
    """The record by its key, whoever asks."""
    record = model.objects.select_related(*related).filter(pk=ref).first()
    if record is None:
        raise Absent("record.absent", "")
    return record


def marks(house) -> dict[str, set[UUID]]:
    """What would give a matter away → the folders of which one must be able to follow one (codes) or open one (words)."""
    found: dict[str, set[UUID]] = {}
    readers = [house.people[seat] for seat in ("volunteer", "caseworker", "focal_point", "partner_worker")]
    for user in readers:
        with acting(user.pk):
            for concern in Concern.objects.all():
                found.setdefault(concern.code, set()).add(concern.dossier_id)
            for case in Case.objects.all():
                found.setdefault(case.code, set()).add(case.dossier_id)
            for referral in Referral.objects.all():
                found.setdefault(referral.reference, set()).add(referral.dossier_id)
            for key in DossierKey.objects.all():
                for word in (factories.NAME, factories.PHONE, factories.WORDS):
                    found.setdefault(word, set()).add(key.dossier_id)
    for code, dossier in asked_for(house):
        found.setdefault(code, set()).add(dossier)
    return found


def asked_for(house) -> list[tuple[str, UUID]]:
    """Codes asked for in an emergency, with the request's folder: who asks by a code knows it, and so does who answers."""
    with acting(house.people["outsider"].pk):
        return list(EmergencyAccess.objects.all().values_list("code", "dossier_id"))


def decided_on(house) -> dict[str, set[int]]:
    """The codes of cases on which a seat must decide, although it opens none of them: erasures, holds, exceptions (HS-20)."""
    found: dict[str, set[int]] = {}
    with acting(house.people["focal_point"].pk):
        for row in [*Erasure.objects.all(), *ExceptionalDisclosure.objects.all()]:
            found.setdefault(row.code, set()).update(row.deciders)
        for hold in LegalHold.objects.all():
            found.setdefault(hold.reference, set()).update(hold.deciders)
        for hand in HandOver.objects.all():
            found.setdefault(hand.code, set()).add(hand.to_group_id)
    return found


def may_know(user: User | None, mark: str, where: set[UUID], deciders: set[int]) -> bool:
    if user is None:
        return False
    if deciders & set(user.group_ids):
        return True
    is_word = mark in (factories.NAME, factories.PHONE, factories.WORDS)
    return bool(where & charts.expected(user, {VIEW} if is_word else BOTH_PERMISSIONS))


def body(answer: Any) -> str:
    """What was answered, a download too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def walk(
    world: visits.World, known: dict[str, set[UUID]], seats: tuple[str, ...] = visits.PEOPLE
) -> tuple[int, int, list[str]]:
    """Every address as every seat: answers, marks looked for in them, and what was told to who may not know.

    What there is to know is gathered by the caller, while row-level security is in force.
    """
    house, deciders = world.house, decided_on(world.house)
    machines = {"partner": house.machine("Quayside Legal Clinic"), "other partner": house.machine("Lantern House")}
    may = {
        seat: {
            m
            for m, w in known.items()
            if may_know({**house.people, **machines}.get(seat), m, w, deciders.get(m, set()))
        }
        for seat in {*visits.PEOPLE, *visits.CALLERS}
    }
    n_answers, n_marks, told = 0, 0, []
    for method, route, thing in visits.rows():
        for seat in seats if visits.kind(route) != visits.API else visits.CALLERS:
            _url, answer = visits.attempt(world, seat, method, route, thing)
            hidden = set(known) - may[seat] - (may["caseworker"] if seat == "person" else set())
            said = re.sub(r"<bdi[^>]*>|</bdi>", "", body(answer))
            told += [f"{seat} {method} {route} {thing}: {mark}" for mark in hidden if mark in said]
            n_answers, n_marks = n_answers + 1, n_marks + len(hidden)
    return n_answers, n_marks, told


@pytest.mark.slow
def test_the_matrix_without_the_filter_tells_nobody_more(house, browse, no_filter, figure):
    """All seats, all addresses, every record: what one may not know stands in no answer."""
    world = visits.build(house, browse)
    for client in world.clients.values():
        getattr(client, "client", client).raise_request_exception = False
    n_answers, n_marks, told = walk(world, marks(house))
    assert told == []
    assert n_marks > 1_000
    figure(
        f"{n_answers:,} answers with every filter in Python removed, {n_marks:,} codes, names and words looked for, 0 told"
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_matrix_without_filter_and_without_row_level_security_tells_much(browse, no_filter, figure):
    """The positive control: the walk would find it."""
    with transaction.atomic():
        house = factories.house()
        world = visits.build(house, browse)
    for client in world.clients.values():
        getattr(client, "client", client).raise_request_exception = False
    with transaction.atomic():
        known = marks(house)
    assert known
    walls = sorted(walled())
    try:
        switch(walls, "DISABLE")
        with transaction.atomic():
            _n, _m, told = walk(world, known, ("outsider",))
    finally:
        switch(walls, "ENABLE")
    assert len(told) > 50
    figure(
        f"control: with row-level security off the same walk finds {len(told):,} tellings to an outsider and to partners"
    )


def switch(tables: list[str], how: str) -> None:
    """Row-level security of all tables, committed."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" {how} ROW LEVEL SECURITY')


def test_the_models_walked_over_are_those_that_exist():
    assert len(rows.bound()) >= 15
    assert {model for model in apps.get_models() if hasattr(model, "dossier_id")} >= set(rows.bound())
