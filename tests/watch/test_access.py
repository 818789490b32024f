"""Emergency access: two people, two hours, announced; nothing is told before the second has confirmed (HS-20, HS-22)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from foundation.accounts import actions as accounts
from foundation.accounts.models import Organisation, Unit, User
from foundation.audit import trail
from foundation.core.acting import acting
from foundation.core.codes import new_code
from foundation.core.errors import Absent, Forbidden, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.core.policy import fetch
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk
from foundation.dossiers.models import Dossier, DossierUserPermission
from foundation.outbox.models import Message
from foundation.readiness.models import Competence, Training
from foundation.vault.crypto import VaultError
from foundation.watch import actions
from foundation.watch.actions import access as accessing
from foundation.watch.models import Alert, EmergencyAccess
from foundation.watch.states import ACCESS, AccessState
from foundation.watch.vocabulary import Rule
from tests import factories
from tests.architecture.visits import same
from tests.watch.seeing import alerts

WHY = "He phoned from the bridge. The duty phone of the unit is off."
UNKNOWN = "K7F-2QX"


@pytest.fixture
def case(house):
    return factories.case(house)


def asked(by: User, code: str) -> EmergencyAccess:
    with acting(by.pk):
        return actions.ask(code, "life_at_risk", WHY, by=by)


def answered(access: EmergencyAccess, by: User, verb: str = "confirm", *words: str) -> EmergencyAccess:
    with acting(by.pk):
        return getattr(actions, verb)(EmergencyAccess.objects.get(pk=access.pk), *words, by=by)


def sees(person: User, case: Case) -> bool:
    person = User.objects.get(pk=person.pk)
    with acting(person.pk):
        try:
            fetch(person, Case, case.pk)
        except Absent:
            return False
        return Case.objects.filter(pk=case.pk).exists()


def rows(person: User, folder=None) -> list[DossierUserPermission]:
    """What names this person on access lists, as the clerk sees it."""
    with clerk.as_clerk():
        found = DossierUserPermission.objects.filter(user=person)
        return list(found if folder is None else found.filter(content_object=folder))


def second_of(house, roles=("data_officer", "national")) -> User:
    user = User.objects.create_user("second@amparo.example", "Second Person")
    accounts.confirm(accounts.propose(user, accounts.seat_of(house.units[roles[1]], roles[0]), by=None), by=None)
    return user


# --- the way it goes


def test_a_second_person_opens_it_for_two_hours_and_it_closes_by_itself(house, case, outsider, data_officer):
    assert not sees(outsider, case)
    access = asked(outsider, case.code)
    assert access.state == AccessState.WAITING
    assert not sees(outsider, case)
    done = answered(access, data_officer)
    assert done.state == AccessState.OPEN
    assert sees(outsider, case)
    row = rows(outsider, case.dossier_id)[0]
    assert (row.reason, row.granted_by) == ("emergency", data_officer)
    assert timedelta(hours=1, minutes=59) < row.expires_at - timezone.now() <= timedelta(hours=2)
    with clerk.as_clerk():
        DossierUserPermission.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    assert not sees(outsider, case)
    with time_machine.travel(timezone.now() + timedelta(hours=2, minutes=1)):
        assert accessing.sweep() == 1
    with acting(outsider.pk):
        assert EmergencyAccess.objects.get(pk=access.pk).state == AccessState.CLOSED
    assert rows(outsider, case.dossier_id) == []


def test_who_asked_can_close_it_before_its_time(house, case, outsider, data_officer):
    access = answered(asked(outsider, case.code), data_officer)
    with acting(outsider.pk):
        actions.close(access, by=outsider)
    assert not sees(outsider, case)
    with acting(data_officer.pk), pytest.raises((Forbidden, WrongState)):
        actions.close(access, by=data_officer)


def test_a_refusal_stays_on_record_and_opens_nothing(house, case, outsider, manager, data_officer):
    access = asked(outsider, case.code)
    done = answered(access, data_officer, "refuse", "Phone the deputy, she is there.")
    assert (done.state, done.answered_by) == (AccessState.REFUSED, data_officer)
    assert not sees(outsider, case)
    with acting(outsider.pk):
        assert EmergencyAccess.objects.get(pk=access.pk).answer == "Phone the deputy, she is there."


@pytest.fixture
def manager(house):
    return house.people["manager"]


def test_without_an_answer_it_lapses(house, case, outsider, data_officer):
    access = asked(outsider, case.code)
    with time_machine.travel(timezone.now() + timedelta(hours=4, minutes=1)):
        with pytest.raises(WrongState):
            answered(access, data_officer)
        assert accessing.sweep() == 1
    with acting(outsider.pk):
        assert EmergencyAccess.objects.get(pk=access.pk).state == AccessState.LAPSED
    with pytest.raises(WrongState):
        answered(access, data_officer)


def test_the_reason_is_read_by_the_two_and_by_who_may_confirm(house, case, outsider, data_officer):
    access = asked(outsider, case.code)
    for reader in (outsider, data_officer):
        with acting(reader.pk):
            assert EmergencyAccess.objects.get(pk=access.pk).reason == WHY
    for other in ("caseworker", "focal_point", "manager", "administrator", "auditor"):
        with acting(house.people[other].pk):
            assert not EmergencyAccess.objects.exists(), other
    with clerk.as_clerk(), pytest.raises(VaultError):
        _ = EmergencyAccess.objects.get(pk=access.pk).reason


# --- who may


@pytest.mark.parametrize("who", ["administrator", "auditor", "partner_worker", "volunteer", "data_officer"])
def test_who_has_no_worker_s_seat_never_asks(house, case, who):
    person = house.people[who]
    with acting(person.pk), pytest.raises(Forbidden):
        actions.ask(case.code, "life_at_risk", WHY, by=person)


@pytest.mark.parametrize("seat", ["administrator", "auditor", "partner_worker"])
def test_a_second_seat_of_a_kind_that_may_never_shuts_it(house, case, outsider, seat):
    accounts.confirm(accounts.propose(outsider, accounts.seat_of(house.units["national"], seat), by=None), by=None)
    with acting(outsider.pk), pytest.raises(Forbidden):
        actions.ask(case.code, "life_at_risk", WHY, by=User.objects.get(pk=outsider.pk))


@pytest.mark.parametrize(
    "who", ["caseworker", "focal_point", "deputy", "administrator", "auditor", "manager", "volunteer"]
)
def test_who_does_not_stand_above_does_not_confirm(house, case, outsider, who):
    """The manager of the coast is not above a unit in the hills."""
    access = asked(outsider, case.code)
    with acting(house.people[who].pk), pytest.raises(EmergencyAccess.DoesNotExist):
        actions.confirm(access, by=house.people[who])
    assert not sees(outsider, case)


def test_nobody_confirms_for_themselves(house, manager, case):
    """HS-20: a manager who asks needs somebody else; the database refuses it too."""
    access = asked(manager, case.code)
    with acting(manager.pk):
        with pytest.raises(Forbidden):
            actions.confirm(access, by=manager)
        with pytest.raises(DatabaseError), transaction.atomic():
            EmergencyAccess.objects.filter(pk=access.pk).update(answered_by=manager)
        with pytest.raises(DatabaseError), transaction.atomic():
            EmergencyAccess.objects.filter(pk=access.pk).update(state="open")


def test_without_anybody_above_who_is_there_it_is_said_at_once(house, case, outsider, data_officer):
    with acting(data_officer.pk):
        accounts.go_away(data_officer.appointments.get(), by=data_officer, until=timezone.now() + timedelta(days=1))
    with acting(outsider.pk), pytest.raises(Refused) as refused:
        actions.ask(case.code, "life_at_risk", WHY, by=outsider)
    assert refused.value.code == "access.nobody"


def test_the_second_person_must_stand_above_the_case_too(house):
    """A manager of the coast confirms for her people, but opens nothing of the hills."""
    other = elsewhere(house, house.units["old"])
    access = answered(asked(house.people["caseworker"], other.code), house.people["manager"])
    assert access.state == AccessState.NOTHING
    assert not sees(house.people["caseworker"], other)
    national = answered(asked(house.people["caseworker"], other.code), house.people["data_officer"])
    assert national.state == AccessState.OPEN


def trained_elsewhere(user: User, recorder: User, other: User) -> None:
    """Somebody of another Society was trained there, by people of theirs."""
    today = timezone.localdate()
    Training.objects.create(
        user=user, competence=Competence.PROTECTION_REFERRAL, held_on=today, valid_until=today + timedelta(days=300),
        evidence="List", state="confirmed", recorded_by=recorder, decided_by=other, decided_at=timezone.now(),
    )  # fmt: skip


def elsewhere(house, unit: Unit) -> Case:
    """A case of another unit, with a focal point and an owner of its own."""
    people = {}
    for role in ("reporter", "focal_point"):
        people[role] = User.objects.create_user(f"{role}-{unit.pk.hex[:6]}@amparo.example", role.title())
        accounts.confirm(accounts.propose(people[role], accounts.seat_of(unit, role), by=None), by=None)
    there = factories.House(
        {"volunteer": people["reporter"], "focal_point": people["focal_point"], "caseworker": people["focal_point"]},
        {"harbour": unit}, house.partners, house.services,
    )  # fmt: skip
    trained_elsewhere(people["focal_point"], house.people["manager"], house.people["data_officer"])
    return factories.case(there, flags=["held_captive"])  # an emergency is taken up wherever it comes, ready or not


# --- nothing is told before


def test_asking_is_the_same_whether_there_is_such_a_case(house, case, outsider, browse):
    """No existence oracle: the same page, the same rows, the same number of statements; nothing is looked up."""
    asked(outsider, new_code())  # what is looked up once in a process is known from now on
    client, pages, costs = fresh(browse(outsider)), [], []
    client.get(reverse("watch:ask"))  # the first page of a session notes when it began
    for code in (case.code, UNKNOWN):
        with CaptureQueriesContext(connection) as queries:
            onward = client.post(reverse("watch:ask"), {"code": code, "ground": "life_at_risk", "reason": WHY})
        costs.append([q["sql"].split()[0] for q in queries])
        assert onward.status_code == 302
        page = client.get(onward["Location"])
        pages.append(same(page, onward["Location"])[2].replace(code, "CODE"))
    assert costs[0] == costs[1]
    assert pages[0] == pages[1]


def test_the_second_person_is_not_told_either_before_confirming(house, case, outsider, data_officer, browse):
    client, pages = fresh(browse(data_officer)), []
    for code in (case.code, UNKNOWN):
        address = reverse("watch:confirm", args=[asked(outsider, code).pk])
        pages.append(same(client.get(address), address)[2].replace(code, "CODE"))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("kind", ["unknown", "erased", "other organisation", "lost seat"])
def test_what_cannot_be_opened_is_one_answer(house, case, outsider, data_officer, kind):
    """Confirmed and recorded; an erased case, another organisation's and an unknown code are the same words."""
    code = case.code
    if kind == "unknown":
        code = new_code()
    if kind == "other organisation":
        code = elsewhere(house, foreign_unit(house)).code
    access = asked(outsider, code)
    if kind == "erased":
        with clerk.as_clerk():
            dossiers.erase(Dossier.objects.get(pk=case.dossier_id))
    if kind == "lost seat":
        outsider.appointments.update(valid_until=timezone.now())
    done = answered(access, data_officer)
    assert (done.state, done.folder, done.closes_at) == (AccessState.NOTHING, None, None)
    assert [row for row in rows(outsider) if row.reason == "emergency"] == []


def foreign_unit(house) -> Unit:
    other = Organisation.objects.create(name="Solstice Society", kind="national_society")
    return Unit.objects.create(organisation=other, name="Quay", kind="branch", time_zone="Europe/Kyiv")


# --- trying it twice


def test_one_confirmation_opens_once(house, case, outsider, data_officer):
    access = answered(asked(outsider, case.code), data_officer)
    for verb, words in (("confirm", ()), ("refuse", ("x",))):
        with pytest.raises(WrongState):
            answered(access, data_officer, verb, *words)
    with acting(outsider.pk):
        actions.close(access, by=outsider)
    with pytest.raises(WrongState):
        answered(access, data_officer)
    assert not sees(outsider, case)


def test_a_second_access_lasts_its_own_two_hours(house, case, outsider, data_officer):
    """The sweep that closes the first does not shut the second."""
    first = answered(asked(outsider, case.code), data_officer)
    with acting(outsider.pk):
        EmergencyAccess.objects.filter(pk=first.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    second = answered(asked(outsider, case.code), data_officer)
    assert accessing.sweep() == 1
    assert sees(outsider, case)
    with acting(outsider.pk):
        actions.close(second, by=outsider)
    assert not sees(outsider, case)


def test_it_takes_nothing_away_from_who_may_open_the_case_anyway(house, case, caseworker, manager):
    """The owner asks by mistake: the row that names the owner stays, also after it is closed."""
    access = answered(asked(caseworker, case.code), manager)
    assert access.state == AccessState.OPEN
    with acting(caseworker.pk):
        actions.close(access, by=caseworker)
    assert sees(caseworker, case)
    assert [(row.reason, row.expires_at) for row in rows(caseworker, case.dossier_id)] == [("owner", None)]


def test_only_a_few_requests_wait_at_a_time(house, outsider):
    for _ in range(3):
        asked(outsider, new_code())
    with pytest.raises(Refused) as refused:
        asked(outsider, new_code())
    assert refused.value.code == "access.waiting"


@pytest.mark.parametrize(
    ("code", "ground", "reason", "field"),
    [
        ("", "life_at_risk", WHY, "code"), ("Mohammed", "life_at_risk", WHY, "code"), ("K7F-2Q", "life_at_risk", WHY, "code"),
        (UNKNOWN, "curious", WHY, "ground"), (UNKNOWN, "", WHY, "ground"), (UNKNOWN, "life_at_risk", "  ", "reason"),
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_refused_beside_its_field(house, outsider, code, ground, reason, field):
    """Only what has the shape of a code is kept in the open: a name that was typed there never is."""
    with acting(outsider.pk), pytest.raises(Refused) as refused:
        actions.ask(code, ground, reason, by=outsider)
    assert refused.value.field == field
    assert not EmergencyAccess.objects.exists()


def test_a_seat_that_ends_meanwhile_shuts_at_once(house, case, outsider, data_officer):
    answered(asked(outsider, case.code), data_officer)
    outsider.appointments.update(valid_until=timezone.now())
    assert not sees(outsider, case)


def test_every_move_of_the_table_and_no_other_is_possible():
    moves = {(source, row.target) for row in ACCESS.moves.values() for source in row.sources}
    assert moves == {
        ("waiting", "open"), ("waiting", "nothing"), ("waiting", "refused"), ("waiting", "lapsed"), ("open", "closed"),
    }  # fmt: skip


# --- announced, in the trail, answered for


def told(event: str) -> set[str]:
    with COURIER.at_work():
        return set(Message.objects.filter(event=event, channel="notice").values_list("recipient__email", flat=True))


def test_the_owner_the_focal_point_and_the_officer_are_told_without_content(house, case, outsider, data_officer):
    access = asked(outsider, case.code)
    assert told("access.asked") == {data_officer.email}
    answered(access, data_officer)
    expected = {house.people[who].email for who in ("caseworker", "focal_point", "data_officer")}
    assert told("access.opened") == expected
    assert told("access.answered") == {outsider.email}
    with COURIER.at_work():
        messages = list(Message.objects.filter(event__startswith="access."))
    assert all(case.code not in message.slot and message.reference is None for message in messages)


def test_an_access_that_opened_nothing_is_announced_to_nobody_of_the_case(house, outsider, data_officer):
    answered(asked(outsider, UNKNOWN), data_officer)
    assert told("access.opened") == set()


def test_the_page_of_the_case_says_so_to_everybody_who_sees_it_and_only_while_it_is_open(
    house, case, outsider, data_officer, browse
):
    owner, page = browse(house.people["caseworker"]), reverse("cases:case", args=[case.pk])
    words = "It was opened by emergency access"
    assert words not in owner.get(page).content.decode()
    access = answered(asked(outsider, case.code), data_officer)
    shown = owner.get(page).content.decode()
    assert words in shown
    assert "Timo Vale, by emergency access" in shown, "who can see it is named"
    assert words in browse(outsider).get(page).content.decode()
    with acting(outsider.pk):
        actions.close(access, by=outsider)
    assert words not in owner.get(page).content.decode()


def test_every_step_stands_in_the_trail(house, case, outsider, data_officer, monkeypatch):
    said: list[tuple] = []
    real = trail.record

    def record(verb: str, **data: Any) -> None:
        said.append((verb, data))
        real(verb, **data)

    monkeypatch.setattr(trail, "record", record)
    access = answered(asked(outsider, case.code), data_officer)
    with acting(outsider.pk):
        actions.close(access, by=outsider)
    verbs = [verb for verb, _data in said if verb.startswith("breakglass.")]
    assert verbs == ["breakglass.asked", "breakglass.confirmed", "breakglass.closed"]
    confirmed = dict(said)["breakglass.confirmed"]
    assert (confirmed["dossier"], confirmed["opened"]) == (case.dossier_id, True)
    assert all(case.code not in str(data) and WHY not in str(data) for _verb, data in said)


def test_the_officer_must_answer_for_it_afterwards_and_not_who_confirmed(house, case, outsider, data_officer):
    """HS-20: the alert is of the most serious kind; an officer who confirmed cannot explain it."""
    answered(asked(outsider, case.code), data_officer)
    (alert,) = alerts(data_officer, person=outsider, rule=Rule.BREAKGLASS)
    assert alert.n == 1
    with acting(data_officer.pk), pytest.raises(Forbidden):
        actions.explain(alert, "It was needed.", by=data_officer)
    reviewer = second_of(house)
    with acting(reviewer.pk):
        actions.explain(Alert.objects.get(pk=alert.pk), "It was needed.", by=reviewer)
    with acting(data_officer.pk), pytest.raises(Forbidden):
        actions.check(Alert.objects.get(pk=alert.pk), "", by=data_officer)


def test_asking_again_on_the_same_day_grows_the_alert(house, case, outsider, data_officer):
    for code in (case.code, UNKNOWN):
        answered(asked(outsider, code), data_officer)
    (alert,) = alerts(data_officer, person=outsider, rule=Rule.BREAKGLASS)
    assert alert.n == 2


# --- pages


def fresh(client, seconds_ago: int = 0):
    """A client whose person has just proved who they are."""
    person = User.objects.get(pk=client.session["_auth_user_id"])
    return factories.prove(client, person, seconds_ago)


@pytest.fixture(autouse=True)
def _with_passwords(house):
    """Who has no password cannot be asked for it."""
    for person in house.people.values():
        assert person.has_usable_password()


def test_who_asks_and_who_confirms_prove_again_who_they_are(house, case, outsider, data_officer, browse):
    client = browse(outsider)
    asks = client.get(reverse("watch:ask"))
    assert asks.status_code == 302
    assert asks["Location"].startswith(reverse("accounts:again"))
    access = asked(outsider, case.code)
    for verb in ("confirm", "refuse"):
        onward = browse(data_officer).get(reverse(f"watch:{verb}", args=[access.pk]))
        assert onward["Location"].startswith(reverse("accounts:again")), verb
    assert fresh(browse(data_officer), 600).get(reverse("watch:confirm", args=[access.pk])).status_code == 302


def test_a_form_that_took_too_long_comes_back_with_its_words_and_lies_in_no_session(house, case, outsider, browse):
    client = fresh(browse(outsider), 60 * 21)
    data = {"code": case.code, "ground": "life_at_risk", "reason": WHY}
    page = client.post(reverse("watch:ask"), data)
    assert page.status_code == 422
    assert WHY in page.content.decode()
    assert WHY not in str(dict(client.session))
    assert not EmergencyAccess.objects.exists()
    assert fresh(client, 60 * 19).post(reverse("watch:ask"), data).status_code == 302


def test_confirming_without_the_proof_opens_nothing(house, case, outsider, data_officer, browse):
    access = asked(outsider, case.code)
    page = browse(data_officer).post(reverse("watch:confirm", args=[access.pk]))
    assert page.status_code == 422
    assert not sees(outsider, case)


def test_the_whole_way_through_pages(house, case, outsider, data_officer, browse):
    client, officer = fresh(browse(outsider)), fresh(browse(data_officer))
    onward = client.post(reverse("watch:ask"), {"code": case.code.lower(), "ground": "life_at_risk", "reason": WHY})
    waiting = client.get(onward["Location"]).content.decode()
    assert "Waits for a second person" in waiting
    assert "Mira Holt" in waiting
    row = officer.get(reverse("watch:accesses")).content.decode()
    assert onward["Location"] in row
    confirm = onward["Location"] + "confirm/"
    assert WHY in officer.get(confirm).content.decode()
    assert officer.post(confirm).status_code == 302
    page = client.get(onward["Location"]).content.decode()
    assert reverse("cases:case", args=[case.pk]) in page
    assert reverse("cases:case", args=[case.pk]) not in officer.get(onward["Location"]).content.decode()
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200
    assert officer.get(reverse("cases:case", args=[case.pk])).status_code == 404
    assert officer.post(confirm).status_code in (403, 409)
    assert client.post(onward["Location"] + "close/").status_code == 302
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 404


def test_another_s_request_and_one_that_never_was_are_the_same_page(house, case, outsider, caseworker, browse):
    access, client = asked(outsider, case.code), fresh(browse(caseworker))
    for name in ("access", "confirm", "refuse"):
        urls = [reverse(f"watch:{name}", args=[pk]) for pk in (access.pk, uuid4())]
        answers = [same(client.get(address), address) for address in urls]
        assert answers[0][0] == 404
        assert answers[0] == answers[1]


def test_the_list_costs_the_same_for_many_requests(house, outsider, data_officer, browse, settings):
    settings.EMERGENCY_ACCESS_WAITING = 99
    officer, address = browse(data_officer), reverse("watch:accesses")

    def cost() -> int:
        officer.get(address)
        with CaptureQueriesContext(connection) as queries:
            officer.get(address)
        return len(queries)

    asked(outsider, new_code())
    few = cost()
    for _ in range(8):
        asked(outsider, new_code())
    assert cost() <= few
