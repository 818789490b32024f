"""The code that a person carries: made once, kept as a keyed hash, entered at the desk, worth nothing elsewhere (W-22)."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Gone, Refused, WrongState
from foundation.core.keyring import Ring, keyring
from foundation.dossiers.models import Clock
from foundation.outbox.models import Message as Sent
from referrals import actions, carrying
from referrals.models import Disclosure, Referral
from referrals.vocabulary import Status
from tests import factories, partner
from tests.referrals.walking import step, walked

SERVICE = "Papers and status service"
UNKNOWN = "This code is not valid here."


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def desk(house):
    return house.people["partner_worker"]


def carried(house, case, **more) -> Referral:
    """Agreed, approved, and to be told by a code."""
    service = house.services[SERVICE]
    factories.agreed(house, case, service, more.pop("fields", None))
    referral = factories.prepared(house, case, service, channel="carried", is_safe_to_carry=True, **more)
    return step(house, step(house, referral.pk, "submit").pk, "send")


def coded(house, referral: Referral, why: str = "heart") -> str:
    """The code that the person gets."""
    by = house.people["caseworker"]
    with acting(by.pk):
        return actions.make_code(Referral.objects.get(pk=referral.pk), why, by=by)


def entered(by: User, code: str) -> Referral:
    """What the worker at the desk types."""
    with acting(by.pk):
        return actions.enter_code(code, by=by)


def forgotten(by: User) -> None:
    """As if this worker had not tried yet; the organisation's tries stay."""
    cache.delete_many([f"carried:{name}:{by.pk}" for name in ("worker", "worker_day")])


def refused(by: User, code: str) -> str:
    """The answer to a code that is not valid."""
    with acting(by.pk), pytest.raises(Refused) as answer:
        actions.enter_code(code, by=by)
    return f"{answer.value.code} {answer.value.message}"


def row(house, referral: Referral) -> Referral:
    with acting(house.people["caseworker"].pk):
        return Referral.objects.select_related("dossier").get(pk=referral.pk)


# --- the way of a code


def test_nobody_at_the_partner_knows_of_it_before_the_code_is_told(house, case, caseworker, desk):
    referral = carried(house, case)
    coded(house, referral)
    api = partner.api(house)
    assert api.get(f"/{referral.pk}").status_code == 404
    assert api.get("").json()["results"] == []
    for seat in (desk, house.machine("Quayside Legal Clinic")):
        with acting(seat.pk):
            assert not Referral.objects.exists()
    with acting(caseworker.pk):
        assert not Disclosure.objects.filter(referral=referral.pk).exists()
        running = Clock.objects.running().filter(subject_id=referral.pk)
        assert set(running.values_list("code", "user")) == {
            ("acknowledge", caseworker.pk), ("decide", caseworker.pk)
        }  # fmt: skip


def test_nothing_is_sent_to_the_partner_before_the_code_is_told(house, case, as_courier):
    referral = carried(house, case)
    coded(house, referral)
    assert not Sent.objects.filter(channel="webhook", reference=referral.pk).exists()


def test_the_code_opens_the_preview_and_no_more(house, case, caseworker, desk, browse):
    """partners.md §4: the loop closes and almost no data moves; the rest opens as always, when they accept."""
    referral = carried(house, case)
    code = coded(house, referral)
    page = browse(desk)
    answer = page.post(reverse("referrals:enter_code"), {"code": code.lower().replace("-", " ")})
    assert answer.status_code == 302
    shown = page.get(answer["Location"]).content.decode()
    assert factories.NAME not in shown
    assert "Help to get identity papers back" not in shown
    with acting(caseworker.pk):
        assert set(Disclosure.objects.filter(referral=referral.pk).values_list("tier", flat=True)) == {0}
        fresh = Referral.objects.get(pk=referral.pk)
        assert (fresh.status, fresh.code_hash) == (Status.ACKNOWLEDGED, None)
        running = Clock.objects.running().filter(subject_id=referral.pk)
        assert running.get(user=None).code == "decide"
    assert page.post(reverse("referrals:respond", args=[referral.pk, "accept"])).status_code == 302
    assert factories.NAME in page.get(reverse("referrals:offer", args=[referral.pk])).content.decode()
    with acting(caseworker.pk):
        assert set(Disclosure.objects.filter(referral=referral.pk).values_list("tier", flat=True)) == {0, 1, 2}


def test_an_emergency_opens_no_more_than_the_preview_either(house, desk):
    case = factories.case(house, flags=["death_threat_72h"])
    referral = carried(house, case)
    assert referral.urgency == "emergency"
    entered(desk, coded(house, referral))
    with acting(desk.pk):
        assert set(Disclosure.objects.filter(referral=referral.pk).values_list("tier", flat=True)) == {0}
    seen = partner.api(house).get(f"/{referral.pk}").json()
    assert seen["preview"]
    assert seen["contact"] is None


def test_from_then_on_the_partner_answers_itself_and_the_referrer_no_more(house, case, desk):
    referral = carried(house, case)
    entered(desk, coded(house, referral))
    by = house.people["caseworker"]
    with acting(by.pk), pytest.raises(Forbidden):
        actions.hear(Referral.objects.get(pk=referral.pk), "accept", actions.Reply(), by=by)
    with acting(by.pk), pytest.raises(Forbidden):
        actions.make_code(Referral.objects.get(pk=referral.pk), "heart", by=by)
    assert step(house, referral.pk, "accept").status == Status.ACCEPTED


def test_a_partner_that_was_phoned_meanwhile_still_opens_it_by_the_code(house, case, desk):
    referral = carried(house, case)
    code, by = coded(house, referral), house.people["caseworker"]
    with acting(by.pk):
        actions.hear(Referral.objects.get(pk=referral.pk), "acknowledge", actions.Reply(), by=by)
        assert set(Disclosure.objects.filter(referral=referral.pk).values_list("tier", flat=True)) == {0}
    assert entered(desk, code).status == Status.ACKNOWLEDGED


# --- when it is not valid: always the same answer


def test_a_wrong_used_replaced_expired_or_foreign_code_gets_one_and_the_same_answer(house, case, desk, caseworker):
    referral = carried(house, case)
    old = coded(house, referral)
    new = coded(house, referral)
    assert old != new
    answers = {refused(desk, old), refused(desk, carrying.drawn()), refused(desk, "no code at all"), refused(desk, "")}
    forgotten(desk)
    answers |= {refused(factories.desk("Lantern House"), new)}
    with acting(caseworker.pk):
        Referral.objects.filter(pk=referral.pk).update(code_until=timezone.now() - timedelta(seconds=1))
    answers |= {refused(desk, new)}
    with acting(caseworker.pk):
        Referral.objects.filter(pk=referral.pk).update(code_until=timezone.now() + timedelta(hours=1))
    assert entered(desk, new).arrived_at is not None
    answers |= {refused(desk, new)}
    assert len(answers) == 1
    assert UNKNOWN in answers.pop()


def test_a_withdrawal_kills_the_code_and_the_partner_learns_nothing_by_it(house, case, desk, caseworker, as_courier):
    """HS-06: what the partner never heard of is not asked to be forgotten: that would tell of the person."""
    from consent import actions as consent

    referral = carried(house, case)
    code = coded(house, referral)
    with acting(caseworker.pk):
        consent.withdraw(Referral.objects.get(pk=referral.pk).decision, by=caseworker)
        fresh = Referral.objects.get(pk=referral.pk)
        assert (fresh.status, fresh.code_hash, fresh.recalled_at) == (Status.CANCELLED, None, None)
        assert not fresh.must_confirm
        assert not Clock.objects.running().filter(subject_id=referral.pk).exists()
    assert UNKNOWN in refused(desk, code)
    assert not Sent.objects.filter(channel="webhook", reference=referral.pk).exists()


def test_a_withdrawal_after_it_was_told_goes_the_way_of_all(house, case, desk, caseworker):
    from consent import actions as consent

    referral = carried(house, case)
    entered(desk, coded(house, referral))
    with acting(caseworker.pk):
        consent.withdraw(Referral.objects.get(pk=referral.pk).decision, by=caseworker)
        assert Referral.objects.get(pk=referral.pk).must_confirm
    assert partner.api(house).get(f"/{referral.pk}").status_code == 410


def test_a_consent_that_was_refused_since_opens_nothing(house, case, desk):
    """HS-01 at the desk too."""
    referral = carried(house, case)
    code, service = coded(house, referral), house.services[SERVICE]
    factories.decide(house, case, "external_referral", service.pk, "refused", fields=service.offered_fields)
    assert UNKNOWN in refused(desk, code)


@pytest.mark.parametrize("verb", ["cancel", "expire"])
def test_what_was_called_off_has_no_code_any_more(house, case, desk, verb):
    referral = carried(house, case)
    code = coded(house, referral)
    step(house, referral.pk, verb)
    assert row(house, referral).code_hash is None
    assert UNKNOWN in refused(desk, code)
    with pytest.raises(WrongState):
        coded(house, referral)


# --- guessing


def test_a_worker_may_try_five_times_in_a_quarter_of_an_hour(house, case, desk):
    code = coded(house, carried(house, case))
    for _ in range(5):
        assert UNKNOWN in refused(desk, carrying.drawn())
    assert "code.many" in refused(desk, code)  # even the right one
    forgotten(desk)
    assert entered(desk, code).arrived_at


def test_an_organisation_may_try_sixty_times_a_day_whoever_tries(house, case, desk):
    code = coded(house, carried(house, case))
    for _ in range(12):
        for _ in range(5):
            assert UNKNOWN in refused(desk, carrying.drawn())
        forgotten(desk)
    assert "code.many" in refused(desk, code)


def test_right_codes_are_not_counted(house, case, desk):
    referral = carried(house, case)
    for _ in range(4):
        refused(desk, carrying.drawn())
    entered(desk, coded(house, referral))
    assert UNKNOWN in refused(desk, carrying.drawn())
    assert "code.many" in refused(desk, carrying.drawn())


def test_every_live_code_is_compared_in_constant_time(house, case, desk, monkeypatch):
    """No comparison of the database or of Python's ``==`` decides; each candidate costs the same."""
    import hmac

    compared, real = [], hmac.compare_digest
    coded(house, carried(house, case))

    def counting(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr(carrying.hmac, "compare_digest", counting)
    refused(desk, carrying.drawn())
    n_wrong = len(compared)
    refused(desk, "no code")
    assert n_wrong == len(compared) - n_wrong >= 1


def test_a_copy_of_the_database_gives_no_code(house, case):
    referral = carried(house, case)
    code = coded(house, referral)
    kept = bytes(row(house, referral).code_hash)
    assert len(kept) == 32
    with acting(house.people["caseworker"].pk), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(r)::text FROM referrals_referral r WHERE id = %s", [referral.pk])
        found = cursor.fetchall()
    assert str(referral.pk) in str(found)
    assert code not in str(found)
    assert code.replace("-", "") not in str(found)


def test_codes_are_long_enough_and_of_a_form_that_is_read_aloud():
    code = carrying.drawn()
    assert re.fullmatch(r"[0-9B-Z]{3}-[0-9B-Z]{3}-[0-9B-Z]{3}", code)
    assert 29**carrying.SIGNS > 5e11
    assert carrying.could_be(code.lower().replace("-", "  "))


def test_a_code_holds_through_an_exchange_of_the_key(house, case, desk, monkeypatch):
    referral = carried(house, case)
    code, ring = coded(house, referral), keyring()
    newer = Ring(ring.seal.current + 1, {**ring.seal.keys, ring.seal.current + 1: b"n" * 32})
    monkeypatch.setattr(carrying, "keyring", lambda: replace(ring, seal=newer))
    assert entered(desk, code).arrived_at


# --- who, and in which matter


@pytest.mark.parametrize("seat", ["volunteer", "caseworker", "focal_point", "administrator", "data_officer"])
def test_only_a_worker_of_a_partner_enters_a_code(house, case, browse, seat):
    code = coded(house, carried(house, case))
    by = house.people[seat]
    with acting(by.pk), pytest.raises(Forbidden):
        actions.enter_code(code, by=by)
    assert browse(by).get(reverse("referrals:enter_code")).status_code in (403, 404)


def test_a_machine_enters_no_code(house, case):
    machine = house.machine("Quayside Legal Clinic")
    code = coded(house, carried(house, case))
    with acting(machine.pk), pytest.raises(Forbidden):
        actions.enter_code(code, by=machine)


@pytest.mark.parametrize("seat", ["volunteer", "outsider", "partner_worker"])
def test_only_the_referring_side_makes_a_code(house, case, seat):
    referral = carried(house, case)
    by = house.people[seat]
    with acting(by.pk), pytest.raises((Forbidden, Referral.DoesNotExist)):
        actions.make_code(Referral.objects.get(pk=referral.pk), "heart", by=by)


def test_what_goes_another_way_has_no_code(house, case):
    with pytest.raises(Forbidden):
        coded(house, walked(house, case, Status.SENT))


STRICT = [
    {"category": "sexual_or_gender_based"}, {"category": "child_in_danger"}, {"flags": ["held_captive"]},
    {"category": "trafficking_exploitation_forced_labour"}, {"setting": "detention"}, {"age": 15}, {"age": None},
]  # fmt: skip


@pytest.mark.parametrize("about", STRICT, ids=str)
def test_in_a_strictly_restricted_matter_nobody_carries_a_code(house, about, browse, caseworker):
    """domain.md §4.1 (STRICTLY_RESTRICTED): it could be forced from the person. Neither offered nor taken."""
    age = about.pop("age", 34)
    case = factories.case(house, age, **about)
    service = house.services[SERVICE]
    if age == 34:
        factories.agreed(house, case, service)
    assert why_not(case, service, caseworker)
    page = browse(caseworker).get(reverse("referrals:prepare", args=[case.pk, service.pk])).content.decode()
    assert 'value="carried"' not in page
    offer = actions.Offer("Help", channel="carried", is_safe_to_carry=True)
    with acting(caseworker.pk), pytest.raises(Refused) as answer:
        actions.prepare(Case.objects.get(pk=case.pk), service, offer, by=caseworker)
    assert answer.value.code == "code.strict"


def why_not(case, service, by) -> str:
    with acting(by.pk):
        return carrying.why_not(Case.objects.get(pk=case.pk), service)


def test_no_code_for_a_place_that_is_not_told(house, case, caseworker):
    service = house.services["Safe shelter"]
    assert why_not(case, service, caseworker)
    assert not why_not(case, house.services[SERVICE], caseworker)


# --- W-22, and the pages


def test_w22_the_warning_wants_an_answer_twice(house, case, browse, caseworker):
    """W-22: when the way is chosen, and again when the code is handed over; nothing is chosen beforehand."""
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    worker, url = browse(caseworker), reverse("referrals:prepare", args=[case.pk, service.pk])
    assert 'value="carried"' in worker.get(url).content.decode()
    assert worker.post(url, {"reason": "Papers", "channel": "carried"}).status_code == 422
    with acting(caseworker.pk):
        assert not Referral.objects.exists()
    safe = {"reason": "Papers", "channel": "carried", "is_safe_to_carry": "on"}
    assert worker.post(url, safe).status_code == 302
    with acting(caseworker.pk):
        referral = Referral.objects.get()
    step(house, step(house, referral.pk, "submit").pk, "send")
    page = worker.get(reverse("referrals:code", args=[referral.pk]))
    assert not re.search(r'type="radio"[^>]*checked', page.content.decode())
    for answer in ({}, {"language": "en"}, {"language": "en", "why": "unsafe"}, {"language": "en", "why": "sure"}):
        assert worker.post(reverse("referrals:code", args=[referral.pk]), answer).status_code == 422
    assert row(house, referral).code_hash is None


@pytest.mark.parametrize(("why", "is_paper"), [("heart", False), ("place", True)])
def test_the_code_is_shown_once_and_the_slip_tells_on_nobody(house, case, browse, caseworker, why, is_paper):
    referral = carried(house, case)
    worker, url = browse(caseworker), reverse("referrals:code", args=[referral.pk])
    answer = worker.post(url, {"language": "en", "why": why})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    page = answer.content.decode()
    (code,) = set(re.findall(r"[0-9B-Z]{3}-[0-9B-Z]{3}-[0-9B-Z]{3}", page))
    assert ("amp-paper" in page) is is_paper
    slip = page.split('<section class="amp-card">')[1].split("</section>")[0]
    assert code in slip
    for told in (factories.NAME, SERVICE, "Quayside", "Amparo", "apers", case.code, referral.reference, "Harbour"):
        assert told not in slip
    for again in (url, reverse("referrals:referral", args=[referral.pk])):
        assert code not in worker.get(again).content.decode()


def test_the_page_of_the_partner_keeps_what_was_typed_and_says_the_same_to_all(house, desk, browse):
    page = browse(desk)
    answer = page.post(reverse("referrals:enter_code"), {"code": "K7F-2QX-4BC"})
    assert answer.status_code == 422
    assert UNKNOWN in answer.content.decode()
    assert "K7F-2QX-4BC" in answer.content.decode()
    assert page.post(reverse("referrals:enter_code"), {"code": ""}).status_code == 422


def test_each_step_stands_in_the_trail_and_no_code_does(house, case, desk, monkeypatch):
    events, real = [], trail.record

    def noting(verb: str, **more: Any) -> None:
        events.append((verb, more))
        real(verb, **more)

    monkeypatch.setattr(trail, "record", noting)
    referral = carried(house, case)
    code = coded(house, referral, "knows")
    refused(desk, "K7F-2QX-4BC")
    entered(desk, code)
    found = dict(events)
    assert {"referral.code_made", "referral.code_refused", "referral.code_entered"} <= set(found)
    assert found["referral.code_made"]["why"] == "knows"
    assert code not in str(events)
    assert "K7F" not in str(events)


def test_nothing_is_made_once_the_consent_has_ended(house, case, caseworker):
    """HS-01 before the code too."""
    referral = carried(house, case)
    service = house.services[SERVICE]
    factories.decide(house, case, "external_referral", service.pk, "refused", fields=service.offered_fields)
    with pytest.raises((Refused, Gone, WrongState)):
        coded(house, referral)
