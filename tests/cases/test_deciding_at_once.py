"""Two people record what one person decides, in the same moment, each with a connection of their own: one outcome (HS-05)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from cases.actions.consent import Held, record_consent, standing, withdraw_consent
from cases.models import Case
from consent.actions import Asked
from consent.models import Decision, NoticeVersion
from consent.vocabulary import Element
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.errors import DomainError
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
N_ROUNDS = 8
HOW = {
    "language": "en", "mode": "verbal", "interpreter": "none", "is_private": True, "elements": Element.values,
    "asked_by_person": True,
}  # fmt: skip


@pytest.fixture
def house(transactional_db: None) -> Any:
    return factories.house()


def at_once(*acts: tuple[User, Callable[[User], Any]]) -> list[str]:
    """Run each in a thread of its own, as soon as all are ready; ``won``, or the code of the refusal."""
    ready, said = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int, who: User, act: Callable[[User], Any]) -> None:
        try:
            with acting(who.pk), transaction.atomic():
                User.objects.filter(pk=who.pk).exists()  # the connection stands before the others are let go
                ready.wait(20)
                act(who)
            said[place] = "won"
        except DomainError as refusal:
            said[place] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, *act), daemon=True) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return said


def recording(case: Case, service: Any, answer: str, seen: str) -> Callable[[User], Any]:
    line = Asked("external_referral", "service", service.pk, answer, fields=["alias"])
    return lambda by: record_consent(
        Case.objects.get(pk=case.pk), [line], by=by, held=Held(NoticeVersion.current("en"), HOW, seen=seen)
    )


def withdrawing(case: Case, pk: Any) -> Callable[[User], Any]:
    return lambda by: withdraw_consent(Case.objects.get(pk=case.pk), Decision.objects.get(pk=pk), by=by)


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_every_time(house):
    service, worker, lead = house.services["Safe shelter"], house.people["caseworker"], house.people["focal_point"]
    with transaction.atomic():
        case = factories.case(house)
    for _round in range(N_ROUNDS):
        with acting(worker.pk), transaction.atomic():
            seen = standing(case.person_id)
        said = at_once(
            (worker, recording(case, service, "granted", seen)), (lead, recording(case, service, "refused", seen))
        )
        assert sorted(said) == ["consent.changed_elsewhere", "won"]
        with acting(worker.pk), transaction.atomic():
            counts = Decision.objects.filter(recipient_id=service.pk, superseded_at=None)
            assert [row.answer for row in counts] == ["granted" if said[0] == "won" else "refused"]


def test_a_withdrawal_always_succeeds_whoever_records_at_the_same_moment(house):
    """Whichever of the two comes first, nothing is active afterwards, and the withdrawal was not refused."""
    service, worker, lead = house.services["Safe shelter"], house.people["caseworker"], house.people["focal_point"]
    with transaction.atomic():
        case = factories.case(house)
    for _round in range(N_ROUNDS):
        with transaction.atomic():
            factories.agreed(house, case, service)
        with acting(worker.pk), transaction.atomic():
            seen, pk = standing(case.person_id), Decision.objects.active().get(recipient_id=service.pk).pk
        said = at_once((worker, recording(case, service, "granted", seen)), (lead, withdrawing(case, pk)))
        assert said[1] == "won"
        assert said[0] in ("won", "consent.changed_elsewhere")
        with acting(worker.pk), transaction.atomic():
            assert not Decision.objects.active().filter(recipient_id=service.pk).exists()
