"""An alert is raised once, grows, is told without content, and is decided by an officer, the worst by two (HS-20)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.accounts import actions as accounts
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.dossiers import clerk
from foundation.dossiers.models import DossierKey
from foundation.outbox.models import Message
from foundation.vault.crypto import VaultError
from foundation.watch import actions, rules, sweep
from foundation.watch.actions import raise_alerts
from foundation.watch.models import Alert, AlertMove, AlertOpening
from foundation.watch.rules import READ, Finding, Touch
from foundation.watch.states import AlertState
from foundation.watch.vocabulary import MOST_SERIOUS, SERIOUS, Rule
from referrals import demo
from tests import factories
from tests.watch.seeing import alerts, read, read_many

OTHER = "other@amparo.example"


@pytest.fixture(autouse=True)
def _small_budgets(settings):
    settings.WATCH_BUDGETS = {**settings.WATCH_BUDGETS, "caseworker": [5, 10], "partner_worker": [2, None]}
    settings.WATCH_OFF_HOURS_FOLDERS = settings.WATCH_BURST_FOLDERS = 10_000


@pytest.fixture
def second_officer(house):
    """Somebody else on the same seat."""
    user = User.objects.create_user(OTHER, "Second Officer")
    accounts.confirm(
        accounts.propose(user, accounts.seat_of(house.units["national"], "data_officer"), by=None), by=None
    )
    return user


def found(n: int = 1, rule: Rule = Rule.BUDGET, rank: int | None = None, **more) -> Finding:
    """A finding of today with ``n`` folders."""
    now = timezone.now()
    seen = tuple(Touch(now, 1, uuid4(), READ) for _ in range(min(n, 3)))
    default = rules.finding(rule, now.date(), n, 1, seen)
    return Finding(rule, more.get("day", now.date()), n, 1, rank or default.rank, more.get("seen", seen))


def raised(person, n: int = 1, **more) -> Alert:
    with clerk.as_clerk() as by:
        return raise_alerts(found(n, **more), person, by=by)[0]


def told(officer) -> int:
    with COURIER.at_work():
        return Message.objects.filter(recipient=officer, event="alert.raised", channel="email").count()


# --- raising


def test_more_folders_than_the_seat_needs_are_told_to_the_officer_of_the_line(house, caseworker, data_officer):
    case = factories.case(house)
    read_many(caseworker, 5)
    (alert,) = alerts(data_officer, person=caseworker, rule=Rule.BUDGET)
    assert (alert.n, alert.limit, alert.unit.name, alert.role) == (6, 5, "Harbour service point", "caseworker")
    with acting(data_officer.pk):
        lines = list(AlertOpening.objects.filter(alert=alert))
    assert len(lines) == 6
    assert case.code in {line.reference for line in lines}, "the case is named by its code"
    assert told(data_officer) == 1


def test_the_same_rule_on_the_same_day_is_one_alert_that_grows_and_is_told_once(house, caseworker, data_officer):
    read_many(caseworker, 6)
    (first,) = alerts(data_officer, person=caseworker)
    for _ in range(3):
        read_many(caseworker, 1)
        (grown,) = alerts(data_officer, person=caseworker)
    assert (grown.pk, grown.n) == (first.pk, 9)
    assert grown.last_at > first.last_at
    assert told(data_officer) == 1


def test_far_beyond_it_becomes_serious(house, caseworker, data_officer):
    read_many(caseworker, 6)
    assert alerts(data_officer, person=caseworker)[0].rank > SERIOUS
    read_many(caseworker, 6)
    assert alerts(data_officer, person=caseworker)[0].rank == SERIOUS


def test_what_the_person_answered_when_asked_stands_with_the_alert_each_answer_once(
    house, caseworker, data_officer, browse
):
    for why in ("standing_in", "handover"):
        read_many(caseworker, 6)
        with acting(caseworker.pk):
            actions.explain_reading(why, by=caseworker)
        (alert,) = alerts(data_officer, person=caseworker, rule=Rule.BUDGET)
    page = browse(data_officer).get(reverse("watch:alert", args=[alert.pk])).content.decode()
    assert page.count("Asked why, the person answered") == 2
    assert "I stand in for a colleague" in page


def test_at_the_limit_nobody_is_told(house, caseworker, data_officer):
    read_many(caseworker, 5)
    assert alerts(data_officer, person=caseworker) == []


def test_another_day_is_another_alert(house, caseworker, data_officer):
    raised(caseworker)
    raised(caseworker, day=timezone.now().date() - timedelta(days=1))
    assert len(alerts(data_officer, person=caseworker)) == 2
    assert told(data_officer) == 2


def test_a_partners_people_are_told_of_to_the_officer_whose_unit_referred(house, partner_worker, data_officer):
    referral = factories.sent(house)
    read(partner_worker, referral.dossier_id, uuid4(), uuid4(), verb="referral.read")
    (alert,) = alerts(data_officer, person=partner_worker)
    assert (alert.rule, alert.n) == (Rule.BUDGET, 3)


def test_a_run_of_readings_and_a_night_are_told_too(house, caseworker, data_officer, settings):
    settings.WATCH_BUDGETS = {"reporter": [99, None]}
    settings.WATCH_BURST_FOLDERS = 4
    read_many(caseworker, 4)
    assert [a.rule for a in alerts(data_officer, person=caseworker)] == [Rule.BURST]
    settings.WATCH_OFF_HOURS_FOLDERS = 1
    unit = house.units["harbour"]
    unit.weekend = [d for d in range(7) if d != (timezone.now().weekday() + 3) % 7]  # closed today
    unit.save()
    read_many(caseworker, 1)
    assert {a.rule for a in alerts(data_officer, person=caseworker)} == {Rule.BURST, Rule.OFF_HOURS}


def test_whom_an_emergency_may_call_at_night_is_not_told_for_the_hour(house, focal_point, data_officer, settings):
    settings.WATCH_OFF_HOURS_FOLDERS = 1
    house.units["harbour"].weekend = list(range(1, 7))
    house.units["harbour"].holidays = [(timezone.now() + timedelta(days=d)).date().isoformat() for d in (-1, 0, 1)]
    house.units["harbour"].save()
    read_many(focal_point, 3)
    assert alerts(data_officer, person=focal_point) == []


def test_names_shown_by_searching_are_told(house, caseworker, data_officer, settings):
    settings.WATCH_NAMES_SHOWN = 40
    with acting(caseworker.pk):
        for _ in range(2):
            trail.record("case.searched", term="x", n=90, shown=25)
    assert [(a.rule, a.n) for a in alerts(data_officer, person=caseworker)] == [(Rule.SEARCH, 50)]


def test_much_decrypted_in_an_hour_is_told_and_grows(house, caseworker, data_officer, browse, settings):
    from django.core.cache import cache

    cache.delete_many([f"vault:{caseworker.pk}:{int(timezone.now().timestamp()) // 3600 + d}" for d in (0, 1)])
    case, client = factories.case(house), browse(caseworker)
    client.get(reverse("cases:case", args=[case.pk]))
    settings.WATCH_VAULT_PER_HOUR = {"person": 60, "machine": 60}
    for _ in range(8):
        client.get(reverse("cases:cases"))
        client.get(reverse("cases:case", args=[case.pk]))
    (alert,) = alerts(data_officer, person=caseworker, rule=Rule.VAULT)
    assert alert.n >= 60
    assert told(data_officer) == 1


def test_a_cache_that_is_away_stops_nobody(house, caseworker, browse, monkeypatch):
    from django.core.cache import cache
    from redis.exceptions import ConnectionError as Away

    def away(*args, **kwargs):
        raise Away

    monkeypatch.setattr(cache, "add", away)
    case = factories.case(house)
    assert browse(caseworker).get(reverse("cases:case", args=[case.pk])).status_code == 200


def test_a_second_sweep_finds_nothing_to_do(house, caseworker):
    with clerk.as_clerk():
        while sweep._take():  # what other tests left: the trail is never emptied
            pass
    read_many(caseworker, 6)
    assert sweep.sweep() > 0
    assert sweep.sweep() == 0


def test_what_the_clerk_does_is_not_watched(house, data_officer):
    with clerk.as_clerk() as by:
        for _ in range(20):
            trail.record("case.read", dossier=uuid4())
    assert alerts(data_officer, person=by) == []


def test_an_officer_alone_on_the_seat_is_told_of_to_nobody_below(house, data_officer):
    """An alert about the only officer has no reader; with a second one it has."""
    with clerk.as_clerk() as by:
        assert raise_alerts(found(), data_officer, by=by) == []


# --- what nobody else learns


@pytest.mark.parametrize("who", ["caseworker", "focal_point", "manager", "administrator", "auditor", "partner_worker"])
def test_nobody_but_the_officer_sees_an_alert(house, who):
    raised(house.people["caseworker"])
    with acting(house.people[who].pk):
        for model in (Alert, AlertOpening, AlertMove):
            assert not model.objects.exists()
            assert not model.objects.visible_to(house.people[who]).exists()


def test_the_clerk_raises_it_and_holds_no_key_to_its_notes(house, caseworker, data_officer):
    alert = raised(caseworker)
    with acting(data_officer.pk):
        actions.note(alert, "Ilan says she stood in for him.", by=data_officer)
    with clerk.as_clerk():
        assert not DossierKey.objects.filter(dossier=alert.dossier_id).exists()
        with pytest.raises(VaultError):
            _ = AlertMove.objects.get(alert=alert).text


def test_the_notice_and_the_trail_say_neither_who_nor_why(house, caseworker, data_officer, monkeypatch):
    """Who reads the trail could tell a decoy by an alert that names the rule."""
    said: list[dict] = []
    monkeypatch.setattr(trail, "record", lambda verb, **data: said.append({"verb": verb, **data}))
    alert = raised(caseworker, rule=Rule.DECOY)
    assert [entry for entry in said if entry["verb"].startswith("alert.")] == [
        {"verb": "alert.raised", "subject": alert.pk}
    ]
    with COURIER.at_work():
        messages = list(Message.objects.filter(event="alert.raised"))
    assert messages
    assert all("decoy" not in message.slot and message.reference is None for message in messages)


# --- what an officer does


def test_an_officer_looks_explains_and_it_is_done(house, caseworker, data_officer):
    alert = raised(caseworker)
    with acting(data_officer.pk):
        assert actions.look(alert, by=data_officer).state == AlertState.LOOKING
        done = actions.explain(alert, "She stood in for the focal point.", by=data_officer)
        assert (done.state, done.explained_by) == (AlertState.EXPLAINED, data_officer)
        assert [m.text for m in AlertMove.objects.filter(alert=alert, verb="explain")] == [
            "She stood in for the focal point."
        ]


@pytest.mark.parametrize("verb", ["explain", "report", "note"])
def test_an_explanation_an_incident_and_a_note_need_words(house, caseworker, data_officer, verb):
    alert = raised(caseworker)
    with acting(data_officer.pk), pytest.raises(Refused) as refused:
        getattr(actions, verb)(alert, "  ", by=data_officer)
    assert (refused.value.code, refused.value.field) == ("alert.text", "text")


def test_an_incident_stays_an_incident(house, caseworker, data_officer):
    alert = raised(caseworker)
    with acting(data_officer.pk):
        actions.report(alert, "A list was photographed.", by=data_officer)
        for verb, words in (("look", ()), ("explain", ("x",)), ("check", ("",))):
            with pytest.raises((WrongState, Forbidden)):
                getattr(actions, verb)(alert, *words, by=data_officer)
        actions.note(alert, "The manager knows.", by=data_officer)


def test_nobody_decides_about_themselves(house, data_officer, second_officer):
    """HS-20; the database refuses it too."""
    alert = raised(data_officer)
    with acting(data_officer.pk):
        for verb, words in (("look", ()), ("explain", ("x",)), ("report", ("x",)), ("note", ("x",))):
            with pytest.raises(Forbidden):
                getattr(actions, verb)(alert, *words, by=data_officer)
        with pytest.raises(DatabaseError), transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(explained_by=data_officer)


def test_the_most_serious_needs_the_second_look_of_another_officer(
    house, caseworker, data_officer, second_officer, browse
):
    """HS-20: not of the one who explained it."""
    alert = raised(caseworker, rule=Rule.DECOY)
    page, client = reverse("watch:alert", args=[alert.pk]), browse(data_officer)
    with acting(data_officer.pk):
        done = actions.explain(
            alert, "She looked for the person by a code that was written down wrongly.", by=data_officer
        )
        with pytest.raises(Forbidden):
            actions.check(done, "", by=data_officer)
        with pytest.raises(DatabaseError), transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(checked_by=data_officer)
    assert "Second look needed" in client.get(reverse("watch:alerts")).content.decode()
    assert "another data-protection officer must agree" in client.get(page).content.decode()
    with acting(second_officer.pk):
        actions.check(Alert.objects.get(pk=alert.pk), "", by=second_officer)
    assert "Second look needed" not in client.get(reverse("watch:alerts")).content.decode()


def test_what_was_explained_is_new_again_when_it_grows_by_half_or_gets_worse(house, caseworker, data_officer):
    alert = raised(caseworker, 10)
    with acting(data_officer.pk):
        actions.explain(alert, "In order.", by=data_officer)
    assert raised(caseworker, 14).state == AlertState.EXPLAINED
    again = raised(caseworker, 15)
    assert (again.pk, again.state, again.explained_by) == (alert.pk, AlertState.NEW, None)
    assert told(data_officer) == 2
    with acting(data_officer.pk):
        actions.explain(again, "Still in order.", by=data_officer)
    assert raised(caseworker, 15, rank=MOST_SERIOUS).state == AlertState.NEW


def test_an_incident_does_not_become_new_again(house, caseworker, data_officer):
    alert = raised(caseworker, 2)
    with acting(data_officer.pk):
        actions.report(alert, "It was one.", by=data_officer)
    assert raised(caseworker, 20).state == AlertState.INCIDENT
    assert told(data_officer) == 1


def test_the_database_refuses_a_move_that_the_table_does_not_have(house, caseworker, data_officer):
    alert = raised(caseworker)
    with acting(data_officer.pk):
        actions.report(alert, "It was one.", by=data_officer)
        with pytest.raises(DatabaseError, match="transition"), transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(state="new")


def test_another_seat_moves_nothing(house, caseworker, focal_point):
    alert = raised(caseworker)
    with acting(focal_point.pk):
        with pytest.raises(Alert.DoesNotExist):
            actions.look(alert, by=focal_point)
        assert Alert.objects.filter(pk=alert.pk).update(state="looking") == 0


# --- pages


def test_the_list_is_ordered_by_need(house, caseworker, focal_point, data_officer, browse):
    raised(caseworker, rule=Rule.OFF_HOURS)
    raised(focal_point, rule=Rule.DECOY)
    raised(caseworker, rule=Rule.BURST)
    page = browse(data_officer).get(reverse("watch:alerts")).content.decode()
    places = [page.index(words) for words in ("Opened a decoy", "one folder after another", "outside working hours")]
    assert places == sorted(places)


def test_the_page_shows_references_and_no_link_into_a_case(house, caseworker, data_officer, browse):
    case = factories.case(house)
    alert = raised(
        caseworker, seen=(Touch(datetime(2026, 11, 24, 12, tzinfo=UTC), caseworker.pk, case.dossier_id, READ),)
    )
    page = browse(data_officer).get(reverse("watch:alert", args=[alert.pk])).content.decode()
    assert case.code in page
    assert str(case.pk) not in page
    assert str(case.dossier_id) not in page
    assert factories.NAME not in page


def test_the_forms_of_an_officer_keep_what_was_typed(house, caseworker, data_officer, browse):
    alert, client = raised(caseworker), browse(data_officer)
    assert client.post(reverse("watch:explain", args=[alert.pk]), {"text": ""}).status_code == 422
    long = "why " * 400
    refused = client.post(reverse("watch:explain", args=[alert.pk]), {"text": long})
    assert refused.status_code == 422
    assert long.strip() in refused.content.decode()
    assert client.post(reverse("watch:explain", args=[alert.pk]), {"text": "In order."}).status_code == 302
    again = client.post(reverse("watch:explain", args=[alert.pk]), {"text": "Again."})
    assert again.status_code == 409
    assert client.get(reverse("watch:explain", args=[alert.pk])).status_code == 409


def test_only_officers_find_the_page_and_only_they_have_it_in_their_navigation(house, browse):
    address = reverse("watch:alerts")
    for who, person in house.people.items():
        client = browse(person)
        assert client.get(address).status_code == (200 if who == "data_officer" else 403)
        assert (f'href="{address}"' in client.get("/").content.decode()) is (who == "data_officer")


def test_the_list_costs_the_same_for_many_alerts(house, data_officer, browse):
    client, address = browse(data_officer), reverse("watch:alerts")

    def cost() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    raised(house.people["caseworker"])
    few = cost()
    for who in ("volunteer", "focal_point", "deputy", "manager", "outsider"):
        for rule in (Rule.BURST, Rule.DECOY, Rule.SEARCH):
            raised(house.people[who], rule=rule)
    assert cost() <= few


def test_the_demonstration_shows_an_alert_that_was_explained(house, data_officer, browse):
    demo.furnish()
    page = browse(data_officer).get(reverse("watch:alerts")).content.decode()
    assert "212 names were shown in one day" in page
    assert "Explained" in page
