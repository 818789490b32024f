"""A case is erased by two people; nothing of it can be read again, and a certificate says so (scenario 20, HS-20)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from cases import actions, erasing
from cases.actions.erasing import carry_out, is_authentic
from cases.models import Case, CaseNote, Concern, Erasure
from cases.states import CaseStatus, ConcernStatus, ErasureStatus
from cases.vocabulary import Ground
from consent.models import Decision, Person
from foundation.accounts import actions as accounts
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.errors import Absent, Forbidden, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.core.policy import fetch
from foundation.dossiers import clerk
from foundation.dossiers.ledger import Ledger, LedgerError
from foundation.dossiers.models import VIEW, Clock, Dossier, DossierBound, DossierGroupPermission, DossierKey
from foundation.outbox import delivery
from foundation.outbox.models import Message, Status
from foundation.vault.fields import EncryptedField
from referrals.models import Referral
from tests import factories
from tests.audit.owner import beyond

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def as_(user: User) -> Iterator[None]:
    with acting(user.pk), transaction.atomic():
        yield


def made(make, *args, **kwargs):
    with transaction.atomic():
        return make(*args, **kwargs)


@pytest.fixture
def case(house):
    """A case with a note, and a referral that the partner has accepted."""
    found = made(factories.case, house)
    referral = made(factories.sent, house, found)
    made(factories.respond, house, referral, "accept")
    owner = house.people["caseworker"]
    with as_(owner):
        actions.add_note(Case.objects.get(pk=found.pk), by=owner, text=factories.WORDS)
    return found


def asked(house, case, ground=Ground.ASKED, by="caseworker") -> Erasure:
    who = house.people[by]
    with as_(who):
        return actions.request_erasure(Case.objects.get(pk=case.pk), ground, by=who)


def found(user, erasure) -> Erasure:
    """Through the one door; the case itself is not joined, which not everybody here can see."""
    return fetch(user, Erasure, erasure.pk, related=("unit",))


def agreed(house, erasure, by="data_officer") -> Erasure:
    who = house.people[by]
    with as_(who):
        return actions.authorise_erasure(found(who, erasure), by=who)


def erased(house, case) -> Erasure:
    erasure = agreed(house, asked(house, case))
    return carry_out(erasure.pk)


def test_the_keys_of_the_case_and_of_all_that_hangs_on_it_are_gone(house, case):
    done = erased(house, case)
    assert done.status == ErasureStatus.DONE
    kinds = {folder["kind"] for folder in done.folders}
    assert kinds == {"case", "package"}
    refs = [folder["ref"] for folder in done.folders]
    assert beyond("SELECT count(*) FROM dossiers_dossierkey WHERE dossier_id = ANY (%s::uuid[])", refs) == [(0,)]
    with clerk.as_clerk():
        assert Dossier.objects.filter(pk__in=refs, erased_at__isnull=False, ledger_number__isnull=False).count() == 2


def test_no_row_that_stays_holds_anything_encrypted_or_said(house, case):
    """Not even the unreadable stays: encrypted columns are empty in every table that hangs on an erased folder."""
    refs = [folder["ref"] for folder in erased(house, case).folders]
    left = {}
    for model in apps.get_models():
        if issubclass(model, DossierBound):
            table = model._meta.db_table
            for field in model._meta.get_fields():
                if isinstance(field, EncryptedField):
                    text = (
                        f"SELECT count(*) FROM {table} WHERE dossier_id = ANY (%s::uuid[]) AND {field.name} IS NOT NULL"
                    )
                    left[f"{table}.{field.name}"] = beyond(text, refs)[0][0]
    assert len(left) > 10
    assert beyond("SELECT count(*) FROM consent_person WHERE dossier_id = %s", refs[0]) == [(1,)], (
        "the row itself is there"
    )
    assert {column: n for column, n in left.items() if n} == {}
    rows = beyond("SELECT status, setting, reporter_kind, language FROM cases_concern WHERE dossier_id = %s", refs[0])
    assert rows == [(ConcernStatus.ERASED, "", "", "")]
    assert beyond("SELECT status FROM cases_case WHERE dossier_id = %s", refs[0]) == [(CaseStatus.ERASED,)]
    assert beyond("SELECT count(*) FROM cases_casenote WHERE dossier_id = %s", refs[0]) == [(0,)]


def test_nobody_sees_the_case_any_more(house, case):
    erased(house, case)
    for user in house.people.values():
        with as_(user):
            assert not Case.objects.visible_to(user).exists()
            assert not Concern.objects.visible_to(user).exists()
            assert not Person.objects.exists()
            with pytest.raises(Absent):
                fetch(user, Case, case.pk)
    with clerk.as_clerk():
        opened = DossierGroupPermission.objects.filter(permission__codename=VIEW, group_id=clerk.group_id())
        assert not opened.exists(), "the clerk opens nothing"


def test_the_partner_is_told_loses_the_key_and_must_confirm(house, case, partner_worker):
    erased(house, case)
    with as_(partner_worker):
        referral = Referral.objects.get()
        assert (referral.status, referral.end_reason) == ("cancelled", "case_erased")
        assert referral.recalled_at
        assert not referral.is_open
        assert Clock.objects.running().filter(code="withdrawal_confirm").count() == 1
    with COURIER.at_work():
        assert Message.objects.filter(slot__startswith="consent.withdrawn:", recipient=partner_worker).exists()
    owner = house.people["caseworker"]
    with as_(owner):
        mine = Clock.objects.running().filter(user=owner).values_list("code", flat=True)
        assert list(mine) == ["withdrawal_phone"], "nothing waits but to phone the partner"


def test_who_asks_is_not_who_agrees(house, case):
    """HS-20, in the action and in the database."""
    erasure = asked(house, case, by="focal_point")
    lead = house.people["focal_point"]
    with as_(lead), pytest.raises(Refused) as refused:
        actions.authorise_erasure(found(lead, erasure), by=lead)
    assert refused.value.code == "erasure.same_person"

    def forge() -> None:
        with as_(lead):
            Erasure.objects.filter(pk=erasure.pk).update(status="authorised", decided_by=lead)

    with pytest.raises(DatabaseError, match="erasure_needs_another_person"):
        forge()


@pytest.mark.parametrize("seat", ["volunteer", "outsider", "administrator", "partner_worker", "auditor"])
def test_others_cannot_even_see_that_it_was_asked_for(house, case, seat):
    erasure, user = asked(house, case), house.people[seat]
    with as_(user), pytest.raises(Absent):
        found(user, erasure)
    with as_(user):
        assert not Erasure.objects.exists()


def test_a_lead_of_the_point_is_no_second_person(house, case):
    erasure, lead = asked(house, case), house.people["focal_point"]
    with as_(lead), pytest.raises(Forbidden):
        actions.authorise_erasure(found(lead, erasure), by=lead)


def test_the_officer_decides_without_seeing_the_case(house, case, data_officer):
    erasure = asked(house, case)
    with as_(data_officer):
        assert found(data_officer, erasure).code == case.code
        assert not Case.objects.exists()
        assert not Concern.objects.exists()


def test_the_manager_of_the_branch_may_agree_too(house, case):
    assert agreed(house, asked(house, case), by="manager").decided_seat.role == "manager"


def test_until_somebody_agrees_nothing_changes_and_who_asked_may_take_it_back(house, case, caseworker):
    erasure = asked(house, case)
    with as_(caseworker):
        assert Case.objects.get(pk=case.pk).person.alias == factories.NAME
        actions.take_back_erasure(found(caseworker, erasure), by=caseworker)
        assert Erasure.objects.get().status == ErasureStatus.TAKEN_BACK
    with pytest.raises(WrongState):
        agreed(house, erasure)
    assert asked(house, case).pk != erasure.pk, "it can be asked for again"


def test_a_refusal_leaves_the_case_and_is_told(house, case, caseworker, data_officer):
    erasure = asked(house, case)
    with as_(data_officer):
        actions.refuse_erasure(found(data_officer, erasure), by=data_officer)
    with as_(caseworker):
        assert Case.objects.get(pk=case.pk).is_open
    with COURIER.at_work():
        assert Message.objects.filter(slot__contains=f"{erasure.pk}:refused", recipient=caseworker).count() == 2


def test_it_is_asked_for_once_at_a_time(house, case):
    asked(house, case)
    with pytest.raises(WrongState) as refused:
        asked(house, case, by="focal_point")
    assert refused.value.code == "erasure.waits_already"


def test_only_a_ground_of_the_list_counts(house, case):
    """Closed list (domain.md §4.3)."""
    with pytest.raises(Refused) as refused:
        asked(house, case, ground="because")
    assert refused.value.code == "erasure.ground"


def test_without_a_second_person_it_is_said_at_once(house, case):
    for seat in ("manager", "data_officer"):
        with transaction.atomic():
            for appointment in house.people[seat].appointments.all():
                accounts.end(appointment, by=None)
    with pytest.raises(Refused) as refused:
        asked(house, case)
    assert refused.value.code == "erasure.nobody"


def test_the_certificate_says_what_when_why_by_which_seats_and_where_in_the_ledger(house, case):
    done = erased(house, case)
    said = done.certificate or {}
    assert is_authentic(done)
    assert (said["code"], said["ground"]) == (case.code, "person_asked")
    assert (said["asked"]["role"], said["agreed"]["role"]) == ("caseworker", "data_officer")
    lines = {str(line.id): line for line in Ledger.of_installation().lines()}
    for folder in said["folders"]:
        assert (folder["line"], folder["hash"]) == (lines[folder["ref"]].number, lines[folder["ref"]].hash)
    case_rows = next(f["rows"] for f in said["folders"] if f["kind"] == "case")
    assert case_rows["cases.casenote"] == 1
    assert case_rows["consent.person"] == 1
    people = {user.name for user in house.people.values()} | {factories.NAME, factories.PHONE}
    assert not [name for name in people if name in str(said)], "no name in it"


def test_a_certificate_that_was_changed_is_not_authentic(house, case):
    done = erased(house, case)
    done.certificate = {**(done.certificate or {}), "ground": "legal_obligation"}
    assert not is_authentic(done)
    done = carry_out(done.pk)
    done.signature = bytes(64)
    assert not is_authentic(done)


def test_without_the_ledger_nothing_is_erased_and_it_is_done_when_it_is_back(house, case, settings, caseworker):
    erasure, here = agreed(house, asked(house, case)), settings.ERASURE_LEDGER
    settings.ERASURE_LEDGER = here + ".gone"
    with pytest.raises(LedgerError):
        carry_out(erasure.pk)
    assert erasing.sweep() == 0
    with as_(caseworker):
        assert Case.objects.get(pk=case.pk).is_open
        assert Referral.objects.get().is_open
        assert Erasure.objects.get().problem == "ledger.missing"
    settings.ERASURE_LEDGER = here
    assert erasing.sweep() == 1
    with clerk.as_clerk():
        done = Erasure.objects.get()
        assert (done.status, done.problem) == (ErasureStatus.DONE, "")


def test_the_outbox_carries_it_out_and_says_why_it_could_not(house, case, settings):
    erasure = agreed(house, asked(house, case))
    with COURIER.at_work():
        message = Message.objects.get(channel="erasure")
    assert message.reference == erasure.pk
    settings.ERASURE_LEDGER += ".gone"
    assert not delivery.deliver(message.pk)
    with COURIER.at_work():
        assert Message.objects.get(pk=message.pk).problem == "ledger.missing"
        Message.objects.filter(pk=message.pk).update(next_at=message.created_at)
    settings.ERASURE_LEDGER = settings.ERASURE_LEDGER.removesuffix(".gone")
    assert delivery.deliver(message.pk)
    with COURIER.at_work():
        assert Message.objects.get(pk=message.pk).status == Status.DONE
    with clerk.as_clerk():
        assert Erasure.objects.get().status == ErasureStatus.DONE


@pytest.mark.parametrize("step", ["reconcile", "_certify"])
def test_what_is_interrupted_goes_on_where_it_stopped(house, case, monkeypatch, step):
    """The process dies after the keys are gone: the next one finishes rows and certificate, once."""
    from cases.actions import erasing as module

    erasure = agreed(house, asked(house, case))

    class Stopped(BaseException):
        pass

    def stop(*args, **kwargs):
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(module.erasing if step == "reconcile" else module, step, stop)
        with pytest.raises(Stopped):
            carry_out(erasure.pk)
    with clerk.as_clerk():
        assert Erasure.objects.get().status == ErasureStatus.AUTHORISED
    assert erasing.sweep() == 1
    assert erasing.sweep() == 0
    with clerk.as_clerk():
        assert Erasure.objects.get().status == ErasureStatus.DONE
    assert len(list(Ledger.of_installation().lines())) == 3, "line 0, the package, the case"


def test_a_draft_of_a_referral_goes_too_and_tells_nobody(house, case):
    draft = made(factories.prepared, house, case, house.services["Safe shelter"])
    done = erased(house, case)
    assert str(draft.dossier_id) in {folder["ref"] for folder in done.folders}
    with COURIER.at_work():
        told = Message.objects.filter(slot__startswith="consent.withdrawn:").exclude(recipient=None)
        assert set(told.values_list("recipient__name", flat=True)) == {"Lea Quist"}


def test_other_cases_stay(house, case, caseworker):
    other = made(factories.case, house)
    erased(house, case)
    with as_(caseworker):
        stays = Case.objects.get(pk=other.pk)
        assert stays.is_open
        assert CaseNote.objects.filter(case=other).exists()
        assert Decision.objects.filter(person=stays.person_id).exists()
        assert DossierKey.objects.filter(dossier=stays.dossier_id).exists()
        assert not connection.needs_rollback
