"""A case changes hands: what hangs on it goes with it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import actions as cases
from cases.models import Case
from foundation.core.acting import acting
from foundation.core.errors import Gone
from foundation.dossiers.models import Clock
from referrals import actions as referrals
from referrals.api.representation import whole
from referrals.models import Partner, Referral
from tests import factories


def hand_over(house):
    """A case with a sent referral, given by the focal point to the deputy."""
    referral = factories.sent(house)
    lead, new = house.people["focal_point"], house.people["deputy"]
    with acting(lead.pk):
        cases.assign(Case.objects.get(pk=referral.case_id), new, by=lead)
    return referral, new


def test_the_former_owner_loses_case_and_packages_and_the_new_one_opens_them(house, browse):
    referral, new = hand_over(house)
    former = browse(house.people["caseworker"])
    addresses = [reverse("cases:case", args=[referral.case_id]), reverse("referrals:referral", args=[referral.pk])]
    assert [former.get(address).status_code for address in addresses] == [404, 404]
    assert [browse(new).get(address).status_code for address in addresses] == [200, 200]
    with acting(house.people["caseworker"].pk):
        assert not Referral.objects.exists()
        assert not Case.objects.exists()
    with acting(new.pk):
        assert Referral.objects.get().package["alias"] == factories.NAME


def test_what_waits_for_the_referrer_waits_for_the_new_owner(house):
    referral, new = hand_over(house)
    factories.respond(house, referral, "ask", text="Which language?")
    with acting(new.pk):
        clock = Clock.objects.running().get(subject_id=referral.pk, code="info_requested")
        assert clock.user == new
        answered = referrals.answer(Referral.objects.get(pk=referral.pk), "Arabic", by=new)
    assert answered.status == "sent"


def test_an_agreement_that_ended_shuts_what_it_had_opened(house):
    """Scenario 10, HS-10: at the next read, whatever the state."""
    referral = factories.respond(house, factories.sent(house), "accept")
    Partner.objects.filter(pk=referral.recipient_id).update(agreement_until=timezone.localdate() - timedelta(days=1))
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk), pytest.raises(Gone) as refusal:
        whole(Referral.objects.get(pk=referral.pk), machine)
    assert refusal.value.code == "receiver.agreement"
