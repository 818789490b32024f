"""Legal bases, impact assessments and what they gate (domain.md §4.2, §4.3; HS-20, HS-25)."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.models import Case
from consent import actions as consent
from consent.models import BasisReview, Decision, ImpactAssessment, ImpactText, ProcessingBasis
from consent.terms import AssessmentState, AssessmentSubject, LegalBasis
from consent.vocabulary import Purpose
from foundation.accounts.models import Organisation, OrganisationKind, Unit, UnitKind
from foundation.core.acting import acting
from foundation.core.errors import DomainError, Forbidden, Refused, WrongState
from foundation.dossiers.models import Clock
from foundation.vault.crypto import VaultError
from referrals import demo, webhooks
from referrals.actions import clients, register
from referrals.models import Partner, WebhookEndpoint
from referrals.partnership import PartnerStatus
from tests import factories

WORDS = consent.Words("What is done", "What may go wrong", "What is done against it")


def soon(days: int = 300):
    return timezone.localdate() + timedelta(days=days)


def drafted(by, about, review_by=None):
    with acting(by.pk):
        return consent.draft_assessment(about, WORDS, review_by or soon(), by=by)


def approved(house, about, review_by=None):
    officer, manager = house.people["data_officer"], house.people["manager"]
    made = drafted(officer, about, review_by)
    with acting(manager.pk):
        return consent.approve_assessment(made, by=manager)


@contextmanager
def refused_saying(words):
    with pytest.raises(Refused) as refused:
        yield
    assert words in refused.value.message


@pytest.fixture
def newcomer(house):
    """A partner that nobody has assessed yet."""
    organisation = Organisation.objects.create(name="Harbour Clinic", kind=OrganisationKind.PARTNER)
    Unit.objects.create(organisation=organisation, kind=UnitKind.PARTNER, name="Desk")
    return demo.enrol(organisation)


def activate(house, partner):
    """As the manager does it."""
    manager = house.people["manager"]
    with acting(manager.pk):
        return register.activate(partner, by=manager)


# --- the legal basis of a purpose


def test_a_basis_is_succeeded_and_never_changed(house, data_officer):
    with acting(data_officer.pk):
        first = consent.set_basis("record_case", "vital_interest", "Lives are at stake.", soon(), by=data_officer)
        second = consent.set_basis("record_case", "public_interest", "The mandate.", soon(), by=data_officer)
        assert (first.version, second.version) == (1, 2)
        assert consent.current_bases(first.organisation)["record_case"] == second
    assert ProcessingBasis.objects.filter(purpose="record_case").count() == 2


@pytest.mark.parametrize("seat", ["caseworker", "focal_point", "manager", "administrator", "partner_worker"])
def test_only_the_officer_sets_a_basis(house, seat):
    by = house.people[seat]
    with acting(by.pk), pytest.raises(Forbidden):
        consent.set_basis("record_case", "vital_interest", "Because.", soon(), by=by)


@pytest.mark.parametrize(
    "given",
    [
        ("nothing_known", "vital_interest", "Why", 30),
        ("record_case", "we_like_it", "Why", 30),
        ("record_case", "vital_interest", "  ", 30),
        ("record_case", "vital_interest", "Why", 0),
        ("record_case", "vital_interest", "Why", 5000),
    ],
)
def test_a_basis_without_reason_or_review_is_refused(house, data_officer, given):
    purpose, basis, why, days = given
    with acting(data_officer.pk), pytest.raises(Refused):
        consent.set_basis(purpose, basis, why, soon(days), by=data_officer)


def test_a_withdrawal_asks_for_a_review_of_the_basis_and_erases_nothing(house):
    """domain.md §4.2: withdrawing the one consent does not end the other basis by itself."""
    case = factories.case(house)
    owner, lead = house.people["caseworker"], house.people["focal_point"]
    with acting(owner.pk):
        decision = Decision.objects.active().get(person=case.person_id, purpose=Purpose.INTERNAL_ESCALATION)
        consent.withdraw(decision, by=owner)
    with acting(lead.pk):
        fresh = Case.objects.get(pk=case.pk)
        review = BasisReview.objects.get(dossier=fresh.dossier)
        assert fresh.person.alias == factories.NAME  # nothing is gone
        assert (review.decided_at, review.purposes) == (None, ["internal_escalation"])
        assert Clock.objects.running().filter(subject_id=case.pk, code="basis_review").exists()
        with pytest.raises(Refused):
            consent.decide_review(
                review, is_kept=True, basis="consent", why="It was given once.", subject=case.pk, by=lead
            )
        done = consent.decide_review(
            review, is_kept=True, basis="vital_interest", why="A child is in danger.", subject=case.pk, by=lead
        )
        assert done.is_kept
        assert not Clock.objects.running().filter(subject_id=case.pk, code="basis_review").exists()
        with pytest.raises(WrongState):
            consent.decide_review(review, is_kept=False, basis="", why="No.", subject=case.pk, by=lead)


# --- impact assessments


def test_an_assessment_counts_when_another_person_approved_it(house, newcomer, data_officer):
    """HS-20: who wrote it does not approve it."""
    about = consent.About(AssessmentSubject.PARTNER, newcomer.organisation)
    made = drafted(data_officer, about)
    with acting(data_officer.pk), pytest.raises(Refused) as refused:
        consent.approve_assessment(made, by=data_officer)
    assert refused.value.code == "impact.same_person"
    assert not consent.in_force("partner", newcomer.pk)
    manager = house.people["manager"]
    with acting(manager.pk):
        consent.approve_assessment(made, by=manager)
        with pytest.raises(WrongState):
            consent.approve_assessment(made, by=manager)
    assert consent.in_force("partner", newcomer.pk)


def test_the_database_itself_knows_that_two_people_are_needed(house, newcomer, data_officer):
    made = drafted(data_officer, consent.About(AssessmentSubject.PARTNER, newcomer.organisation))
    with pytest.raises(IntegrityError), transaction.atomic():
        ImpactAssessment.objects.filter(pk=made.pk).update(
            state="approved", decided_by=data_officer, decided_at=timezone.now()
        )


@pytest.mark.parametrize("seat", ["caseworker", "focal_point", "administrator", "auditor", "partner_worker"])
def test_other_seats_neither_write_nor_approve_nor_read_assessments(house, newcomer, seat):
    by = house.people[seat]
    about = consent.About(AssessmentSubject.PARTNER, newcomer.organisation)
    with acting(by.pk), pytest.raises(Forbidden):
        consent.draft_assessment(about, WORDS, soon(), by=by)
    made = drafted(house.people["data_officer"], about)
    with acting(by.pk):
        with pytest.raises(DomainError):
            consent.approve_assessment(made, by=by)
        assert not ImpactText.objects.filter(assessment=made).exists()


def test_both_deciding_seats_read_the_words_and_the_database_holds_none_of_them(house, newcomer):
    made = drafted(house.people["data_officer"], consent.About(AssessmentSubject.PARTNER, newcomer.organisation))
    for seat in ("data_officer", "manager"):
        with acting(house.people[seat].pk):
            assert ImpactText.objects.get(assessment=made).risks == "What may go wrong"
    with acting(house.people["data_officer"].pk), connection.cursor() as cursor:
        cursor.execute("SELECT risks FROM consent_impacttext WHERE assessment_id = %s", [made.pk])
        assert b"go wrong" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize("days", [0, -1, 367, 4000])
def test_an_assessment_is_looked_at_again_within_twelve_months(house, newcomer, data_officer, days):
    with acting(data_officer.pk), pytest.raises(Refused):
        consent.draft_assessment(consent.About("partner", newcomer.organisation), WORDS, soon(days), by=data_officer)


def test_a_newer_assessment_takes_the_place_of_the_older(house, newcomer):
    about = consent.About(AssessmentSubject.PARTNER, newcomer.organisation)
    older, newer = approved(house, about), approved(house, about)
    older.refresh_from_db()
    assert (older.state, newer.state) == (AssessmentState.REPLACED, AssessmentState.APPROVED)


# --- what they gate


def test_no_partner_becomes_active_without_an_assessment_in_plain_words(house, newcomer):
    """HS-25."""
    with pytest.raises(Refused) as refused:
        activate(house, newcomer)
    assert "Harbour Clinic" in refused.value.message
    assert "manager writes it" in refused.value.message
    newcomer.refresh_from_db()
    assert newcomer.status == PartnerStatus.SIGNED
    drafted(house.people["data_officer"], consent.About("partner", newcomer.organisation))
    with refused_saying("waits for a second person"):
        activate(house, newcomer)
    approved(house, consent.About("partner", newcomer.organisation))
    assert activate(house, newcomer).may_receive


def test_the_database_lets_no_unassessed_partner_be_active_whoever_writes(house, newcomer):
    """HS-25: a shell or a forgotten action meets the trigger."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.filter(pk=newcomer.pk).update(status="active")
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookEndpoint(organisation=newcomer.organisation, url="https://x.example", organisation_key_id=None).save()


def test_an_assessment_past_its_review_lets_nothing_pass(house, newcomer):
    made = approved(house, consent.About("partner", newcomer.organisation))
    ImpactAssessment.objects.filter(pk=made.pk).update(review_by=timezone.localdate() - timedelta(days=1))
    with refused_saying("past its review"):
        activate(house, newcomer)


def test_an_agreement_that_ran_out_stops_a_partner_too(house, newcomer):
    approved(house, consent.About("partner", newcomer.organisation))
    Partner.objects.filter(pk=newcomer.pk).update(agreement_until=soon(-1))
    with pytest.raises(Refused) as refused:
        activate(house, newcomer)
    assert refused.value.code == "partner.agreement"


def test_no_program_and_no_endpoint_without_an_assessment_of_the_interface(house, newcomer):
    """HS-25: a partner that may receive is not yet one whose programs may read."""
    approved(house, consent.About("partner", newcomer.organisation))
    activate(house, newcomer)
    unit = Unit.objects.get(organisation=newcomer.organisation)
    for attempt in (
        lambda: clients.add_client(unit),
        lambda: webhooks.register(newcomer.organisation, "https://x.example"),
    ):
        with refused_saying("reads through the interface"):
            attempt()
    with pytest.raises(CommandError, match="not registered: There is no approved impact assessment"):
        call_command("webhook_register", "Harbour Clinic", "https://x.example")
    approved(house, consent.About("partner_api", newcomer.organisation))
    way = clients.add_client(unit)
    assert way.machine.is_machine
    assert way.secret


def test_the_commands_of_an_operator_ask_for_the_assessments_too(house, newcomer, capsys):
    """HS-25: on every channel, in the same words."""
    with pytest.raises(CommandError, match="no client: There is no approved impact assessment"):
        call_command("partner_client", "Harbour Clinic")
    with pytest.raises(CommandError, match="There is no partner of this name"):
        call_command("partner_client", "Nobody at all")
    for subject in ("partner", "partner_api"):
        approved(house, consent.About(subject, newcomer.organisation))
    activate(house, newcomer)
    call_command("partner_client", "Harbour Clinic")
    newcomer.refresh_from_db()
    assert newcomer.status == PartnerStatus.ACTIVE
    assert "secret " in capsys.readouterr().out


def test_the_demonstration_recorded_its_assessments_by_two_people(house):
    rows = ImpactAssessment.objects.filter(partner__in=house.partners.values(), state="approved")
    assert rows.count() == 4
    assert all(row.drafted_by_id != row.decided_by_id for row in rows)


def test_there_are_six_bases_and_no_seventh():
    """domain.md §4.1."""
    assert len(LegalBasis.values) == 6


def test_nobody_reads_an_assessment_without_its_shelf(house, newcomer, caseworker):
    made = drafted(house.people["data_officer"], consent.About(AssessmentSubject.PARTNER, newcomer.organisation))
    with acting(house.people["data_officer"].pk):
        text = ImpactText.objects.get(assessment=made)
        raw = ImpactText.objects.filter(pk=text.pk)[0]
    with acting(caseworker.pk), pytest.raises((VaultError, DomainError)):
        _ = raw.risks
