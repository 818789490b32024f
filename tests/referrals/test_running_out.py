"""When time runs out: three attempts, holds with an end, loops nobody could close, untouched drafts (partners.md §2; W-16)."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers import clerk
from foundation.dossiers.models import Clock, DossierKey
from foundation.outbox.models import Message as Sent
from referrals import actions
from referrals.actions.ending import sweep_drafts
from referrals.attempting import Attempt
from referrals.closing import vetoes
from referrals.models import ContactAttempt, Referral
from referrals.vocabulary import Status
from tests import factories, partner
from tests.referrals.walking import SERVICE, prepared, step, tried, walked


@pytest.fixture
def case(house):
    return factories.case(house)


def attempt(**more: Any) -> Attempt:
    return Attempt(**{"at": timezone.now(), "way": "phone", "is_within": True, **more})


def logged(house, referral: Referral, **more: Any) -> Referral:
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        return actions.log_attempt(Referral.objects.get(pk=referral.pk), attempt(**more), by=machine)


# --- three attempts


@pytest.mark.parametrize("n", [0, 2])
def test_nobody_is_called_unreachable_before_three_safe_attempts(house, case, n):
    referral = walked(house, case, Status.ACCEPTED)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        fresh = Referral.objects.get(pk=referral.pk)
        tried(fresh, machine, n)
        with pytest.raises(WrongState) as refused:
            actions.act_as_recipient(fresh, "unable_to_reach", actions.Reply(), by=machine)
        assert refused.value.code == "state.attempts"
        with pytest.raises(DatabaseError, match="three safe attempts"), transaction.atomic():
            Referral.objects.filter(pk=referral.pk).update(status=Status.UNABLE_TO_REACH)


def test_attempts_outside_the_safe_times_do_not_count_and_need_a_reason_w_16(house, case):
    """W-16."""
    referral = walked(house, case, Status.ACCEPTED)
    for outside in ("", "bored"):
        with pytest.raises(Refused) as refused:
            logged(house, referral, is_within=False, outside=outside)
        assert refused.value.field == "outside"
    for _n in range(3):
        logged(house, referral, is_within=False, outside="danger")
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        fresh = Referral.objects.get(pk=referral.pk)
        with pytest.raises(WrongState):
            actions.act_as_recipient(fresh, "unable_to_reach", actions.Reply(), by=machine)
    with acting(house.people["caseworker"].pk):
        assert set(ContactAttempt.objects.values_list("outside", flat=True)) == {"danger"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"at": timezone.now() + timedelta(hours=1)}, "at"),
        ({"at": timezone.now() - timedelta(days=2)}, "at"),
        ({"way": "pigeon"}, "way"),
    ],
)
def test_an_attempt_has_a_time_and_a_way(house, case, more, field):
    referral = walked(house, case, Status.ACCEPTED)
    with pytest.raises(Refused) as refused:
        logged(house, referral, **more)
    assert refused.value.field == field
    at = timezone.now()
    logged(house, referral, at=at)
    with pytest.raises(Refused):
        logged(house, referral, at=at)


def test_after_advice_it_is_tried_anew(house, case):
    referral = step(house, walked(house, case, Status.UNABLE_TO_REACH).pk, "advise")
    assert referral.tries == 0


def test_only_the_partner_writes_its_attempts_down(house, case, caseworker):
    referral = walked(house, case, Status.ACCEPTED)
    with acting(caseworker.pk), pytest.raises(Forbidden):
        actions.log_attempt(Referral.objects.get(pk=referral.pk), attempt(), by=caseworker)
    with pytest.raises(WrongState):
        logged(house, walked(house, factories.case(house), Status.SENT))


def test_the_interface_offers_it_after_three_attempts(house):
    referral, api = factories.sent(house), partner.api(house)
    assert api.act(referral.pk, "accept").status_code == 200
    for n in range(3):
        may = api.get(f"/{referral.pk}").json()["available_actions"]
        assert ("attempt" in may, "unable-to-reach" in may) == (True, False), n
        body = {"at": timezone.now().isoformat(), "way": "message", "is_within": True}
        assert api.act(referral.pk, "attempt", body).status_code == 200
    assert api.act(referral.pk, "attempt", {"way": "phone"}).status_code == 400
    assert "unable-to-reach" in api.get(f"/{referral.pk}").json()["available_actions"]
    assert api.act(referral.pk, "unable-to-reach").json()["status"] == "unable_to_reach"


def test_w16_on_the_partners_page_and_in_the_referrers_history(house, case, browse, caseworker):
    referral = walked(house, case, Status.ACCEPTED)
    worker = browse(house.people["partner_worker"])
    offer, url = (
        reverse("referrals:offer", args=[referral.pk]),
        reverse("referrals:respond", args=[referral.pk, "attempt"]),
    )
    page = worker.get(offer).content.decode()
    assert "We cannot reach the person" not in page
    assert url in page
    at = timezone.localtime(timezone=ZoneInfo(referral.unit.time_zone)).strftime("%Y-%m-%dT%H:%M")
    assert worker.post(url, {"at": at, "way": "visit", "is_within": "no"}).status_code == 422
    answer = worker.post(url, {"at": at, "way": "visit", "is_within": "no", "outside": "danger"})
    assert answer.status_code == 302
    page = browse(caseworker).get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "Danger could not wait" in page


def test_by_phone_the_referrer_writes_the_attempts_down(house, case, browse, caseworker):
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    draft = factories.prepared(house, case, service, channel="phone")
    referral = step(house, step(house, draft.pk, "submit").pk, "send")
    worker = browse(caseworker)

    def heard(verb):
        return reverse("referrals:heard", args=[referral.pk, verb])

    assert worker.post(heard("accept"), {}).status_code == 302
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert heard("attempt") in page
    assert heard("unable-to-reach") not in page
    with acting(caseworker.pk):
        for _n in range(3):
            actions.hear_attempt(Referral.objects.get(pk=referral.pk), attempt(), by=caseworker)
    assert worker.post(heard("unable-to-reach"), {}).status_code == 302


# --- holds


def test_a_hold_ends_on_a_day_and_whoever_put_it_is_reminded(house, case):
    referral = walked(house, case, Status.ACCEPTED)
    until = timezone.localdate() + timedelta(days=20)
    step(house, referral.pk, "hold", until=until)
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        clock = Clock.objects.running().get(subject_id=referral.pk, code="hold")
        assert clock.group_id in machine.group_ids
        assert timezone.localtime(clock.due_at).date() in (until, until + timedelta(days=1))
    step(house, referral.pk, "resume")
    with acting(machine.pk):
        assert not Clock.objects.running().filter(subject_id=referral.pk, code="hold").exists()


@pytest.mark.parametrize("days", [-1, 93])
def test_a_hold_is_no_way_out(house, case, days):
    referral = walked(house, case, Status.ACCEPTED)
    with pytest.raises(Refused) as refused:
        step(house, referral.pk, "hold", until=timezone.localdate() + timedelta(days=days))
    assert refused.value.field == "until"


def test_on_the_page_a_hold_says_until_when(house, case, browse):
    referral = walked(house, case, Status.ACCEPTED)
    worker, url = browse(house.people["partner_worker"]), reverse("referrals:respond", args=[referral.pk, "hold"])
    assert worker.post(url, {}).status_code == 422
    assert worker.post(url, {"until": str(timezone.localdate() + timedelta(days=3))}).status_code == 302


# --- not verified


def late(referral: Referral) -> None:
    with clerk.as_clerk():
        Clock.objects.filter(subject_id=referral.pk, code="verify").update(due_at=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize("state", [Status.COMPLETED, Status.NOT_COMPLETED])
def test_a_loop_that_nobody_could_close_is_closed_as_not_verified_by_a_person(house, case, browse, caseworker, state):
    """HS-24: after 14 days the clock proposes it, a person says why; what the person says one day is kept all the same."""
    referral = walked(house, case, state)
    worker, url = browse(caseworker), reverse("referrals:close_unverified", args=[referral.pk])
    assert worker.get(url).status_code == 409
    assert worker.post(url, {"reason": "not_reached"}).status_code == 409
    late(referral)
    assert url in worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert worker.post(url, {"reason": ""}).status_code == 422
    assert worker.post(url, {"reason": "not_reached"}).status_code == 302
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "Closed as not verified" in page
    with acting(caseworker.pk):
        fresh = Referral.objects.get(pk=referral.pk)
        assert fresh.needs_action_by == "nobody"
        assert not Clock.objects.running().filter(subject_id=referral.pk).exists()
        assert "referral.unverified" not in {veto.code for veto in vetoes(Case.objects.get(pk=case.pk))}
        said = actions.verify(fresh, "She came back.", actions.Feedback("yes", "yes"), by=caseworker)
        assert said.unverified_for == ""


def test_the_database_calls_nothing_unverified_that_had_nothing_to_ask(house, case, caseworker):
    referral = walked(house, case, Status.ACCEPTED)
    rows = Referral.objects.filter(pk=referral.pk)
    with acting(caseworker.pk), pytest.raises(DatabaseError, match="unverified"), transaction.atomic():
        rows.update(unverified_for="unsafe", verified_at=timezone.now())


# --- drafts


def untouched(referral: Referral, days: int) -> None:
    then = timezone.now() - timedelta(days=days)
    with clerk.as_clerk():
        Referral.objects.filter(pk=referral.pk).update(touched_at=then, status_at=then)


def test_an_untouched_draft_is_reminded_of_and_a_week_later_gone_with_its_key(house, case, caseworker, as_courier):
    draft = prepared(house, case)
    assert sweep_drafts() == 0
    untouched(draft, 31)
    assert sweep_drafts() == 0, "first somebody is reminded"
    assert (
        Sent.objects.filter(recipient=caseworker, channel="notice", slot__startswith=f"draft:{draft.pk}").count() == 1
    )
    assert sweep_drafts() == 0
    with clerk.as_clerk():
        Referral.objects.filter(pk=draft.pk).update(reminded_at=timezone.now() - timedelta(days=8))
    assert sweep_drafts() == 1
    with clerk.as_clerk():
        gone = Referral.objects.select_related("dossier").get(pk=draft.pk)
        assert (gone.status, gone.end_reason) == (Status.CANCELLED, "draft_untouched")
        assert gone.dossier.erased_at is not None
        assert not DossierKey.objects.filter(dossier=draft.dossier_id).exists()
        assert not Clock.objects.running().filter(subject_id=draft.pk).exists()


def test_whoever_goes_on_with_a_draft_keeps_it(house, case, caseworker):
    draft = prepared(house, case)
    untouched(draft, 31)
    sweep_drafts()
    with acting(caseworker.pk):
        actions.revise(Referral.objects.get(pk=draft.pk), actions.Offer("Papers"), by=caseworker)
    with clerk.as_clerk():
        row = Referral.objects.get(pk=draft.pk)
        assert (row.status, row.reminded_at) == (Status.DRAFT, None)
    assert sweep_drafts() == 0
