"""Appointments at a service: by the partner's program, on its page, written down after a call; told past no safe contact."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from consent.models import Decision
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Gone, Refused, WrongState
from foundation.dossiers.models import Clock
from foundation.outbox.delivery import COURIER
from foundation.outbox.models import Message as Sent
from referrals import actions
from referrals.appointing import AppointmentState, Meeting
from referrals.models import Appointment, Partner, Referral, Service
from referrals.vocabulary import Status
from tests import factories, partner
from tests.referrals.test_api_read import withdraw
from tests.referrals.walking import step, walked

PLACE = "Second floor, the door beside the tailor"


def meeting(**more: Any) -> Meeting:
    plain = {"at": timezone.now() + timedelta(days=3), "venue": "phone", "tell_by": "safe_way", "interpreter": "none"}
    return Meeting(**{**plain, **more})


def body(**more: Any) -> dict[str, Any]:
    plain = {"at": (timezone.now() + timedelta(days=3)).isoformat(), "venue": "words", "where": PLACE}
    return {**plain, "tell_by": "safe_way", "interpreter": "woman", **more}


@pytest.fixture
def machine(house):
    return house.machine("Quayside Legal Clinic")


@pytest.fixture
def accepted(house):
    return step(house, factories.sent(house).pk, "accept")


def fresh(referral, by):
    with acting(by.pk):
        return Referral.objects.select_related("service").get(pk=referral.pk)


def appoint(referral, by, **more):
    with acting(by.pk):
        return actions.appoint(fresh(referral, by), meeting(**more), by=by)


def end(referral, by, result):
    with acting(by.pk):
        return actions.end_appointment(fresh(referral, by), result, by=by)


def waits(referral, user):
    with acting(user.pk):
        rows = Clock.objects.running().filter(subject_id=referral.pk, code="tell_appointment")
        return list(rows.values_list("user_id", flat=True))


# --- by the partner's program


def test_the_program_sets_changes_and_reports_an_appointment(house, accepted):
    api = partner.api(house)
    assert "appointment" in api.get(f"/{accepted.pk}").json()["available_actions"]
    assert api.get(f"/{accepted.pk}").json()["appointment"] is None
    done = api.act(accepted.pk, "appointment", body())
    assert done.status_code == 200
    assert "appointment-result" in done.json()["available_actions"]
    read = api.get(f"/{accepted.pk}").json()["appointment"]
    assert (read["where"], read["venue"], read["state"], read["interpreter"]) == (PLACE, "words", "planned", "woman")
    moved = (timezone.now() + timedelta(days=5)).isoformat()
    assert api.act(accepted.pk, "appointment", body(at=moved, venue="phone", where="")).status_code == 200
    assert api.get(f"/{accepted.pk}").json()["appointment"]["venue"] == "phone"
    early = api.act(accepted.pk, "appointment-result", {"result": "kept"})
    assert (early.status_code, early.json()["code"]) == (422, "receiver.early")
    off = api.act(accepted.pk, "appointment-result", {"result": "off_by_person"})
    assert off.status_code == 200
    assert "appointment-result" not in off.json()["available_actions"]
    assert api.get(f"/{accepted.pk}").json()["appointment"]["state"] == "off_by_person"
    again = api.act(accepted.pk, "appointment-result", {"result": "off_by_person"})
    assert (again.status_code, again.json()["code"]) == (409, "state.not_from_here")
    with acting(house.people["caseworker"].pk):
        assert sorted(Appointment.objects.values_list("state", flat=True)) == ["changed", "off_by_person"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"at": "2020-01-01T10:00:00Z"}, "receiver.at"),
        ({"at": "2999-01-01T10:00:00Z"}, "receiver.at"),
        ({"where": ""}, "receiver.where"),
        ({"venue": "phone"}, "receiver.where"),
        ({"where": "x" * 201}, "sender.invalid"),
        ({"venue": "moon"}, "sender.invalid"),
        ({"tell_by": "her_neighbour"}, "sender.invalid"),
        ({"phone": "+380501234567"}, "sender.invalid"),
        ({"at": "tomorrow"}, "sender.invalid"),
    ],
)
def test_an_appointment_that_says_too_little_or_too_much_is_refused(house, accepted, more, code):
    api = partner.api(house)
    answer = api.act(accepted.pk, "appointment", body(**more))
    assert (answer.status_code in (400, 422), answer.json()["code"]) == (True, code)
    assert api.get(f"/{accepted.pk}").json()["appointment"] is None


def test_the_place_of_the_service_needs_an_address_in_the_directory(house, accepted):
    api = partner.api(house)
    Service.objects.filter(pk=accepted.service_id).update(address="")
    answer = api.act(accepted.pk, "appointment", body(venue="service", where=""))
    assert answer.json()["code"] == "receiver.venue"
    Service.objects.filter(pk=accepted.service_id).update(address="Harbour street 1")
    assert api.act(accepted.pk, "appointment", body(venue="service", where="")).status_code == 200


def test_where_a_safe_house_is_stands_in_no_appointment(accepted, machine):
    """Of a safe house no place is kept anywhere (domain.md §9.3)."""
    Service.objects.filter(pk=accepted.service_id).update(
        service_type="safe_shelter", address="", location_type="virtual"
    )
    with pytest.raises(Refused) as refused:
        appoint(accepted, machine, venue="words", where=PLACE)
    assert refused.value.code == "receiver.where"
    assert appoint(accepted, machine, venue="spoken").appointment == "planned"


def test_one_request_one_appointment(house, accepted):
    """S18."""
    api = partner.api(house)
    tag, told = api.get(f"/{accepted.pk}")["ETag"], body()
    first = api.act(accepted.pk, "appointment", told, tag, idempotency_key="once")
    again = api.act(accepted.pk, "appointment", told, tag, idempotency_key="once")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again["Idempotency-Replayed"] == "true"
    assert api.act(accepted.pk, "appointment", body(), tag).status_code == 412
    with acting(house.people["caseworker"].pk):
        assert Appointment.objects.count() == 1


# --- whose, and from where


@pytest.mark.parametrize("state", [Status.SENT, Status.ACKNOWLEDGED, Status.COMPLETED, Status.DECLINED])
def test_there_is_no_appointment_before_accepting_nor_after_the_end(house, machine, state):
    with pytest.raises((WrongState, Forbidden)):
        appoint(walked(house, factories.case(house), state), machine)


def test_only_the_recipient_sets_it(house, accepted, caseworker):
    other = partner.api(house, "Lantern House")
    assert other.post(f"/{accepted.pk}/appointment", body(), if_match="*").status_code == 404
    with pytest.raises(Forbidden):
        appoint(accepted, caseworker)
    reading = partner.api(house).sign_in(scope="referrals:read")
    assert reading.post(f"/{accepted.pk}/appointment", body(), if_match="*").json()["code"] == "sender.scope"


def test_two_appointments_ahead_are_refused_by_the_database(accepted, machine):
    appoint(accepted, machine)
    with acting(machine.pk):
        row = Appointment.objects.select_related("dossier").get()
        second = Appointment(dossier=row.dossier, referral_id=accepted.pk, by=machine, meeting={})
        with pytest.raises(IntegrityError, match="one_appointment_ahead"), transaction.atomic():
            second.save(force_insert=True)


def test_a_suspended_partner_and_an_ended_agreement_set_nothing(house, accepted, machine):
    """HS-10."""
    Partner.objects.filter(pk=accepted.recipient_id).update(agreement_until="2020-01-01")
    with pytest.raises(Gone) as gone:
        appoint(accepted, machine)
    assert gone.value.code == "receiver.agreement"


# --- HS-01, HS-06: with the consent it ends


def test_without_a_ground_no_appointment_is_written_down_hs_01(accepted, machine, caseworker):
    with acting(caseworker.pk):
        Decision.objects.filter(pk=accepted.decision_id).update(valid_until=accepted.created_at)
    with pytest.raises(Gone) as gone:
        appoint(accepted, machine)
    assert gone.value.code == "consent.expired"


def test_a_withdrawal_ends_the_appointment_and_leaves_no_word_of_it_hs_06(house, accepted, machine, caseworker):
    appoint(accepted, machine, venue="words", where=PLACE, tell_by="referrer")
    assert waits(accepted, caseworker)
    withdraw(house, accepted)
    api = partner.api(house)
    answer = api.get(f"/{accepted.pk}")
    assert answer.status_code == 410
    assert PLACE not in answer.content.decode()
    assert api.act(accepted.pk, "appointment", body(), "*").json()["code"] == "consent.withdrawn"
    assert not waits(accepted, caseworker)
    with acting(caseworker.pk):
        assert not Appointment.objects.select_related("dossier").get().is_open


def test_the_words_lie_sealed(accepted, machine):
    appoint(accepted, machine, venue="words", where=PLACE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM referrals_appointment")
        assert not any(b"tailor" in bytes(str(value), "utf-8") for row in cursor.fetchall() for value in row)


# --- how the person learns of it


@pytest.mark.parametrize("contact", [{}, {"method": "none"}])
def test_nobody_is_told_past_the_safe_contact(house, machine, caseworker, contact):
    sent = factories.sent(house)
    with acting(house.people["focal_point"].pk):
        row = Referral.objects.select_related("dossier").get(pk=sent.pk)
        row.package = {**row.package, "safe_contact": contact}
        row.save(update_fields=["package"])
    accepted = step(house, sent.pk, "accept")
    with pytest.raises(Refused) as refused:
        appoint(accepted, machine)
    assert refused.value.field == "tell_by"
    assert appoint(accepted, machine, tell_by="referrer").appointment == "planned"


def test_a_safe_contact_that_was_taken_back_tells_nobody(accepted, machine, caseworker):
    with acting(caseworker.pk):
        kept = [code for code in accepted.fields if code != "safe_contact"]
        Referral.objects.filter(pk=accepted.pk).update(fields=kept)
    with pytest.raises(Refused) as refused:
        appoint(accepted, machine)
    assert refused.value.field == "tell_by"


def test_the_referrer_has_a_task_to_tell_the_person(browse, accepted, machine, caseworker):
    appoint(accepted, machine, tell_by="referrer")
    assert waits(accepted, caseworker) == [caseworker.pk]
    url = reverse("referrals:tell_appointment", args=[accepted.pk])
    client = browse(caseworker)
    page = client.get(reverse("referrals:referral", args=[accepted.pk])).content.decode()
    assert url in page
    assert "Tell the person of the appointment." in page
    assert "You need to do nothing now" not in page
    assert client.post(url).status_code == 302
    assert waits(accepted, caseworker) == []
    assert client.post(url).status_code == 409
    assert (
        "The person was told of the appointment"
        in client.get(reverse("referrals:referral", args=[accepted.pk])).content.decode()
    )


def test_the_person_is_told_when_the_service_calls_it_off(accepted, machine, caseworker):
    appoint(accepted, machine)
    assert waits(accepted, caseworker) == []
    end(accepted, machine, AppointmentState.OFF_BY_US)
    assert waits(accepted, caseworker) == [caseworker.pk]


def test_it_is_told_in_time_when_it_is_near(accepted, machine, caseworker):
    at = timezone.now() + timedelta(hours=6)
    appoint(accepted, machine, at=at, tell_by="referrer")
    with acting(caseworker.pk):
        assert Clock.objects.running().get(subject_id=accepted.pk, code="tell_appointment").due_at < at


# --- what the referrer sees


def test_the_referrer_is_told_without_content_and_sees_whether_the_person_came(browse, accepted, machine, caseworker):
    appoint(accepted, machine, venue="words", where=PLACE)
    accepted = fresh(accepted, caseworker)
    with COURIER.acting():
        told = Sent.objects.filter(recipient=caseworker, slot__contains=f"{accepted.pk}:{accepted.version}:")
        assert {(row.event, row.channel, row.reference) for row in told} == {
            ("work.waiting", "notice", None), ("work.waiting", "email", None),
        }  # fmt: skip
    client, url = browse(caseworker), reverse("referrals:referral", args=[accepted.pk])
    page = client.get(url).content.decode()
    assert PLACE in page
    assert "Planned" in page
    with acting(machine.pk):
        row = Appointment.objects.select_related("dossier").get()
        row.meeting = {**row.meeting, "at": (timezone.now() - timedelta(hours=1)).isoformat()}
        row.save(update_fields=["meeting"])
    end(accepted, machine, AppointmentState.MISSED)
    assert "The person did not come" in client.get(url).content.decode()


def test_on_the_partners_page(house, browse, accepted, partner_worker):
    client, offer = browse(partner_worker), reverse("referrals:offer", args=[accepted.pk])
    url = reverse("referrals:respond", args=[accepted.pk, "appointment"])
    assert url in client.get(offer).content.decode()
    assert client.get(url).status_code == 200
    zone = ZoneInfo(accepted.unit.time_zone)
    at = (timezone.localtime(timezone=zone) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    typed = {"at": at, "venue": "words", "where": "", "tell_by": "present", "interpreter": "none"}
    refused = client.post(url, typed)
    assert refused.status_code == 422
    assert at in refused.content.decode(), "what was typed is kept"
    assert client.post(url, {**typed, "where": PLACE}).status_code == 302
    assert PLACE in client.get(offer).content.decode()
    result = reverse("referrals:respond", args=[accepted.pk, "appointment-result"])
    assert client.post(result, {"result": "kept"}).status_code == 422
    assert client.post(result, {"result": "off_by_person"}).status_code == 302
    assert client.post(result, {"result": "off_by_person"}).status_code == 409
