"""What a partner does: one effect per request, on the version it has read, from where the referral stands."""

import json
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from foundation.core.acting import acting
from referrals.api.representation import available_actions
from referrals.models import IdempotencyKey, Referral, ReferralMove
from referrals.states import LIFE, PARTNER, WITH_PARTNER
from referrals.vocabulary import DeclineReason, ServiceOutcome, Status
from tests import factories, partner

BODIES: dict[str, dict[str, Any]] = {
    "ask": {"text": "Which court?"},
    "decline": {"reason": "no_capacity"},
    "complete": {"outcome": "met", "text": "Done."},
    "not-complete": {"outcome": "not_met"},
    "confirm-withdrawal": {"confirmation": "stopped"},
    "hold": {},
    "attempt": {"way": "phone", "is_within": True},
}
VERBS = [*(verb.replace("_", "-") for verb, row in LIFE.moves.items() if PARTNER in row.sides), "attempt"]
WAYS = {
    "sent": (), "acknowledged": ("acknowledge",), "info_requested": ("ask",), "accepted": ("accept",),
    "in_progress": ("accept", "start"), "on_hold": ("accept", "hold"), "unable_to_reach": ("accept", "unable_to_reach"),
    "declined": ("decline",), "completed": ("accept", "complete"), "not_completed": ("accept", "not_complete"),
}  # fmt: skip


@pytest.fixture
def api(house):
    return partner.api(house)


@pytest.fixture
def referral(house):
    return factories.sent(house)


def body_of(verb):
    more = {"at": timezone.now().isoformat()} if verb == "attempt" else {}
    return {**BODIES[verb], **more} if verb in BODIES else None


def n_moves(house, referral):
    with acting(house.people["caseworker"].pk), transaction.atomic():
        return ReferralMove.objects.filter(referral=referral.pk, side="partner").count()


def test_the_whole_way(api, referral):
    steps = [("acknowledge", "acknowledged"), ("accept", "accepted"), ("start", "in_progress"), ("hold", "on_hold"),
             ("resume", "in_progress"), ("complete", "completed")]  # fmt: skip
    tag = api.get(f"/{referral.pk}")["ETag"]
    for verb, status in steps:
        answer = api.act(referral.pk, verb, BODIES.get(verb), tag)
        assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert answer["ETag"] != tag
        tag = answer["ETag"]
        assert api.get(f"/{referral.pk}")["ETag"] == tag
    assert answer.json()["outcome"] == "met"
    assert answer.json()["needs_action_by"] == "referrer"


@pytest.mark.parametrize("state", WAYS)
def test_exactly_the_available_actions_work(house, api, state):
    """From every state that a partner sees, every verb: what is listed works, anything else is a 409 that says why."""
    referral = walked(house, api, state)
    for verb in VERBS:
        before = api.get(f"/{referral.pk}")
        answer = api.act(referral.pk, verb, body_of(verb), before["ETag"])
        if verb in before.json()["available_actions"]:
            assert answer.status_code == 200
            referral = walked(house, api, state)
        else:
            body = answer.json()
            assert (answer.status_code, body["state"]) == (409, state)
            assert body["code"] in ("state.not_from_here", "state.attempts")
            assert body["available_actions"] == before.json()["available_actions"]
            assert answer["ETag"] == before["ETag"]


def walked(house, api, state):
    referral = factories.sent(house)
    for step in WAYS[state]:
        name = step.replace("_", "-")
        for verb in [*(["attempt"] * 3 if name == "unable-to-reach" else []), name]:
            assert api.act(referral.pk, verb, body_of(verb)).status_code == 200
    assert api.get(f"/{referral.pk}").json()["status"] == state
    return referral


def test_every_state_with_the_partner_was_walked():
    assert set(WAYS) >= WITH_PARTNER
    assert set(WAYS) | {"draft", "awaiting_approval", "cancelled", "expired", "entered_in_error"} == set(Status.values)
    assert available_actions(Referral(status="cancelled", recalled_at=timezone.now())) == ["confirm-withdrawal"]


def test_without_if_match(house, api, referral):
    answer = api.post(f"/{referral.pk}/accept")
    assert (answer.status_code, answer.json()["code"]) == (428, "sender.if_match_missing")
    assert n_moves(house, referral) == 0


@pytest.mark.parametrize("tag", ['"1"', '"999"', "3", 'W/"3"', '"x', "-", '"1", "2"'])
def test_a_stale_version(house, api, referral, tag):
    answer = api.post(f"/{referral.pk}/accept", if_match=tag)
    body = answer.json()
    assert (answer.status_code, body["code"], body["state"]) == (412, "state.stale", "sent")
    assert answer["ETag"] == api.get(f"/{referral.pk}")["ETag"]
    assert n_moves(house, referral) == 0


def test_any_of_several_versions_or_whatever_there_is(house, api, referral):
    tag = api.get(f"/{referral.pk}")["ETag"]
    assert api.act(referral.pk, "acknowledge", version=f'"77", {tag}').status_code == 200
    assert api.act(referral.pk, "accept", version="*").status_code == 200


def test_the_same_key_is_one_effect_and_one_answer(house, api, referral):
    tag = api.get(f"/{referral.pk}")["ETag"]
    first = api.act(referral.pk, "acknowledge", {}, tag, idempotency_key="k-1")
    assert "Idempotency-Replayed" not in first
    api.act(referral.pk, "accept")
    again = api.act(referral.pk, "acknowledge", {}, tag, idempotency_key="k-1")
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    assert n_moves(house, referral) == 2


def test_a_replay_needs_no_version(api, referral):
    tag = api.get(f"/{referral.pk}")["ETag"]
    first = api.act(referral.pk, "accept", {}, tag, idempotency_key="k")
    again = api.post(f"/{referral.pk}/accept", {}, idempotency_key="k")
    assert (again.status_code, again.content) == (200, first.content)


def test_the_same_key_for_something_else(house, api, referral):
    assert api.act(referral.pk, "ask", {"text": "One"}, idempotency_key="k").status_code == 200
    for verb, body in (("ask", {"text": "Two"}), ("decline", {"reason": "other"})):
        answer = api.act(referral.pk, verb, body, idempotency_key="k")
        assert (answer.status_code, answer.json()["code"]) == (409, "sender.idempotency_key_reused")
    other = factories.sent(house)
    assert api.act(other.pk, "ask", {"text": "One"}, idempotency_key="k").status_code == 409
    assert n_moves(house, referral) == 1
    assert n_moves(house, other) == 0


def test_a_refused_request_leaves_no_claim_on_its_key(api, referral):
    refused = api.act(referral.pk, "accept", {}, '"1"', idempotency_key="k")
    assert refused.status_code == 412
    assert api.act(referral.pk, "accept", {}, idempotency_key="k").status_code == 200


def test_keys_belong_to_their_partner(house, api, referral):
    theirs = factories.sent(house, service=house.services["Safe shelter"])
    other = partner.api(house, "Lantern House")
    assert api.act(referral.pk, "accept", {}, idempotency_key="k").status_code == 200
    assert other.act(theirs.pk, "accept", {}, idempotency_key="k").status_code == 200


def test_a_key_is_kept_for_24_hours(house, api, referral):
    from referrals.tasks import forget

    tag = api.get(f"/{referral.pk}")["ETag"]
    api.act(referral.pk, "acknowledge", {}, tag, idempotency_key="k")

    def age(**by):
        with acting(house.machine("Quayside Legal Clinic").pk):
            IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(**by))

    age(hours=23, minutes=59)
    forget()
    assert api.act(referral.pk, "acknowledge", {}, tag, idempotency_key="k")["Idempotency-Replayed"] == "true"
    age(hours=24, seconds=1)
    late = api.act(referral.pk, "acknowledge", {}, tag, idempotency_key="k")
    assert late.status_code == 412
    age(hours=24, seconds=1)
    forget()
    with acting(house.machine("Quayside Legal Clinic").pk):
        assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 81, "é", "a\tb"])
def test_a_key_that_is_none(api, referral, key):
    answer = api.act(referral.pk, "accept", {}, idempotency_key=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "sender.idempotency_key")


def test_what_a_partner_writes_reaches_the_referrer(house, api, referral):
    api.act(referral.pk, "ask", {"text": "  أين؟ 🙂 Где?  "})
    with acting(house.people["caseworker"].pk):
        assert [m.text for m in Referral.objects.get(pk=referral.pk).messages.all()] == ["أين؟ 🙂 Где?"]


@pytest.mark.parametrize("reason", DeclineReason.values)
def test_every_reason_to_decline(api, referral, reason):
    assert api.act(referral.pk, "decline", {"reason": reason}).json()["end_reason"] == reason


@pytest.mark.parametrize("outcome", ServiceOutcome.values)
def test_every_outcome(api, referral, outcome):
    api.act(referral.pk, "accept")
    assert api.act(referral.pk, "complete", {"outcome": outcome}).json()["outcome"] == outcome


def test_a_completed_referral_is_shut_to_the_recipient(house, api, referral):
    """Access shrinks by itself: not only on the page, the key is gone too."""
    api.act(referral.pk, "accept")
    api.act(referral.pk, "complete", {"outcome": "met", "text": "Done."})
    with acting(house.machine("Quayside Legal Clinic").pk):
        assert not Referral.objects.get(pk=referral.pk).is_open
    with acting(house.people["caseworker"].pk):
        assert Referral.objects.get(pk=referral.pk).report == "Done."


def test_another_partner_cannot_act(house, api):
    theirs = factories.sent(house, service=house.services["Safe shelter"])
    for verb in VERBS:
        assert api.post(f"/{theirs.pk}/{verb}", BODIES.get(verb), if_match="*").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment(transactional_db):
    with transaction.atomic():
        house = factories.house()
        referral, api = factories.sent(house), partner.api(house)
    tag, start, answers = api.get(f"/{referral.pk}")["ETag"], Barrier(4), []

    def call():
        mine = partner.Api(api.client_id, api.client_secret, api.bearer)
        start.wait(5)
        answers.append(mine.act(referral.pk, "accept", {}, tag, idempotency_key="same"))
        connection.close()

    threads = [Thread(target=call) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [a.status_code for a in answers] == [200] * 4
    assert sum("Idempotency-Replayed" in a for a in answers) == 3
    assert len({json.dumps(a.json(), sort_keys=True) for a in answers}) == 1
    assert n_moves(house, referral) == 1


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_the_same_moment(transactional_db):
    """Without keys the version decides: one wins, the other is told what happened."""
    with transaction.atomic():
        house = factories.house()
        referral, api = factories.sent(house), partner.api(house)
    tag, start, answers = api.get(f"/{referral.pk}")["ETag"], Barrier(2), {}

    def call(verb):
        mine = partner.Api(api.client_id, api.client_secret, api.bearer)
        start.wait(5)
        answers[verb] = mine.act(referral.pk, verb, BODIES.get(verb), tag)
        connection.close()

    threads = [Thread(target=call, args=(verb,)) for verb in ("accept", "decline")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(a.status_code for a in answers.values()) == [200, 412]
    loser = next(a for a in answers.values() if a.status_code == 412)
    winner = next(a for a in answers.values() if a.status_code == 200)
    assert loser.json()["state"] == winner.json()["status"]
    assert n_moves(house, referral) == 1
