"""The rights of the person: a copy, a correction, a rest, an objection, an erasure, a complaint (R-32, HS-20, HS-22)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from cases import actions as cases
from cases.actions.erasing import carry_out
from cases.models import Case, CaseNote, Erasure
from cases.vocabulary import Ground
from consent import actions as consent
from consent.actions import requests
from consent.models import DataSubjectRequest, Decision, Person
from foundation.accounts import actions as accounts
from foundation.accounts.models import Role
from foundation.core.acting import acting
from foundation.core.errors import Absent, Forbidden, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.core.policy import fetch
from foundation.dossiers import clerk, ladder
from foundation.dossiers.models import Clock, DossierKey
from foundation.outbox.models import Message
from referrals.models import Correction, Referral
from tests import factories, partner
from tests.audit.owner import beyond
from tests.dossiers.test_ladder import shift

WHY = "The law obliges us to keep the file note until spring."


@pytest.fixture
def case(house):
    return factories.case(house)


def seen(asked, by) -> DataSubjectRequest:
    with acting(by.pk):
        found: DataSubjectRequest = fetch(by, DataSubjectRequest, asked.pk, related=("dossier", "unit", "taken_by"))
        return found


def decided(house, asked, ruling="granted", by="data_officer", **more) -> DataSubjectRequest:
    who = house.people[by]
    with acting(who.pk):
        return requests.decide(seen(asked, who), ruling, by=who, **more)


def closed(house, case, asked, told="told", by="caseworker") -> DataSubjectRequest:
    who = house.people[by]
    with acting(who.pk):
        return cases.close_right(Case.objects.get(pk=case.pk), seen(asked, who), told, by=who)


def status_of(house, case) -> Case:
    with acting(house.people["caseworker"].pk):
        return Case.objects.get(pk=case.pk)


def running(asked) -> dict[str, Clock]:
    with clerk.as_clerk():
        return {clock.code: clock for clock in Clock.objects.running().filter(subject_id=asked.pk)}


def test_whoever_decides_reads_the_request_and_not_the_case(house, case, data_officer):
    """The officer opens no case: the request lies in a folder of its own."""
    asked = factories.right(house, case, words="I want to know what you wrote about me.")
    with acting(data_officer.pk):
        found = DataSubjectRequest.objects.visible_to(data_officer).get()
        assert found.words == "I want to know what you wrote about me."
        assert not Case.objects.filter(pk=case.pk).exists()
        assert not Person.objects.filter(pk=asked.person_id).exists()


def test_the_day_of_the_answer_stands_on_the_clock_and_climbs(house, case, focal_point, settings):
    """30 days, from the settings of the approach; the owner's lead is reminded, then the ladder."""
    settings.RIGHTS_DAYS = 20
    clock = running(factories.right(house, case))["right"]
    assert clock.group_id in focal_point.group_ids
    assert timedelta(days=19, hours=23) < clock.due_at - clock.started_at <= timedelta(days=20, minutes=1)
    shift(clock, timedelta(days=21))
    assert ladder.sweep() >= 1
    with COURIER.at_work():
        assert Message.objects.filter(event="work.overdue").exists()


def test_a_refusal_needs_a_reason_words_and_another_person(house, case, focal_point):
    """HS-20: the person is not told no by the one who took it down; the database knows it too."""
    asked = factories.right(house, case, by="focal_point")
    for code, more in (
        ("right.refusal", {"by": "data_officer", "answer": WHY}),
        ("right.answer", {"by": "data_officer", "refusal": "legal_obligation"}),
        ("right.same_person", {"by": "focal_point", "refusal": "legal_obligation", "answer": WHY}),
    ):
        with pytest.raises(Refused) as refused:
            decided(house, asked, "refused", **more)
        assert refused.value.code == code
    done = decided(house, asked, "refused", refusal="legal_obligation", answer=WHY)
    assert (done.stage, done.ruling, done.refusal) == ("decided", "refused", "legal_obligation")
    assert set(running(asked)) == {"right_close"}
    with acting(focal_point.pk), pytest.raises(DatabaseError, match="refused_by_another_person"), transaction.atomic():
        DataSubjectRequest.objects.filter(pk=asked.pk).update(decided_by=focal_point)


def test_a_copy_goes_to_nobody_whose_identity_is_open(house, case, caseworker):
    """Somebody else's copy would be an attack."""
    asked = factories.right(house, case, identity="not_yet")
    with pytest.raises(Refused) as refused:
        decided(house, asked)
    assert refused.value.code == "right.identity"
    with acting(caseworker.pk):
        requests.check_identity(seen(asked, caseworker), "code_word", by=caseworker)
    assert decided(house, asked).ruling == "granted"


def test_the_copy_is_readable_redacted_made_in_the_act_and_audited(house, case, caseworker, browse, events):
    """Access: what is held, workers by role, what others wrote left out and said so; nothing of it is stored."""
    referral = factories.sent(house, case)
    with acting(caseworker.pk):
        cases.add_note(Case.objects.get(pk=case.pk), by=caseworker, text="The neighbour Radko said that she lies.")
    asked = factories.right(house, case)
    decided(house, asked)
    client, url = browse(caseworker), reverse("cases:right_copy", args=[asked.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"language": "en", "way": "paper"}).status_code == 422, "W-22: why is a paper safe?"
    page = client.post(url, {"language": "en", "way": "paper", "reason": "place"})
    text = page.content.decode()
    for held in (factories.NAME, factories.PHONE, factories.WORDS, "Quayside Legal Clinic", "Protection focal point"):
        assert held in text, held
    main = text.split("<main", 1)[1].split("</main", 1)[0]
    for kept in ("Radko", caseworker.name, house.people["focal_point"].name, house.people["volunteer"].name):
        assert kept not in main, kept
    assert "1 note of people who work here" in text
    assert referral.service.name in text
    assert seen(asked, caseworker).stage == "closed"
    copied = [data for verb, data in events if verb == "right.copied"]
    assert [row["why"] for row in copied] == ["place"]
    assert client.post(url, {"language": "en", "way": "aloud"}).status_code == 403, "once, and not again"


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_the_copy_speaks_the_language_of_the_person(house, case, caseworker, browse, language):
    asked = factories.right(house, case)
    decided(house, asked)
    url = reverse("cases:right_copy", args=[asked.pk])
    text = browse(caseworker).post(url, {"language": language, "way": "aloud"}).content.decode()
    assert {"ru": "Что мы храним о вас", "ar": "ما نحتفظ به عنك"}[language] in text
    assert f'lang="{language}"' in text
    main = text.split("<main", 1)[1].split("</main", 1)[0]
    for english in ("What we know", "You decide", "Who can open", "Nothing"):
        assert english not in main, english


def test_a_correction_reaches_whoever_received_the_wrong_value(house, case, caseworker, browse):
    """Rectification: the old value stays sealed, the recipient reads the right one as a correction at its next read."""
    referral = factories.sent(house, case)
    factories.respond(house, referral, "accept")
    asked = factories.right(house, case, "rectification", field="alias", new="Layla")
    decided(house, asked)
    closed(house, case, asked)
    with acting(caseworker.pk):
        assert Person.objects.get(pk=asked.person_id).alias == "Layla"
        row = DataSubjectRequest.objects.get(pk=asked.pk)
        assert (row.old, row.new) == ({"value": factories.NAME}, {"value": "Layla"})
    shown = partner.api(house).get(f"/{referral.pk}").json()
    assert shown["contact"]["alias"] == factories.NAME, "the package stays as it was sent"
    assert [(c["field"], c["value"]) for c in shown["corrections"]] == [("alias", "Layla")]
    page = browse(house.people["partner_worker"]).get(reverse("referrals:offer", args=[referral.pk])).content.decode()
    assert "Corrected since it was sent" in page
    assert "Layla" in page
    with COURIER.at_work():
        assert Message.objects.filter(slot__startswith=f"referral.corrected:{referral.pk}").exists()
        assert "Layla" not in str(list(Message.objects.values()))


def test_a_correction_is_not_shown_beyond_the_consent(house, case, caseworker):
    referral = factories.sent(house, case)
    factories.respond(house, referral, "accept")
    asked = factories.right(house, case, "rectification", field="alias", new="Layla")
    decided(house, asked)
    closed(house, case, asked)
    with acting(caseworker.pk):
        consent.narrow(Decision.objects.get(pk=referral.decision_id), ["alias"], by=caseworker)
        assert not Correction.objects.exists()
    assert partner.api(house).get(f"/{referral.pk}").json()["corrections"] == []


@pytest.mark.parametrize(
    ("field", "new"), [("age_band", "18-59"), ("languages", ["uk"]), ("date_of_birth", "1990-02-01")]
)
def test_every_kind_of_value_can_be_corrected_on_the_page(house, case, caseworker, browse, field, new):
    client = browse(caseworker)
    url = reverse("cases:right_ask", args=[case.pk, "rectification"])
    assert f"?field={field}" in client.get(url).content.decode()
    assert client.post(f"{url}?field={field}", {"value": new}).status_code == 422, "identity is asked"
    assert client.post(f"{url}?field={field}", {"value": new, "identity": "document"}).status_code == 302
    with acting(caseworker.pk):
        asked = DataSubjectRequest.objects.get()
    decided(house, asked)
    closed(house, case, asked)
    with acting(caseworker.pk):
        person = Person.objects.get(pk=asked.person_id)
        known = person.facts.get(field, getattr(person, field, None))
        assert (known.isoformat() if field == "date_of_birth" else known) == new


@pytest.mark.parametrize("kind", ["restriction", "objection"])
def test_an_objection_rests_everything_with_the_asking(house, case, caseworker, focal_point, kind):
    """§4.3: partners read nothing, nothing new is sent, the case says why; no decision is waited for."""
    from referrals import actions as referrals

    referral = factories.sent(house, case)
    factories.respond(house, referral, "accept")
    service = house.services["Safe shelter"]
    factories.agreed(house, case, service)
    draft = factories.prepared(house, case, service)
    with acting(caseworker.pk):
        referrals.submit(Referral.objects.get(pk=draft.pk), by=caseworker)
    factories.right(house, case, kind)
    answer = partner.api(house).get(f"/{referral.pk}")
    assert (answer.status_code, answer.json()["code"]) == (410, "consent.suspended")
    rests = status_of(house, case)
    assert (rests.status, rests.restricted_for, rests.came_from) == ("restricted", "objection", "in_response")
    with acting(focal_point.pk), pytest.raises((Refused, WrongState)):
        referrals.send(Referral.objects.get(pk=draft.pk), by=focal_point)
    with acting(caseworker.pk):
        assert not Decision.objects.active().filter(person=case.person_id).exists()
        with pytest.raises(Forbidden):
            referrals.prepare(Case.objects.get(pk=case.pk), service, referrals.Offer("x"), by=caseworker)


def test_an_objection_that_is_refused_lets_it_go_on(house, case, caseworker):
    referral = factories.sent(house, case)
    factories.respond(house, referral, "accept")
    asked = factories.right(house, case, "objection")
    decided(house, asked, "refused", refusal="vital_interests", answer=WHY)
    assert partner.api(house).get(f"/{referral.pk}").status_code == 410, "decided is not yet told"
    closed(house, case, asked)
    assert partner.api(house).get(f"/{referral.pk}").status_code == 200
    after = status_of(house, case)
    assert (after.status, after.restricted_for) == ("in_response", "")
    with clerk.as_clerk():
        assert not Clock.objects.running().filter(subject_id=referral.pk, paused_at__isnull=False).exists()


def test_an_objection_that_is_upheld_ends_every_agreement(house, case, caseworker):
    referral = factories.sent(house, case)
    asked = factories.right(house, case, "objection")
    decided(house, asked)
    closed(house, case, asked)
    with acting(caseworker.pk):
        assert not Decision.objects.filter(person=case.person_id, answer="granted", withdrawn_at=None).exists()
        assert Referral.objects.get(pk=referral.pk).recalled_at is not None
    after = status_of(house, case)
    assert (after.status, after.restricted_for) == ("restricted", "consent")


def test_who_no_longer_objects_is_where_they_were(house, case, caseworker):
    factories.sent(house, case)
    asked = factories.right(house, case, "objection")
    with acting(caseworker.pk):
        cases.take_back_right(Case.objects.get(pk=case.pk), seen(asked, caseworker), by=caseworker)
        assert Decision.objects.active().filter(person=case.person_id).exists()
    assert status_of(house, case).status == "in_response"


def test_two_objections_rest_it_until_both_are_settled(house, case):
    factories.sent(house, case)
    first, second = (factories.right(house, case, kind) for kind in ("objection", "restriction"))
    for asked in (first, second):
        decided(house, asked, "refused", refusal="legal_obligation", answer=WHY)
    closed(house, case, first)
    assert status_of(house, case).status == "restricted"
    closed(house, case, second)
    assert status_of(house, case).status == "in_response"


def test_what_was_taken_back_meanwhile_does_not_come_back_with_a_refusal(house, case, caseworker):
    referral = factories.sent(house, case)
    asked = factories.right(house, case, "objection")
    with acting(caseworker.pk):
        consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=caseworker)
    decided(house, asked, "refused", refusal="legal_obligation", answer=WHY)
    closed(house, case, asked)
    with acting(caseworker.pk):
        assert not Decision.objects.get(pk=referral.decision_id).is_active()


@pytest.mark.django_db(transaction=True)
def test_an_erasure_is_decided_by_the_two_people_of_the_erasure(house):
    """Scenario 20: linked to the request; what was said in it goes too, dates and codes stay."""
    with transaction.atomic():
        case = factories.case(house)
        asked = factories.right(house, case, "erasure", words="Forget me.")
    worker, officer = house.people["caseworker"], house.people["data_officer"]
    with pytest.raises(Refused) as refused, transaction.atomic():
        decided(house, asked)
    assert refused.value.code == "right.erasure"
    with acting(worker.pk), transaction.atomic():
        erasure = cases.request_erasure(Case.objects.get(pk=case.pk), Ground.ASKED, by=worker)
    with acting(officer.pk), transaction.atomic():
        assert DataSubjectRequest.objects.get(pk=asked.pk).erasure == erasure.pk
        cases.authorise_erasure(fetch(officer, Erasure, erasure.pk, related=("unit",)), by=officer)
        assert DataSubjectRequest.objects.get(pk=asked.pk).ruling == "granted"
    done = carry_out(erasure.pk)
    assert {folder["kind"] for folder in done.folders} == {"case", "request"}
    with acting(officer.pk), transaction.atomic():
        left = DataSubjectRequest.objects.visible_to(officer).get(pk=asked.pk)
        assert (left.stage, left.kind, left.is_open) == ("closed", "erasure", False)
        assert not DossierKey.objects.filter(dossier=left.dossier_id).exists()
    assert beyond("SELECT words, answer FROM consent_datasubjectrequest WHERE id = %s", asked.pk) == [(None, None)]


def test_an_erasure_that_is_refused_leaves_the_request_to_be_answered(house, case, caseworker, data_officer):
    asked = factories.right(house, case, "erasure")
    with acting(caseworker.pk):
        erasure = cases.request_erasure(Case.objects.get(pk=case.pk), Ground.ASKED, by=caseworker)
    with acting(data_officer.pk):
        cases.refuse_erasure(fetch(data_officer, Erasure, erasure.pk, related=("unit",)), by=data_officer)
    again = seen(asked, data_officer)
    assert (again.stage, again.erasure) == ("open", None)
    assert decided(house, asked, "refused", refusal="legal_claims", answer=WHY).ruling == "refused"


def complained(house, case, about="caseworker", by="focal_point", **more: Any) -> DataSubjectRequest:
    spoken = {
        "spoken_of": "worker",
        "about": house.people[about] if about else None,
        "words": "He laughed at me.",
        **more,
    }
    return factories.right(house, case, "complaint", by=by, identity="not_needed", **spoken)


def test_a_complaint_goes_past_the_one_complained_of(house, case, caseworker, focal_point, browse):
    """Never in the case, never on a list of theirs, not even who took it down sees it again."""
    asked = complained(house, case)
    with clerk.as_clerk():
        clock = Clock.objects.running().get(subject_id=asked.pk)
    for user in (caseworker, focal_point, house.people["volunteer"], house.people["outsider"]):
        with acting(user.pk):
            assert not DataSubjectRequest.objects.visible_to(user).exists()
            with pytest.raises(Absent):
                fetch(user, DataSubjectRequest, asked.pk)
        assert asked.reference not in browse(user).get(reverse("cases:day")).content.decode()
    page = browse(caseworker).get(reverse("cases:rights", args=[case.pk])).content.decode()
    assert asked.reference not in page
    history = browse(caseworker).get(reverse("cases:case_history", args=[case.pk])).content.decode()
    assert "their right" not in history
    with acting(caseworker.pk):
        assert not CaseNote.objects.filter(event__startswith="right").exists()
    assert clock.due_at - clock.started_at > timedelta(days=29)


def test_whoever_is_spoken_of_does_not_see_it_even_on_the_seat_that_handles_it(house, case, caseworker):
    """The database refuses the row to them, whatever their seat; the seat is chosen past them in the first place."""
    asked = complained(house, case)
    with clerk.as_clerk():
        clock = Clock.objects.running().get(subject_id=asked.pk)
        seat = clock.group.seat
    accounts.confirm(accounts.propose(caseworker, seat, by=None), by=None)
    with acting(caseworker.pk):
        assert not DataSubjectRequest.objects.filter(pk=asked.pk).exists()
    handler = next(user for user in accounts.members(seat.group_id) if user != caseworker)
    with acting(handler.pk):
        assert DataSubjectRequest.objects.get(pk=asked.pk).words == "He laughed at me."


def test_a_complaint_about_the_manager_goes_to_the_officer(house, case):
    manager = next(user for user in house.people.values() if any(s.role == Role.MANAGER for s in user.seats))
    key = next(name for name, user in house.people.items() if user == manager)
    asked = complained(house, case, about=key)
    with clerk.as_clerk():
        assert Clock.objects.running().get(subject_id=asked.pk).group.seat.role == Role.DATA_OFFICER


def test_a_complaint_is_answered_and_the_person_told(house, case, browse):
    asked = complained(house, case, about=None, spoken_of="service")
    with clerk.as_clerk():
        handler = accounts.members(Clock.objects.running().get(subject_id=asked.pk).group_id)[0]
    client, url = browse(handler), reverse("consent:request", args=[asked.pk])
    assert "He laughed at me." in client.get(url).content.decode()
    assert client.post(url, {"ruling": "granted"}).status_code == 422, "an answer is words"
    assert client.post(url, {"ruling": "granted", "answer": "You are right. We are sorry."}).status_code == 302
    assert client.post(url, {"told": "told"}).status_code == 302
    assert seen(asked, handler).stage == "closed"


def test_the_officers_list_says_kinds_and_dates_and_nothing_that_was_said(house, case, data_officer, browse):
    asked = factories.right(house, case, words="He beats me when papers come.")
    client = browse(data_officer)
    text = client.get(reverse("consent:requests")).content.decode()
    assert asked.reference in text
    assert "A copy of what is held" in text
    for said in ("He beats me", factories.NAME, case.code):
        assert said not in text
    assert "Rights of the person" in client.get(reverse("consent:start")).content.decode()


def test_who_has_no_part_in_it_finds_nothing(house, case, browse, outsider, volunteer, partner_worker):
    asked = factories.right(house, case)
    for user in (outsider, volunteer, partner_worker, house.people["administrator"]):
        for url in (
            reverse("cases:rights", args=[case.pk]), reverse("cases:right", args=[asked.pk]),
            reverse("consent:request", args=[asked.pk]), reverse("cases:right_copy", args=[asked.pk]),
        ):  # fmt: skip
            assert browse(user).get(url).status_code == 404, (user, url)


def test_the_officer_decides_and_carries_nothing_out(house, case, data_officer, browse):
    """Deciding does not open the case: no copy, no correction by whoever decides from outside."""
    asked = factories.right(house, case)
    client = browse(data_officer)
    form = {"ruling": "granted"}
    assert client.post(reverse("consent:request", args=[asked.pk]), form).status_code == 302
    for name in ("cases:right_copy", "cases:right_close", "cases:right"):
        assert client.get(reverse(name, args=[asked.pk])).status_code == 404


def test_the_pages_of_a_request_walk_from_asking_to_telling(house, case, caseworker, data_officer, browse):
    worker = browse(caseworker)
    page = worker.get(reverse("cases:rights", args=[case.pk])).content.decode()
    assert reverse("cases:right_ask", args=[case.pk, "objection"]) in page
    url = reverse("cases:right_ask", args=[case.pk, "access"])
    assert worker.post(url, {"identity": "not_yet", "words": "Everything"}).status_code == 302
    assert worker.post(url, {"identity": "known"}).status_code == 422, "asked already"
    with acting(caseworker.pk):
        asked = DataSubjectRequest.objects.get()
    one = reverse("cases:right", args=[asked.pk])
    assert reverse("cases:right_identity", args=[asked.pk]) in worker.get(one).content.decode()
    assert worker.post(reverse("cases:right_identity", args=[asked.pk]), {"identity": "call_back"}).status_code == 302
    refusal = {"ruling": "refused", "refusal": "rights_of_others", "answer": WHY}
    assert browse(data_officer).post(reverse("consent:request", args=[asked.pk]), refusal).status_code == 302
    assert one in worker.get(reverse("cases:day")).content.decode()
    assert WHY in worker.get(one).content.decode()
    assert worker.post(reverse("cases:right_close", args=[asked.pk]), {}).status_code == 422
    assert worker.post(reverse("cases:right_close", args=[asked.pk]), {"told": "not_safe"}).status_code == 302
    with acting(caseworker.pk):
        done = DataSubjectRequest.objects.get()
        assert (done.stage, done.told) == ("closed", "not_safe")


def test_an_unknown_right_is_not_there(house, case, caseworker, browse):
    assert browse(caseworker).get(reverse("cases:right_ask", args=[case.pk, "everything"])).status_code == 404


def test_a_case_that_changes_hands_takes_its_requests_along(house, case, caseworker, focal_point):
    asked = factories.right(house, case)
    with acting(focal_point.pk):
        cases.assign(Case.objects.get(pk=case.pk), house.people["deputy"], by=focal_point)
    with acting(caseworker.pk):
        assert not DataSubjectRequest.objects.filter(pk=asked.pk).exists()
    with acting(house.people["deputy"].pk):
        assert DataSubjectRequest.objects.get(pk=asked.pk).is_open
