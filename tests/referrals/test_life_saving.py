"""When a life depends on it and the ordinary way is shut (HS-10's exception): rule, edge, database."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from consent import actions as consent
from consent.models import Decision
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers.models import Clock
from referrals import actions
from referrals.actions.moving import REVIEW
from referrals.closing import vetoes
from referrals.models import Disclosure, LifeSaving, Partner, Referral, Service
from referrals.saving import may_save
from referrals.saving_terms import TOLD
from referrals.vocabulary import Status
from tests import factories
from tests.referrals.walking import SERVICE, step

WHY = "He is losing blood, and no other hospital is open."
SHUT: dict[str, tuple[Any, dict[str, Any]]] = {
    "agreement": (Partner, {"agreement_until": timezone.localdate() - timedelta(days=3)}),
    "never signed": (Partner, {"agreement_until": None}),
    "service": (Service, {"status": "temporarily closed"}),
    "old": (Service, {"verified_on": timezone.localdate() - timedelta(days=200)}),
}


@pytest.fixture
def case(house):
    return factories.case(house, flags=["death_threat_72h"])


def shut(house, how: str = "agreement") -> Service:
    """The service, with its ordinary way shut."""
    model, change = SHUT[how]
    service = Service.objects.get(name=SERVICE)
    model.objects.filter(pk=service.pk if model is Service else service.partner_id).update(**change)
    house.services[SERVICE] = Service.objects.select_related("partner__organisation").get(pk=service.pk)
    return house.services[SERVICE]


def call(**more: Any) -> actions.Call:
    return actions.Call(**{"answered_by": "doctor", "called_at": timezone.now(), "why": WHY, **more})


def drafted(house, case, how: str = "agreement", channel: str = "phone", **more: Any) -> Referral:
    """The person agreed; somebody phoned there."""
    service = shut(house, how)
    factories.agreed(house, case, service)
    return factories.prepared(house, case, service, channel=channel, call=call(**more))


def told(house, case, how: str = "agreement", channel: str = "phone") -> Referral:
    draft = drafted(house, case, how, channel)
    return step(house, step(house, draft.pk, "submit").pk, "send")


def running(referral: Referral) -> Clock | None:
    return Clock.objects.running().filter(subject_id=referral.pk, code=REVIEW).first()


# --- the rule


@pytest.mark.parametrize("how", sorted(SHUT))
@pytest.mark.parametrize("channel", ["phone", "in_person"])
def test_hs10_a_life_is_saved_by_voice_although_the_ordinary_way_is_shut(house, case, caseworker, how, channel):
    """HS-10: no agreement, a closed or a stale entry; the least is told, whatever more the person agreed to."""
    referral = told(house, case, how, channel)
    assert referral.status == Status.SENT
    assert "safe_contact" in referral.fields
    assert set(referral.fields) <= set(TOLD)
    with acting(caseworker.pk):
        heard = actions.hear(Referral.objects.get(pk=referral.pk), "accept", actions.Reply(), by=caseworker)
        assert heard.status == Status.ACCEPTED
        assert set(Disclosure.objects.filter(referral=referral).values_list("tier", flat=True)) == {0, 1}
        assert "reason" not in heard.package


def test_hs10_without_the_call_the_way_stays_shut(house, case, caseworker):
    service = shut(house)
    factories.agreed(house, case, service)
    draft = factories.prepared(house, case, service, channel="phone")
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        actions.submit(draft, by=caseworker)
    assert refused.value.code == "receiver.agreement"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"called_at": timezone.now() - timedelta(days=1)}, "called_at"),
        ({"called_at": timezone.now() + timedelta(hours=1)}, "called_at"),
        ({"answered_by": "somebody"}, "answered_by"),
        ({"answered_by": ""}, "answered_by"),
        ({"why": "  \n"}, "why"),
    ],
)
def test_hs10_the_call_is_of_today_and_says_who_answered_and_why(house, case, more, field):
    with pytest.raises(Refused) as refused:
        drafted(house, case, **more)
    assert refused.value.field == field


def test_hs10_never_through_the_products_pages_or_interface(house, case):
    with pytest.raises(Refused) as refused:
        drafted(house, case, channel="system")
    assert refused.value.code == "life_saving.channel"


def test_hs10_only_in_an_emergency(house):
    with pytest.raises(Refused) as refused:
        drafted(house, factories.case(house))
    assert refused.value.code == "life_saving.not_now"


def test_hs10_not_where_the_ordinary_way_is_open(house, case):
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    with pytest.raises(Refused) as refused:
        factories.prepared(house, case, service, channel="phone", call=call())
    assert refused.value.code == "life_saving.not_now"


@pytest.mark.parametrize(
    ("model", "change"),
    [(Partner, {"status": "suspended"}), (Partner, {"status": "ended"}), (Service, {"status": "defunct"})],
)
def test_hs10_no_call_undoes_a_suspension(house, case, model, change):
    service = house.services[SERVICE]
    model.objects.filter(pk=service.pk if model is Service else service.partner_id).update(**change)
    service = Service.objects.select_related("partner").get(pk=service.pk)
    with acting(house.people["caseworker"].pk):
        assert not may_save(Case.objects.get(pk=case.pk), service)


def test_hs10_hs01_the_person_agrees_here_too(house, case, caseworker, focal_point):
    """With the person's consent: neither a refusal nor what two people sign without it opens this way."""
    service = shut(house)
    factories.decide(house, case, "external_referral", service.pk, "refused", fields=service.offered_fields)
    draft = factories.prepared(house, case, service, channel="phone", call=call())
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        actions.submit(draft, by=caseworker)
    assert refused.value.code == "consent.missing"


def test_hs10_a_call_of_yesterday_sends_nothing_today(house, case, caseworker):
    """Approved the day after: phone again."""
    draft = step(house, drafted(house, case).pk, "submit")
    with acting(caseworker.pk):
        LifeSaving.objects.filter(referral=draft).update(called_at=timezone.now() - timedelta(days=1))
    with pytest.raises(Refused) as refused:
        step(house, draft.pk, "send")
    assert refused.value.code == "life_saving.today"
    step(house, draft.pk, "return_to_draft")
    with acting(caseworker.pk):
        again = actions.Offer("Help", call=call(answered_by="nurse"))
        actions.revise(Referral.objects.get(pk=draft.pk), again, by=caseworker)
    step(house, draft.pk, "submit")
    assert step(house, draft.pk, "send").status == Status.SENT


def test_hs10_hs09_a_unit_that_is_not_ready_saves_a_life_all_the_same(house, case, caseworker):
    """HS-09: the emergency way stays open; the agreement that ran out may be the very thing that readiness lacks."""
    Service.objects.exclude(name=SERVICE).update(status="temporarily closed")
    Partner.objects.update(agreement_until=timezone.localdate() - timedelta(days=3))
    service = Service.objects.select_related("partner__organisation").get(name=SERVICE)
    factories.agreed(house, case, service)
    with pytest.raises(Refused) as refused:
        factories.prepared(house, case, service, channel="phone")
    assert refused.value.code == "readiness.missing"
    draft = factories.prepared(house, case, service, channel="phone", call=call())
    assert step(house, step(house, draft.pk, "submit").pk, "send").status == Status.SENT


# --- the look back


def test_hs10_somebody_else_looks_back_within_three_days(house, case, caseworker, focal_point):
    """HS-10, HS-20: asked by one, sent by another, looked back at by a third; the deadline is on the clock."""
    referral = told(house, case)
    deputy = house.people["deputy"]
    with acting(deputy.pk):
        clock = running(referral)
        assert clock is not None
        assert clock.group_id in deputy.group_ids
        assert clock.due_at - clock.started_at == timedelta(hours=72)
        row = LifeSaving.objects.select_related("dossier").get(referral=referral.pk)
        assert row.why == WHY
    for somebody in (caseworker, focal_point):
        with acting(somebody.pk), pytest.raises(Forbidden):
            actions.look_back(row, True, "All well.", by=somebody)
    with acting(deputy.pk):
        with pytest.raises(Refused):
            actions.look_back(row, True, " ", by=deputy)
        assert actions.look_back(row, False, "The other hospital was open.", by=deputy).was_right is False
        assert running(referral) is None
        with pytest.raises(WrongState):
            actions.look_back(row, True, "Again.", by=deputy)


def test_hs10_nothing_is_looked_back_at_before_it_went(house, case, focal_point):
    draft = drafted(house, case)
    with acting(focal_point.pk), pytest.raises(WrongState):
        actions.look_back(LifeSaving.objects.get(referral=draft), True, "Well.", by=focal_point)


def test_hs10_hs06_after_a_withdrawal_the_look_back_is_an_answer_without_words(house, case, caseworker, browse):
    """The package has no key any more: nothing of it is read or written, and somebody still answers for it."""
    referral = told(house, case)
    with acting(caseworker.pk):
        consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=caseworker)
    deputy = house.people["deputy"]
    third, url = browse(deputy), reverse("referrals:life_saving", args=[referral.pk])
    page = third.get(url).content.decode()
    assert WHY not in page
    assert 'name="review"' not in page
    assert third.post(url, {"was_right": "yes"}).status_code == 302
    with acting(deputy.pk):
        row = LifeSaving.objects.get(referral=referral.pk)
        assert (row.was_right, row.reviewed_by_id) == (True, deputy.pk)
        assert running(referral) is None


# --- the database


def refused_by_the_database(who: Any, change: Any, match: str) -> None:
    with acting(who.pk), pytest.raises(DatabaseError, match=match), transaction.atomic():
        change()


def test_hs10_the_database_knows_the_ways_and_the_tiers(house, case, caseworker):
    """SQL: not through the product, not more than T1, not without the person's own word."""
    rows = Referral.objects.filter(pk=drafted(house, case).pk)
    refused_by_the_database(caseworker, lambda: rows.update(channel="system"), "life_saving_by_voice_or_hand")
    refused_by_the_database(caseworker, lambda: rows.update(fields=["reason"]), "life_saving_by_voice_or_hand")


@pytest.mark.parametrize("called", ["a day ago", "never"])
def test_hs10_the_database_sends_nothing_on_an_old_call(house, case, caseworker, called):
    referral = step(house, drafted(house, case).pk, "submit")
    with acting(caseworker.pk):
        calls = LifeSaving.objects.filter(referral=referral)
        calls.delete() if called == "never" else calls.update(called_at=timezone.now() - timedelta(days=1))
    rows = Referral.objects.filter(pk=referral.pk)
    refused_by_the_database(caseworker, lambda: rows.update(sent_at=timezone.now()), "phoned there on the same day")


def test_hs10_the_database_shuts_the_ordinary_way_too(house, case, caseworker):
    """Leaving out the flag opens nothing."""
    service = house.services[SERVICE]
    factories.agreed(house, case, service)
    referral = step(house, factories.prepared(house, case, service).pk, "submit")
    shut(house)
    rows = Referral.objects.filter(pk=referral.pk)
    refused_by_the_database(caseworker, lambda: rows.update(sent_at=timezone.now()), "may not receive anything")


def test_hs10_hs20_the_database_keeps_the_call_and_wants_somebody_else(house, case, caseworker, focal_point):
    referral = told(house, case)
    calls = LifeSaving.objects.filter(referral=referral)
    rows = Referral.objects.filter(pk=referral.pk)
    refused_by_the_database(caseworker, lambda: calls.update(answered_by="lead"), "not changed after it went")
    refused_by_the_database(caseworker, lambda: rows.update(is_life_saving=False), "not changed afterwards")
    said = {"reviewed_at": timezone.now(), "was_right": True}
    refused_by_the_database(
        focal_point, lambda: calls.update(reviewed_by=focal_point, **said), "somebody else looks back"
    )
    refused_by_the_database(caseworker, lambda: calls.update(reviewed_by=caseworker, **said), "look")


# --- the pages


def typed_in(**more: Any) -> dict[str, Any]:
    at = timezone.localtime().strftime("%H:%M")
    return {
        "reason": "Bleeding after a beating", "channel": "phone", "called_at": at, "answered_by": "doctor", "why": WHY, **more
    }  # fmt: skip


def test_hs10_the_page_says_why_the_ordinary_way_is_shut_and_what_is_left(house, case, browse, caseworker, focal_point):
    """From the directory to the look back, on the pages of three people."""
    service = shut(house)
    worker, url = browse(caseworker), reverse("referrals:prepare", args=[case.pk, service.pk])
    assert url in worker.get(reverse("referrals:choose", args=[case.pk])).content.decode()
    page = worker.get(url).content.decode()
    assert "There is no agreement in force with this organisation." in page
    assert "Ask the person" in page
    asked = worker.get(reverse("cases:case_consent", args=[case.pk]) + f"?service={service.pk}").content.decode()
    assert service.name in asked
    factories.agreed(house, case, service)
    page = worker.get(url).content.decode()
    assert "A life depends on it?" in page
    assert 'value="system"' not in page
    assert worker.post(url, typed_in()).status_code == 302
    with acting(caseworker.pk):
        referral = Referral.objects.get()
    assert worker.post(reverse("referrals:submit", args=[referral.pk]), {}).status_code == 302
    lead, share = browse(focal_point), reverse("referrals:share", args=[referral.pk])
    shown = lead.get(share).content.decode()
    assert WHY in shown
    assert lead.post(share, {}).status_code == 302
    looked = reverse("referrals:life_saving", args=[referral.pk])
    assert 'name="review"' not in lead.get(looked).content.decode()
    assert lead.post(looked, {"was_right": "yes", "review": "Mine"}).status_code == 403
    third = browse(house.people["deputy"])
    assert looked in third.get(reverse("cases:day")).content.decode()
    page = third.get(looked).content.decode()
    assert WHY in page
    assert factories.NAME not in page
    assert third.post(looked, {"was_right": "yes"}).status_code == 422
    assert third.post(looked, {"was_right": "yes", "review": "He lives."}).status_code == 302
    page = worker.get(reverse("referrals:referral", args=[referral.pk])).content.decode()
    assert "He lives." in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"channel": "system"}, "Select a valid choice"),
        ({"channel": ""}, "Choose how the partner is told."),
        ({"called_at": "23:59"}, "Phone there today"),
        ({"called_at": ""}, "Phone there today"),
        ({"answered_by": ""}, "Say who answered the phone there."),
        ({"why": ""}, "Write why a life depends on it."),
        ({"channel": "paper"}, "A paper that others may find is dangerous."),
    ],
)
def test_hs10_the_form_refuses_with_the_reason_and_keeps_what_was_typed(house, case, browse, caseworker, more, words):
    service = shut(house, "old")
    factories.agreed(house, case, service)
    url = reverse("referrals:prepare", args=[case.pk, service.pk])
    with time_machine.travel(timezone.localtime().replace(hour=14, minute=30) + timedelta(days=1), tick=False):
        answer = browse(caseworker).post(url, typed_in(anyway="phoned", **more))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "Bleeding after a beating" in page
    with acting(caseworker.pk):
        assert not Referral.objects.exists()


def test_hs10_in_a_matter_that_can_wait_the_way_is_not_offered(house, browse, caseworker):
    case, service = factories.case(house), shut(house)
    factories.agreed(house, case, service)
    url = reverse("referrals:prepare", args=[case.pk, service.pk])
    worker = browse(caseworker)
    assert "A life depends on it" not in worker.get(url).content.decode()
    assert "A life depends on it" not in worker.get(reverse("referrals:choose", args=[case.pk])).content.decode()


def test_hs10_hs18_a_case_is_not_closed_before_somebody_has_looked_back(house, case, caseworker):
    referral = told(house, case)
    with acting(caseworker.pk):
        assert "referral.unreviewed" in {veto.code for veto in vetoes(Case.objects.get(pk=case.pk))}
    deputy = house.people["deputy"]
    with acting(deputy.pk):
        row = LifeSaving.objects.select_related("dossier").get(referral=referral.pk)
        actions.look_back(row, True, "He lives.", by=deputy)
    with acting(caseworker.pk):
        assert "referral.unreviewed" not in {veto.code for veto in vetoes(Case.objects.get(pk=case.pk))}
