"""Programs sign in by a key (``private_key_jwt``): what is registered, what is signed, what is stolen, replayed, late."""

import json
import threading
import time
from datetime import timedelta

import jwt
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused
from foundation.core.machines import CARETAKER
from referrals import keys, tasks
from referrals.actions import clients
from referrals.models import Client, ClientKey, ClientSecret, UsedAssertion
from tests import factories, partner
from tests.referrals import signing
from tests.referrals.registering import suspended
from tests.referrals.signing import ask, claims, pair, plain, proof, public, registered, signed, with_key

NO_KEY_FITS = "No key of this client fits: check the client id, the key id, the algorithm and the key."


@pytest.fixture(autouse=True)
def _many_tokens(db):
    cache.delete("throttle_token_127.0.0.1")


@pytest.fixture
def facts(house):
    return house.clients["Quayside Legal Clinic"]


@pytest.fixture
def other(house):
    return house.clients["Lantern House"]


def read(token):
    return Browser().get("/api/v1/referrals", headers={"authorization": f"Bearer {token}"})


def said(answer):
    body = answer.json()
    return answer.status_code, body["error"], body.get("error_description", "")


# --- signing in


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "RS256"])
def test_a_token_for_what_is_signed_with_a_registered_key(facts, alg):
    """partners.md §3: ``private_key_jwt``; the token lives for 15 minutes at most and reads the inbox."""
    key, row = registered(facts, alg)
    answer = with_key(key, facts)
    assert answer.status_code == 200, answer.content
    assert answer.json()["expires_in"] <= 900
    assert set(answer.json()["scope"].split()) == {"referrals:read", "referrals:respond"}
    assert read(answer.json()["access_token"]).status_code == 200
    assert signing.rows(ClientKey, pk=row.pk)[0].used_on == timezone.localdate()


def test_audience_by_address_by_issuer_and_by_a_list_of_one(facts):
    key, _row = registered(facts)
    for aud in (keys.endpoint(), keys.issuer(), [keys.endpoint()]):
        assert with_key(key, facts, aud=aud).status_code == 200
    wrong: list = [
        "https://elsewhere.example",
        [keys.endpoint(), "https://elsewhere.example"],
        [""],
        keys.registering(),
        7,
    ]
    for other in wrong:
        answer = said(with_key(key, facts, aud=other))
        assert answer[:2] == (401, "invalid_client"), other
        assert keys.endpoint() in answer[2] or "iss and sub" in answer[2]


@pytest.mark.parametrize(
    ("off", "more", "told"),
    [
        (-3600, {}, "has expired (exp); our clock says "),
        (3600, {}, "at most 5 minutes ahead; our clock says "),
        (0, {"iat": 3600}, "from the future (iat or nbf); our clock says "),
        (0, {"nbf": 3600}, "from the future (iat or nbf); our clock says "),
        (-50, {"seconds": 0}, ""),
        (50, {"seconds": 300, "iat": 50}, ""),
    ],
)
def test_a_clock_that_is_off_by_a_minute_counts_and_by_an_hour_is_told(facts, off, more, told):
    key, _row = registered(facts)
    ahead = {name: time.time() + value for name, value in more.items() if name != "seconds"}
    answer = with_key(key, facts, seconds=more.get("seconds", 120) + off, **ahead)
    if told:
        status, error, description = said(answer)
        assert (status, error) == (401, "invalid_client")
        assert told in description
        assert timezone.now().strftime("%Y-%m-%dT%H:") in description
    else:
        assert answer.status_code == 200, answer.content


def test_an_assertion_counts_once(facts):
    key, _row = registered(facts)
    assertion = signed(key, claims(facts["client_id"]))
    assert ask(assertion).status_code == 200
    assert said(ask(assertion)) == (
        401, "invalid_client", "This assertion was used before (jti): sign a new one for every request.",
    )  # fmt: skip
    again = claims(facts["client_id"], jti="same")
    assert ask(signed(key, again)).status_code == 200
    assert ask(signed(key, {**again, "exp": again["exp"] + 1})).status_code == 401, "another text, the same jti"


def test_the_same_jti_of_another_client_is_another(facts, other):
    (mine, _row), (theirs, _other) = registered(facts), registered(other)
    assert with_key(mine, facts, jti="1").status_code == with_key(theirs, other, jti="1").status_code == 200


def test_used_assertions_are_kept_until_they_would_not_count_any_more_and_then_removed(facts):
    key, _row = registered(facts)
    body = claims(facts["client_id"], seconds=200)
    assert ask(signed(key, body)).status_code == 200
    with acting(None):
        assert UsedAssertion.objects.get().until.timestamp() == pytest.approx(body["exp"] + 60, abs=0.001)
        clients.use_up(signing.client_of(facts), "over", timezone.now() - timedelta(seconds=1))
    with CARETAKER.at_work():
        assert UsedAssertion.objects.count() == 1, "the caretaker sees none that still counts"
    tasks.forget()
    with acting(None):
        assert UsedAssertion.objects.count() == 1
    assert ask(signed(key, body)).status_code == 401


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "jti"])
def test_every_claim_is_needed(facts, claim):
    key, _row = registered(facts)
    body = {name: value for name, value in claims(facts["client_id"]).items() if name != claim}
    status, error, description = said(ask(signed(key, body)))
    assert (status, error) == (401, "invalid_client")
    assert description


@pytest.mark.parametrize(
    "more",
    [
        {"exp": "soon"}, {"exp": True}, {"exp": [1]}, {"exp": {}}, {"jti": ""}, {"jti": "x" * 201}, {"jti": 7}, {"jti": ["a"]},
        {"iat": "x"}, {"nbf": "x"}, {"nbf": [1]}, {"iss": "somebody else"}, {"iss": ["a"]}, {"sub": 7}, {"sub": "\0"},
        {"aud": {}},
    ],
)  # fmt: skip
def test_claims_that_are_no_such_thing(facts, more):
    key, _row = registered(facts)
    status, error, _description = said(ask(signed(key, {**claims(facts["client_id"]), **more})))
    assert (status, error) == (401, "invalid_client")


@pytest.mark.parametrize("exp", ["1e400", "-1e400", "NaN", "Infinity", "1" * 400])
def test_numbers_that_no_clock_knows(facts, exp):
    key, _row = registered(facts)
    text = json.dumps({**claims(facts["client_id"]), "exp": 0}).replace('"exp": 0', f'"exp": {exp}')
    assert said(ask(signed(key, text)))[:2] == (401, "invalid_client")


# --- stolen, forged, confused


def test_who_has_no_key_learns_nothing_not_even_whether_the_program_exists(facts, other):
    """One answer: unknown program, no key, another's key, an ended key, an unknown id, another algorithm."""
    key, row = registered(facts)
    theirs, _other = registered(other, kid="theirs")
    stranger = pair(kid="first")
    client = signing.client_of(facts)
    rs = pair("RS256")
    attempts = [
        signed(stranger, claims("nobody")), signed(stranger, claims(facts["client_id"])),
        signed(theirs, claims(facts["client_id"])), signed(key, claims(other["client_id"])),
        signed(key, claims(facts["client_id"]), kid="unknown"), signed(rs, claims(facts["client_id"]), kid="first"),
        signed(stranger, claims(facts["client_id"], seconds=-3600)),
    ]  # fmt: skip
    attempts.append(signed(key, claims(facts["client_id"]))[:-4] + "AAAA")
    clients.end_key(client, row.pk, by=None)
    attempts.append(signed(key, claims(facts["client_id"])))
    assert {said(ask(one)) for one in attempts} == {(401, "invalid_client", NO_KEY_FITS)}


def test_no_algorithm_but_the_keys_own(facts):
    """``none``; HMAC with the public key as secret; a key that comes along in the header."""
    key, _row = registered(facts, "RS256")
    body = claims(facts["client_id"])
    none = f"{plain({'alg': 'none', 'kid': 'first'})}.{plain(body)}."
    head = f"{plain({'alg': 'HS256', 'kid': 'first'})}.{plain(body)}"
    hs = jwt.get_algorithm_by_name("HS256").sign(head.encode(), key.export_to_pem())
    stranger = pair("RS256")
    along = signed(stranger, body, kid="first", jwk=json.loads(stranger.export_public()))
    for one in (none, f"{head}.{plain(hs)}", along):
        assert said(ask(one))[:2] == (401, "invalid_client")


@pytest.mark.parametrize(
    "assertion",
    ["x", "a.b", "a.b.c", "..", "a.b.c.d", "x" * 9000, "%ff%fe", "%00", f"{plain({})}.{plain({})}.",
     f"{plain([])}.{plain([])}.a",
     f"{plain({'alg': 'ES256'})}.{plain({'sub': 'x'})}.a", f"{plain({'alg': 'ES256'})}.{plain(b'[' * 5000)}.a"],
)  # fmt: skip
def test_what_is_no_assertion(house, assertion):
    answer = ask(assertion)
    assert answer.status_code in (400, 401), answer.content
    assert answer.json()["error"] in ("invalid_client", "invalid_request")
    assert answer["Content-Type"] == "application/json"


def test_a_header_that_asks_for_more_is_refused(facts):
    key, _row = registered(facts)
    token = signed(key, claims(facts["client_id"]))
    head = plain({"alg": "ES256", "kid": "first", "crit": ["exp"], "exp": 1})
    assert said(ask(f"{head}.{token.split('.', 1)[1]}"))[:2] == (401, "invalid_client")


def test_one_way_in_at_a_time(facts):
    key, _row = registered(facts)
    assertion = signed(key, claims(facts["client_id"]))
    assert said(ask(assertion, client_secret="x"))[:2] == (400, "invalid_request")
    assert said(ask(assertion, client_assertion_type=""))[:2] == (400, "invalid_request")
    assert said(ask(assertion, client_assertion_type="urn:x"))[:2] == (400, "invalid_request")
    assert said(ask("", client_id=facts["client_id"]))[:2] == (400, "invalid_request")
    assert said(ask(assertion, client_id="another"))[:2] == (401, "invalid_client")
    assert ask(assertion, client_id=facts["client_id"]).status_code == 200


def test_a_suspended_partner_gets_no_token_by_key_and_those_that_it_has_stop_at_once(house, facts):
    """partners.md §3: suspension works at once, for tokens already given and for keys too."""
    key, _row = registered(facts)
    token = with_key(key, facts).json()["access_token"]
    assert read(token).status_code == 200
    suspended(house)
    assert read(token).status_code == 401
    assert said(with_key(key, facts))[:2] == (401, "invalid_client")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_the_same_assertion_at_once_one_gets_a_token():
    house = factories.house()
    facts = house.clients["Quayside Legal Clinic"]
    key, _row = registered(facts)
    cache.delete("throttle_token_127.0.0.1")
    assertion, answers = signed(key, claims(facts["client_id"])), []

    def one():
        answers.append(ask(assertion).status_code)
        connection.close()

    threads = [threading.Thread(target=one) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 401, 401, 401, 401, 401]


# --- keys


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"d": "AA"}, "key.private"), ({"kty": "oct", "k": "AAAA"}, "key.symmetric"), ({"kty": "oct"}, "key.symmetric"),
        ({"crv": "P-521"}, "key.kind"), ({"crv": "secp256k1"}, "key.kind"), ({"kty": "DSA"}, "key.kind"),
        ({"kty": 7}, "key.kind"),
        ({"alg": "RS256"}, "key.purpose"), ({"alg": "none"}, "key.purpose"), ({"use": "enc"}, "key.purpose"),
        ({"key_ops": ["sign"]}, "key.purpose"), ({"x5u": "https://x.example"}, "key.purpose"), ({"x": "AAAA"}, "key.broken"),
        ({"x": 7}, "key.broken"), ({"x": None}, "key.broken"), ({"kid": ""}, "key.id"), ({"kid": "a b"}, "key.id"),
        ({"kid": "x" * 101}, "key.id"), ({"kid": 7}, "key.id"), ({"kid": "ключ"}, "key.id"), ({"keys": []}, "key.form"),
    ],
)  # fmt: skip
def test_what_is_no_public_key_for_signing(change, code):
    with pytest.raises(Refused) as refused:
        keys.read_key(public(pair(), **change))
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["", "x", "[]", "7", "{", '{"kty": ' + "[" * 2000, json.dumps({"x": "y" * 5000})])
def test_what_is_no_jwk(text):
    with pytest.raises(Refused) as refused:
        keys.read_key(text)
    assert refused.value.code == "key.form"


def test_a_short_rsa_key_is_refused_and_a_point_off_the_curve_too():
    from jwcrypto import jwk

    with pytest.raises(Refused) as refused:
        keys.read_key(public(jwk.JWK.generate(kty="RSA", size=1024, kid="s")))
    assert refused.value.code == "key.short"
    with pytest.raises(Refused) as refused:
        keys.read_key(public(pair(), y=plain(b"\1" * 32)))
    assert refused.value.code == "key.broken"


def test_the_thumbprint_is_that_of_the_standard():
    """RFC 7638 §3.1 by another library; and a key without an id is known by it."""
    for alg in signing.KINDS:
        key = pair(alg)
        read_ = keys.read_key(public(key))
        assert read_.thumbprint == key.thumbprint()
        without = {name: value for name, value in json.loads(key.export_public()).items() if name != "kid"}
        assert keys.read_key(json.dumps(without)).kid == key.thumbprint()


@pytest.mark.parametrize(
    "change", [{"aud": "endpoint"}, {"seconds": -100}, {"seconds": 90_000}, {"iss": "x"}, {"sub": "x"}]
)
def test_a_key_needs_a_proof_for_this_program_and_for_registering(facts, change):
    """Proof of possession: a proof in transit is no assertion, an assertion is no proof."""
    key = pair()
    change = {**change, **({"aud": keys.endpoint()} if "aud" in change else {})}
    with pytest.raises(Refused) as refused:
        clients.add_key(signing.client_of(facts), public(key), proof(key, facts["client_id"], **change), by=None)
    assert (refused.value.code, refused.value.field) == ("key.unproven", "proof")


def test_nobody_registers_a_key_that_is_not_theirs_and_a_proof_is_no_assertion(facts, other):
    key, stranger = pair(), pair()
    for given in (proof(stranger, facts["client_id"]), proof(key, other["client_id"]), "x", ""):
        with pytest.raises(Refused) as refused:
            clients.add_key(signing.client_of(facts), public(key), given, by=None)
        assert refused.value.code == "key.unproven"
    mine, _row = registered(facts)
    assert said(ask(proof(mine, facts["client_id"], seconds=100)))[:2] == (401, "invalid_client")


def test_a_key_and_its_id_are_registered_once_for_ever(facts, other):
    key, row = registered(facts)
    clients.end_key(signing.client_of(facts), row.pk, by=None)
    for client, given, code in (
        (facts, key, "key.known_id"), (other, key, "key.known"), (facts, pair(), "key.known_id"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            clients.add_key(signing.client_of(client), public(given), proof(given, client["client_id"]), by=None)
        assert refused.value.code == code


def test_several_keys_at_a_time_ended_singly(facts):
    (old, row), (new, _row) = registered(facts, kid="old"), registered(facts, "EdDSA", kid="new")
    assert with_key(old, facts).status_code == with_key(new, facts).status_code == 200
    token = with_key(new, facts).json()["access_token"]
    clients.end_key(signing.client_of(facts), row.pk, by=None)
    assert with_key(old, facts).status_code == 401
    assert read(token).status_code == 401, "whoever ends a key by hand ends what was got by it"
    assert with_key(new, facts).status_code == 200
    with pytest.raises(Refused) as refused:
        clients.end_key(signing.client_of(facts), row.pk, by=None)
    assert refused.value.code == "client.ended"


def test_an_assertion_without_a_key_id_means_the_only_key(facts):
    key, _row = registered(facts, kid="one")
    assert ask(signed(key, claims(facts["client_id"]), kid=None)).status_code == 200
    registered(facts, kid="two")
    assert said(ask(signed(key, claims(facts["client_id"]), kid=None))) == (401, "invalid_client", NO_KEY_FITS)


def test_at_most_five_at_a_time(facts):
    client = signing.client_of(facts)
    for n in range(5):
        registered(facts, kid=f"k{n}")
    with pytest.raises(Refused) as refused:
        registered(facts, kid="one too many")
    assert refused.value.code in ("client.too_many", "key.id")
    for _n in range(4):
        clients.add_secret(client, 14, by=None)
    with pytest.raises(Refused) as refused:
        clients.add_secret(client, 14, by=None)
    assert refused.value.code == "client.too_many"


# --- secrets


def token_for(facts, secret):
    return partner.Api(facts["client_id"], secret).token()


def test_a_new_secret_beside_the_old_which_ends_by_itself(facts):
    old, client = facts["client_secret"], signing.client_of(facts)
    new = clients.add_secret(client, 7, by=None)
    assert token_for(facts, old).status_code == token_for(facts, new).status_code == 200
    with acting(None):
        ends = ClientSecret.objects.exclude(ends_at=None).get()
        assert timedelta(days=6.9) < ends.ends_at - timezone.now() <= timedelta(days=7)
        ClientSecret.objects.filter(pk=ends.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    answer = said(token_for(facts, old))
    assert answer == (401, "invalid_client", "This secret has ended; use the one that followed it.")
    assert token_for(facts, new).status_code == 200
    assert said(token_for(facts, "guessed")) == (401, "invalid_client", "")


def test_an_old_secret_ended_at_once_ends_the_tokens_too(facts):
    old, client = facts["client_secret"], signing.client_of(facts)
    token = token_for(facts, old).json()["access_token"]
    new = clients.add_secret(client, 0, by=None)
    assert read(token).status_code == 401
    assert token_for(facts, old).status_code == 401
    (row,) = [r for r in signing.rows(ClientSecret, client=client) if r.ends_at is None]
    clients.end_secret(client, row.pk, by=None)
    assert token_for(facts, new).status_code == 401


@pytest.mark.parametrize("days", [-1, 15])
def test_an_overlap_of_two_weeks_at_most(facts, days):
    with pytest.raises(Refused) as refused:
        clients.add_secret(signing.client_of(facts), days, by=None)
    assert refused.value.code == "secret.overlap"


def test_no_secret_stands_in_the_database(facts):
    secret = clients.add_secret(signing.client_of(facts), 1, by=None)
    for row in signing.rows(ClientSecret):
        assert secret not in row.digest
        assert facts["client_secret"] not in row.digest
    with acting(None):
        from oauth2_provider.models import get_application_model

        assert not get_application_model().objects.filter(client_secret__contains=secret).exists()


def test_a_secret_of_before_goes_on(facts):
    """The migration took over the slow hashes of the library's table."""
    from django.contrib.auth.hashers import make_password

    with acting(None):
        ClientSecret.objects.update(digest=make_password("from before"))
    assert token_for(facts, "from%20before").status_code == 200
    assert token_for(facts, "other").status_code == 401


def test_where_a_key_is_demanded_the_secret_stops(facts, settings):
    client = signing.client_of(facts)
    with pytest.raises(Refused) as refused:
        clients.demand_key(client, True, by=None)
    assert refused.value.code == "client.no_key"
    key, row = registered(facts)
    assert token_for(facts, facts["client_secret"]).status_code == 200
    clients.demand_key(client, True, by=None)
    assert said(token_for(facts, facts["client_secret"])) == (
        401, "invalid_client", "This client signs in by its key only (private_key_jwt).",
    )  # fmt: skip
    assert with_key(key, facts).status_code == 200
    clients.demand_key(client, False, by=None)
    assert token_for(facts, facts["client_secret"]).status_code == 200
    settings.API_KEYS_ONLY = True
    assert token_for(facts, facts["client_secret"]).status_code == 401
    clients.end_key(client, row.pk, by=None)
    assert token_for(facts, facts["client_secret"]).status_code == 401, "who loses the last key does not fall back"


def test_an_installation_that_wants_keys_still_lets_a_program_begin_with_a_secret(facts, settings):
    settings.API_KEYS_ONLY = True
    assert token_for(facts, facts["client_secret"]).status_code == 200


# --- who may


def test_editors_may_shut_out_and_only_managers_let_in(house, facts):
    """HS-25: giving access needs a manager, an assessment and an agreement; taking it away needs one who keeps the register."""
    client, editor, manager = signing.client_of(facts), house.people["directory_editor"], house.people["manager"]
    for by in (editor, house.people["caseworker"], house.people["administrator"]):
        with acting(by.pk), pytest.raises(Forbidden):
            clients.add_secret(client, 0, by=by)
    with acting(manager.pk):
        clients.add_secret(client, 7, by=manager)
    with acting(house.people["caseworker"].pk), pytest.raises(Forbidden):
        clients.end_all(client, by=house.people["caseworker"])
    with acting(editor.pk):
        clients.end_all(client, by=editor)
    assert token_for(facts, facts["client_secret"]).status_code == 401


def test_a_suspended_partner_is_given_nothing(house, facts):
    """HS-25."""
    suspended(house)
    key = pair()
    client, manager = signing.client_of(facts), house.people["manager"]
    with acting(manager.pk):
        for attempt in (
            lambda: clients.add_secret(client, 0, by=manager),
            lambda: clients.add_key(client, public(key), proof(key, facts["client_id"]), by=manager),
        ):
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.code == "partner.agreement"
        clients.end_all(client, by=manager)


def test_the_database_keeps_no_program_of_a_partner_that_was_not_assessed(house, facts):
    """HS-25, whoever writes."""
    from django.db import IntegrityError, transaction

    from consent.models import ImpactAssessment
    from foundation.accounts.models import Organisation

    organisation = Organisation.objects.create(name="Not assessed", kind="partner")
    assert not ImpactAssessment.objects.filter(partner=organisation).exists()
    with acting(None), pytest.raises(IntegrityError, match="no approved impact assessment"), transaction.atomic():
        Client.objects.create(application=signing.client_of(facts).application, organisation=organisation)


def test_nobody_who_acts_sees_what_programs_sign_in_with(house, facts):
    registered(facts)
    for person in house.people.values():
        with acting(person.pk):
            assert [m.objects.count() for m in (Client, ClientSecret, ClientKey, UsedAssertion)] == [0, 0, 0, 0]
