"""The second step at sign-in: each code counts once, clocks may differ a little, guessing is limited (safety.md §1)."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import caches
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from foundation.accounts import actions, factors, sealing
from foundation.accounts.models import CodeUse
from foundation.vault.crypto import VaultError
from tests import door, factories
from tests.audit import owner

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def forget_all() -> None:
    """Empty the cache, for this test alone: the runs beside it share the server."""
    caches["default"].key_prefix = uuid4().hex


@pytest.fixture
def guarded(volunteer):
    """Somebody with an app."""
    door.take_factors(volunteer)
    actions.give_app(volunteer, SECRET, by=None)
    return volunteer


def code(shift: int = 0) -> str:
    return factors.code_at(SECRET, factors.step_now() + shift)


def tries(user, typed: str, client: Client | None = None) -> bool:
    client = client or Client()
    door.password(client, user)
    door.second(client, typed)
    return door.is_in(client, user)


def test_the_codes_are_those_of_the_standard():
    """RFC 6238, appendix B, the last six of eight figures."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    known = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {at: factors.code_at(secret, at // 30) for at in known} == known


def test_a_password_alone_does_not_open_the_door(guarded):
    client = Client()
    assert door.password(client, guarded).url == door.SECOND
    assert not door.is_in(client, guarded)
    assert client.get("/").status_code == 302
    assert client.get("/you/").status_code == 302


@pytest.mark.parametrize(("shift", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_half_a_minute(guarded, shift, counts):
    assert tries(guarded, code(shift)) == counts


def test_a_code_counts_once_also_when_the_cache_was_emptied_and_on_another_device(guarded):
    used = code()
    assert tries(guarded, used)
    assert not tries(guarded, used)
    forget_all()
    assert not tries(guarded, used)
    assert not tries(guarded, code(-1)), "a code older than one that was used"
    assert tries(guarded, code(1))


def test_a_used_code_stays_used_as_long_as_clocks_may_differ(guarded):
    """Half a minute after its use it would still count, had it not been used."""
    now = timezone.now().replace(second=1, microsecond=0)
    with time_machine.travel(now, tick=False):
        used = code(1)
        assert tries(guarded, used)
    for later in (31, 50):
        with time_machine.travel(now + timedelta(seconds=later), tick=False):
            assert factors.step_of(SECRET, used) is not None
            assert not tries(guarded, used)


def test_the_code_that_set_up_an_app_does_not_sign_in(volunteer):
    client = Client()
    door.take_factors(volunteer)
    door.password(client, volunteer)
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    now = factors.step_now()
    first = factors.code_at(secret, now)
    assert client.post("/accounts/2fa/totp/activate/", {"code": first}).status_code == 302
    assert door.secret_of(volunteer) == secret
    assert not tries(volunteer, first)
    assert tries(volunteer, factors.code_at(secret, now + 1))


def test_figures_of_any_keyboard_are_figures(guarded):
    assert factors.figures("١٢٣ ۴۵۶") == "123 456"
    arabic = code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert tries(guarded, f" {arabic[:3]} {arabic[3:]} ")


@pytest.mark.parametrize("typed", ["", "0", "abcdef", "１", "½½½½½½", "1\x00", "9" * 400, "👍" * 6])
def test_what_is_no_code_is_refused_in_words(guarded, typed):
    client = Client()
    door.password(client, guarded)
    answer = door.second(client, typed)
    assert answer.status_code == 200
    assert "govuk-error-summary" in answer.content.decode()
    assert not door.is_in(client, guarded)


def test_a_recovery_code_counts_once(guarded):
    data = {"seed": sealing.seal(guarded.pk, "ab" * 40), "used_mask": 0}
    stored = Authenticator.objects.create(user=guarded, type="recovery_codes", data=data)
    codes = stored.wrap().get_unused_codes()
    assert len(codes) == 10
    assert tries(guarded, codes[3])
    assert not tries(guarded, codes[3])
    assert tries(guarded, f"{codes[4][:4]} {codes[4][4:]}")
    assert len(Authenticator.objects.get(pk=stored.pk).wrap().get_unused_codes()) == 8


def test_guessing_ends_after_five_wrong_codes_even_for_the_right_one(guarded):
    client = Client()
    door.password(client, guarded)
    for _n in range(5):
        door.second(client, "000000" if code() != "000000" else "000001")
    answer = door.second(client, code())
    assert not door.is_in(client, guarded)
    assert "Too many" in answer.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert tries(guarded, code())


def test_who_guesses_slowly_is_stopped_after_thirty_in_a_day_and_a_new_password_begins_anew(guarded):
    now = timezone.now()
    for round_ in range(6):
        with time_machine.travel(now + timedelta(minutes=6 * round_)):
            client = Client()
            door.password(client, guarded)
            for _n in range(5):
                door.second(client, "not it")
    with time_machine.travel(now + timedelta(hours=3)):
        assert not tries(guarded, code())
        guarded.set_password(door.PASSWORD)
        guarded.save()
        assert tries(guarded, code())


def test_the_right_code_leaves_the_count_of_the_wrong_ones(guarded):
    """Else whoever guesses would get five new tries each time that the person signs in."""
    client = Client()
    door.password(client, guarded)
    for _n in range(4):
        door.second(client, "not it")
    assert tries(guarded, code())
    door.second(client, "not it")
    door.second(client, code(1))
    assert not door.is_in(client, guarded)


def test_a_code_signs_in_one_of_two_who_type_it_at_once(transactional_db):
    user = factories.house().people["volunteer"]
    wins, gate = [], threading.Barrier(8)

    def spend() -> None:
        gate.wait()
        wins.append(actions.spend(user, 1000))
        connections.close_all()

    threads = [threading.Thread(target=spend) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wins) == [False] * 7 + [True]
    assert CodeUse.objects.get(user=user).step == 1000


def test_a_thief_with_the_database_has_no_codes(guarded):
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator WHERE user_id = %s", [guarded.pk])
        (stored,) = cursor.fetchone()
    assert SECRET not in stored
    assert door.secret_of(guarded) == SECRET


def test_a_factor_that_is_copied_to_another_person_opens_nothing(guarded, focal_point):
    mine = Authenticator.objects.get(user=guarded)
    door.take_factors(focal_point)
    Authenticator.objects.create(user=focal_point, type="totp", data=mine.data)
    client = Client()
    door.password(client, focal_point)
    assert door.second(client, code()).status_code == 503
    assert not door.is_in(client, focal_point)


@pytest.mark.parametrize("token", ["", "1.", "1.AAAA", "JBSWY3DP", "1.!!!!", "2." + "A" * 120, "1." + "A" * 120])
def test_what_was_not_sealed_here_is_not_opened(db, token):
    with pytest.raises(VaultError):
        sealing.opened(token)


def test_limits_count_the_visitor_and_not_the_proxy(guarded, settings):
    """Behind a proxy one address of many would lock out a whole Society; without one nobody chooses their own."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/m/ip"}
    for _n in range(4):
        door.password(Client(), guarded, "wrong", headers={"X-Forwarded-For": "203.0.113.9"})
    client = Client()
    door.password(client, guarded, headers={"X-Forwarded-For": "203.0.113.9"})
    assert client.session.get("account_login") is None
    assert door.password(Client(), guarded, headers={"X-Forwarded-For": "203.0.113.10"}).url == door.SECOND
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    for n in range(4):
        door.password(Client(), guarded, "wrong", headers={"X-Forwarded-For": f"198.51.100.{n}"})
    assert door.password(Client(), guarded).status_code == 200


def test_the_trail_tells_of_factors_and_never_of_codes(transactional_db):
    user = factories.house().people["volunteer"]
    (before,) = owner.column("SELECT coalesce(max(id), 0) FROM trail.event")
    with transaction.atomic():
        actions.give_app(user, SECRET, by=None)
    tries(user, "not it")
    typed = code()
    tries(user, typed)
    rows = owner.rows("SELECT verb, data::text FROM trail.event WHERE id > %s ORDER BY id", before)
    assert [verb for verb, _data in rows] == ["factor.added", "factor.refused", "factor.used", "session.began"]
    assert all(f'"user": {user.pk}' in data for _verb, data in rows)
    assert not any(word in data for _verb, data in rows for word in (SECRET, typed, "not it"))
