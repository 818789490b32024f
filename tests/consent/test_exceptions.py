"""Telling something without consent: a closed list, two people, a few days, looked back at (domain.md §5.7; HS-04, HS-20).

Scenario 11: in an emergency one signature opens it; without the second within 24 hours it ends, as an incident.
"""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Case, CaseNote
from consent.actions import exception_ended, exceptions, unsigned
from consent.exceptions import GROUNDS, KINDS, Ground, allows, is_least
from consent.models import ExceptionalDisclosure
from consent.states import EXCEPTION, ExceptionStatus
from consent.tasks import sign_in_time
from consent.vocabulary import Purpose
from foundation.accounts.models import Appointment
from foundation.audit import trail
from foundation.core import policy
from foundation.core.acting import acting
from foundation.core.errors import Absent, Forbidden, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.dossiers import actions as dossiers
from foundation.dossiers import ladder
from foundation.dossiers.models import Clock
from foundation.outbox.models import Message
from tests import factories


@pytest.fixture
def case(house):
    return factories.case(house)


def fresh(who, row) -> ExceptionalDisclosure:
    return policy.fetch(who, ExceptionalDisclosure, row.pk, related=("unit", "requested_by"))


def signed(house, row, who="data_officer") -> ExceptionalDisclosure:
    by = house.people[who]
    with acting(by.pk):
        return exceptions.authorise(fresh(by, row), by=by)


def active(house, row, who="focal_point") -> bool:
    with acting(house.people[who].pk):
        return ExceptionalDisclosure.objects.active().filter(pk=row.pk).exists()


@pytest.fixture
def heard():
    """What listeners of the two hooks were told."""
    told: list[tuple[str, str]] = []
    listeners = [lambda row: told.append(("ended", row.status)), lambda row: told.append(("unsigned", row.status))]
    exception_ended._listeners.append(listeners[0])
    unsigned._listeners.append(listeners[1])
    yield told
    exception_ended._listeners.remove(listeners[0])
    unsigned._listeners.remove(listeners[1])


def test_nothing_is_in_effect_before_the_second_person_signed_and_seven_days_after_it_ends(house, case, focal_point):
    row = factories.excepted(house, case)
    assert row.status == ExceptionStatus.REQUESTED
    assert not active(house, row)
    row = signed(house, row)
    assert active(house, row)
    assert row.valid_until - row.valid_from == timedelta(days=7)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert not active(house, row)
        with acting(focal_point.pk):
            assert not fresh(focal_point, row).is_active()


def test_the_code_and_the_query_agree_on_what_is_in_effect(house, case, focal_point):
    row = signed(house, factories.excepted(house, case, days=2))
    with acting(focal_point.pk):
        for hours in (-1, 0, 47, 48, 49):
            now = row.valid_from + timedelta(hours=hours)
            found = ExceptionalDisclosure.objects.active(now).filter(pk=row.pk).exists()
            assert found == row.is_active(now) == (0 <= hours < 48)


@pytest.mark.parametrize("verb", ["authorise", "refuse", "review"])
def test_who_asked_is_never_the_second(house, case, verb):
    """HS-20, also for a manager who holds a seat that may sign."""
    manager = house.people["manager"]
    with acting(house.people["focal_point"].pk):
        seat = next(s for s in manager.seats)
        dossiers.share_with_group(Case.objects.get(pk=case.pk).dossier, seat.group_id)
    row = factories.excepted(house, case, who="manager")
    if verb == "review":
        row = signed(house, row)
    more = {"authorise": (), "refuse": ("No.",), "review": (True, "It was.")}[verb]
    with acting(manager.pk), pytest.raises(Refused) as refused:
        getattr(exceptions, verb)(fresh(manager, row), *more, by=manager)
    assert refused.value.code == "exception.same_person"


@pytest.mark.parametrize(
    "change",
    [
        "decided_by_id = requested_by_id", "status = 'authorised', valid_from = now(), valid_until = now() + '1 day'",
        "decided_at = now(), decided_by_id = (SELECT id FROM accounts_user WHERE email = 'manager@amparo.example')",
        "status = 'single_signed', valid_from = now(), valid_until = now() + '1 day'", "status = 'unsigned'",
        "fields = '[]'", "fields = '[\"alias\", \"address\"]'", "ground = 'movement_personnel'",
        "recipient_id = gen_random_uuid()", "days = 300", "reviewed_by_id = requested_by_id",
    ],
)  # fmt: skip
def test_the_database_itself_refuses_a_short_cut(house, case, focal_point, change):
    """HS-20: one person, one signature too many or too few, a wider list of fields, another recipient, a jump."""
    row = factories.excepted(house, case)
    with acting(focal_point.pk), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE consent_exceptionaldisclosure SET {change} WHERE id = %s", [row.pk])


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ground": "because"}, "ground"),
        ({"ground": "legal_obligation"}, "law"),
        ({"necessity": " "}, "necessity"),
        ({"proportionality": ""}, "proportionality"),
        ({"fields": []}, "fields"),
        ({"fields": ["all"]}, "fields"),
        ({"fields": ["alias", "bank_account"]}, "fields"),
        ({"source": "Ivan"}, "source"),
        ({"source": "service_provider"}, "source"),
        ({"unsafe": ""}, "unsafe"),
        ({"days": 8}, "days"),
        ({"days": 0}, "days"),
        ({"purpose": Purpose.LESSONS}, "fields"),
    ],
)
def test_what_is_missing_or_too_much_is_refused_and_nothing_is_written(house, case, focal_point, more, field):
    with pytest.raises(Refused) as refused:
        factories.excepted(house, case, **more)
    assert (refused.value.field, refused.value.code.split(".")[0]) == (field, "exception")
    with acting(focal_point.pk):
        assert not ExceptionalDisclosure.objects.exists()
        assert not CaseNote.objects.filter(event="exception_asked").exists()


def test_an_allegation_against_our_own_goes_to_safeguarding_and_offers_no_recipient_here(house, case):
    with pytest.raises(Refused) as refused:
        factories.excepted(house, case, ground=Ground.STAFF)
    assert refused.value.code == "exception.safeguarding"
    assert all(Ground.STAFF not in grounds for grounds in GROUNDS.values())


def test_an_authority_is_told_a_name_only_for_a_life_or_by_law():
    """HS-12; and figures, stories and calls are never made without consent."""
    allowed = {g for g in Ground.values if allows(g, Purpose.RAISE_IDENTIFIED)}
    assert allowed == {Ground.LIFE, Ground.LAW}
    for purpose in (Purpose.LESSONS, Purpose.ANONYMOUS_STATISTICS, Purpose.FOLLOW_UP_CONTACT, Purpose.RECORD_CASE):
        assert not any(allows(g, purpose) for g in Ground.values)
    assert set(KINDS) == set(GROUNDS)


@given(st.lists(st.text(max_size=12), max_size=6))
@settings(max_examples=200, deadline=None)
def test_all_is_no_field_however_it_is_written(fields):
    blanket = [f"  {word.upper()} " for word in ("all", "any", "everything", "*")]
    assert not any(is_least([*fields, word]) for word in blanket)
    assert not is_least([])


def test_a_caseworker_alone_a_reporter_and_an_outsider_cannot_ask(house, case):
    for who in ("caseworker", "volunteer", "outsider", "data_officer", "administrator"):
        with pytest.raises((Forbidden, Absent, Case.DoesNotExist)):
            factories.excepted(house, case, who=who)


def test_a_recipient_who_may_receive_nothing_of_this_case_is_not_there(house, case, focal_point):
    """A service whose entry nobody checked (HS-10), and a unit of another branch."""
    service = house.services["Safe shelter"]
    service.verified_on -= timedelta(days=400)
    service.save()
    with pytest.raises(Absent):
        factories.excepted(house, case)
    elsewhere = {"recipient_kind": "unit", "purpose": Purpose.INTERNAL_ESCALATION, "fields": ["alias"]}
    with pytest.raises(Absent):
        factories.excepted(house, case, recipient_id=house.units["old"].pk, **elsewhere)
    assert factories.excepted(house, case, recipient_id=house.units["coast"].pk, **elsewhere)


def test_who_may_know_of_it_and_who_may_read_the_reasons(house, case):
    """The second person reads the reasons and opens no case; the owner sees the codes; nobody else knows of it."""
    row = factories.excepted(house, case)
    for who in ("focal_point", "manager", "data_officer"):
        with acting(house.people[who].pk):
            assert "tonight" in fresh(house.people[who], row).words["necessity"]
    with acting(house.people["caseworker"].pk):
        seen = fresh(house.people["caseworker"], row)
        assert not seen.is_open
        with pytest.raises(Forbidden):
            exceptions.end(seen, by=house.people["caseworker"])
    for who in ("manager", "data_officer"):
        with acting(house.people[who].pk):
            assert not Case.objects.filter(pk=case.pk).exists()
    for who in ("volunteer", "outsider", "partner_worker", "administrator", "auditor"):
        with acting(house.people[who].pk), pytest.raises(Absent):
            fresh(house.people[who], row)
        with acting(house.people[who].pk):
            assert not ExceptionalDisclosure.objects.all().exists()


def test_an_emergency_is_in_effect_on_one_signature_and_goes_on_with_the_second(house, case):
    row = factories.excepted(house, case, is_emergency=True)
    assert row.status == ExceptionStatus.SINGLE_SIGNED
    assert active(house, row)
    assert row.valid_until - row.valid_from == timedelta(hours=24)
    row = signed(house, row, "manager")
    assert row.valid_until - row.valid_from == timedelta(days=7)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        sign_in_time()
        assert active(house, row)


def test_without_the_second_signature_within_24_hours_it_ends_as_an_incident(house, case, heard):
    """Scenario 11. It ends by its time whether or not the sweep runs; nobody can sign it afterwards."""
    row, officer = factories.excepted(house, case, is_emergency=True), house.people["data_officer"]
    sign_in_time()
    assert active(house, row)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert not active(house, row)
        with pytest.raises(WrongState) as late:
            signed(house, row)
        assert late.value.code == "exception.too_late"
        sign_in_time()
        sign_in_time()
        with acting(officer.pk):
            assert fresh(officer, row).status == ExceptionStatus.UNSIGNED
        with pytest.raises(WrongState):
            signed(house, row)
    assert heard == [("ended", "unsigned"), ("unsigned", "unsigned")]
    with COURIER.acting():
        told = Message.objects.filter(event="exception.unsigned", channel="notice")
        assert {m.recipient_id for m in told} == {officer.pk, house.people["focal_point"].pk}


def test_who_signed_alone_cannot_end_it_and_so_escape_the_second_signature(house, case, focal_point):
    row = factories.excepted(house, case, is_emergency=True)
    for verb in (exceptions.end, exceptions.take_back):
        with acting(focal_point.pk), pytest.raises(WrongState):
            verb(fresh(focal_point, row), by=focal_point)


def test_a_refusal_of_the_second_ends_what_was_in_effect_on_one_and_still_needs_a_look_back(house, case, heard):
    row, officer = factories.excepted(house, case, is_emergency=True), house.people["data_officer"]
    with acting(officer.pk):
        with pytest.raises(Refused):
            exceptions.refuse(fresh(officer, row), "  ", by=officer)
        exceptions.refuse(fresh(officer, row), "He is in custody since noon.", by=officer)
        assert ExceptionalDisclosure.objects.unreviewed().filter(pk=row.pk).exists()
    assert not active(house, row)
    assert heard == [("ended", "refused")]


def test_a_request_that_is_refused_or_taken_back_never_was_in_effect(house, case, focal_point, heard):
    officer = house.people["data_officer"]
    first, second = factories.excepted(house, case), factories.excepted(house, case)
    with acting(officer.pk):
        exceptions.refuse(fresh(officer, first), "Ask her again.", by=officer)
    with acting(focal_point.pk):
        exceptions.take_back(fresh(focal_point, second), by=focal_point)
        assert {fresh(focal_point, row).valid_from for row in (first, second)} == {None}
        assert not ExceptionalDisclosure.objects.unreviewed().exists()
    assert heard == []


def test_somebody_else_looks_back_at_it_and_what_was_not_necessary_ends(house, case, heard):
    row, manager = signed(house, factories.excepted(house, case)), house.people["manager"]
    with acting(manager.pk):
        with pytest.raises(Refused):
            exceptions.review(fresh(manager, row), False, "", by=manager)
        done = exceptions.review(fresh(manager, row), False, "Her sister had taken her in.", by=manager)
        assert (done.was_necessary, done.status) == (False, ExceptionStatus.ENDED)
        with pytest.raises(WrongState):
            exceptions.review(fresh(manager, row), True, "Again.", by=manager)
    assert heard == [("ended", "ended")]
    assert not active(house, row)


def test_what_was_necessary_runs_on_to_its_end(house, case, heard):
    row, manager = signed(house, factories.excepted(house, case)), house.people["manager"]
    with acting(manager.pk):
        exceptions.review(fresh(manager, row), True, "She is safe.", by=manager)
        assert not ExceptionalDisclosure.objects.unreviewed().exists()
    assert active(house, row)
    assert heard == []


def test_the_manager_is_asked_to_sign_and_after_seven_days_to_look_back(house, case):
    manager = house.people["manager"]
    row = factories.excepted(house, case)
    with acting(manager.pk):
        assert [c.code for c in Clock.objects.neediest(manager)] == ["exception_sign"]
    signed(house, row)
    with acting(manager.pk):
        clock = Clock.objects.running().get(subject_id=row.pk)
        assert (clock.code, clock.due_at) == ("exception_review", fresh(manager, row).valid_from + timedelta(days=7))
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        ladder.sweep()
        with acting(manager.pk):
            assert fresh(manager, row).reviewed_at is None, "a timer reminds and decides nothing (HS-24)"
            assert Clock.objects.get(pk=clock.pk).n_reminders > 0


def test_every_verb_in_every_state(house, case):
    """The table decides: from any other state the answer is a conflict, whoever asks."""
    officer = house.people["data_officer"]
    calls = {
        "authorise": lambda row: exceptions.authorise(row, by=officer),
        "refuse": lambda row: exceptions.refuse(row, "No.", by=officer),
        "end": lambda row: exceptions.end(row, by=officer),
        "review": lambda row: exceptions.review(row, True, "Seen.", by=officer),
    }

    def over() -> ExceptionalDisclosure:
        row = signed(house, factories.excepted(house, case))
        with acting(officer.pk):
            return exceptions.end(fresh(officer, row), by=officer)

    ways = {
        ExceptionStatus.REQUESTED: lambda: factories.excepted(house, case),
        ExceptionStatus.SINGLE_SIGNED: lambda: factories.excepted(house, case, is_emergency=True),
        ExceptionStatus.AUTHORISED: lambda: signed(house, factories.excepted(house, case)),
        ExceptionStatus.ENDED: over,
    }
    for state, make in ways.items():
        for verb, call in calls.items():
            with transaction.atomic():
                row = make()
                with acting(officer.pk):
                    mine = fresh(officer, row)
                    if state in EXCEPTION.moves[verb].sources:
                        call(mine)
                    else:
                        with pytest.raises(WrongState):
                            call(mine)
                transaction.set_rollback(True)


def test_without_anybody_else_who_could_sign_only_an_emergency_begins(house, case):
    Appointment.objects.filter(seat__role__in=("manager", "data_officer")).update(valid_until=timezone.now())
    with pytest.raises(Refused) as refused:
        factories.excepted(house, case)
    assert refused.value.code == "exception.nobody"
    assert active(house, factories.excepted(house, case, is_emergency=True))


def test_each_step_stands_in_the_trail_of_the_case_as_codes_without_a_word_that_was_typed(house, case, monkeypatch):
    told, real = [], trail.record

    def record(event, **data):
        told.append((event, data))
        return real(event, **data)

    monkeypatch.setattr(trail, "record", record)
    row = signed(house, factories.excepted(house, case))
    mine = [(event, data) for event, data in told if event.startswith("exception.")]
    assert [event for event, _data in mine] == ["exception.asked", "exception.authorised"]
    assert {data["dossier"] for _event, data in mine} == {case.dossier_id}
    assert not any(word in str(mine) for word in ("tonight", "telephone", row.requested_by.name))


def test_the_case_is_told_that_somebody_asked(house, case, focal_point):
    factories.excepted(house, case)
    with acting(focal_point.pk):
        assert CaseNote.objects.filter(case=case, event="exception_asked").exists()
