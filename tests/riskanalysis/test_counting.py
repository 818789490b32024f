"""Counting writes nothing that leads back, in the transaction of the move; erasing a case changes no figure (scenario 20)."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases import actions as cases
from cases.actions.erasing import carry_out
from cases.actions.triage import Triage
from cases.models import Case, Concern, Erasure
from cases.vocabulary import Ground
from consent import actions as consent
from consent.models import Decision
from consent.vocabulary import COUNTED, Purpose
from foundation.core.acting import acting
from foundation.core.policy import fetch
from foundation.custody import holders
from foundation.dossiers import clerk
from foundation.vault.crypto import VaultError
from foundation.vault.models import current_key, make_organisation_key
from referrals import actions as referrals
from referrals.models import Referral
from riskanalysis.models import FigureKey, Tally
from riskanalysis.sealing import Sealer
from tests import factories
from tests.audit.owner import beyond


def counted(house) -> dict[tuple[str, ...], int]:
    """Cell → how often, of all units, as the clerk opens them."""
    found: dict[tuple[str, ...], int] = {}
    sealer = Sealer.of(house.units["harbour"].organisation_id)
    with clerk.as_clerk():
        for row in Tally.objects.all():
            cell = tuple(json.loads(sealer.open(row.pk, bytes(row.cell))))
            found[cell] = found.get(cell, 0) + row.n
    return found


def test_a_triage_is_counted_by_what_how_urgent_what_came_of_it_who_brought_it_and_in_time(house):
    factories.case(house)
    factories.case(house)
    assert counted(house) == {
        ("concern", "documents_legal_status", "normal", "escalated_to_case"): 2,
        ("concern_reporter", "affected_person_self", "normal"): 2,
        ("concern_kept", "normal", "kept"): 2,
    }


def test_a_concern_that_waited_too_long_is_counted_as_late(house):
    concern, lead = factories.submitted(house), house.people["focal_point"]
    with time_machine.travel(timezone.now() + timedelta(days=9)), acting(lead.pk):
        cases.triage(Concern.objects.get(pk=concern.pk), Triage("information_given", "normal"), by=lead)
    assert counted(house)["concern_kept", "normal", "late"] == 1


def test_a_refused_escalation_is_counted_without_the_person(house):
    concern, lead = factories.submitted(house, answer="refused"), house.people["focal_point"]
    with acting(lead.pk):
        cases.triage(Concern.objects.get(pk=concern.pk), Triage("information_given", "normal"), by=lead)
    assert counted(house)["concern", "documents_legal_status", "normal", "information_given"] == 1


def counted_one(house) -> Referral:
    """A referral of somebody who agreed to be counted."""
    case = factories.case(house)
    factories.decide(house, case, Purpose.ANONYMOUS_STATISTICS, case.unit_id, fields=COUNTED)
    return factories.sent(house, case)


def test_a_referral_is_counted_when_it_is_sent_and_when_it_ends(house):
    sent = counted_one(house)
    service = sent.service.service_type
    before = counted(house)
    assert (
        before["sent", service] == before["sent_age", service, "18-59"] == before["sent_who", "18-59", "unknown"] == 1
    )
    factories.respond(house, sent, "accept")
    ended = {cell for cell in counted(house) if cell[0] == "ended"}
    assert not ended, "what is open is what has not ended"
    assert counted(house)["answer_age", "normal", "18-59", "accepted"] == 1
    factories.respond(house, sent, "complete", outcome="met")
    assert counted(house)["ended", service, "given"] == 1


def test_what_got_no_answer_ends_once(house, caseworker):
    sent = counted_one(house)
    with time_machine.travel(timezone.now() + timedelta(days=40)), acting(caseworker.pk):
        referrals.expire(Referral.objects.get(pk=sent.pk), by=caseworker)
        referrals.cancel(Referral.objects.get(pk=sent.pk), "partner_unresponsive", by=caseworker)
    ended = {cell: n for cell, n in counted(house).items() if cell[0] == "ended"}
    assert ended == {("ended", sent.service.service_type, "no_answer"): 1}


def test_who_refused_to_be_counted_is_in_no_figure_by_age_sex_or_service(house):
    case = factories.case(house)
    factories.decide(house, case, Purpose.ANONYMOUS_STATISTICS, case.unit_id, "refused")
    sent = factories.sent(house, case)
    factories.respond(house, sent, "decline", reason="no_capacity")
    assert {cell[0] for cell in counted(house)} == {"concern", "concern_reporter", "concern_kept"}


def test_who_takes_back_being_counted_is_in_no_figure_still_to_come(house, caseworker):
    """HS-05: what was counted stays counted, for it leads back to nobody; what comes is not."""
    sent = counted_one(house)
    before = counted(house)
    with acting(caseworker.pk):
        person = Case.objects.get(pk=sent.case_id).person_id
        consent.withdraw(
            Decision.objects.active().get(person=person, purpose=Purpose.ANONYMOUS_STATISTICS), by=caseworker
        )
    factories.respond(house, sent, "decline", reason="no_capacity")
    assert counted(house) == before


def test_a_move_that_fails_counts_nothing(house, monkeypatch):
    concern, lead = factories.submitted(house), house.people["focal_point"]

    @transaction.atomic
    def triage_and_fail() -> None:
        cases.triage(Concern.objects.get(pk=concern.pk), Triage("information_given", "normal"), by=lead)
        raise RuntimeError

    with acting(lead.pk), pytest.raises(RuntimeError):
        triage_and_fail()
    assert counted(house) == {}


@pytest.mark.django_db(transaction=True)
def test_nothing_in_a_figure_leads_back(house):
    """No id of anything, no actor, no time but the month; a dump shows that something was counted, and not what."""
    with transaction.atomic():
        factories.sent(house)
    columns = beyond("SELECT column_name FROM information_schema.columns WHERE table_name = 'riskanalysis_tally'")
    assert {name for (name,) in columns} == {"id", "unit_id", "month", "mark", "cell", "n"}
    rows = beyond("SELECT month, mark, cell, id FROM riskanalysis_tally")
    assert {month.day for month, *_rest in rows} == {1}
    assert not any(b"documents" in bytes(cell) or b"normal" in bytes(cell) for _m, _k, cell, _i in rows)
    ids = {str(pk) for (pk,) in beyond("SELECT id FROM dossiers_dossier UNION SELECT id FROM cases_concern")}
    assert not ids & {str(pk) for *_rest, pk in rows}


@pytest.mark.django_db(transaction=True)
@pytest.mark.proof("statistics")
def test_erasing_a_case_changes_no_figure(house, figure):
    """Scenario 20: plaintext gone, statistics unchanged."""
    with transaction.atomic():
        case = factories.case(house)
        sent = factories.sent(house, case)
        factories.respond(house, sent, "accept")
        factories.respond(house, sent, "complete", outcome="met")
    before = counted(house)
    by, officer = house.people["caseworker"], house.people["data_officer"]
    with acting(by.pk), transaction.atomic():
        asked = cases.request_erasure(Case.objects.get(pk=case.pk), Ground.ASKED, by=by)
    with acting(officer.pk), transaction.atomic():
        cases.authorise_erasure(fetch(officer, Erasure, asked.pk, related=("unit",)), by=officer)
    carry_out(asked.pk)
    assert counted(house) == before
    figure(f"scenario 20: {len(before)} figures, 0 changed by the erasure of the case they count")


def test_nobody_reads_tallies_but_the_clerk_who_publishes(house):
    factories.case(house)
    for user in house.people.values():
        with acting(user.pk):
            assert not Tally.objects.exists(), user
    with clerk.as_clerk():
        assert Tally.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO riskanalysis_tally SELECT gen_random_uuid(), '2026-01-01', 'x', 'x', 1, id FROM accounts_unit",
        "UPDATE riskanalysis_tally SET n = n + 1",
        "DELETE FROM riskanalysis_tally",
        "UPDATE riskanalysis_release SET threshold = 3",
        "DELETE FROM riskanalysis_release",
        "UPDATE riskanalysis_figurekey SET organisation_id = organisation_id",
        "DELETE FROM riskanalysis_figurekey",
    ],
)
def test_the_application_can_only_add(house, statement):
    factories.case(house)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_figures_open_after_their_organisations_key_was_exchanged(house):
    factories.case(house)
    before, organisation = counted(house), house.units["harbour"].organisation_id
    old = current_key(organisation).pk
    make_organisation_key(organisation, version=2)
    holder = holders.HOLDERS["figures"]
    assert holder.n_under(old) == 1
    assert holder.renew(old, 10) == 1
    assert holder.n_under(old) == 0
    assert FigureKey.objects.get().organisation_key_id == current_key(organisation).pk
    factories.case(house)
    assert {cell: 2 * n for cell, n in before.items()} == counted(house), "the same cells are found again"


def test_a_move_is_taken_while_figures_cannot_be_sealed(house, caplog):
    """In a restore the erasure ledger is applied before any key is there; nobody waits for statistics."""
    factories.case(house)
    FigureKey.objects.update(secret=b"damaged, and no secret of anything")
    concern, lead = factories.submitted(house), house.people["focal_point"]
    with acting(lead.pk):
        done = cases.triage(Concern.objects.get(pk=concern.pk), Triage("information_given", "normal"), by=lead)
    assert done.status == "information_given"
    assert "not counted" in caplog.text
    holder = holders.HOLDERS["figures"]
    assert holder.renew(current_key(house.units["harbour"].organisation_id).pk, 10) == 0, "and its key is kept"


def test_a_figure_opens_only_in_its_own_row_and_with_its_own_secret(house):
    factories.case(house)
    organisation = house.units["harbour"].organisation_id
    sealer = Sealer.of(organisation)
    with clerk.as_clerk():
        first, second = Tally.objects.all()[:2]
    with pytest.raises(VaultError):
        sealer.open(first.pk, bytes(second.cell))
    with pytest.raises(VaultError):
        Sealer(b"x" * 32).open(first.pk, bytes(first.cell))
    assert sealer.mark("a", "bc") != sealer.mark("ab", "c")
    assert FigureKey.objects.count() == 1
