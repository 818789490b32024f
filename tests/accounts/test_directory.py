"""Signing in with a Society's own directory: who is let in, and every way to be somebody else (OpenID Connect Core)."""

import base64
import http.client
import json
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client
from django.utils import timezone

from foundation.accounts import actions
from foundation.accounts.directory import provider
from foundation.accounts.models import DirectoryLink, User
from tests import door, factories, oidc

START, BACK = "/directory/", "/directory/back/"
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def directory(settings, house):
    """A running directory, set up here."""
    with oidc.running() as found:
        provider.forget()
        settings.DIRECTORY = {
            **settings.DIRECTORY, "issuer": found.issuer, "client_id": oidc.CLIENT, "client_secret": oidc.SECRET,
            "domains": ["amparo.example"], "name": "Meridian Society",
        }  # fmt: skip
        settings.DIRECTORY_ALLOW_LOOPBACK = True
        yield found
        provider.forget()


def account(user: User, **more) -> dict:
    return {"sub": f"id-{user.pk}", "email": user.email, "email_verified": True, **more}


def leave(client: Client, **query) -> str:
    """Set out for the directory; the address that it is asked at."""
    answer = client.get(START, query)
    assert answer.status_code == 302
    return str(answer.url)


def agree(url: str) -> str:
    """The person agrees there; the address that leads back, as our site sees it."""
    parts = urlsplit(url)
    there = http.client.HTTPConnection(str(parts.netloc), timeout=5)
    there.request("GET", f"{parts.path}?{parts.query}")
    back = urlsplit(str(there.getresponse().getheader("Location")))
    there.close()
    return f"{back.path}?{back.query}"


def through(client: Client, **query):
    return client.get(agree(leave(client, **query)))


def refused(answer, client: Client) -> bool:
    return (
        answer.status_code == 403
        and "did not work" in answer.content.decode()
        and "_auth_user_id" not in client.session
    )


# --- who comes in


def test_an_invited_person_comes_in_and_goes_where_they_wanted(directory, volunteer):
    directory.account, client = account(volunteer), Client()
    assert through(client, next="/concerns/").url == "/concerns/"
    assert door.is_in(client, volunteer)
    assert client.get("/concerns/").status_code == 200
    assert DirectoryLink.objects.get(user=volunteer).subject == f"id-{volunteer.pk}"


def test_the_address_is_asked_once_and_then_only_the_name_there(directory, volunteer):
    directory.account = account(volunteer)
    through(Client())
    User.objects.filter(pk=volunteer.pk).update(email="moved@amparo.example")
    client = Client()
    through(client)
    assert door.is_in(client, volunteer)


def test_another_name_with_the_same_address_is_another_person(directory, volunteer):
    """Addresses are given to the next one who comes: who gets it must not get the account."""
    directory.account = account(volunteer)
    through(Client())
    directory.account, client = account(volunteer, sub="the-next-one"), Client()
    assert refused(through(client), client)
    assert DirectoryLink.objects.count() == 1


def test_one_name_is_one_person_whatever_its_address(directory, volunteer, caseworker):
    directory.account = account(volunteer)
    through(Client())
    directory.account, client = account(volunteer, email=caseworker.email), Client()
    through(client)
    assert door.is_in(client, volunteer)


@pytest.mark.parametrize("who", ["stranger", "shut out", "machine"])
def test_nobody_is_made_and_nobody_else_comes_in(directory, house, volunteer, who):
    n, client = User.objects.count(), Client()
    user = house.machine("Quayside Legal Clinic") if who == "machine" else volunteer
    directory.account = account(user, **({"email": "nobody@amparo.example"} if who == "stranger" else {}))
    if who == "shut out":
        User.objects.filter(pk=volunteer.pk).update(is_active=False)
    assert refused(through(client), client)
    assert User.objects.count() == n
    assert DirectoryLink.objects.count() == 0


def test_who_is_shut_out_stays_out_although_the_directory_knows_them(directory, volunteer):
    directory.account = account(volunteer)
    through(Client())
    User.objects.filter(pk=volunteer.pk).update(is_active=False)
    client = Client()
    assert refused(through(client), client)


# --- the second step


def test_our_own_second_step_is_asked_unless_the_directory_vouches_for_one(directory, focal_point, settings):
    directory.account, client = account(focal_point, amr=["pwd", "mfa"]), Client()
    assert through(client).url == door.SECOND
    assert not door.is_in(client, focal_point), "by default the directory's word does not count"
    door.second(client, door.next_code(focal_point))
    assert door.is_in(client, focal_point)
    settings.DIRECTORY = {**settings.DIRECTORY, "amr": ["mfa"]}
    vouched = Client()
    through(vouched)
    assert vouched.get("/concerns/").status_code == 200
    directory.account, plain = account(focal_point, amr=["pwd"]), Client()
    assert through(plain).url == door.SECOND


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ({}, False), ({"amr": ["pwd"]}, False), ({"amr": "mfa"}, False), ({"amr": [["mfa"]]}, False),
        ({"acr": "mfa"}, False), ({"amr": ["hwk"]}, True), ({"acr": "urn:strong"}, True),
    ],
)  # fmt: skip
def test_a_seat_that_needs_one_sets_up_ours_where_the_directory_does_not_vouch(
    directory, focal_point, settings, said, opens
):
    door.take_factors(focal_point)
    settings.DIRECTORY = {**settings.DIRECTORY, "amr": ["mfa", "hwk"], "acr": ["urn:strong"]}
    directory.account, client = account(focal_point, **said), Client()
    through(client)
    assert door.is_in(client, focal_point)
    answer = client.get("/concerns/")
    assert answer.status_code == (200 if opens else 302)
    assert opens or answer.url.startswith("/second-step/")


# --- attacks on the token


def lie(**changes):
    def told(claims, header):
        for name, value in changes.items():
            claims.pop(name, None) if value is None else claims.update({name: value})

    return told


def unsigned(claims, header):
    return jwt.encode(claims, "", algorithm="none", headers={"kid": header["kid"]})


def by_a_stranger(claims, header):
    return jwt.encode(claims, STRANGER, algorithm="RS256", headers=header)


def by_the_shared_secret(claims, header):
    return jwt.encode(claims, oidc.SECRET.ljust(32), algorithm="HS256", headers={"kid": header["kid"]})


def part(data) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def with_a_key_of_its_own(claims, header):
    own = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key()))
    return jwt.encode(claims, STRANGER, algorithm="RS256", headers={**header, "jwk": own})


def elliptic(claims, header):
    return jwt.encode(
        claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers={"kid": header["kid"]}
    )


def no_token(claims, header):
    return "not.a.token"


NOW = int(time.time())
ANOTHER = {"sub": "another", "email": "caseworker@amparo.example"}
LIES = {
    "wrong issuer": lie(iss="https://elsewhere.example"),
    "wrong audience": lie(aud="another-client"),
    "audience of several, not for us": lie(aud=[oidc.CLIENT, "other"], azp="other"),
    "several and nobody named": lie(aud=[oidc.CLIENT, "other"]),
    "expired": lie(exp=NOW - 120),
    "from tomorrow": lie(iat=NOW + 86400),
    "made long ago": lie(iat=NOW - 3600),
    "without an end": lie(exp=None),
    "without a subject": lie(sub=None),
    "nonce of another sign-in": lie(nonce="another"),
    "without a nonce": lie(nonce=None),
    "address not verified": lie(email_verified=False),
    "verified only in words": lie(email_verified="true"),
    "nothing said about the address": lie(email_verified=None),
    "no address": lie(email=None),
    "address of another domain": lie(email="volunteer@elsewhere.example"),
    "two addresses in one": lie(email="volunteer@amparo.example@amparo.example"),
    "address that ends alike": lie(email="volunteer@evil-amparo.example"),
}
FORGERIES = [unsigned, by_a_stranger, by_the_shared_secret, with_a_key_of_its_own, elliptic, no_token]


@pytest.mark.parametrize("name", sorted(LIES))
def test_a_token_that_says_something_wrong_lets_nobody_in(directory, volunteer, name):
    directory.account, directory.lie, client = account(volunteer), LIES[name], Client()
    assert refused(through(client), client)
    assert DirectoryLink.objects.count() == 0


@pytest.mark.parametrize("sign", FORGERIES, ids=lambda sign: sign.__name__)
def test_a_token_that_the_directory_did_not_sign_lets_nobody_in(directory, volunteer, sign):
    directory.account, directory.sign, client = account(volunteer), sign, Client()
    assert refused(through(client), client)


def test_a_changed_token_lets_nobody_in(directory, volunteer, caseworker):
    def changed(claims, header):
        head, _body, signature = jwt.encode(claims, directory.key, algorithm="RS256", headers=header).split(".")
        return ".".join((head, part({**claims, "email": caseworker.email, "sub": "x"}), signature))

    directory.account, directory.sign, client = account(volunteer), changed, Client()
    assert refused(through(client), client)


def test_new_keys_are_fetched_when_the_directory_changes_them(directory, volunteer, monkeypatch):
    directory.account = account(volunteer)
    through(Client())
    directory.key, directory.kid = rsa.generate_private_key(public_exponent=65537, key_size=2048), "second"
    monkeypatch.setattr(provider, "PAUSE_SECONDS", 0)
    client = Client()
    through(client)
    assert door.is_in(client, volunteer)
    assert directory.asked.count("/keys") == 2


# --- attacks on the way back


@pytest.mark.parametrize(
    "change", [{"state": ""}, {"state": "another"}, {"code": ""}, {"code": "another"}, {"iss": "https://x"}]
)
def test_what_comes_back_must_fit_what_this_session_keeps(directory, volunteer, change):
    directory.account, client = account(volunteer), Client()
    path, query = agree(leave(client)).split("?")
    given = {name: values[0] for name, values in parse_qs(query).items()} | change
    assert refused(client.get(f"{path}?{urlencode({k: v for k, v in given.items() if v})}"), client)


def test_an_answer_counts_once_and_only_in_the_session_that_asked(directory, volunteer):
    directory.account, mine, other = account(volunteer), Client(), Client()
    back = agree(leave(mine))
    assert refused(other.get(back), other), "somebody else's answer, slipped in: sign-in forgery"
    leave(other)
    assert refused(other.get(back), other)
    mine.get(back)
    assert door.is_in(mine, volunteer)
    mine.logout()
    assert refused(mine.get(back), mine)


def test_an_answer_that_comes_too_late_is_refused(directory, volunteer):
    directory.account, client = account(volunteer), Client()
    back = agree(leave(client))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert refused(client.get(back), client)


def test_a_person_who_says_no_is_told_to_start_again(directory, volunteer):
    directory.account, directory.answer, client = account(volunteer), {"error": "access_denied", "code": ""}, Client()
    assert refused(through(client), client)


def test_every_departure_has_its_own_state_nonce_and_proof(directory):
    asked = [parse_qs(urlsplit(leave(Client())).query) for _n in range(3)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({one[name][0] for one in asked}) == 3
        assert all(len(one[name][0]) >= 43 for one in asked)
    assert all(one["redirect_uri"] == ["http://127.0.0.1:8000/directory/back/"] for one in asked)
    assert all("client_secret" not in one for one in asked)


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_never_leads_off_the_site(directory, volunteer, where):
    directory.account, client = account(volunteer), Client()
    assert through(client, next=where).url == "/"


def test_a_session_from_before_is_not_taken_along(directory, volunteer):
    """Session fixation: the name of the session changes with the sign-in."""
    directory.account, client = account(volunteer), Client()
    back = agree(leave(client))
    before = client.session.session_key
    client.get(back)
    assert client.session.session_key != before


# --- the directory itself


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://elsewhere.example"}, {"token_endpoint": None}, {"jwks_uri": "http://203.0.113.5/keys"},
        {"token_endpoint": "http://example.org/token"}, {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)  # fmt: skip
def test_a_directory_that_describes_itself_wrongly_is_not_used(directory, description):
    directory.description, client = description, Client()
    assert refused(client.get(START), client)


def test_plain_http_is_for_tests_alone(directory, settings):
    settings.DIRECTORY_ALLOW_LOOPBACK = False
    client = Client()
    assert refused(client.get(START), client)
    assert directory.asked == []


def test_a_directory_that_is_away_is_said_in_words(directory, settings):
    settings.DIRECTORY = {**settings.DIRECTORY, "issuer": "http://127.0.0.1:1"}
    client = Client()
    assert refused(client.get(START), client)


def test_without_a_directory_there_is_nothing(house):
    client = Client()
    for path in (START, BACK, f"{BACK}?code=x&state=y"):
        assert client.get(path).status_code == 404
    assert "/directory/" not in client.get(door.LOGIN).content.decode()


def test_the_sign_in_page_names_the_society(directory):
    page = Client().get(f"{door.LOGIN}?next=/concerns/").content.decode()
    assert "Sign in with Meridian Society" in page
    assert "/directory/?next=/concerns/" in page


# --- confirming who one is


def test_who_has_no_password_confirms_with_the_directory(directory, volunteer):
    volunteer.set_unusable_password()
    volunteer.save()
    directory.account, client = account(volunteer), Client()
    with time_machine.travel(timezone.now() - timedelta(minutes=10)):
        through(client)
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked.url.startswith("/again/")
    assert "/directory/?next=" in client.get(asked.url).content.decode()
    there = leave(client, next="/accounts/2fa/totp/activate/")
    assert parse_qs(urlsplit(there).query)["max_age"] == ["0"]
    assert client.get(agree(there)).url == "/accounts/2fa/totp/activate/"
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


@pytest.mark.parametrize("said", [{"auth_time": NOW - 3600}, {"auth_time": None}, ANOTHER])
def test_an_old_sign_in_there_or_another_person_confirms_nothing(directory, volunteer, said):
    directory.account, client = account(volunteer), Client()
    with time_machine.travel(timezone.now() - timedelta(minutes=10)):
        through(client)
    directory.account = account(volunteer, **said)
    assert through(client, next="/accounts/2fa/totp/activate/").status_code == 403
    assert door.is_in(client, volunteer)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302


def test_a_link_is_made_for_an_invited_person_who_never_had_a_password(directory, administrator, house):
    made = actions.invite(by=administrator, email="new@amparo.example", name="New", language="en")
    seat = actions.seat_of(house.units["harbour"], "reporter")
    actions.confirm(actions.propose(made, seat, by=administrator), by=house.people["manager"])
    directory.account, client = account(made), Client()
    through(client)
    assert client.get("/").url == "/conduct/?next=/"
    factories.settle(made)
    assert client.get("/").status_code == 200
