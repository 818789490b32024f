"""A decoy is a case like any other for everybody but the data-protection officer; opening it is told at once (safety.md §1)."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.invented import STORIES
from cases.models import Case, Concern
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from foundation.core.machines import COURIER
from foundation.custody import holders
from foundation.custody.rewrapping import new_organisation_key
from foundation.dossiers import clerk, ladder
from foundation.dossiers.models import Clock, Dossier, DossierGroupPermission, DossierKey, DossierUserPermission
from foundation.outbox.models import Message, Notice
from foundation.watch import actions
from foundation.watch.decoys import STEPS
from foundation.watch.models import Decoy
from foundation.watch.vocabulary import Rule
from tests import factories
from tests.architecture.visits import same
from tests.watch.seeing import alerts, read

COLLEAGUE, ALIAS = "Dana Okafor", "Yusra"


def planned(house, unit: str = "harbour", colleague: str = COLLEAGUE, **more) -> Decoy:
    return factories.decoy(house, unit, colleague, **more)


def step_by_step(decoy: Decoy) -> Decoy:
    """Let it grow to the end, as the sweep does, whenever a step is due."""
    for _ in range(len(STEPS) + 2):
        due = seen(decoy).next_at
        if due is None:
            break
        with time_machine.travel(due + timedelta(seconds=1)):
            assert actions.grow() == 1
    return seen(decoy)


def seen(decoy: Decoy) -> Decoy:
    with clerk.as_clerk():
        return Decoy.objects.select_related("unit", "ghost").get(pk=decoy.pk)


@pytest.fixture
def decoy(house):
    return step_by_step(planned(house))


@pytest.fixture
def case(house):
    """A real one beside it, in the same state, with a note."""
    from cases import actions as cases

    made, by = factories.case(house), house.people["caseworker"]
    with acting(by.pk):
        cases.add_note(Case.objects.get(pk=made.pk), by=by, text="Was here, nothing new.")
    return made


# --- it comes about


def test_it_grows_like_a_case_step_by_step_through_the_real_actions(house, decoy, focal_point):
    with acting(focal_point.pk):
        case = Case.objects.select_related("concern", "person", "owner").get(pk=decoy.case)
        assert (case.status, case.code, case.owner) == ("accepted", decoy.reference, decoy.ghost)
        assert (case.person.alias, case.concern.summary) == (ALIAS, STORIES["en"][0].summary)
        assert case.notes.count() == 3
        moments: list[Any] = [
            *(case.concern.started_at, case.concern.submitted_at),
            *(case.concern.triaged_at, case.opened_at),
        ]
        assert moments == sorted(moments)
        assert case.concern.triaged_at - case.concern.submitted_at >= timedelta(seconds=10), "no hand is faster"
    assert decoy.stands_since is not None
    assert decoy.script is None, "what was written is kept in the case alone"


def test_it_begins_at_a_working_hour_of_the_next_days(house):
    calendar = house.units["harbour"].calendar
    for _ in range(20):
        decoy = planned(house, colleague=f"Person {uuid4()}")
        assert decoy.begins_at > timezone.now()
        assert calendar.next_open(decoy.begins_at) == decoy.begins_at


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_there_is_a_draft_of_every_kind_in_every_language(house, language, focal_point):
    codes = [story.code for story in STORIES["en"]]
    assert [story.code for story in STORIES[language]] == codes
    made = step_by_step(planned(house, language=language, about=1))
    with acting(focal_point.pk):
        assert Case.objects.get(pk=made.case).concern.language == language


def test_what_the_officer_wrote_waits_sealed(house):
    decoy = planned(house)
    with clerk.as_clerk():
        raw = bytes(Decoy.objects.get(pk=decoy.pk).script)
    assert ALIAS.encode() not in raw
    assert STORIES["en"][0].summary.encode()[:20] not in raw


def test_what_waits_moves_along_when_the_organisation_gets_a_new_key(house):
    """An organisation's key that is let go would take the words of the decoy with it."""
    decoy = planned(house)
    old = seen(decoy).script_key_id
    new_organisation_key(decoy.unit.organisation_id)
    assert holders.n_under(old) == 1
    assert [holder.renew(old, 10) for name, holder in holders.HOLDERS.items() if name == "decoy"] == [1]
    assert holders.n_under(old) == 0
    assert step_by_step(decoy).case is not None


def test_a_unit_where_nobody_triages_just_now_lets_it_wait(house):
    decoy = planned(house)
    for _ in range(8):
        with time_machine.travel(seen(decoy).next_at + timedelta(seconds=1)):
            actions.grow()
    for who in ("focal_point", "deputy", "manager"):
        house.people[who].appointments.update(away_from=timezone.now(), away_until=timezone.now() + timedelta(days=30))
    # the ghost itself holds the seat while it acts: only an account that is gone stops it
    User.objects.filter(pk=decoy.ghost_id).update(is_active=False)
    with time_machine.travel(seen(decoy).next_at + timedelta(seconds=1)):
        assert actions.grow() == 1


def test_two_sweeps_at_once_do_a_step_once(house):
    decoy = planned(house)
    with time_machine.travel(decoy.next_at + timedelta(seconds=1)):
        assert actions.grow() == 1
        assert actions.grow() == 0
    assert seen(decoy).n_done == 1


@pytest.mark.parametrize("who", ["caseworker", "focal_point", "manager", "administrator", "auditor"])
def test_only_an_officer_plans_and_retires(house, who, decoy):
    person = house.people[who]
    with acting(person.pk):
        with pytest.raises(Forbidden):
            actions.plan(house.units["harbour"], COLLEAGUE, {"language": "en", "story": "papers"}, by=person)
        with pytest.raises(Decoy.DoesNotExist):
            actions.retire(decoy, by=person)


def test_a_unit_without_anybody_who_triages_takes_none(house):
    for seat in ladder.rungs(house.units["old"]):
        seat.appointments.update(valid_until=timezone.now())
    with pytest.raises(Refused) as refused:
        planned(house, "old")
    assert refused.value.code == "decoy.nobody"


# --- opening it is told at once


@pytest.mark.parametrize("page", ["case", "case_history", "case_notes", "case_person", "case_consent"])
def test_whoever_opens_it_is_told_of_at_once(house, decoy, data_officer, focal_point, browse, page):
    assert browse(focal_point).get(reverse(f"cases:{page}", args=[decoy.case])).status_code == 200
    (alert,) = alerts(data_officer, rule=Rule.DECOY)
    assert (alert.person, alert.n, alert.rank) == (focal_point, 1, 1)
    shown = browse(data_officer).get(reverse("watch:alert", args=[alert.pk])).content.decode()
    assert decoy.reference in shown


def test_writing_to_it_without_reading_is_told_too(house, decoy, data_officer, focal_point):
    read(focal_point, decoy.folder, verb="case.noted")
    assert len(alerts(data_officer, rule=Rule.DECOY)) == 1


def test_what_the_ghost_and_the_clerk_do_is_not_told(house, decoy, data_officer):
    assert alerts(data_officer) == []


def test_a_list_that_shows_it_is_not_opening_it(house, decoy, data_officer, focal_point, browse):
    client = browse(focal_point)
    for name in ("cases:cases", "cases:concerns", "cases:day"):
        assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse("cases:search"), {"term": ALIAS}).status_code == 200
    assert alerts(data_officer, rule=Rule.DECOY) == []


# --- nobody can tell


def test_it_stands_on_the_lists_of_the_unit_like_a_case(house, decoy, case, focal_point, browse):
    client = browse(focal_point)
    page = client.get(reverse("cases:cases")).content.decode()
    assert decoy.reference in page
    assert ALIAS in page
    assert case.code in page
    found = client.post(reverse("cases:search"), {"term": ALIAS}).content.decode()
    assert decoy.reference in found


@pytest.mark.parametrize(
    "who", ["caseworker", "outsider", "volunteer", "administrator", "auditor", "partner_worker", "data_officer"]
)
def test_for_everybody_else_it_is_absent_like_any_case(house, decoy, who, browse):
    client = browse(house.people[who])
    urls = [reverse("cases:case", args=[pk]) for pk in (decoy.case, uuid4())]
    answers = [same(client.get(address), address) for address in urls]
    assert answers[0][0] == 404
    assert answers[0] == answers[1]


def test_nothing_of_it_waits_for_anybody_and_nobody_was_told(house, decoy, focal_point, browse):
    """No clock on a list of work, no notice, no message: neither while it grew nor now."""
    with clerk.as_clerk():
        assert not Clock.objects.running().filter(dossier=decoy.folder).exists()
        assert not Clock.objects.filter(dossier=decoy.folder, code="triage").exclude(user=decoy.ghost).exists()
    with COURIER.at_work():
        for subject in (decoy.concern, decoy.case):
            assert not Message.objects.filter(slot__contains=str(subject)).exists()
        assert not Notice.objects.exists()
    assert decoy.reference not in browse(focal_point).get("/").content.decode()


def test_while_it_grows_it_is_on_nobodys_list_of_work(house, focal_point, browse):
    decoy, client = planned(house), browse(focal_point)
    for _ in range(len(STEPS)):
        with time_machine.travel(seen(decoy).next_at + timedelta(seconds=1)):
            actions.grow()
        folder = seen(decoy).folder
        with acting(focal_point.pk):
            assert [clock for clock in Clock.objects.neediest(focal_point) if clock.dossier_id == folder] == []
        assert "Triage the concern" not in client.get("/").content.decode()


def test_the_ghost_is_met_nowhere(house, decoy, focal_point, caseworker, browse):
    """Not in the team, not among who may own or confirm, not as a reader by seat; nobody can sign in as it."""
    from cases.forms.case import AssignForm
    from cases.views.triage import owners
    from foundation.accounts import actions as accounts

    ghost = User.objects.get(pk=decoy.ghost_id)
    assert not ghost.is_active
    assert ghost.has_usable_password()
    assert ghost not in accounts.members(focal_point.group_ids[0])
    assert COLLEAGUE not in str(owners(house.units["harbour"]))
    assert COLLEAGUE not in browse(focal_point).get("/").content.decode()
    real = factories.case(house)
    with acting(focal_point.pk):
        form = AssignForm(Case.objects.select_related("unit").get(pk=real.pk))
        assert COLLEAGUE not in str(form["owner"])
    page = browse(caseworker).get(reverse("cases:case", args=[real.pk])).content.decode()
    assert COLLEAGUE not in page


def test_the_page_of_a_decoy_costs_what_the_page_of_a_case_costs(house, decoy, case, focal_point, browse):
    """The same statements in the same order: nothing is asked of the database that could take longer for one of them."""
    client = browse(focal_point)

    def statements(pk) -> list[str]:
        address = reverse("cases:case", args=[pk])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return [re.sub(r"s\d+_x\d+|'[0-9a-f]{32}'", "", q["sql"].split("WHERE")[0]) for q in queries]

    assert statements(decoy.case) == statements(case.pk)


def sql(text: str, *values) -> list[tuple]:
    with connections["default"].cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def test_by_sql_as_somebody_else_no_table_names_the_decoy_but_those_of_every_case(house, decoy, case, focal_point):
    """Every table with a column of ids is asked, as the seat that may open both: both stand in the same ones."""
    columns = sql(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'uuid' ORDER BY 1, 2"
    )

    def named(ids: list) -> set[str]:
        return {
            f"{table}.{column}"
            for table, column in columns
            for pk in ids
            if sql(f'SELECT 1 FROM "{table}" WHERE "{column}" = %s LIMIT 1', pk)
        }

    with acting(focal_point.pk):
        one = Case.objects.get(pk=decoy.case)
        mine = named([one.pk, one.dossier_id, one.concern_id, one.person_id])
        real = Case.objects.get(pk=case.pk)
        theirs = named([real.pk, real.dossier_id, real.concern_id, real.person_id])
    assert mine == theirs
    assert not [name for name in mine if name.startswith("watch_")]


@pytest.mark.parametrize(
    "who",
    [
        "caseworker",
        "focal_point",
        "deputy",
        "manager",
        "outsider",
        "administrator",
        "auditor",
        "partner_worker",
        "volunteer",
    ],
)
def test_by_sql_as_another_user_the_register_of_decoys_is_empty(house, decoy, who):
    with acting(house.people[who].pk):
        assert sql("SELECT count(*) FROM watch_decoy") == [(0,)]
        assert Decoy.objects.folders() == set()
        assert sql("SELECT count(*) FROM watch_alert") == [(0,)]
    with acting(None):
        assert sql("SELECT count(*) FROM watch_decoy") == [(0,)]


def test_its_access_list_is_that_of_a_case(house, decoy, case, focal_point):
    def shape(folder) -> list[tuple]:
        groups = DossierGroupPermission.objects.filter(content_object=folder).values_list(
            "group_id", "permission__codename"
        )
        users = DossierUserPermission.objects.filter(content_object=folder).values_list(
            "reason", "permission__codename"
        )
        return [*sorted(groups), *sorted(users)]

    with clerk.as_clerk():
        mine, theirs = shape(decoy.folder), shape(case.dossier_id)
    assert mine == theirs


@pytest.mark.django_db(transaction=True)
def test_in_the_trail_it_is_a_case_of_its_ghost_step_by_step():
    """Its events are those of one person who records, triages and takes on; each step has a transaction of its own."""
    from django.db import transaction

    from tests.audit import owner

    with transaction.atomic():
        house = factories.house()
        decoy = planned(house)
    done = step_by_step(decoy)
    events = owner.rows(
        "SELECT verb, actor, xid::text, at FROM trail.event WHERE dossier = %s ORDER BY id", done.folder
    )
    assert {actor for _v, actor, _x, _a in events} == {done.ghost_id}
    assert len({xid for _v, _a, xid, _t in events}) == len(STEPS)
    others = owner.rows("SELECT DISTINCT actor FROM trail.event WHERE xid::text = ANY(%s)", [e[2] for e in events])
    assert {actor for (actor,) in others} <= {done.ghost_id, None}
    verbs = [verb for verb, *_ in events]
    assert verbs.index("concern.submitted") < verbs.index("concern.triaged") < verbs.index("case.accepted")
    assert owner.rows("SELECT 1 FROM trail.event WHERE verb LIKE 'decoy.%%' AND dossier IS NOT NULL") == []


# --- counting and taking away


def test_who_counts_cases_can_leave_decoys_out(house, decoy, case):
    with clerk.as_clerk():
        counted = Dossier.objects.filter(kind="case").exclude(pk__in=Decoy.objects.folders())
        assert [dossier.pk for dossier in counted] == [case.dossier_id]


def test_a_decoy_that_is_taken_away_leaves_every_list_and_its_key_is_destroyed(
    house, decoy, data_officer, focal_point, browse
):
    with acting(data_officer.pk):
        actions.retire(decoy, by=data_officer)
    client = browse(focal_point)
    assert client.get(reverse("cases:case", args=[decoy.case])).status_code == 404
    assert decoy.reference not in client.get(reverse("cases:cases")).content.decode()
    assert client.post(reverse("cases:search"), {"term": ALIAS}).status_code == 200
    with acting(decoy.ghost_id):
        assert not DossierKey.objects.filter(dossier=decoy.folder).exists()
    with clerk.as_clerk():
        assert Dossier.objects.get(pk=decoy.folder).erased_at is not None
    with acting(data_officer.pk), pytest.raises(Forbidden):
        actions.retire(decoy, by=data_officer)


def test_one_that_has_not_begun_is_taken_away_before_it_does(house, data_officer):
    decoy = planned(house)
    with acting(data_officer.pk):
        actions.retire(decoy, by=data_officer)
    with time_machine.travel(decoy.next_at + timedelta(days=1)):
        assert actions.grow() == 0
    with clerk.as_clerk():
        assert not Concern.objects.filter(reporter=decoy.ghost).exists()


# --- pages


def test_the_officer_plans_one_on_a_page_and_sees_where_it_stands(house, data_officer, browse):
    client = browse(data_officer)
    page = client.get(reverse("watch:decoys")).content.decode()
    assert "There is no decoy" in page
    address = f"{reverse('watch:plan')}?language=ru&story=wages"
    draft = client.get(address).content.decode()
    assert "С весны работа на кухне" in draft
    data = {"unit": str(house.units["harbour"].pk), "colleague": COLLEAGUE, "alias": ALIAS}
    words = {"summary": "Придумано.", "wishes": "Ничего.", "note": "Без новостей."}
    assert client.post(address, data).status_code == 422
    assert client.post(address, {**data, **words}).status_code == 302
    listed = client.get(reverse("watch:decoys")).content.decode()
    assert COLLEAGUE in listed
    assert "Comes about" in listed
    with clerk.as_clerk():
        made = Decoy.objects.get()
    step_by_step(made)
    assert seen(made).reference in client.get(reverse("watch:decoys")).content.decode()
    stop = reverse("watch:retire", args=[made.pk])
    assert seen(made).reference in client.get(stop).content.decode()
    assert client.post(stop).status_code == 302
    assert "Taken away" in client.get(reverse("watch:decoys")).content.decode()


@pytest.mark.parametrize("query", ["", "?language=xx&story=papers", "?language=en&story=nothing", "?language=en"])
def test_a_draft_that_does_not_exist_leads_back(house, data_officer, browse, query):
    assert browse(data_officer).get(reverse("watch:plan") + query)["Location"] == reverse("watch:decoys")


def test_an_officer_plans_for_the_units_below_only(house, data_officer, browse):
    page = browse(data_officer).get(f"{reverse('watch:plan')}?language=en&story=papers").content.decode()
    assert "Harbour service point" in page
    assert "Intake desk" not in page


def test_two_colleagues_of_one_name_are_two_accounts(house):
    first, second = planned(house), planned(house)
    assert first.ghost_id != second.ghost_id
    emails = {User.objects.get(pk=d.ghost_id).email for d in (first, second)}
    assert len(emails) == 2
    assert all(email.endswith("@amparo.example") for email in emails)
