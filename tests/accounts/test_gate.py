"""Before the first page: a second step where a seat needs one, and the code of conduct; nothing else opens (P4, R-14)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from cases.models import Concern
from foundation.accounts import actions, backend, factors, gate
from foundation.accounts.models import Appointment, ConductAcceptance, ConductVersion, Role, User
from foundation.core.acting import acting
from foundation.core.errors import Refused
from tests import door, factories
from tests.architecture import visits

SHOWN_TO_ALL = {
    "core:health", "core:help", "core:leave", "core:leaving", "core:left", "core:protect", "set_language", "account_login",
    "account_logout", "accounts:directory", "accounts:directory_back",
}  # fmt: skip
SECRETS = (factories.NAME, factories.PHONE, factories.WORDS, "No police", "Quayside", "Al-Zahra")
OPEN = {
    "set_up": {"accounts:second_step", "mfa_activate_totp", "mfa_add_webauthn", "accounts:again"},
    "confirm": {"accounts:again"},
    "conduct": {"accounts:conduct"},
}
WHERE = {"set_up": "/second-step/", "confirm": "/again/", "conduct": "/conduct/"}


def without_factor(user: User) -> Client:
    """Signed in with a password alone, as before there was a second step."""
    door.take_factors(user)
    return door.opened(user)


def with_password_only(user: User) -> Client:
    """A session from before the person set up their app: perhaps somebody else's."""
    client = door.opened(user)
    session = client.session
    session["account_authentication_methods"] = session["account_authentication_methods"][:1]
    session.save()
    return client


def before_the_new_text(user: User) -> Client:
    """Everybody is asked again."""
    actions.publish_conduct(dict.fromkeys(("en", "ru", "ar"), "# New\nA new sentence."), by=None)
    return door.opened(user)


HELD = {"set_up": without_factor, "confirm": with_password_only, "conduct": before_the_new_text}


@pytest.mark.proof("matrix")
@pytest.mark.parametrize("duty", sorted(HELD))
def test_no_address_of_the_router_opens_before_it_is_done(house, browse, focal_point, duty, figure):
    """Every address × GET and POST, with records that this very seat could read a moment ago."""
    world, client = visits.build(house, browse), HELD[duty](focal_point)
    rows = [(m, r, t) for r in visits.routes() for t in visits.things_of(r) or [""] for m in ("GET", "POST")]
    told, opened = [], set()
    for method, route, thing in rows:
        answer = visits.visit(client, method, visits.address(world, route, thing))
        body = b"" if answer.streaming else answer.content
        told += [f"{method} {route}"] if any(secret in body.decode(errors="replace") for secret in SECRETS) else []
        if visits.kind(route) == visits.API:
            assert answer.status_code in (200, 400, 401, 405), "a session opens nothing there"
        elif not is_held(answer, method, duty):
            opened.add(route)
    assert told == []
    assert opened <= SHOWN_TO_ALL | OPEN[duty]
    assert len(rows) > 200
    figure(f"{len(rows)} requests to every address before '{duty}' is done: nothing opens, nothing is told")


def is_held(answer, method: str, duty: str) -> bool:
    if method == "POST":
        return answer.status_code == 403 and b"something else comes first" in answer.content
    return answer.status_code == 302 and answer.url.startswith(f"{WHERE[duty]}?next=")


@pytest.mark.parametrize("duty", sorted(HELD))
def test_what_was_typed_is_shown_and_neither_kept_nor_carried_out(house, focal_point, duty):
    concern = factories.submitted(house)
    client = HELD[duty](focal_point)
    data = {"reason": "Words <of> mine", "password": "hunter2", "code": "123456", "outcome": "closed", "empty": " "}
    answer = client.post(f"/concerns/{concern.pk}/triage/", data)
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (403, "no-store")
    assert "Words &lt;of&gt; mine" in page
    assert "hunter2" not in page
    assert "123456" not in page
    assert page.count("<textarea") == 2
    with acting(focal_point.pk):
        assert Concern.objects.get(pk=concern.pk).status == "submitted"


@pytest.mark.parametrize("duty", sorted(HELD))
def test_the_frame_of_a_held_page_offers_nothing_that_does_not_open(focal_point, duty):
    page = HELD[duty](focal_point).get(WHERE[duty]).content.decode()
    assert "/cases/" not in page
    assert "/you/" not in page
    assert 'action="/accounts/logout/"' in page


@pytest.mark.parametrize("role", [r for r in Role.values if r not in ("reporter", "caseworker")])
def test_a_seat_that_opens_more_than_ones_own_matters_needs_a_second_step(house, volunteer, role):
    """The default: everybody but volunteers and caseworkers."""
    seat = actions.seat_of(house.units["harbour"], role)
    actions.confirm(actions.propose(volunteer, seat, by=None), by=None)
    assert gate.needs_factor(User.objects.get(pk=volunteer.pk))


@pytest.mark.parametrize("who", ["volunteer", "caseworker", "outsider"])
def test_a_volunteer_on_a_shared_old_phone_is_not_stopped(house, who):
    user = house.people[who]
    assert door.secret_of(user) is None
    client = Client()
    assert door.password(client, user).url == "/"
    assert client.get("/").status_code == 200
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    assert secret, "but may set one up"


def test_which_seats_need_it_is_a_setting(settings, volunteer):
    settings.SECOND_STEP_ROLES = ["reporter"]
    client = Client()
    door.password(client, volunteer)
    assert client.get("/").url == "/second-step/?next=/"
    settings.SECOND_STEP_ROLES = []
    assert client.get("/").status_code == 200


def test_a_grace_period_counts_from_the_appointment_and_is_none_by_default(settings, focal_point):
    client = without_factor(focal_point)
    assert settings.SECOND_STEP_GRACE_DAYS == 0
    assert client.get("/").status_code == 302
    settings.SECOND_STEP_GRACE_DAYS = 3
    assert client.get("/").status_code == 200
    Appointment.objects.filter(user=focal_point).update(confirmed_at=timezone.now() - timedelta(days=4))
    assert client.get("/").status_code == 302


def test_a_seat_that_is_given_holds_the_session_that_is_open(house, volunteer, browse):
    client = browse(volunteer)
    assert client.get("/").status_code == 200
    seat = actions.seat_of(house.units["harbour"], Role.FOCAL_POINT)
    given = actions.confirm(actions.propose(volunteer, seat, by=None), by=None)
    assert client.get("/").url == "/second-step/?next=/"
    actions.end(given, by=None)
    assert client.get("/").status_code == 200


def test_setting_up_the_app_opens_the_rest_and_holds_every_other_session(transactional_db):
    """Whoever signed in elsewhere with the password alone gets no further, and cannot set up an app of their own."""
    user = factories.house().people["focal_point"]
    door.take_factors(user)
    mine, other = Client(), Client()
    for client in (mine, other):
        door.password(client, user)
        assert client.get("/concerns/").url == "/second-step/?next=/concerns/"
    assert "Your seat needs a second step" in mine.get("/second-step/").content.decode()
    mine.get("/accounts/2fa/totp/activate/")
    code = factors.code_at(mine.session["mfa.totp.secret"], factors.step_now())
    shown = mine.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    assert shown.redirect_chain[-1][0] == "/accounts/2fa/recovery-codes/"
    assert shown.content.decode().count("amp-code") >= 10
    assert mine.get("/concerns/").status_code == 200
    assert other.get("/concerns/").url.startswith("/again/")
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/totp/deactivate/", "/accounts/2fa/webauthn/add/"):
        assert other.get(path).url.startswith("/again/")
    other.post("/again/", {"again_code": door.next_code(user)})
    assert other.get("/concerns/").status_code == 200


def test_who_may_go_without_and_takes_the_app_away_is_held_once_a_seat_needs_it(house, volunteer):
    actions.give_app(volunteer, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", by=None)
    client = door.opened(volunteer)
    door.take_factors(volunteer)
    assert client.get("/").status_code == 200
    seat = actions.seat_of(house.units["harbour"], Role.DEPUTY)
    actions.confirm(actions.propose(volunteer, seat, by=None), by=None)
    assert client.get("/").url == "/second-step/?next=/"


def test_the_page_leads_on_when_there_is_nothing_to_set_up(focal_point, volunteer, browse):
    assert browse(focal_point).get("/second-step/").url == "/accounts/2fa/"
    page = browse(volunteer).get("/second-step/").content.decode()
    assert "Your seat needs" not in page


# --- the code of conduct


@pytest.fixture
def newcomer(house):
    user = User.objects.create_user("new@amparo.example", "New Person", factories.PASSWORD)
    actions.confirm(actions.propose(user, actions.seat_of(house.units["harbour"], Role.REPORTER), by=None), by=None)
    return user


def test_everybody_accepts_before_the_first_page_and_goes_where_they_wanted(newcomer):
    client = Client()
    door.password(client, newcomer)
    asked = client.get("/concerns/").url
    assert asked == "/conduct/?next=/concerns/"
    page = client.get(asked).content.decode()
    for word in ("confidentiality", "sexual exploitation", "safeguarding contact", "If this is broken", "lost phone"):
        assert word in page
    assert "checked" not in page
    for missing in ({}, {"version": "1"}, {"accept": "on"}, {"version": "x", "accept": "on"}):
        assert client.post("/conduct/", missing).status_code == 422
    assert client.get("/concerns/").status_code == 302
    answer = client.post("/conduct/", {"version": "1", "accept": "on", "next": "/concerns/"})
    assert answer.url == "/concerns/"
    assert client.get("/concerns/").status_code == 200
    made = ConductAcceptance.objects.get(user=newcomer)
    assert (made.version, made.language) == (1, "en")
    assert "You accepted this version on" in client.get("/conduct/").content.decode()


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_it_never_leads_off_the_site(newcomer, where):
    client = Client()
    door.password(client, newcomer)
    assert client.post("/conduct/", {"version": "1", "accept": "on", "next": where}).url == "/"


def test_a_new_version_is_asked_of_everybody_and_the_old_one_can_no_longer_be_accepted(newcomer, volunteer, browse):
    client = Client()
    door.password(client, newcomer)
    old = ConductVersion.current("en")
    actions.publish_conduct({code: f"# {code}\nOther words." for code in ("en", "ru", "ar")}, by=None)
    answer = client.post("/conduct/", {"version": "1", "accept": "on"})
    assert answer.status_code == 422
    assert "There is a newer text now" in answer.content.decode()
    assert "Other words." in answer.content.decode()
    with pytest.raises(Refused) as refused:
        actions.accept_conduct(old, by=newcomer)
    assert refused.value.code == "conduct.replaced"
    again = door.opened(volunteer)
    assert again.get("/").url == "/conduct/?next=/"
    again.post("/conduct/", {"version": "2", "accept": "on"})
    assert again.get("/").status_code == 200
    assert backend.facts(User.objects.get(pk=volunteer.pk)).accepted == 2


def test_accepting_twice_is_accepting_once(newcomer):
    text = ConductVersion.current("ru")
    with acting(newcomer.pk):
        first, second = (actions.accept_conduct(text, by=newcomer) for _n in range(2))
    assert first == second
    assert first.language == "ru"


@pytest.mark.parametrize("texts", [{"en": "x"}, {"en": "x", "ru": " ", "ar": "x"}, {}])
def test_a_version_exists_in_every_language_or_not_at_all(db, texts):
    with pytest.raises(Refused):
        actions.publish_conduct(texts, by=None)
    assert ConductVersion.objects.filter(version__gt=1).count() == 0


def test_neither_text_nor_acceptance_can_be_changed_or_taken_back(volunteer):
    for rows, change in (
        (ConductVersion.objects.all(), {"text": "x"}),
        (ConductAcceptance.objects.all(), {"version": 9}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete("default")


@pytest.mark.parametrize(("language", "words"), [("ru", "Прежде всего человек"), ("ar", "الإنسان أولاً")])
def test_it_is_read_in_ones_own_language(newcomer, language, words):
    client = Client(headers={"Accept-Language": language})
    door.password(client, newcomer)
    page = client.get("/conduct/").content.decode()
    assert words in page
    assert f'lang="{language}"' in page
    client.post("/conduct/", {"version": "1", "accept": "on"})
    assert ConductAcceptance.objects.get(user=newcomer).language == language


def test_a_language_without_a_text_reads_the_english_one(db):
    assert ConductVersion.current("uk").language == "en"


def test_the_contact_for_safeguarding_stands_on_the_page(newcomer, settings):
    settings.SAFEGUARDING_CONTACT = "0800 555 777"
    client = Client()
    door.password(client, newcomer)
    assert "0800 555 777" in client.get("/conduct/").content.decode()


def test_what_the_gate_asks_costs_no_query_of_its_own(volunteer, django_assert_num_queries):
    loaded = backend.Backend().get_user(volunteer.pk)
    with django_assert_num_queries(0):
        assert backend.facts(loaded) == backend.Facts(has_factor=False, newest=1, accepted=1)
    assert backend.Backend().get_user(0) is None
    User.objects.filter(pk=volunteer.pk).update(is_active=False)
    assert backend.Backend().get_user(volunteer.pk) is None
