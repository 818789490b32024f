"""Phone, in person, paper: told by the referrer, with the same consent, approval, clocks and releases (issue of element b)."""

import pytest
from django.urls import reverse

from cases.models import Case
from foundation.accounts.models import Organisation
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Gone, Refused
from foundation.dossiers.models import Clock, DossierKey
from foundation.outbox.models import Message as Sent
from referrals import actions
from referrals.models import Disclosure, Referral
from referrals.vocabulary import Status
from tests import factories, partner
from tests.referrals.walking import step, walked

SERVICE = "Papers and status service"


@pytest.fixture
def case(house):
    return factories.case(house)


def told(house, case, channel: str = "phone", **more) -> Referral:
    """Agreed, approved, and told by the referrer."""
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    referral = factories.prepared(house, case, service, channel=channel, **more)
    return step(house, step(house, referral.pk, "submit").pk, "send")


def heard(house, referral: Referral, verb: str, who: str = "caseworker", **reply: str) -> Referral:
    """What the partner answered, as the referrer writes it down."""
    by = house.people[who]
    with acting(by.pk):
        return actions.hear(Referral.objects.get(pk=referral.pk), verb, actions.Reply(**reply), by=by)


def tiers(referral: Referral) -> set[int]:
    return set(Disclosure.objects.filter(referral=referral.pk).values_list("tier", flat=True))


@pytest.mark.parametrize("channel", ["phone", "in_person", "paper"])
def test_nothing_lies_at_the_partner_and_every_release_is_written_down(house, case, caseworker, channel):
    """The package is wrapped by nobody else's key; the partner's pages and programs know nothing of it."""
    more = {"is_safe_to_carry": True} if channel == "paper" else {}
    referral = told(house, case, channel, **more)
    api = partner.api(house)
    assert api.get(f"/{referral.pk}").status_code == 404
    assert api.get("").json()["results"] == []
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert not Referral.objects.exists()
    society = Organisation.objects.get(name="Meridian Society")
    with acting(caseworker.pk):
        keys = DossierKey.objects.filter(dossier=referral.dossier_id)
        assert set(keys.values_list("organisation_key__organisation_id", flat=True)) == {society.pk}
        assert tiers(referral) == ({0, 1, 2} if channel == "paper" else {0})
    heard(house, referral, "accept")
    with acting(caseworker.pk):
        assert tiers(referral) == {0, 1, 2}


def test_the_same_clocks_run_and_stand_on_the_referrers_list(house, case, caseworker):
    referral = told(house, case)
    with acting(caseworker.pk):
        running = Clock.objects.running().filter(subject_id=referral.pk)
        assert set(running.values_list("code", "user")) == {
            ("acknowledge", caseworker.pk), ("decide", caseworker.pk)
        }  # fmt: skip
    heard(house, referral, "acknowledge")
    heard(house, referral, "accept")
    with acting(caseworker.pk):
        assert list(Clock.objects.running().filter(subject_id=referral.pk).values_list("code")) == [("first_contact",)]


def test_nobody_is_woken_at_the_partner(house, case, as_courier):
    referral = told(house, case)
    assert not Sent.objects.filter(channel="webhook", reference=referral.pk).exists()


def test_the_whole_way_by_phone_with_a_decline_and_its_gap(house, case, browse, caseworker):
    referral = told(house, case)
    worker = browse(caseworker)
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "You tell them, and write down here what they answer." in page
    url = reverse("referrals:heard", args=[referral.pk, "decline"])
    assert url in page
    assert worker.post(url, {}).status_code == 422
    assert worker.post(url, {"reason": "no_capacity"}).status_code == 302
    with acting(caseworker.pk):
        assert Referral.objects.get(pk=referral.pk).status == Status.DECLINED
    assert worker.get(reverse("referrals:heard", args=[referral.pk, "accept"])).status_code == 409


@pytest.mark.parametrize("seat", ["volunteer", "outsider", "partner_worker"])
def test_only_the_referring_side_writes_the_answers_down(house, case, seat):
    referral = told(house, case)
    with pytest.raises((Forbidden, Referral.DoesNotExist)):
        heard(house, referral, "accept", who=seat)


def test_what_the_partner_reads_itself_it_answers_itself(house, case):
    referral = walked(house, case, Status.SENT)
    with pytest.raises(Forbidden):
        heard(house, referral, "accept")


def test_nothing_is_told_on_once_the_consent_has_ended(house, case):
    """HS-01 at each release, whoever tells."""
    referral = told(house, case)
    service = house.services[SERVICE]
    factories.decide(house, case, "external_referral", service.pk, "refused", fields=service.offered_fields)
    with pytest.raises(Gone):
        heard(house, referral, "accept")


def test_a_withdrawal_asks_the_referrer_to_phone_and_to_write_down_what_they_did(house, case, caseworker):
    """HS-06: the same cascade; nobody else has a page to confirm it on."""
    from consent import actions as consent

    referral = told(house, case)
    with acting(caseworker.pk):
        decision = Referral.objects.get(pk=referral.pk).decision
        consent.withdraw(decision, by=caseworker)
        fresh = Referral.objects.get(pk=referral.pk)
        assert fresh.recalled_at is not None
        assert fresh.must_confirm
        done = actions.hear_confirmation(fresh, "deleted", "", "", by=caseworker)
        assert not done.must_confirm


def test_w22_a_paper_only_where_carrying_it_is_safe(house, case, browse, caseworker):
    """W-22."""
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    worker, url = browse(caseworker), reverse("referrals:prepare", args=[case.pk, service.pk])
    refused = worker.post(url, {"reason": "Papers", "channel": "paper"})
    assert refused.status_code == 422
    assert "A paper that others may find is dangerous." in refused.content.decode()
    safe = {"reason": "Papers", "channel": "paper", "is_safe_to_carry": "on"}
    assert worker.post(url, safe).status_code == 302
    with acting(caseworker.pk):
        assert Referral.objects.get().channel == "paper"


# --- what the person says of it


def finished(house, case) -> Referral:
    """The service was given, as the partner says."""
    return walked(house, case, Status.COMPLETED)


def test_the_person_can_reopen_the_step_and_the_next_attempt_is_linked(house, case, browse, caseworker):
    """partners.md §2: did you get it, were you safe? A reopening is a new referral with new consent, linked to the old."""
    first = finished(house, case)
    worker = browse(caseworker)
    url = reverse("referrals:verify", args=[first.pk])
    assert worker.post(url, {"text": "They were sent away."}).status_code == 422
    said = {"text": "They were sent away.", "got": "no", "was_safe": "no", "again": "on"}
    assert worker.post(url, said).status_code == 302
    with acting(caseworker.pk):
        row = Referral.objects.select_related("dossier").get(pk=first.pk)
        assert row.feedback == {"got": "no", "was_safe": "no"}
        assert row.needs_action_by == "referrer"
        assert Clock.objects.running().filter(subject_id=first.pk, code="declined_answer").exists()
    page = worker.get(reverse("referrals:referral", args=[first.pk])).content.decode()
    assert "Offer it elsewhere, with new consent" in page
    other = house.services["Advice before a removal"]
    factories.agreed(house, case, other)
    answer = worker.post(
        reverse("referrals:prepare", args=[case.pk, other.pk]), {"reason": "Papers", "anyway": "moves_on"}
    )
    assert answer.status_code == 302
    with acting(caseworker.pk):
        second = Referral.objects.get(service=other)
        assert second.previous_id == first.pk
        assert Referral.objects.get(pk=first.pk).needs_action_by == "nobody"
        assert not Clock.objects.running().filter(subject_id=first.pk).exists()


def test_a_person_who_has_what_they_need_closes_the_loop(house, case, caseworker):
    referral = finished(house, case)
    with acting(caseworker.pk):
        said = actions.Feedback("yes", "yes")
        done = actions.verify(Referral.objects.get(pk=referral.pk), "It helped.", said, by=caseworker)
        assert done.needs_action_by == "nobody"


@pytest.mark.parametrize(("got", "safe", "field"), [("", "yes", "got"), ("yes", "perhaps", "was_safe")])
def test_what_the_person_said_is_one_of_the_answers(house, case, caseworker, got, safe, field):
    referral = finished(house, case)
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        actions.verify(Referral.objects.get(pk=referral.pk), "", actions.Feedback(got, safe), by=caseworker)
    assert refused.value.field == field


def test_an_unknown_channel_is_refused(house, case, caseworker):
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    offer = actions.Offer("Help", channel="pigeon")
    with acting(caseworker.pk), pytest.raises(Refused):
        actions.prepare(Case.objects.get(pk=case.pk), service, offer, by=caseworker)
