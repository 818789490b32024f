"""Taking consent back: a part, the whole, everything; who must answer, who chases, who is told (HS-05, HS-06, scenario 4)."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions as cases
from cases.actions import consent as of_case
from cases.actions.erasing import carry_out
from cases.models import Case
from cases.vocabulary import Ground
from consent import actions as consent
from consent.models import Decision, Withdrawal
from consent.vocabulary import Answer, Purpose
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Refused
from foundation.core.machines import COURIER
from foundation.core.policy import fetch
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, ladder
from foundation.dossiers.models import Clock, DossierKey
from foundation.outbox.models import Message
from referrals import actions as referrals
from referrals.api.representation import available_actions, whole
from referrals.models import KeptReason, Referral
from tests import factories, partner
from tests.dossiers.test_ladder import shift

QUAY, LANTERN = "Quayside Legal Clinic", "Lantern House"
KEPT = {"confirmation": "retained_on_own_basis", "ground": "legal_obligation", "text": "The file note, for ten years."}


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def sent(house, case):
    return factories.sent(house, case)


def fresh(referral: Referral, by: Any) -> Referral:
    with acting(by.pk), transaction.atomic():
        row = Referral.objects.select_related("dossier", "service__partner", "decision").get(pk=referral.pk)
        if row.is_open:
            row.opened = row.package
        return row


def taken(house, referral, fields=None, by="caseworker") -> None:
    """The person takes back the whole, or these fields."""
    who = house.people[by]
    with acting(who.pk):
        decision = Decision.objects.get(pk=referral.decision_id)
        if fields is None:
            consent.withdraw(decision, by=who)
        else:
            consent.narrow(decision, fields, by=who)


def running(subject) -> set[str]:
    with clerk.as_clerk():
        return set(Clock.objects.running().filter(subject_id=subject).values_list("code", flat=True))


def n_told(event: str, referral: Referral) -> int:
    with COURIER.at_work():
        return Message.objects.filter(slot__startswith=f"{event}:{referral.pk}").count()


def read(house, referral) -> dict[str, Any]:
    machine = house.machine(QUAY)
    with acting(machine.pk):
        return whole(Referral.objects.get(pk=referral.pk), machine)


def said(referral, by, did="deleted", **kept) -> Referral:
    with acting(by.pk):
        row = Referral.objects.get(pk=referral.pk)
        return referrals.confirm_withdrawal(row, did, referrals.Kept(**kept), by=by)


def test_what_is_taken_back_in_part_is_read_no_more_and_the_rest_goes_on(house, case, sent, caseworker):
    """§5.4: the recipient could read the date and the need; from now on only what the person still agrees to."""
    factories.respond(house, sent, "accept")
    assert "reason" in read(house, sent)["need"]
    taken(house, sent, ["reason"])
    shown = read(house, sent)
    assert shown["need"] is None or "reason" not in shown["need"]
    assert shown["contact"]["alias"] == factories.NAME
    assert shown["taken_back"] == ["reason"]
    assert shown["consent"]["fields"] == fresh(sent, caseworker).fields
    assert "reason" not in shown["consent"]["fields"]
    after = fresh(sent, caseworker)
    assert after.status == "accepted"
    assert "reason" not in after.opened, "the frozen package was sealed anew without it"
    assert "alias" in after.opened
    with acting(caseworker.pk):
        kept = Decision.objects.get(pk=sent.decision_id)
        assert kept.is_active()
        assert "reason" not in kept.fields
        assert Withdrawal.objects.get().fields == ["reason"]


def test_who_was_told_the_part_must_answer_for_it_and_goes_on_serving(house, case, sent, partner_worker):
    factories.respond(house, sent, "accept")
    taken(house, sent, ["reason"])
    assert n_told("consent.narrowed", sent) > 0
    assert running(sent.pk) >= {"withdrawal_confirm", "withdrawal_phone", "first_contact"}
    assert {"confirm-withdrawal", "start"} <= set(available_actions(fresh(sent, partner_worker)))
    factories.respond(house, sent, "start")
    assert running(sent.pk) >= {"withdrawal_confirm", "withdrawal_phone"}, "the next step does not forget what is owed"
    assert said(sent, partner_worker).confirmation == "deleted"
    assert not running(sent.pk) & {"withdrawal_confirm", "withdrawal_phone"}
    taken(house, sent, ["alias"])
    assert fresh(sent, partner_worker).must_confirm, "what is taken back later is owed anew"


def test_who_was_not_told_the_part_yet_owes_nothing(house, sent, caseworker):
    """Before acceptance only the preview was told: the part is never told at all."""
    taken(house, sent, ["reason"])
    after = fresh(sent, caseworker)
    assert (after.must_confirm, after.narrowed_at) == (False, None)
    assert "reason" not in after.opened
    factories.respond(house, sent, "accept")
    shown = read(house, sent)
    assert shown["need"] is None or "reason" not in shown["need"]


def test_a_draft_shrinks_with_the_agreement(house, case, caseworker):
    factories.agreed(house, case, house.services["Papers and status service"])
    draft = factories.prepared(house, case, house.services["Papers and status service"])
    taken(house, draft, ["reason"])
    after = fresh(draft, caseworker)
    assert (after.status, "reason" in after.fields, "alias" in after.fields) == ("draft", False, True)


def test_without_its_preview_nothing_is_left_of_a_referral(house, sent, caseworker):
    taken(house, sent, ["district"])
    after = fresh(sent, caseworker)
    assert (after.status, after.recalled_at is not None) == ("cancelled", True)


def test_taking_back_every_part_is_taking_back_the_whole(house, sent, caseworker):
    taken(house, sent, sent.fields)
    with acting(caseworker.pk):
        assert Decision.objects.get(pk=sent.decision_id).withdrawn_at is not None
        assert Withdrawal.objects.get().is_whole
    assert fresh(sent, caseworker).recalled_at is not None


def test_nothing_chosen_changes_nothing(house, sent):
    with pytest.raises(Refused) as refused:
        taken(house, sent, ["date_of_birth_of_somebody_else"])
    assert refused.value.code == "consent.nothing_chosen"


def test_agreeing_anew_to_less_takes_back_the_difference(house, case, sent, caseworker):
    factories.respond(house, sent, "accept")
    less = [code for code in sent.service.offered_fields if code != "reason"]
    factories.agreed(house, case, sent.service, less)
    after = fresh(sent, caseworker)
    assert (after.status, after.taken_back) == ("accepted", ["reason"])
    assert after.decision.is_active()
    assert "reason" not in after.opened


def test_a_package_shrinks_also_where_the_one_who_records_it_cannot_open_it(house, case, sent, caseworker, focal_point):
    """The key is there for the transaction and gone with it; nothing of the package is shown."""
    with acting(focal_point.pk):
        dossiers.unshare(Referral.objects.get(pk=sent.pk).dossier, user=caseworker)
    taken(house, sent, ["reason"])
    with acting(caseworker.pk):
        assert not Referral.objects.filter(pk=sent.pk).exists()
    after = fresh(sent, focal_point)
    assert "reason" not in after.opened
    assert "alias" in after.opened


def test_everything_is_taken_back_at_once(house, case, sent, caseworker, browse):
    """One page: sent ones are recalled, unsent ones cancelled, the case rests."""
    shelter = house.services["Safe shelter"]
    factories.agreed(house, case, shelter)
    draft = factories.prepared(house, case, shelter)
    client, url = browse(caseworker), reverse("cases:take_everything_back", args=[case.pk])
    page = client.get(url).content.decode()
    assert sent.reference in page
    assert draft.reference in page
    assert client.post(url).status_code == 302
    with acting(caseworker.pk):
        assert not Decision.objects.active().filter(person=case.person_id).exists()
        assert Case.objects.get(pk=case.pk).status == "restricted"
        assert all(row.is_whole for row in Withdrawal.objects.filter(person=case.person_id))
    assert fresh(sent, caseworker).recalled_at is not None
    assert fresh(draft, caseworker).status == "cancelled"


def test_a_failure_in_the_middle_undoes_the_whole_cascade(house, case, caseworker, monkeypatch):
    """HS-06: four referrals on one agreement, the third fails: not one is recalled, no key is gone, nobody is told."""
    service, lead = house.services["Papers and status service"], house.people["focal_point"]
    factories.agreed(house, case, service)
    made = [factories.prepared(house, case, service) for _ in range(4)]
    for row in made[:3]:
        with acting(caseworker.pk):
            referrals.submit(Referral.objects.get(pk=row.pk), by=caseworker)
        with acting(lead.pk):
            referrals.send(Referral.objects.get(pk=row.pk), by=lead)
    real = dossiers.erase
    calls: Counter[str] = Counter()

    def erase(*args, **kwargs):
        calls["erase"] += 1
        if calls["erase"] == 3:
            raise ZeroDivisionError
        return real(*args, **kwargs)

    monkeypatch.setattr(dossiers, "erase", erase)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        taken(house, made[0])
    monkeypatch.undo()
    with acting(caseworker.pk):
        assert Decision.objects.get(pk=Referral.objects.get(pk=made[0].pk).decision_id).is_active()
        rows = list(Referral.objects.filter(pk__in=[m.pk for m in made]))
        assert Counter(row.status for row in rows) == {"sent": 3, "draft": 1}
        assert not any(row.recalled_at for row in rows)
        assert DossierKey.objects.filter(dossier__in=[row.dossier_id for row in rows]).count() == 4
        assert not Withdrawal.objects.exists()
    assert sum(n_told("consent.withdrawn", m) for m in made) == 0
    taken(house, made[0])
    assert all(fresh(m, caseworker).status == "cancelled" for m in made), "the same, undisturbed, ends all four"


def test_keeping_something_needs_a_ground_and_words_on_the_page(house, sent, partner_worker, caseworker, browse):
    taken(house, sent)
    client = browse(partner_worker)
    url = reverse("referrals:respond", args=[sent.pk, "confirm-withdrawal"])
    assert client.post(url, {"confirmation": KEPT["confirmation"]}).status_code == 422
    assert client.post(url, {**KEPT, "text": " "}).status_code == 422
    assert client.post(url, {**KEPT, "ground": "because"}).status_code == 422
    assert client.post(url, KEPT).status_code == 302
    after = fresh(sent, caseworker)
    assert (after.confirmation, after.own_ground) == ("retained_on_own_basis", "legal_obligation")
    with acting(caseworker.pk):
        assert KeptReason.objects.get().text == KEPT["text"]
    with acting(partner_worker.pk):
        assert not KeptReason.objects.exists(), "it is in our folder, not in theirs"
    page = browse(caseworker).get(reverse("referrals:withdrawals", args=[sent.case_id])).content.decode()
    assert KEPT["text"] in page


def test_keeping_something_needs_a_ground_and_words_in_the_api(house, sent):
    taken(house, sent)
    api = partner.api(house)
    path = f"/{sent.pk}/confirm-withdrawal"
    for code, body in (
        ("receiver.ground", {"confirmation": KEPT["confirmation"]}),
        ("receiver.text", {k: v for k, v in KEPT.items() if k != "text"}),
        ("sender.invalid", {**KEPT, "ground": "because"}),
    ):
        answer = api.post(path, body, if_match="*")
        assert (answer.status_code, answer.json()["code"]) in ((422, code), (400, code)), answer.json()
    assert api.post(path, KEPT, if_match="*").status_code == 200
    assert api.get("").json()["results"][-1]["available_actions"] == []


def test_the_database_knows_nothing_kept_without_a_ground(house, sent, caseworker):
    taken(house, sent)
    with acting(caseworker.pk), pytest.raises(Exception, match="kept_on_a_ground"), transaction.atomic():
        Referral.objects.filter(pk=sent.pk).update(
            confirmation="retained_on_own_basis", confirmed_at="2026-01-01T00:00Z"
        )


def test_what_the_partner_says_on_the_phone_is_written_down(house, sent, caseworker, partner_worker, browse):
    """Not every partner has our pages at hand; the referrer's task ends with the answer."""
    taken(house, sent)
    assert "withdrawal_phone" in running(sent.pk)
    url = reverse("referrals:hear_confirmation", args=[sent.pk])
    assert browse(caseworker).post(url, {"confirmation": "stopped"}).status_code == 302
    assert fresh(sent, caseworker).confirmation == "stopped"
    assert running(sent.pk) == set()
    assert browse(partner_worker).post(url, {"confirmation": "stopped"}).status_code == 404


def test_silence_climbs_to_the_focal_point_after_three_days(house, sent, caseworker, focal_point):
    """Partners.md §2: 24 h the referrer phones, 72 h the focal point."""
    taken(house, sent)
    with acting(caseworker.pk):
        phone = Clock.objects.running().get(subject_id=sent.pk, code="withdrawal_phone")
        assert (phone.user_id, phone.due_at - phone.started_at) == (caseworker.pk, timedelta(hours=24))
    shift(phone, timedelta(hours=71))
    ladder.sweep()
    assert "withdrawal_chase" not in running(sent.pk)
    shift(phone, timedelta(hours=2))
    ladder.sweep()
    with acting(focal_point.pk):
        chase = Clock.objects.running().get(subject_id=sent.pk, code="withdrawal_chase")
        assert chase.group_id in focal_point.group_ids
    shift(phone, timedelta(hours=24))
    ladder.sweep()
    with clerk.as_clerk():
        assert Clock.objects.filter(subject_id=sent.pk, code="withdrawal_chase").count() == 1


def test_silence_for_seven_days_is_told_once_to_whoever_keeps_incidents(house, sent, partner_worker, monkeypatch):
    """Partners.md §2: seven days without an answer is an incident, raised once."""
    heard: list[consent.Unconfirmed] = []
    monkeypatch.setattr(consent.unconfirmed, "_listeners", [heard.append])
    taken(house, sent)
    with clerk.as_clerk():
        clock = Clock.objects.running().get(subject_id=sent.pk, code="withdrawal_confirm")
    shift(clock, timedelta(days=6, hours=23))
    ladder.sweep()
    assert heard == []
    for _ in range(2):
        shift(clock, timedelta(days=1))
        ladder.sweep()
    assert [(row.subject, row.recipient_id, row.reference) for row in heard] == [
        (sent.pk, sent.recipient_id, sent.reference)
    ]
    assert fresh(sent, partner_worker).unconfirmed_at is not None
    assert said(sent, partner_worker).confirmation == "deleted", "late is still an answer"


def test_who_answered_in_time_is_no_incident(house, sent, partner_worker, monkeypatch):
    heard: list[consent.Unconfirmed] = []
    monkeypatch.setattr(consent.unconfirmed, "_listeners", [heard.append])
    taken(house, sent)
    with clerk.as_clerk():
        clock = Clock.objects.running().get(subject_id=sent.pk, code="withdrawal_confirm")
    said(sent, partner_worker)
    shift(clock, timedelta(days=8))
    ladder.sweep()
    assert heard == []


def test_the_person_is_told_what_each_recipient_answered(house, case, sent, caseworker, partner_worker, browse):
    """§5.4, the last step: a task on the owner's list, done when the person knows or when telling is not safe."""
    taken(house, sent)
    assert "tell_result" in running(case.pk)
    client, url = browse(caseworker), reverse("referrals:withdrawals", args=[case.pk])
    assert url in client.get(reverse("cases:day")).content.decode()
    assert client.post(url, {"told": "told"}).status_code == 422, "nobody has answered yet"
    said(sent, partner_worker)
    assert "deleted what they had kept" in client.get(url).content.decode()
    assert client.post(url, {"told": "not_safe"}).status_code == 302
    assert "tell_result" not in running(case.pk)
    with acting(caseworker.pk):
        row = Withdrawal.objects.get()
        assert (row.told, row.told_by) == ("not_safe", caseworker)


def test_what_one_recipient_still_owes_stays_on_the_list(house, case, sent, caseworker, partner_worker):
    other = factories.sent(house, case, house.services["Safe shelter"])
    taken(house, sent)
    taken(house, other)
    said(sent, partner_worker)
    with acting(caseworker.pk):
        assert referrals.tell_result(Case.objects.get(pk=case.pk), "told", by=caseworker) == 1
        assert Withdrawal.objects.filter(told="").count() == 1
    assert "tell_result" in running(case.pk)


def test_who_cannot_open_the_case_learns_nothing_of_withdrawals(house, case, sent, browse, outsider, partner_worker):
    for user in (outsider, partner_worker, house.people["data_officer"]):
        for name in ("referrals:withdrawals", "cases:take_everything_back"):
            assert browse(user).get(reverse(name, args=[case.pk])).status_code == 404


def test_a_decision_of_somebody_else_is_not_there(house, case, sent, caseworker, browse):
    other = factories.case(house)
    factories.agreed(house, other, house.services["Safe shelter"])
    with acting(caseworker.pk):
        foreign = Decision.objects.active().get(person=other.person_id, purpose=Purpose.EXTERNAL_REFERRAL)
    for name in ("cases:narrow", "cases:withdraw"):
        assert browse(caseworker).post(reverse(name, args=[case.pk, foreign.pk])).status_code == 404


def test_a_part_is_taken_back_on_a_page(house, case, sent, caseworker, browse):
    factories.respond(house, sent, "accept")
    client, url = browse(caseworker), reverse("cases:narrow", args=[case.pk, sent.decision_id])
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"parts": ["reason"]}).status_code == 302
    assert fresh(sent, caseworker).taken_back == ["reason"]
    assert (
        reverse("referrals:hear_confirmation", args=[sent.pk])
        in client.get(reverse("referrals:referral", args=[sent.pk])).content.decode()
    )


@pytest.mark.django_db(transaction=True)
def test_why_something_is_kept_goes_with_the_case(house):
    """Scenario 20: the partner's words are in a folder of their own, and its key goes too."""
    with transaction.atomic():
        case = factories.case(house)
        referral = factories.sent(house, case)
        taken(house, referral)
        said(referral, house.people["partner_worker"], did=KEPT["confirmation"], ground="vital_interests", text="x")
    worker, officer = house.people["caseworker"], house.people["data_officer"]
    with acting(worker.pk), transaction.atomic():
        asked = cases.request_erasure(Case.objects.get(pk=case.pk), Ground.ASKED, by=worker)
    with acting(officer.pk), transaction.atomic():
        from cases.models import Erasure

        cases.authorise_erasure(fetch(officer, Erasure, asked.pk, related=("unit",)), by=officer)
    done = carry_out(asked.pk)
    assert {folder["kind"] for folder in done.folders} == {"case", "package", "request"}
    with clerk.as_clerk():
        assert not KeptReason.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_during_a_send_has_one_outcome(house):
    """Two connections at once: it was sent and is recalled, or it was never sent. Never sent on what was taken back."""
    service = house.services["Papers and status service"]
    worker, lead = house.people["caseworker"], house.people["focal_point"]
    outcomes: Counter[str] = Counter()
    for _ in range(6):
        with transaction.atomic():
            case = factories.case(house)
            factories.agreed(house, case, service)
            draft = factories.prepared(house, case, service)
            with acting(worker.pk):
                referrals.submit(Referral.objects.get(pk=draft.pk), by=worker)
        ready = threading.Barrier(2)

        def send(pk=draft.pk, ready=ready):
            with acting(lead.pk), transaction.atomic():
                row = Referral.objects.get(pk=pk)
                ready.wait(20)
                referrals.send(row, by=lead)

        def withdraw(pk=case.pk, ready=ready):
            with acting(worker.pk), transaction.atomic():
                row = Case.objects.select_related("person", "dossier").get(pk=pk)
                ready.wait(20)
                of_case.take_everything_back(row, by=worker)

        errors: list[BaseException] = []
        threads = [threading.Thread(target=at_work, args=(job, errors)) for job in (send, withdraw)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(isinstance(error, DomainError) for error in errors), errors
        after = fresh(draft, lead)
        assert after.status == "cancelled"
        assert (after.sent_at is None) == (after.recalled_at is None)
        assert not after.is_open
        outcomes["sent and recalled" if after.sent_at else "never sent"] += 1
    assert sum(outcomes.values()) == 6


def at_work(job: Any, errors: list[BaseException]) -> None:
    """A job on a connection of its own; what it raises is kept."""
    try:
        job()
    except BaseException as error:  # noqa: BLE001 - a thread's error is the test's to judge
        errors.append(error)
    finally:
        connections.close_all()


ACTS = ("agree", "agree to less", "refuse", "narrow", "withdraw", "expire", "accept", "decline", "send", "confirm")


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(acts=st.lists(st.sampled_from(ACTS), min_size=1, max_size=6))
def test_after_any_history_a_withdrawal_succeeds(house, acts):
    """HS-05: whatever was agreed, refused, narrowed, sent, answered or expired before, taking back is always possible."""
    point = transaction.savepoint()
    worker, case = house.people["caseworker"], factories.case(house)
    known = [factories.sent(house, case)]
    for act in acts:
        try:
            with transaction.atomic():
                _do(house, case, known, act)
        except DomainError:
            continue
    with acting(worker.pk):
        row = Case.objects.select_related("person", "dossier").get(pk=case.pk)
        given_ = Decision.objects.filter(person=row.person, answer=Answer.GRANTED)
        of_case.take_everything_back(row, by=worker)
        assert not given_.filter(withdrawn_at=None, superseded_at=None).exists()
        assert not Decision.objects.active().filter(person=row.person).exists()
        for referral in Referral.objects.filter(case=row):
            assert not referral.is_open or referral.status in ("declined", "completed")
            assert referral.sent_at is None or referral.recalled_at is not None
    transaction.savepoint_rollback(point)


def _do(house: factories.House, case: Case, known: list[Referral], act: str) -> None:
    service, worker, referral = known[0].service, house.people["caseworker"], known[-1]
    if act in ("agree", "agree to less"):
        factories.agreed(house, case, service, None if act == "agree" else service.offered_fields[:-1])
    elif act == "refuse":
        factories.decide(house, case, Purpose.EXTERNAL_REFERRAL, service.pk, Answer.REFUSED)
    elif act == "send":
        known.append(factories.sent(house, case, service))
    elif act in ("accept", "decline"):
        reply = {"reason": "no_capacity"} if act == "decline" else {}
        factories.respond(house, referral, act, **reply)
    elif act == "confirm":
        said(referral, house.machine(QUAY))
    else:
        with acting(worker.pk):
            decision = Decision.objects.get(pk=Referral.objects.get(pk=referral.pk).decision_id)
            if act == "narrow":
                consent.narrow(decision, decision.fields[-1:], by=worker)
            elif act == "withdraw":
                consent.withdraw(decision, by=worker)
            else:
                Decision.objects.filter(pk=decision.pk).update(valid_until=decision.valid_from + timedelta(seconds=1))
