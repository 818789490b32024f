"""A list that leaves, from the question to its destruction (safety.md §1 "exports"; HS-20, HS-21)."""

import io
import zipfile
from datetime import timedelta

import pytest
import pyzipper
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.actions.consent import withdraw_consent
from cases.models import Case
from consent.models import Decision
from consent.vocabulary import Answer, Purpose
from foundation.core.acting import acting
from foundation.core.errors import Absent, Forbidden, Gone, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.dossiers.models import Clock, Dossier, DossierKey
from foundation.exports import actions
from foundation.exports.models import Export, ExportFile
from foundation.exports.states import ExportState
from foundation.outbox.models import Message
from foundation.vault.crypto import VaultError
from tests import factories
from tests.exports.asking import SESSION, act, asked, fresh, made, opened, rows_of, taken


@pytest.fixture(autouse=True)
def few(settings):
    """Three rows may leave without a second person."""
    settings.EXPORT_ROWS_ALONE = 3


# --- what leaves


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_few_rows_leave_in_a_locked_file_that_carries_who_took_it(cases, focal_point, kind):
    made_ = made(focal_point, format=kind)
    content = taken(made_, focal_point)
    name, inside = opened(content, made_.password)
    assert name == f"{made_.export.reference}.{kind}"
    rows = rows_of(inside, name)
    mark, head, *body, foot = rows
    assert mark == foot
    assert made_.export.reference in mark[0]
    assert "Ilan Dorn" in mark[0]
    assert "Destroy after use" in mark[0]
    assert head == ["Case", "Urgency", "Stage"]
    assert [row[1] for row in body] == ["Emergency", "Normal", "Normal"], "in order of need"
    assert {row[0] for row in body} == {case.code for case in cases}


def test_the_file_is_locked_by_aes_256_and_by_nothing_weaker(cases, focal_point):
    made_ = made(focal_point)
    content = taken(made_, focal_point)
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        (info,) = archive.infolist()
        assert info.compress_type == pyzipper.ZIP_DEFLATED
        assert info.wz_aes_strength == 3, "256 bits"
        assert info.flag_bits & 1
        with pytest.raises(RuntimeError):
            archive.read(info)
        with pytest.raises(RuntimeError):
            archive.read(info, pwd=b"K7F2Q-K7F2Q-K7F2Q-K7F2Q")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:  # a reader that knows ZipCrypto alone
        assert archive.infolist()[0].compress_type == 99
        with pytest.raises((NotImplementedError, RuntimeError)):
            archive.read(archive.namelist()[0], pwd=made_.password.encode())
    assert b"Ilan Dorn" not in content
    assert len(made_.password.replace("-", "")) == 20


def test_each_file_has_a_password_of_its_own_that_is_kept_nowhere(cases, focal_point):
    first, second = made(focal_point, scope="pressing"), made(focal_point, scope="pressing")
    assert first.password != second.password
    with acting(focal_point.pk), connection.cursor() as cursor:
        cursor.execute("SELECT e::text FROM exports_export e UNION ALL SELECT f::text FROM exports_exportfile f")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert second.export.reference in stored
    for word in (first.password, first.token, "Case conference"):
        assert word not in stored
        assert word.encode().hex() not in stored


def test_no_list_offers_a_column_that_tells_what_it_is_about(house):
    """HS-21; domain.md §10.1: names, contacts, words, categories, sex, age and language stay here."""
    from foundation.exports import sources

    codes = {column.code for source in sources._SOURCES.values() for column in source.columns}
    assert codes == {
        "code", "urgency", "stage", "follow_up", "opened", "owner", "unit", "alias", "reference", "case", "prepared", "sent",
        "decided",
    }  # fmt: skip
    assert [c.code for s in sources._SOURCES.values() for c in s.columns if c.tells_who] == ["alias"]


def test_cases_whose_consent_was_taken_back_never_leave(cases, focal_point, caseworker):
    with acting(caseworker.pk):
        decision = Decision.objects.active().get(purpose=Purpose.INTERNAL_ESCALATION, person=cases[0].person_id)
        withdraw_consent(Case.objects.get(pk=cases[0].pk), decision, by=caseworker)
    made_ = made(focal_point)
    assert made_.export.n_rows == 2
    inside = opened(taken(made_, focal_point), made_.password)[1]
    assert cases[0].code not in str(rows_of(inside, "x.xlsx"))


def test_referrals_leave_without_their_recipient_and_without_their_matter(house, cases, focal_point):
    referral = factories.sent(house, cases[0])
    made_ = made(
        focal_point, source="referrals", scope="running",
        columns=["reference", "urgency", "stage", "case", "prepared", "sent", "decided"],
    )  # fmt: skip
    rows = rows_of(opened(taken(made_, focal_point), made_.password)[1], "x.xlsx")
    assert rows[2][0] == referral.reference
    assert rows[2][3] == cases[0].code
    assert "Quayside" not in str(rows)
    assert "apers" not in str(rows)


# --- who somebody is


def agree_to_a_record(house, case, fields=("alias", "safe_contact")):
    factories.decide(house, case, Purpose.RECORD_CASE, case.unit_id, fields=list(fields))


def test_the_alias_needs_a_managers_right(cases, focal_point):
    with pytest.raises(Forbidden):
        asked(focal_point, columns=["code", "alias"])


def test_the_alias_leaves_row_by_row_where_the_person_agreed_and_always_under_four_eyes(
    house, cases, focal_point, manager
):
    let_see(house, cases, manager)
    agree_to_a_record(house, cases[0])
    agree_to_a_record(house, cases[1], fields=["summary"])
    export = asked(manager, columns=["code", "alias"])
    assert export.state == ExportState.ASKED, "one row would already need a second person"
    act("approve", export, focal_point)
    made_ = act("make", export, manager, session=SESSION)
    assert (made_.export.n_made, made_.export.n_withheld) == (3, 2)
    rows = rows_of(opened(taken(made_, manager), made_.password)[1], "x.xlsx")
    assert {row[0]: row[1] for row in rows[2:-1]} == {
        cases[0].code: factories.NAME, cases[1].code: None, cases[2].code: None,
    }  # fmt: skip


def test_an_agreement_taken_back_after_the_approval_counts(house, cases, focal_point, manager, caseworker):
    let_see(house, cases, manager)
    agree_to_a_record(house, cases[0])
    export = asked(manager, columns=["code", "alias"])
    act("approve", export, focal_point)
    factories.decide(house, cases[0], Purpose.RECORD_CASE, cases[0].unit_id, answer=Answer.REFUSED)
    made_ = act("make", export, manager, session=SESSION)
    rows = rows_of(opened(taken(made_, manager), made_.password)[1], "x.xlsx")
    assert factories.NAME not in str(rows)


def let_see(house, cases, manager):
    """The cases climb to the manager, as those do that nobody answers in time."""
    from foundation.accounts.actions import seat_of
    from foundation.dossiers import actions as dossiers

    group = seat_of(house.units["coast"], "manager").group_id
    with acting(house.people["focal_point"].pk):
        for case in cases:
            dossiers.share_with_group(Dossier.objects.get(pk=case.dossier_id), group)


# --- four eyes


@pytest.fixture
def four(house, cases, focal_point):
    """A list that needs a second person."""
    factories.case(house)
    return asked(focal_point)


def test_more_rows_wait_for_another_lead_who_is_told(four, deputy, focal_point, manager):
    assert four.state == ExportState.ASKED
    with COURIER.at_work():
        told = set(Message.objects.filter(slot__startswith="export:").values_list("recipient__email", flat=True))
    assert deputy.email in told
    assert focal_point.email not in told
    with acting(deputy.pk):
        clock = Clock.objects.running().get(subject_id=four.pk)
        assert clock.code == "export"
    with pytest.raises(WrongState):
        act("make", four, focal_point, session=SESSION)


def test_nobody_allows_what_he_asked_for_himself(four, focal_point):
    """HS-20; the database refuses it too."""
    for verb in ("approve", "refuse"):
        with pytest.raises(Forbidden):
            act(verb, four, focal_point)
    with acting(focal_point.pk), pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=four.pk).update(decided_by=focal_point)


@pytest.mark.parametrize(
    "who", ["volunteer", "caseworker", "outsider", "partner_worker", "data_officer", "administrator"]
)
def test_nobody_else_sees_it_asks_for_it_or_allows_it(four, house, who):
    person = house.people[who]
    with acting(person.pk):
        assert not Export.objects.visible_to(person).exists()
        assert not Export.objects.exists(), "row-level security"
        with pytest.raises(Forbidden):
            actions.ask(_wish(), by=person)


def _wish():
    from tests.exports.asking import wish

    return wish()


def test_the_approver_cannot_make_or_fetch_what_he_allowed(four, focal_point, deputy):
    act("approve", four, deputy)
    with pytest.raises(Forbidden):
        act("make", four, deputy, session=SESSION)
    made_ = act("make", four, focal_point, session=SESSION)
    with pytest.raises(Forbidden):
        act("download", four, deputy, token=made_.token, session=SESSION)


def test_a_refusal_ends_it_and_is_told(four, focal_point, deputy):
    act("refuse", four, deputy)
    row = fresh_as(focal_point, four)
    assert (row.state, row.decided_by) == (ExportState.REFUSED, deputy)
    with pytest.raises(WrongState):
        act("make", four, focal_point, session=SESSION)
    with acting(focal_point.pk), pytest.raises(VaultError):
        _ = fresh(four, focal_point).why


def fresh_as(person, export) -> Export:
    with acting(person.pk):
        return fresh(export, person)


def test_many_small_lists_are_one_large_one(cases, focal_point):
    assert asked(focal_point, scope="pressing").state == ExportState.APPROVED
    assert asked(focal_point, scope="pressing").state == ExportState.APPROVED
    assert asked(focal_point, scope="all").state == ExportState.ASKED
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert asked(focal_point, scope="all").state == ExportState.APPROVED


def test_where_nobody_else_leads_nothing_large_leaves(house, cases, focal_point, deputy, manager):
    from foundation.accounts import actions as accounts
    from foundation.accounts.models import Appointment

    factories.case(house)
    for seated in Appointment.objects.in_force().filter(user__in=[deputy, manager]):
        accounts.end(seated, by=None)
    with pytest.raises(Refused) as refused:
        asked(focal_point)
    assert refused.value.code == "export.nobody"


# --- what changes meanwhile


def test_rows_that_closed_between_asking_and_making_are_left_out(house, cases, focal_point, deputy):
    from foundation.dossiers import actions as dossiers

    factories.case(house)
    export = asked(focal_point)
    act("approve", export, deputy)
    with acting(focal_point.pk):
        dossiers.unshare(Dossier.objects.get(pk=cases[0].dossier_id), group=cases[0].focal_group_id)
    made_ = act("make", export, focal_point, session=SESSION)
    assert (made_.export.n_rows, made_.export.n_made) == (4, 3)
    rows = rows_of(opened(taken(made_, focal_point), made_.password)[1], "x.xlsx")
    assert cases[0].code not in str(rows)


def test_rows_that_came_later_stay_here_because_nobody_allowed_them(house, cases, focal_point):
    export = asked(focal_point)
    later = factories.case(house)
    made_ = act("make", export, focal_point, session=SESSION)
    assert made_.export.n_made == 3
    assert later.code not in str(rows_of(opened(taken(made_, focal_point), made_.password)[1], "x.xlsx"))


def test_when_nothing_is_open_any_more_no_file_is_made(house, cases, focal_point):
    from foundation.dossiers import actions as dossiers

    export = asked(focal_point)
    with acting(focal_point.pk):
        for case in cases:
            dossiers.unshare(Dossier.objects.get(pk=case.dossier_id), group=case.focal_group_id)
    with pytest.raises(Refused) as refused:
        act("make", export, focal_point, session=SESSION)
    assert refused.value.code == "export.empty"
    assert fresh_as(focal_point, export).state == ExportState.APPROVED


def test_nothing_to_take_out_is_said(house, focal_point):
    with pytest.raises(Refused) as refused:
        asked(focal_point)
    assert (refused.value.code, refused.value.field) == ("export.empty", "scope")


def test_too_much_at_once_is_refused(cases, focal_point, settings):
    settings.EXPORT_ROWS_MOST = 2
    with pytest.raises(Refused) as refused:
        asked(focal_point)
    assert refused.value.code == "export.too_many"


def test_an_unknown_list_is_not_there(focal_point):
    with pytest.raises(Absent):
        asked(focal_point, source="people")


# --- the one link


def test_the_link_works_once_and_then_the_file_and_its_key_are_gone(cases, focal_point):
    made_ = made(focal_point)
    taken(made_, focal_point)
    with acting(focal_point.pk):
        assert not ExportFile.objects.exists()
        assert not DossierKey.objects.filter(dossier=made_.export.dossier_id).exists()
    with pytest.raises(WrongState):
        taken(made_, focal_point)
    assert fresh_as(focal_point, made_.export).state == ExportState.TAKEN


@pytest.mark.parametrize(
    ("token", "session"), [("x" * 43, SESSION), ("", SESSION), (None, "another session"), (None, "")]
)
def test_a_stolen_link_opens_nothing_and_spoils_nothing(cases, focal_point, token, session):
    made_ = made(focal_point)
    with pytest.raises(Gone) as gone:
        act("download", made_.export, focal_point, token=made_.token if token is None else token, session=session)
    assert gone.value.code == "export.link"
    assert opened(taken(made_, focal_point), made_.password)


def test_the_link_ends_after_its_minutes_even_before_the_sweep_comes(cases, focal_point, settings):
    made_ = made(focal_point)
    with time_machine.travel(timezone.now() + settings.EXPORT_LINK + timedelta(seconds=1)), pytest.raises(Gone):
        taken(made_, focal_point)


@pytest.mark.parametrize("state", ["asked", "approved", "ready"])
def test_the_sweep_destroys_what_ran_out_of_time_and_a_second_sweep_does_nothing(
    house, cases, focal_point, deputy, settings, state
):
    if state == "ready":
        export = made(focal_point).export
    else:
        factories.case(house)
        export = asked(focal_point)
        if state == "approved":
            act("approve", export, deputy)
    with time_machine.travel(timezone.now() + settings.EXPORT_ASKED + timedelta(minutes=1)):
        assert actions.sweep() == 1
        assert actions.sweep() == 0
    row = fresh_as(focal_point, export)
    assert row.state == ExportState.EXPIRED
    with acting(focal_point.pk):
        assert not ExportFile.objects.exists()
        assert not DossierKey.objects.filter(dossier=export.dossier_id).exists()
        assert not Clock.objects.running().filter(subject_id=export.pk).exists()


def test_the_sweep_leaves_what_is_in_time(cases, focal_point):
    made_ = made(focal_point)
    assert actions.sweep() == 0
    assert opened(taken(made_, focal_point), made_.password)


def test_a_list_that_is_thrown_away_is_destroyed(cases, focal_point):
    made_ = made(focal_point)
    act("drop", made_.export, focal_point)
    with acting(focal_point.pk):
        assert not ExportFile.objects.exists()
    with pytest.raises(WrongState):
        taken(made_, focal_point)


def test_two_presses_make_one_file(cases, focal_point):
    export = asked(focal_point)
    act("make", export, focal_point, session=SESSION)
    with pytest.raises(WrongState):
        act("make", export, focal_point, session=SESSION)


def test_the_database_lets_nothing_skip_a_step(cases, focal_point):
    made_ = made(focal_point)
    for state in ("asked", "approved", "refused"):
        with acting(focal_point.pk), pytest.raises(Exception, match=r"transition|a_link"), transaction.atomic():
            Export.objects.filter(pk=made_.export.pk).update(state=state)
