"""One item more (T3): asked for by the recipient, opened by the referrer if the person agreed, never by itself."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from consent.models import Decision
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Gone, Refused, WrongState
from foundation.dossiers.models import Clock
from referrals import actions
from referrals.items import ItemRefusal
from referrals.models import Disclosure, ItemRequest, Partner, Referral, Service
from referrals.vocabulary import Status
from tests import factories, partner
from tests.referrals.test_api_read import withdraw
from tests.referrals.walking import step, walked

ADDRESS = "Mill lane 7, behind the bakery"
ASKED = {"item": "address", "reason": "to_meet"}


@pytest.fixture
def machine(house):
    return house.machine("Quayside Legal Clinic")


@pytest.fixture
def api(house):
    return partner.api(house)


@pytest.fixture
def accepted(house):
    """Accepted, with the address agreed to, approved and frozen with the rest."""
    sent = factories.sent(house)
    with acting(None):
        Partner.objects.filter(pk=sent.recipient_id).update(max_tier=3)
        service = Service.objects.get(pk=sent.service_id)
        Service.objects.filter(pk=service.pk).update(needs=[*service.needs, "address"])
    with acting(house.people["focal_point"].pk):
        row = Referral.objects.select_related("dossier").get(pk=sent.pk)
        Decision.objects.filter(pk=row.decision_id).update(fields=[*row.decision.fields, "address"])
        row.fields, row.package = [*row.fields, "address"], {**row.package, "address": ADDRESS}
        row.save(update_fields=["fields", "package"])
    return step(house, sent.pk, "accept")


def fresh(referral, by):
    with acting(by.pk):
        return Referral.objects.select_related("service__partner", "case").get(pk=referral.pk)


def as_referrer(referral, by, action, *args):
    with acting(by.pk):
        return action(Referral.objects.get(pk=referral.pk), *args, by=by)


def waits(referral, by):
    with acting(by.pk):
        return list(
            Clock.objects.running()
            .filter(subject_id=referral.pk, code="item_request")
            .values_list("user_id", flat=True)
        )


def test_it_opens_when_the_referrer_opens_it_and_not_before(api, accepted, caseworker):
    before = api.get(f"/{accepted.pk}")
    assert before.json()["items"] is None
    assert ADDRESS not in before.content.decode()
    assert "request-item" in before.json()["available_actions"]
    asked = api.act(accepted.pk, "request-item", ASKED)
    assert asked.status_code == 200
    assert "request-item" not in asked.json()["available_actions"], "one at a time"
    assert ADDRESS not in api.get(f"/{accepted.pk}").content.decode(), "asking opens nothing"
    assert waits(accepted, caseworker) == [caseworker.pk]
    as_referrer(accepted, caseworker, actions.open_item)
    read = api.get(f"/{accepted.pk}").json()
    assert read["items"] == {"address": ADDRESS}
    assert [(row["item"], row["state"]) for row in read["item_requests"]] == [("address", "opened")]
    assert waits(accepted, caseworker) == []
    with acting(caseworker.pk):
        told = Disclosure.objects.get(referral=accepted.pk, tier=3)
        assert (told.fields, told.decision_id) == (["address"], accepted.decision_id)
    again = api.act(accepted.pk, "request-item", ASKED)
    assert (again.status_code, again.json()["code"]) == (422, "receiver.item")


@pytest.mark.parametrize("refusal", ItemRefusal.values)
def test_a_refusal_is_read_as_a_code_and_opens_nothing(api, accepted, caseworker, refusal):
    api.act(accepted.pk, "request-item", ASKED)
    as_referrer(accepted, caseworker, actions.refuse_item, refusal)
    read = api.get(f"/{accepted.pk}").json()
    assert read["items"] is None
    assert [(row["state"], row["refusal"]) for row in read["item_requests"]] == [("refused", refusal)]
    assert "request-item" in read["available_actions"]
    with acting(caseworker.pk):
        assert not Disclosure.objects.filter(referral=accepted.pk, tier=3).exists()


def test_what_the_person_did_not_agree_to_is_opened_by_nobody_hs_01(api, accepted, caseworker):
    api.act(accepted.pk, "request-item", ASKED)
    with acting(caseworker.pk):
        kept = [code for code in accepted.fields if code != "address"]
        Decision.objects.filter(pk=accepted.decision_id).update(fields=kept)
    with pytest.raises(Gone) as gone:
        as_referrer(accepted, caseworker, actions.open_item)
    assert gone.value.code == "consent.expired"
    with acting(caseworker.pk):
        Referral.objects.filter(pk=accepted.pk).update(fields=kept)
    with pytest.raises(Refused) as refused:
        as_referrer(accepted, caseworker, actions.open_item)
    assert refused.value.code == "consent.missing"
    assert ADDRESS not in api.get(f"/{accepted.pk}").content.decode()


def test_a_part_that_is_taken_back_shuts_what_was_opened(api, accepted, caseworker):
    api.act(accepted.pk, "request-item", ASKED)
    as_referrer(accepted, caseworker, actions.open_item)
    with acting(caseworker.pk):
        Referral.objects.filter(pk=accepted.pk).update(fields=[code for code in accepted.fields if code != "address"])
    assert api.get(f"/{accepted.pk}").json()["items"] is None


def test_the_whole_taken_back_shuts_everything_hs_06(house, api, accepted, caseworker):
    api.act(accepted.pk, "request-item", ASKED)
    as_referrer(accepted, caseworker, actions.open_item)
    withdraw(house, accepted)
    answer = api.get(f"/{accepted.pk}")
    assert (answer.status_code, ADDRESS in answer.content.decode()) == (410, False)
    assert api.act(accepted.pk, "request-item", ASKED, "*").json()["code"] == "consent.withdrawn"


def test_after_the_end_it_is_shut(api, accepted, caseworker):
    api.act(accepted.pk, "request-item", ASKED)
    as_referrer(accepted, caseworker, actions.open_item)
    assert api.act(accepted.pk, "complete", {"outcome": "met"}).status_code == 200
    assert ADDRESS not in api.get(f"/{accepted.pk}").content.decode()


def test_a_request_that_nobody_answered_ends_with_the_service(api, accepted, caseworker):
    api.act(accepted.pk, "request-item", ASKED)
    api.act(accepted.pk, "complete", {"outcome": "met"})
    assert waits(accepted, caseworker) == []
    with pytest.raises(WrongState):
        as_referrer(accepted, caseworker, actions.open_item)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"item": "alias", "reason": "to_meet"}, 400),
        ({"item": "address", "reason": "curious"}, 400),
        ({"item": "address"}, 400),
        ({**ASKED, "text": "Her brother asks"}, 400),
    ],
)
def test_only_what_is_on_the_lists_is_asked_for(api, accepted, body, status):
    answer = api.act(accepted.pk, "request-item", body)
    assert (answer.status_code, answer.json()["code"]) == (status, "sender.invalid")


def test_what_the_entry_does_not_need_or_the_agreement_forbids_is_not_asked_for(house, api, accepted):
    Partner.objects.filter(pk=accepted.recipient_id).update(max_tier=2)
    answer = api.act(accepted.pk, "request-item", ASKED)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "receiver.item", "item")


def test_before_accepting_nothing_is_asked_for(house, machine):
    sent = walked(house, factories.case(house), Status.SENT)
    with acting(machine.pk), pytest.raises(WrongState):
        actions.request_item(Referral.objects.get(pk=sent.pk), "address", "to_meet", by=machine)


def test_the_recipient_opens_nothing_itself_and_nobody_else_asks(house, api, accepted, machine, caseworker):
    api.act(accepted.pk, "request-item", ASKED)
    for action in (actions.open_item, actions.refuse_item):
        args = ("not_needed",) if action is actions.refuse_item else ()
        with pytest.raises(Forbidden):
            as_referrer(accepted, machine, action, *args)
    with pytest.raises(Forbidden):
        as_referrer(accepted, caseworker, actions.request_item, "address", "to_meet")
    assert (
        partner.api(house, "Lantern House").post(f"/{accepted.pk}/request-item", ASKED, if_match="*").status_code == 404
    )


def test_two_requests_at_once_are_one(api, accepted, machine):
    api.act(accepted.pk, "request-item", ASKED)
    second = api.act(accepted.pk, "request-item", ASKED)
    assert (second.status_code, second.json()["code"]) == (409, "state.not_from_here")
    with acting(machine.pk):
        row = ItemRequest.objects.select_related("dossier").get()
        twin = ItemRequest(dossier=row.dossier, referral_id=accepted.pk, by=machine, item="address", reason="to_meet")
        with pytest.raises(IntegrityError, match="one_item_asked_at_a_time"), transaction.atomic():
            twin.save(force_insert=True)


def test_on_the_pages_of_both_sides(browse, accepted, partner_worker, caseworker):
    worker, offer = browse(partner_worker), reverse("referrals:offer", args=[accepted.pk])
    url = reverse("referrals:respond", args=[accepted.pk, "request-item"])
    assert url in worker.get(offer).content.decode()
    assert worker.post(url, {"item": "address"}).status_code == 422
    assert worker.post(url, ASKED).status_code == 302
    referrer = browse(caseworker)
    page = referrer.get(reverse("referrals:referral", args=[accepted.pk])).content.decode()
    assert "to meet the person where they are" in page
    opens = reverse("referrals:open_item", args=[accepted.pk])
    assert opens in page
    assert referrer.get(opens).status_code == 200
    assert referrer.post(opens).status_code == 302
    assert referrer.post(opens).status_code == 409
    assert ADDRESS in worker.get(offer).content.decode()
