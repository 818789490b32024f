"""Database and erasure ledger agree, whatever stops in between; what was erased stays erased (HS-23, safety.md §2)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from cases import actions as cases
from cases.models import Case, Concern
from consent import actions as consent
from consent.models import Decision
from foundation.core.acting import acting
from foundation.core.errors import Refused
from foundation.core.hooks import before_commit
from foundation.dossiers import actions, clerk, erasing
from foundation.dossiers.ledger import Ledger, LedgerError
from foundation.dossiers.models import Dossier, DossierKey, LedgerMark
from foundation.vault.crypto import VaultError
from referrals import actions as referrals
from referrals.models import Referral
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def as_(user) -> Iterator[None]:
    with acting(user.pk), transaction.atomic():
        yield


def made(make, *args, **kwargs):
    """By the factories, in one transaction that is committed."""
    with transaction.atomic():
        return make(*args, **kwargs)


def written() -> list[tuple[str, UUID]]:
    return [(line.why, line.id) for line in Ledger.of_installation().lines()][1:]


def known(dossier) -> Dossier:
    with clerk.as_clerk():
        return Dossier.objects.get(pk=dossier)


def discard(house) -> object:
    draft, by = made(factories.draft, house), house.people["volunteer"]
    with as_(by):
        cases.discard(Concern.objects.get(pk=draft.pk), by=by)
    return draft.dossier_id


def test_what_is_discarded_refused_or_withdrawn_stands_in_the_ledger(house):
    first = discard(house)
    anonymous = made(factories.submitted, house, answer="refused")
    sent = made(factories.sent, house)
    withdraw(house, sent)
    whys = written()
    assert whys[0] == ("discarded", first)
    assert [why for why, _pk in whys] == ["discarded", "discarded", "withdrawn"]
    assert whys[2] == ("withdrawn", sent.dossier_id)
    assert anonymous.dossier_id not in {pk for _why, pk in whys}


def withdraw(house, referral) -> None:
    by = house.people["caseworker"]
    with as_(by):
        consent.withdraw(Decision.objects.get(pk=Referral.objects.get(pk=referral.pk).decision_id), by=by)


def test_a_transaction_that_is_rolled_back_leaves_no_line(house):
    draft, by = made(factories.draft, house), house.people["volunteer"]

    @transaction.atomic
    def discard_and_fail() -> None:
        cases.discard(Concern.objects.get(pk=draft.pk), by=by)
        raise RuntimeError

    with acting(by.pk), pytest.raises(RuntimeError):
        discard_and_fail()
    with as_(by):
        with pytest.raises(RuntimeError):
            discard_and_fail()
        assert Concern.objects.filter(pk=draft.pk).exists()
    assert written() == []
    with as_(by):
        assert Concern.objects.get(pk=draft.pk).is_open


def test_a_constraint_that_fails_at_the_end_leaves_no_line(house):
    """Deferred foreign keys are checked before the line is written, not by the COMMIT after it."""
    draft, by = made(factories.draft, house), house.people["volunteer"]

    @transaction.atomic
    def erase_and_point_nowhere() -> None:
        actions.erase(Dossier.objects.get(pk=draft.dossier_id))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cases_concern SET unit_id = %s WHERE id = %s", [uuid4(), draft.pk])

    with acting(by.pk), pytest.raises(IntegrityError):
        erase_and_point_nowhere()
    assert written() == []


class Stopped(BaseException):
    """The process is gone: nothing after this runs."""


def crash_between(house, monkeypatch) -> object:
    """The line is on the disk, the COMMIT never comes."""
    draft, by = made(factories.draft, house), house.people["volunteer"]

    def write_and_stop(entries) -> None:
        erasing_write(entries)
        raise Stopped

    erasing_write = actions._write_down

    @transaction.atomic
    def erase() -> None:
        actions.erase(Dossier.objects.get(pk=draft.dossier_id), "discarded")

    with monkeypatch.context() as patch, acting(by.pk):
        patch.setattr(actions, "_write_down", write_and_stop)
        with pytest.raises(Stopped):
            erase()
    return draft.dossier_id


def test_a_crash_between_line_and_commit_is_finished_by_the_next_sweep(house, monkeypatch):
    dossier = crash_between(house, monkeypatch)
    assert known(dossier).erased_at is None
    assert written() == [("discarded", dossier)]
    with as_(house.people["volunteer"]):
        assert DossierKey.objects.filter(dossier_id=dossier).exists()
    done = erasing.reconcile()
    assert (done.n_finished, done.n_late, done.n_confirmed) == (1, 0, 1)
    assert known(dossier).ledger_number == 1
    with as_(house.people["volunteer"]):
        assert not DossierKey.objects.filter(dossier_id=dossier).exists()
        with pytest.raises(VaultError):
            known(dossier).cipher()
    assert erasing.reconcile() == erasing.Reconciled(0, 0, 0)


def test_a_withdrawal_takes_effect_even_while_the_ledger_is_away_and_is_written_later(house, settings, caplog):
    """HS-05: what a person takes back ends at once; the line follows as soon as the ledger is there."""
    referral = made(factories.sent, house)
    here = settings.ERASURE_LEDGER
    settings.ERASURE_LEDGER = here + ".gone"
    with caplog.at_level(logging.ERROR, "amparo.erasures"):
        withdraw(house, referral)
    assert [record.code for record in caplog.records] == ["ledger.missing"]
    assert known(referral.dossier_id).erased_at is not None
    with pytest.raises(LedgerError):
        erasing.reconcile()
    settings.ERASURE_LEDGER = here
    assert erasing.reconcile().n_late == 1
    assert written() == [("late", referral.dossier_id)]
    assert known(referral.dossier_id).ledger_number == 1


def test_what_must_stand_in_the_ledger_is_refused_without_it(house, settings):
    """An erasure that is certified is not carried out while it could be undone by a backup."""
    draft, by = made(factories.draft, house), house.people["volunteer"]
    settings.ERASURE_LEDGER += ".gone"
    with pytest.raises(LedgerError), as_(by):
        actions.erase(Dossier.objects.get(pk=draft.dossier_id), is_strict=True)
    assert known(draft.dossier_id).erased_at is None
    with as_(by):
        assert Concern.objects.get(pk=draft.pk).is_open, "the connection goes on"


def test_a_ledger_that_was_cut_off_or_swapped_is_refused(house):
    erasing.ensure()
    for _ in range(3):
        discard(house)
    erasing.reconcile()
    path = Ledger.of_installation().path
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    assert code_of(erasing.reconcile) == "ledger.cut"
    assert code_of(erasing.ensure) == "ledger.cut"
    path.unlink()
    assert code_of(erasing.ensure) == "ledger.missing"
    Ledger(path).create()
    assert code_of(erasing.reconcile) == "ledger.other"
    path.write_bytes(whole)
    assert erasing.reconcile() == erasing.Reconciled(0, 0, 0)


def code_of(act) -> str:
    with pytest.raises(LedgerError) as problem:
        act()
    return problem.value.code


def test_a_ledger_that_is_lost_for_good_is_made_anew_only_when_the_database_is_told_to_forget_it(house):
    erasing.ensure()
    gone = {discard(house) for _ in range(2)}
    erasing.reconcile()
    Ledger.of_installation().path.unlink()
    assert code_of(erasing.ensure) == "ledger.missing"
    LedgerMark.objects.all().delete()
    erasing.ensure()
    assert erasing.reconcile().n_late == 2
    assert set(written()) == {("late", pk) for pk in gone}


def test_the_first_start_makes_the_ledger_and_a_later_one_refuses_to(house, settings, tmp_path):
    settings.ERASURE_LEDGER = str(tmp_path / "new" / "erasures")
    erasing.ensure()
    assert LedgerMark.objects.get().pk == next(Ledger.of_installation().lines()).id
    erasing.ensure()
    Path(settings.ERASURE_LEDGER).unlink()
    with pytest.raises(CommandError, match="not where it should be"):
        call_command("prepare", no_demo=True)
    assert not Path(settings.ERASURE_LEDGER).exists()


def test_a_package_that_only_the_ledger_took_away_ends_as_by_a_withdrawal(house, partner_worker):
    """After a restore the referral is open again and the package is not: the recipient is told, the consent is not used."""
    referral = made(factories.sent, house)
    Ledger.of_installation().append([("withdrawn", referral.dossier_id)])
    assert erasing.reconcile().n_finished == 1
    with as_(partner_worker):
        seen = Referral.objects.get(pk=referral.pk)
        assert (seen.status, bool(seen.recalled_at)) == ("cancelled", True)
        assert not seen.is_open
    owner, service = house.people["caseworker"], house.services["Papers and status service"]
    with as_(owner):
        again = factories.prepared(house, Case.objects.get(), service)
        with pytest.raises(Refused) as refused:
            referrals.submit(Referral.objects.get(pk=again.pk), by=owner)
    assert refused.value.code == "consent.used"


def test_before_commit_takes_all_items_of_a_transaction_at_once_and_needs_one():
    seen: list[list[int]] = []
    with transaction.atomic():
        before_commit(seen.append, 1)
        with transaction.atomic():
            before_commit(seen.append, 2)
        assert seen == []
    assert seen == [[1, 2]]
    with pytest.raises(transaction.TransactionManagementError):
        before_commit(seen.append, 3)
