"""The pages of a partner's programs: who sees them, what is shown once, what needs a confirmation, what stands on the trail."""

import json
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from foundation.core.acting import acting
from referrals.actions import clients
from referrals.models import ClientKey, ClientSecret, Partner
from tests import door, factories, partner
from tests.audit import owner
from tests.referrals import signing
from tests.referrals.registering import suspended

NAME = "Quayside Legal Clinic"


@pytest.fixture(autouse=True)
def _many_tokens(db):
    cache.delete("throttle_token_127.0.0.1")


@pytest.fixture
def facts(house):
    return house.clients[NAME]


@pytest.fixture
def manager(house, browse):
    return door.confirm(browse(house.people["manager"]))


def url(facts, verb=""):
    at = signing.client_of(facts).pk
    return reverse("referrals:program_step", args=[at, verb]) if verb else reverse("referrals:program", args=[at])


def text_of(answer):
    return answer.content.decode()


def shown(answer):
    """The secret on the page that shows it."""
    page = text_of(answer)
    return page.split('class="amp-secret">')[2].split("<")[0]


def test_a_new_program_is_let_in_and_its_secret_shown_once(house, manager):
    """HS-25: by a manager, after confirming; the secret stands on no other page."""
    found = Partner.objects.get(organisation__name=NAME)
    listing = reverse("referrals:programs", args=[found.pk])
    assert text_of(manager.get(listing)).count("Let in") == 2, "the one that is there, and the way to a new one"
    unit = found.organisation.units.get()
    answer = manager.post(reverse("referrals:program_new", args=[found.pk]), {"unit": str(unit.pk)})
    assert answer.status_code == 200
    secret = shown(answer)
    client_id = text_of(answer).split('class="amp-secret">')[1].split("<")[0]
    assert partner.Api(client_id, secret).token().status_code == 200
    assert "no-store" in answer["Cache-Control"]
    for page in (listing, reverse("referrals:program", args=[signing.client_of({"client_id": client_id}).pk])):
        assert secret not in text_of(manager.get(page))


def test_a_secret_follows_another_on_the_page(manager, facts):
    page = text_of(manager.get(url(facts, "secret")))
    assert "For how long may the old secret go on?" in page
    assert manager.post(url(facts, "secret"), {}).status_code == 422
    assert manager.post(url(facts, "secret"), {"overlap": "30"}).status_code == 422
    answer = manager.post(url(facts, "secret"), {"overlap": "7"})
    assert answer.status_code == 200
    assert partner.Api(facts["client_id"], shown(answer)).token().status_code == 200
    assert partner.Api(facts["client_id"], facts["client_secret"]).token().status_code == 200
    page = text_of(manager.get(url(facts)))
    assert page.count("End it") == 2
    assert "Ends " in page


def test_a_key_is_registered_demanded_and_ended_on_the_page(manager, facts):
    key = signing.pair()
    wrong = manager.post(url(facts, "key"), {"jwk": signing.public(key), "proof": signing.proof(signing.pair(), "x")})
    assert wrong.status_code == 422
    assert "The proof does not count" in text_of(wrong)
    assert "first" in text_of(wrong), "what was pasted is kept"
    private = manager.post(url(facts, "key"), {"jwk": key.export_private(), "proof": "x"})
    assert "no longer private" in text_of(private)
    body = {"jwk": signing.public(key), "proof": f" {signing.proof(key, facts['client_id'])}\n"}
    assert manager.post(url(facts, "key"), body).status_code == 302
    assert signing.with_key(key, facts).status_code == 200
    assert "first (ES256)" in text_of(manager.get(url(facts)))
    assert manager.post(url(facts, "demand")).status_code == 302
    assert "By key only" in text_of(manager.get(url(facts)))
    assert partner.Api(facts["client_id"], facts["client_secret"]).token().status_code == 401
    assert manager.post(url(facts, "allow")).status_code == 302
    (row,) = signing.rows(ClientKey)
    end = reverse("referrals:program_end", args=[signing.client_of(facts).pk, "key", row.pk])
    assert "This cannot be undone" in text_of(manager.get(end))
    assert manager.post(end).status_code == 302
    assert signing.with_key(key, facts).status_code == 401
    assert manager.post(end).status_code == 404


def test_an_editor_sees_and_shuts_out_and_gives_nothing(house, browse, facts):
    editor = door.confirm(browse(house.people["directory_editor"]))
    page = text_of(editor.get(url(facts)))
    assert "Shut it out at once" in page
    assert "Give it a new secret" not in page
    for verb in ("secret", "key", "demand", "allow"):
        assert editor.post(url(facts, verb), {"overlap": "7"}).status_code == 403
    found = Partner.objects.get(organisation__name=NAME)
    assert editor.post(reverse("referrals:program_new", args=[found.pk])).status_code == 403
    assert editor.post(url(facts, "shut")).status_code == 302
    assert partner.Api(facts["client_id"], facts["client_secret"]).token().status_code == 401
    assert "Shut out" in text_of(editor.get(url(facts)))


def test_who_has_not_confirmed_is_asked_first(house, browse, facts):
    client = browse(house.people["manager"])
    before = len(signing.rows(ClientSecret))
    for verb in ("secret", "key", "shut"):
        assert client.post(url(facts, verb), {"overlap": "7"}).status_code == 403
        assert client.get(url(facts, verb)).url.startswith("/again/")
    assert len(signing.rows(ClientSecret)) == before


def test_nobody_else_sees_that_there_is_a_program(house, browse, facts):
    for seat in ("volunteer", "caseworker", "focal_point", "partner_worker", "administrator", "data_officer"):
        assert browse(house.people[seat]).get(url(facts)).status_code == 403


def test_a_suspended_partner_is_given_no_secret(house, manager, facts):
    """HS-25: the page says why, and nothing is lost."""
    suspended(house)
    answer = manager.post(url(facts, "secret"), {"overlap": "7"})
    assert answer.status_code == 422
    assert "not an active partner" in text_of(answer)


# --- by command


def told(*args, **more):
    out = StringIO()
    call_command("partner_access", *args, stdout=out, **more)
    return out.getvalue()


def test_an_operator_does_the_same_by_command(facts, tmp_path):
    old, key = facts["client_secret"], signing.pair()
    new = told("secret", facts["client_id"], overlap=3).split()[1]
    assert {partner.Api(facts["client_id"], one).token().status_code for one in (old, new)} == {200}
    (tmp_path / "jwk").write_text(signing.public(key))
    (tmp_path / "proof").write_text(signing.proof(key, facts["client_id"]))
    made = told("key", facts["client_id"], str(tmp_path / "jwk"), str(tmp_path / "proof")).split()[1]
    said = told("list", NAME)
    assert said.count("secret  since") == 2
    assert "key first ES256" in said
    assert new not in said
    told("demand-key", facts["client_id"])
    assert "key only" in told("list", NAME)
    told("demand-key", facts["client_id"], "--off")
    told("end-key", facts["client_id"], made)
    assert signing.with_key(key, facts).status_code == 401
    told("shut", facts["client_id"])
    assert partner.Api(facts["client_id"], new).token().status_code == 401


def test_a_command_says_what_is_wrong(facts, tmp_path):
    with pytest.raises(CommandError, match="There is nothing at this address"):
        told("shut", "nobody")
    with pytest.raises(CommandError, match="at most 14 days"):
        told("secret", facts["client_id"], overlap=15)
    with pytest.raises(CommandError, match="not done"):
        told("key", facts["client_id"], str(tmp_path / "absent"), str(tmp_path / "absent"))
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(CommandError, match="not done"):
        told("key", facts["client_id"], str(tmp_path / "x"), str(tmp_path / "x"))


@pytest.mark.django_db(transaction=True)
def test_every_step_stands_on_the_trail_and_no_secret_does():
    house = factories.house()
    facts, by = house.clients[NAME], house.people["manager"]
    (before,) = owner.column("SELECT coalesce(max(id), 0) FROM trail.event")
    client, key = signing.client_of(facts), signing.pair()
    with acting(by.pk):
        secret = clients.add_secret(client, 7, by=by)
        row = clients.add_key(client, signing.public(key), signing.proof(key, facts["client_id"]), by=by)
        clients.demand_key(client, True, by=by)
    assertion = signing.signed(key, signing.claims(facts["client_id"]))
    answers = [signing.ask(assertion), signing.ask(assertion), partner.Api(facts["client_id"], secret).token()]
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    with acting(by.pk):
        clients.end_key(client, row.pk, by=by)
        clients.end_all(client, by=by)
    found = owner.rows("SELECT verb, actor, data::text FROM trail.event WHERE id > %s ORDER BY id", before)
    assert [(verb, actor == by.pk) for verb, actor, _data in found] == [
        ("partner.secret_added", True), ("partner.key_added", True), ("partner.key_demanded", True),
        ("api.token", False), ("api.token_refused", False), ("api.token_refused", False),
        ("partner.key_ended", True), ("partner.client_shut", True),
    ]  # fmt: skip
    assert json.loads(found[3][2])["way"] == "key"
    assert [json.loads(row[2])["reason"] for row in found[4:6]] == ["replayed", "key_needed"]
    everything = str(found)
    token = answers[0].json()["access_token"]
    assert not [one for one in (secret, token, assertion, facts["client_secret"]) if one in everything]
