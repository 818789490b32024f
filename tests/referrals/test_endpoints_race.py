"""A message that many replay in the same moment goes out once more, not six times."""

import threading
from uuid import uuid4

import pytest
from django.db import connections

from foundation.core.acting import acting
from foundation.core.errors import WrongState
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from foundation.outbox.models import Message, Status
from referrals import webhooks
from referrals.actions import endpoints as actions


@pytest.mark.django_db(transaction=True)
def test_replayed_by_many_at_once_exactly_one_wins(house):
    worker, won, gate = house.people["partner_worker"], [], threading.Barrier(6)
    with COURIER.at_work():
        made, _secret = webhooks.register(house.partners["Quayside Legal Clinic"], "http://127.0.0.1:9/hook")
        message = delivery.add("webhook", "referral.updated", "m:1", target_id=made.pk, reference=uuid4())
        Message.objects.filter(pk=message.pk).update(status=Status.DONE)

    def press() -> None:
        try:
            gate.wait()
            with acting(worker.pk):
                actions.replay(made, message.pk, by=worker)
            won.append(True)
        except WrongState:
            won.append(False)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 5 + [True]
