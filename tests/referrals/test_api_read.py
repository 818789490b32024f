"""What a partner reads: the feed of changes, and each referral as far as state and consent allow."""

import json
from datetime import timedelta
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from consent import actions as consent
from consent.models import Decision
from foundation.core.acting import acting
from referrals import actions
from referrals.actions.moving import next_change
from referrals.models import Referral
from tests import factories, partner

LANTERN = "Lantern House"


@pytest.fixture
def api(house):
    return partner.api(house)


def withdraw(house, referral):
    by = house.people["caseworker"]
    with acting(by.pk):
        consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=by)


def secrets_in(answer):
    text = answer.content.decode()
    found = {name for name in (factories.NAME, factories.PHONE, "identity papers", "No police") if name in text}
    return found | ({"words"} if factories.WORDS in text else set())


def test_the_preview_tells_nothing_of_the_person(house, api):
    referral = factories.sent(house)
    answer = api.get(f"/{referral.pk}")
    body = answer.json()
    assert answer["ETag"] == f'"{referral.version}"'
    assert body["status"] == "sent"
    assert body["preview"]["service_type"] == "legal_assistance"
    assert (body["contact"], body["need"], body["items"]) == (None, None, None)
    assert body["available_actions"] == ["acknowledge", "accept", "ask", "decline"]
    assert set(body["due"]) == {"acknowledge", "decide"}
    assert not secrets_in(answer)
    assert not secrets_in(api.get())


@pytest.mark.parametrize("verb", ["acknowledge", "ask"])
def test_the_preview_stays_a_preview_until_accepted(house, api, verb):
    referral = factories.sent(house)
    factories.respond(house, referral, verb, text="Which district court?" if verb == "ask" else "")
    answer = api.get(f"/{referral.pk}")
    assert answer.json()["preview"]
    assert (answer.json()["contact"], answer.json()["need"]) == (None, None)
    assert not secrets_in(answer)
    assert len(answer.json()["messages"]) == (1 if verb == "ask" else 0)


def test_contact_and_need_after_accepting_and_only_the_outcome_afterwards(house, api):
    referral = factories.sent(house)
    factories.respond(house, referral, "accept")
    body = api.get(f"/{referral.pk}").json()
    assert body["contact"]["alias"] == factories.NAME
    assert body["contact"]["safe_contact"]["value"] == factories.PHONE
    assert body["need"]["reason"] == "Help to get identity papers back"
    assert "wishes" not in body["need"]
    assert set(body["due"]) == {"first_contact"}
    factories.respond(house, referral, "complete", outcome="met", text="Papers returned.")
    answer = api.get(f"/{referral.pk}")
    body = answer.json()
    assert (body["status"], body["outcome"]) == ("completed", "met")
    assert [body[tier] for tier in ("preview", "contact", "need", "items", "consent")] == [None] * 5
    assert (body["due"], body["messages"], body["available_actions"]) == ({}, [], [])
    assert not secrets_in(answer)


def test_only_what_the_person_agreed_to(house, api):
    case, service = factories.case(house), house.services["Papers and status service"]
    factories.agreed(house, case, service, ["urgency", "service_type", "alias"])
    draft, by, lead = factories.prepared(house, case, service), house.people["caseworker"], house.people["focal_point"]
    with acting(by.pk):
        actions.submit(Referral.objects.get(pk=draft.pk), by=by)
    with acting(lead.pk):
        actions.send(Referral.objects.get(pk=draft.pk), by=lead)
    factories.respond(house, draft, "accept")
    body = api.get(f"/{draft.pk}").json()
    assert set(body["preview"]) == {"urgency", "service_type"}
    assert set(body["contact"]) == {"alias"}
    assert body["need"] is None


def test_an_emergency_opens_the_contact_with_the_preview(house, api):
    case = factories.case(house, flags=["life_threatening_injury"])
    referral = factories.sent(house, case)
    if referral.urgency != "emergency":
        pytest.fail("the factory no longer makes an emergency")
    body = api.get(f"/{referral.pk}").json()
    assert body["contact"]["alias"] == factories.NAME
    assert body["need"] is None


def test_a_decline_leaves_a_tombstone(house, api):
    referral = factories.sent(house)
    factories.respond(house, referral, "decline", reason="no_capacity")
    answer = api.get(f"/{referral.pk}")
    body = answer.json()
    assert (body["status"], body["end_reason"], body["reference"]) == ("declined", "no_capacity", referral.reference)
    assert [body[name] for name in ("preview", "urgency", "service_id", "consent")] == [None] * 4
    assert (body["due"], body["available_actions"]) == ({}, [])


def test_why_the_referrer_cancelled_stays_with_the_referrer(house, api):
    referral, by = factories.sent(house), house.people["caseworker"]
    with acting(by.pk):
        actions.cancel(Referral.objects.get(pk=referral.pk), "person_died", by=by)
    answer = api.get(f"/{referral.pk}")
    assert (answer.status_code, answer.json()["status"], answer.json()["end_reason"]) == (200, "cancelled", "")
    assert b"person_died" not in answer.content + api.get().content


def test_withdrawn_consent_is_gone_until_it_is_confirmed(house, api):
    referral = factories.sent(house)
    factories.respond(house, referral, "accept")
    withdraw(house, referral)
    answer = api.get(f"/{referral.pk}")
    body = answer.json()
    assert (answer.status_code, body["code"], answer["Content-Type"]) == (
        410, "consent.withdrawn", "application/problem+json",
    )  # fmt: skip
    assert (body["reference"], body["available_actions"]) == (referral.reference, ["confirm-withdrawal"])
    assert not secrets_in(answer)
    line = api.get().json()["results"][0]
    assert (line["needs_action_by"], line["end_reason"], line["urgency"]) == ("partner", "consent_withdrawn", None)
    refused = api.post(f"/{referral.pk}/start", if_match=answer["ETag"])
    assert (refused.status_code, refused.json()["code"]) == (410, "consent.withdrawn")
    done = api.post(f"/{referral.pk}/confirm-withdrawal", {"confirmation": "deleted"}, if_match=answer["ETag"])
    assert (done.status_code, done.json()["available_actions"]) == (200, [])
    again = api.get(f"/{referral.pk}")
    assert (again.status_code, again.json()["available_actions"]) == (410, [])
    twice = api.post(f"/{referral.pk}/confirm-withdrawal", {"confirmation": "deleted"}, if_match=again["ETag"])
    assert (twice.status_code, twice.json()["code"]) == (409, "state.nothing_to_confirm")


def test_expired_consent_is_gone(house, api):
    referral = factories.sent(house)
    now = timezone.now()
    with acting(house.people["caseworker"].pk):
        Decision.objects.filter(referrals=referral).update(
            valid_from=now - timedelta(days=2), valid_until=now - timedelta(days=1)
        )
    answer = api.get(f"/{referral.pk}")
    assert (answer.status_code, answer.json()["code"]) == (410, "consent.expired")
    assert answer.json()["reference"] == referral.reference
    refused = api.post(f"/{referral.pk}/accept", if_match=answer["ETag"])
    assert (refused.status_code, refused.json()["code"]) == (410, "consent.expired")


def test_hidden_unknown_and_malformed_are_the_same_bytes(house, api):
    theirs = factories.sent(house, service=house.services["Safe shelter"])
    case = factories.case(house)
    factories.agreed(house, case, house.services["Papers and status service"])
    unsent = factories.prepared(house, case, house.services["Papers and status service"])
    refs = [theirs.pk, uuid4(), unsent.pk, case.pk, "x", "0", "null", "%00", "é", "a" * 300, str(uuid4())[:-1] + "g"]
    for path, call in (("", api.get), ("/accept", api.post), ("/decline", api.post)):
        answers = [call(f"/{ref}{path}") for ref in refs]
        assert {a.status_code for a in answers} == {404}
        for answer in answers:
            assert answer.headers.pop("RateLimit"), "counts the caller's requests, whatever they asked for"
        assert len({(a.content, json.dumps(sorted(a.headers.items()))) for a in answers}) == 1
    assert answers[0].json() == {
        "type": "/api/v1/problems#record.absent",
        "title": "There is nothing at this address.",
        "status": 404,
        "code": "record.absent",
    }
    assert partner.api(house, LANTERN).get(f"/{theirs.pk}").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/people", "/api/v1/referrals/", "/api/v2/x", "/api/"])
def test_any_other_address_is_the_same_problem(house, api, path):
    headers = {"authorization": f"Bearer {api.bearer}"}
    wanted = api.get(f"/{uuid4()}").content
    for method in ("get", "post", "put", "patch", "delete", "options"):
        answer = getattr(Client(), method)(path, headers=headers)
        assert (answer.status_code, answer.content) == (404, wanted)
        assert answer["Content-Type"] == "application/problem+json"


def test_a_method_that_is_not_there(house, api):
    answer = Client().put("/api/v1/referrals", headers={"authorization": f"Bearer {api.bearer}"})
    assert (answer.status_code, answer.json()["code"]) == (405, "sender.method")
    assert "GET" in answer["Allow"]


def test_each_partner_has_its_own_feed(house, api):
    mine = factories.sent(house)
    theirs = factories.sent(house, service=house.services["Safe shelter"])
    other = partner.api(house, LANTERN)
    assert [line["id"] for line in api.get().json()["results"]] == [str(mine.pk)]
    assert [line["id"] for line in other.get().json()["results"]] == [str(theirs.pk)]


def test_the_cursor_walks_through_all_changes_once(house, api):
    referrals = [factories.sent(house) for _n in range(3)]
    first = api.get("?limit=2").json()
    assert ([line["id"] for line in first["results"]], first["has_more"]) == ([str(r.pk) for r in referrals[:2]], True)
    factories.respond(house, referrals[0], "acknowledge")
    second = api.get(f"?limit=2&after={first['next_cursor']}").json()
    assert [line["id"] for line in second["results"]] == [str(referrals[2].pk), str(referrals[0].pk)]
    assert second["has_more"] is False
    third = api.get(f"?after={second['next_cursor']}").json()
    assert (third["results"], third["next_cursor"], third["has_more"]) == ([], second["next_cursor"], False)
    only = api.get("?status=acknowledged").json()["results"]
    assert [line["id"] for line in only] == [str(referrals[0].pk)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("offset=1", "offset"), ("after=-1", "after"), ("after=x", "after"), ("after=" + "9" * 30, "after"),
        ("limit=0", "limit"), ("limit=101", "limit"), ("status=x", "status"), ("status=%00", "status"),
        ("limit=1&limit=2", "limit"), ("format=xml", "format"), ("page=1", "page"), ("%00=1", "\0"),
    ],
)  # fmt: skip
def test_a_query_that_is_not_known(house, api, query, field):
    answer = api.get(f"?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "sender.invalid")
    assert list(answer.json()["errors"]) == [field]


def test_the_first_look_is_shown_to_the_referrer(house, api):
    referral = factories.sent(house)
    api.get()
    with acting(house.people["caseworker"].pk):
        assert Referral.objects.get(pk=referral.pk).viewed_at is None
    api.get(f"/{referral.pk}")
    with acting(house.people["caseworker"].pk):
        assert Referral.objects.get(pk=referral.pk).viewed_at is not None


def test_titles_in_the_language_of_the_caller(house, api, monkeypatch):
    from django.utils import translation

    from referrals.api import problems

    monkeypatch.setattr(problems, "_", lambda text: f"{translation.get_language()}: {text}")
    for language in ("en", "ru", "ar"):
        answer = api.get(f"/{uuid4()}", accept_language=language)
        assert answer.json()["title"] == f"{language}: There is nothing at this address."
        assert answer["Content-Language"] == language
        assert answer.json()["code"] == "record.absent"


@pytest.mark.django_db(transaction=True)
def test_a_later_number_never_commits_first(transactional_db):
    """Two commits at once: the second waits for its number, so no reader can have passed the first."""
    house = factories.house()
    recipient = house.partners["Quayside Legal Clinic"].pk
    order, first_has, second_starts = [], Event(), Event()

    def first():
        with transaction.atomic():
            number = next_change(recipient)
            first_has.set()
            second_starts.wait(5)
            Event().wait(0.3)
            order.append(number)
        connection.close()

    def second():
        first_has.wait(5)
        second_starts.set()
        with transaction.atomic():
            order.append(next_change(recipient))
        connection.close()

    threads = [Thread(target=first), Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert order == [1, 2]
