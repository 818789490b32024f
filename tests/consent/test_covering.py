"""One question decides: ``covers``, asked by pages, API, tasks and by the tables themselves (HS-01, HS-02, HS-05)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions as cases
from cases.models import Case, Concern
from cases.states import ConcernStatus
from consent import actions as consent
from consent.covering import agreed, covers
from consent.models import Consent, Decision
from consent.vocabulary import COUNTED, Answer, Basis, Purpose, RecipientKind
from foundation.core.acting import acting
from foundation.core.errors import Gone, Refused
from foundation.dossiers import clerk
from referrals.actions.sending import release
from referrals.api.representation import whole
from referrals.models import Disclosure, Referral
from referrals.vocabulary import Status
from tests import factories
from tests.referrals.walking import SERVICE, walked

QUICK = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
EDGES = st.sampled_from(
    [timedelta(days=-2), timedelta(seconds=-1), timedelta(0), timedelta(seconds=1), timedelta(days=2)]
)
SOME = st.sets(st.sampled_from(["alias", "safe_contact", "reason", "district"]))


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def service(house):
    return house.services[SERVICE]


@given(
    begins=EDGES, ends=EDGES, ended=st.sets(st.sampled_from(["withdrawn_at", "superseded_at", "suspended_at"]), max_size=1),
    answer=st.sampled_from([Answer.GRANTED, Answer.GRANTED, *Answer.values]), held=SOME, asked=SOME,
    purpose=st.sampled_from([Purpose.EXTERNAL_REFERRAL, Purpose.EXTERNAL_REFERRAL, Purpose.RFL_TRACING]),
    is_other=st.booleans(),
)  # fmt: skip
@QUICK
def test_the_database_and_the_row_give_one_answer(
    house, case, service, begins, ends, ended, answer, held, asked, purpose, is_other
):
    """Whatever the decision says, the function that the tables ask and the row that a list has read agree."""
    now = timezone.now()
    recipient = house.services["Safe house"].pk if is_other and "Safe house" in house.services else service.pk
    worker = house.people["caseworker"]
    point = transaction.savepoint()
    try:
        with acting(worker.pk):
            held_now = Consent.objects.filter(person=case.person_id).first()
            start = now + begins
            row = Decision(
                dossier_id=case.dossier_id, consent=held_now, person_id=case.person_id, purpose=purpose,
                recipient_kind=RecipientKind.SERVICE, recipient_id=service.pk, fields=sorted(held), answer=answer,
                valid_from=start, valid_until=max(now + ends, start + timedelta(seconds=1)),
                **{name: max(start, now) for name in ended},
            )  # fmt: skip
            row.save(force_insert=True)
            ground = covers(case.person_id, Purpose.EXTERNAL_REFERRAL, recipient, asked, now)
            assert (ground is not None) == row.covers(Purpose.EXTERNAL_REFERRAL, recipient, asked, now)
            if ground is not None:
                assert (ground.basis, ground.id, ground.until) == (Basis.DECISION, row.pk, row.valid_until)
                assert ground.fields == held
    finally:
        transaction.savepoint_rollback(point)


def test_the_answer_takes_one_query(house, case, service, caseworker):
    factories.agreed(house, case, service)
    with acting(caseworker.pk), CaptureQueriesContext(connection) as asked:
        assert covers(case.person_id, Purpose.EXTERNAL_REFERRAL, service.pk, ["alias"])
    assert len(asked) == 1


def test_what_one_may_not_see_is_no_ground(house, case, service, caseworker, outsider):
    factories.agreed(house, case, service)
    asked = (case.person_id, Purpose.EXTERNAL_REFERRAL, service.pk, ["alias"])
    with acting(caseworker.pk):
        assert covers(*asked)
    with acting(outsider.pk):
        assert covers(*asked) is None


def test_a_suspended_decision_is_no_ground_until_it_is_resumed(house, case, service, caseworker):
    """An objection freezes: the recipient reads nothing meanwhile, and reads again afterwards (domain.md §4.3)."""
    referral, machine = factories.sent(house, case, service), house.machine("Quayside Legal Clinic")

    def read():
        with acting(machine.pk):
            return whole(Referral.objects.get(pk=referral.pk), machine)

    assert read()["preview"]
    with acting(caseworker.pk):
        Decision.objects.filter(pk=referral.decision_id).update(suspended_at=timezone.now())
    with pytest.raises(Gone):
        read()
    with acting(caseworker.pk):
        Decision.objects.filter(pk=referral.decision_id).update(suspended_at=None)
    assert read()["preview"]


def test_a_list_asks_for_all_its_people_at_once(house, case, caseworker):
    factories.decide(house, case, Purpose.RECORD_CASE, case.unit_id, fields=["alias"])
    with acting(caseworker.pk), CaptureQueriesContext(connection) as asked:
        assert agreed([case.person_id], Purpose.RECORD_CASE, "alias") == {(case.person_id, case.unit_id)}
        assert agreed([case.person_id], Purpose.RECORD_CASE, "safe_contact") == set()
    assert len(asked) == 2


def test_nobody_is_contacted_who_did_not_agree_or_not_any_more(house, case, caseworker):
    """HS-05: a refusal is as good as no answer, and an agreement ends when it is taken back."""
    due = timezone.now() + timedelta(days=1)
    with acting(caseworker.pk), pytest.raises(Refused) as refused:
        cases.plan_follow_up(Case.objects.get(pk=case.pk), by=caseworker, due_at=due)
    assert refused.value.code == "follow_up.consent"
    said = factories.decide(house, case, Purpose.FOLLOW_UP_CONTACT, case.unit_id, fields=["safe_contact"])
    with acting(caseworker.pk):
        cases.plan_follow_up(Case.objects.get(pk=case.pk), by=caseworker, due_at=due)
        consent.withdraw(said.decisions.get(), by=caseworker)
        with pytest.raises(Refused):
            cases.plan_follow_up(Case.objects.get(pk=case.pk), by=caseworker, due_at=due)


@pytest.mark.parametrize(
    ("answer", "is_counted"), [("granted", True), ("refused", False), ("not_asked", False), (None, False)]
)
def test_only_who_agreed_is_counted(house, case, service, answer, is_counted):
    if answer:
        factories.decide(house, case, Purpose.ANONYMOUS_STATISTICS, case.unit_id, answer, fields=COUNTED)
    referral = factories.sent(house, case, service)
    with clerk.as_clerk():
        assert Referral.objects.get(pk=referral.pk).is_counted is is_counted


def refuses(act) -> bool:
    """Whether the database refuses; the transaction goes on."""
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        return "without a ground" in str(error) or "stays written down" in str(error)
    return False


def test_the_table_of_disclosures_refuses_one_without_a_ground(house, case, caseworker):
    """HS-01: even if every check in Python were forgotten. Each way out of the agreement in turn, and the control."""
    referral = walked(house, case, Status.ACCEPTED)

    def tell(**more):
        row = Disclosure(
            dossier_id=referral.dossier_id, referral=referral, recipient_id=referral.recipient_id,
            decision_id=referral.decision_id, purpose=Purpose.EXTERNAL_REFERRAL, tier=3, fields=["alias"],
        )  # fmt: skip
        for name, value in more.items():
            setattr(row, name, value)
        row.save(force_insert=True)

    with acting(caseworker.pk):
        point = transaction.savepoint()
        tell()
        transaction.savepoint_rollback(point)
        assert refuses(lambda: tell(fields=["alias", "address"]))
        assert refuses(lambda: tell(purpose=Purpose.RFL_TRACING))
        assert refuses(lambda: tell(at=timezone.now() + timedelta(days=200)))
        Decision.objects.filter(pk=referral.decision_id).update(suspended_at=timezone.now())
        assert refuses(tell)
        assert refuses(lambda: Disclosure.objects.filter(referral=referral).update(fields=[]))
        assert refuses(lambda: Disclosure.objects.filter(referral=referral).delete())


def test_the_table_of_referrals_sends_none_without_a_ground(house, case):
    referral = walked(house, case, Status.AWAITING_APPROVAL)
    lead = house.people["focal_point"]

    def send():
        sent = Referral.objects.filter(pk=referral.pk).update(status=Status.SENT, sent_at=timezone.now())
        assert sent == 1

    with acting(lead.pk):
        Decision.objects.filter(pk=referral.decision_id).update(fields=["alias"])
        assert refuses(send)
        Decision.objects.filter(pk=referral.decision_id).update(fields=referral.fields)
        send()


def test_the_table_of_concerns_hands_none_over_without_a_ground(house, volunteer):
    """HS-02."""
    concern = factories.draft(house)

    def hand_over():
        Concern.objects.filter(pk=concern.pk).update(status=ConcernStatus.SUBMITTED, submitted_at=timezone.now())

    with acting(volunteer.pk):
        assert refuses(hand_over)
        cases.answer_escalation(Concern.objects.get(pk=concern.pk), by=volunteer, answer=Answer.GRANTED)
        hand_over()


def test_a_release_asks_the_table_even_when_the_action_is_called_directly(house, case, caseworker):
    referral = walked(house, case, Status.ACKNOWLEDGED)
    with acting(caseworker.pk):
        loaded = Referral.objects.get(pk=referral.pk)
        decision = loaded.decision
        consent.withdraw(decision, by=caseworker)
        loaded.status = Status.ACCEPTED
        assert refuses(lambda: release(loaded))
