"""No folder is read without being counted, whatever the way in; nobody but the sweep reads the log (safety.md §1)."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.audit import trail
from foundation.core.acting import acting
from foundation.dossiers import clerk
from foundation.watch import sweep as sweeping
from tests import factories, partner
from tests.watch.seeing import counted, read, read_many


def sql(text: str, *values):
    with connections["default"].cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


def refused(text: str, *values) -> bool:
    try:
        with transaction.atomic():
            sql(text, *values)
    except DatabaseError:
        return True
    return False


def test_the_trigger_stands_on_the_trail(db):
    """Whoever rebuilds the trail's table must bring it along: without it nobody is counted."""
    rows = sql(
        "SELECT t.tgname FROM pg_trigger t WHERE t.tgrelid = 'trail.event'::regclass AND NOT t.tgisinternal"
        " AND t.tgenabled <> 'D'"
    )
    assert ("watched",) in rows


def test_every_page_that_opens_a_folder_counts_it(house, browse):
    """Notes, history, the person, the contact, consent, a referral: one folder each time, and never none."""
    owner, referral = house.people["caseworker"], factories.sent(house)
    client, case = browse(owner), referral.case_id
    other = factories.case(house)
    before = counted(owner)[0]
    pages = ("case", "case_history", "case_notes", "case_person", "case_consent")
    for n, name in enumerate(pages):
        fresh = factories.case(house)
        start = counted(owner)[0]
        assert client.get(reverse(f"cases:{name}", args=[fresh.pk])).status_code == 200
        assert counted(owner, fresh.dossier_id)[1], name
        assert counted(owner)[0] >= start, n
    assert client.post(reverse("cases:case_contact", args=[other.pk])).status_code == 200
    assert counted(owner, other.dossier_id)[1]
    assert client.get(reverse("referrals:referral", args=[referral.pk])).status_code == 200
    assert counted(owner, referral.dossier_id)[1]
    assert counted(owner)[0] > before
    assert client.get(reverse("cases:case", args=[case])).status_code == 200


def test_what_the_api_and_the_partners_page_open_is_counted(house, browse):
    referral = factories.sent(house)
    api, machine, worker = partner.api(house), house.machine("Quayside Legal Clinic"), house.people["partner_worker"]
    assert api.get(f"/{referral.pk}").status_code == 200
    assert counted(machine, referral.dossier_id)[1]
    assert browse(worker).get(reverse("referrals:offer", args=[referral.pk])).status_code == 200
    assert counted(worker, referral.dossier_id)[1]


def test_a_search_that_leads_to_a_case_opens_it_and_names_that_are_shown_are_counted(house, browse, focal_point):
    case, client = factories.case(house), browse(house.people["caseworker"])
    owner = house.people["caseworker"]
    onward = client.post(reverse("cases:search"), {"term": case.code})
    assert client.get(onward["Location"]).status_code == 200
    assert counted(owner, case.dossier_id)[1]
    client.post(reverse("cases:search"), {"term": "Mohammed"})
    with clerk.as_clerk():
        shown = [t for t in sweeping._take() if t.actor == owner.pk and t.kind == "s"]
    assert sum(touch.n for touch in shown) >= 1


def test_a_verb_that_nobody_knows_yet_counts_too(house, caseworker, monkeypatch):
    """A new way to read (a file, an export) is counted before anybody thinks of it."""
    monkeypatch.setattr(trail, "VERBS", {*trail.VERBS, "attachment.fetched"})
    (folder,) = read_many(caseworker, 1, verb="attachment.fetched")
    assert counted(caseworker, folder)[1]


@pytest.mark.parametrize(
    ("verb", "data"),
    [("dossier.shared", {}), ("clock.started", {}), ("concern.described", {}), ("concern.read", {"whole": False})],
)
def test_book_keeping_own_drafts_and_status_pages_are_no_reading(house, volunteer, verb, data):
    (folder,) = read_many(volunteer, 1, verb=verb, **data)
    assert not counted(volunteer, folder)[1]


def test_the_same_folder_twice_is_one(house, caseworker):
    folder, before = uuid4(), counted(caseworker)[0]
    read(caseworker, folder, folder, folder)
    read(caseworker, folder, verb="case.noted")
    assert counted(caseworker)[0] == before + 1


def test_what_was_rolled_back_is_not_counted(house, caseworker):
    folder = uuid4()
    with transaction.atomic():
        read(caseworker, folder)
        transaction.set_rollback(True)
    assert not counted(caseworker, folder)[1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9), st.sampled_from(["case.read", "case.noted"])), max_size=40)
)
def test_the_counter_is_never_lower_than_what_was_opened(house, events):
    """Nor higher: each person's own folders, each once."""
    people = [house.people["caseworker"], house.people["focal_point"]]
    with transaction.atomic():
        before, folders = [counted(p)[0] for p in people], [uuid4() for _ in range(10)]
        for who, which, verb in events:
            read(people[who], folders[which], verb=verb)
        for who, person in enumerate(people):
            assert counted(person)[0] - before[who] == len({which for w, which, _verb in events if w == who})
        transaction.set_rollback(True)


def test_the_day_is_that_of_the_units_clock(house, caseworker):
    """Since midnight in the zone that is asked for: somewhere on earth it is another day, and the count starts anew."""
    read_many(caseworker, 1)
    zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/Havana", "Asia/Beirut")
    assert all(counted(caseworker, zone=zone)[0] >= 1 for zone in zones)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM watch.touch", "INSERT INTO watch.touch (at, actor, kind) VALUES (now(), 1, 'r')",
        "UPDATE watch.touch SET swept = true", "DELETE FROM watch.touch", "TRUNCATE watch.touch",
        "SELECT watch.kind('case.read', NULL, '{}')", "DROP TRIGGER watched ON trail.event", "CREATE TABLE watch.mine (x int)",
        "ALTER TABLE trail.event DISABLE TRIGGER watched", "COPY watch.touch TO STDOUT", "DROP SCHEMA watch CASCADE",
    ],
)  # fmt: skip
def test_the_application_reads_and_writes_the_log_by_its_functions_only(db, statement):
    assert refused(statement)


@pytest.mark.parametrize("who", ["focal_point", "data_officer", "administrator", "auditor"])
def test_nobody_but_the_clerk_is_told_what_others_opened(house, who):
    """Not the officer either: she gets alerts, not everybody's readings."""
    read_many(house.people["caseworker"], 3)
    with acting(house.people[who].pk):
        assert sql("SELECT * FROM watch.take(100)") == []
        assert sql("SELECT * FROM watch.between(%s, '-infinity', 'infinity')", house.people["caseworker"].pk) == []
        assert sql("SELECT watch.forget('infinity')") == [(0,)]
        assert sql("SELECT n FROM watch.today('UTC', NULL)") == [(0,)]


def test_a_temporary_table_does_not_make_a_clerk(house, caseworker):
    """What runs with the owner's rights looks nothing up in a table that the caller has made."""
    read_many(caseworker, 1)
    if refused("CREATE TEMP TABLE accounts_user (id int, email text)"):
        pytest.skip("this role makes no temporary tables")
    sql("INSERT INTO pg_temp.accounts_user VALUES (%s, 'clerk@amparo.invalid')", caseworker.pk)
    try:
        with acting(caseworker.pk):
            assert sql("SELECT * FROM watch.take(100)") == []
    finally:
        sql("DROP TABLE pg_temp.accounts_user")


def test_the_log_forgets_only_what_is_old_and_was_looked_at(house, caseworker):
    read_many(caseworker, 2)
    with clerk.as_clerk():
        sql("SELECT count(*) FROM watch.take(10000)")
        assert sql("SELECT watch.forget('infinity')") == [(0,)]
    assert counted(caseworker)[0] == 2


def test_one_statement_on_the_case_page_and_none_on_lists(house, browse, monkeypatch):
    """The price: the gate's one question where a folder opens, nothing where folders are listed."""
    from foundation.watch import gate

    case, owner = factories.case(house), browse(house.people["caseworker"])
    pages = {
        "case": reverse("cases:case", args=[case.pk]),
        "cases": reverse("cases:cases"),
        "day": reverse("cases:day"),
    }

    def costs() -> dict[str, int]:
        found = {}
        for name, url in pages.items():
            owner.get(url)
            with CaptureQueriesContext(connection) as queries:
                owner.get(url)
            found[name] = len(queries)
        return found

    watched = costs()
    trail.before._listeners.remove(gate.ask)
    try:
        bare = costs()
    finally:
        trail.before.listen(gate.ask)
    assert {name: watched[name] - bare[name] for name in pages} == {"case": 1, "cases": 0, "day": 0}


def test_what_counting_adds_to_an_event(house, caseworker, figure):
    """The trigger's share of an insert into the trail, as PostgreSQL itself counts it."""
    insert = "INSERT INTO trail.event (verb, dossier, data) SELECT 'case.read', gen_random_uuid(), '{}'"
    with acting(caseworker.pk):
        sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {insert}")
        ((plan,),) = sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {insert} FROM generate_series(1, 1000)")
    (counted,) = (trigger for trigger in plan[0]["Triggers"] if trigger["Trigger Name"] == "watched")
    assert counted["Calls"] == 1000
    figure(f"counting costs {counted['Time']:.0f} µs of an event's {plan[0]['Execution Time']:.0f} µs in the database")
    assert counted["Time"] < plan[0]["Execution Time"] * 0.8
