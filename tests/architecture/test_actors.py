"""In whose name the tasks run: each has a named actor that sees what its work needs (safety.md §3, walls.md §2)."""

from inspect import signature

import pytest
from django.db import connection

from foundation.core.acting import ACTOR
from foundation.core.machines import ARCHIVIST, CARETAKER, COURIER
from foundation.dossiers import clerk
from foundation.outbox.models import Message
from tests import factories
from tests.architecture.test_laws import own_tasks
from tests.architecture.test_tables import walled

OWNER = "each owner of cases, one after the other"
CLERK, AUTHOR, NOBODY = "the clerk", "the author of the draft", "nobody: it touches no walled table"
TASKS: dict[str, set[str]] = {
    "api.forget": {CARETAKER.key},
    "audit.anchor": {ARCHIVIST.key},
    "audit.months": {NOBODY},
    "audit.seal": {NOBODY},
    "cases.remove_old_drafts": {CLERK, AUTHOR},
    "cases.finish_erasures": {CLERK},
    "cases.remind_of_consent": {OWNER},
    "consent.sign_in_time": {CLERK},
    "cases.retain": {CLERK},
    "dossiers.reconcile": {CLERK},
    "readiness.sweep": {NOBODY},
    "cases.keep_safeguarding": {CLERK},
    "dossiers.remind": {CLERK},
    "exports.sweep": {CLERK},
    "files.check": {CLERK},
    "files.sweep": {CLERK},
    "files.tidy": {CLERK},
    "referrals.agreements": {CLERK},
    "referrals.drafts": {CLERK},
    "referrals.endpoints": {COURIER.key},
    "referrals.measure": {CLERK},
    "referrals.remind_of_pathways": {NOBODY},
    "riskanalysis.release": {CLERK},
    "outbox.deliver": {COURIER.key},
    "outbox.sweep": {COURIER.key},
    "upkeep.look": {COURIER.key, CLERK},
    "watch.close": {CLERK},
    "watch.forget": {NOBODY},
    "watch.grow": {CLERK},
    "watch.sweep": {CLERK},
}
WITHOUT = {"audit.anchor", "files.check", "referrals.agreements", "referrals.measure", "watch.sweep"}
"""Nothing to do in this story; their own tests say in whose name."""


def test_every_task_has_its_actor():
    assert set(own_tasks()) == set(TASKS), "say here in whose name the new task runs"


def who(pk: int | None, house: factories.House) -> str:
    known = {machine.pk: machine.key for machine in (COURIER, CARETAKER, ARCHIVIST)}
    known |= {clerk._ids()[0]: CLERK, house.people["volunteer"].pk: AUTHOR}
    known |= {house.people[seat].pk: OWNER for seat in ("caseworker", "focal_point", "deputy", "manager", "outsider")}
    return known.get(pk, f"user {pk}") if pk else "nobody"


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_asks_walled_tables_in_the_name_of_its_actor_alone(house, settings, monkeypatch, name):
    """Whatever the tables hold: every statement on one of them is looked at while the task runs."""
    settings.DRAFT_DAYS = -1
    monkeypatch.setattr("foundation.outbox.tasks.deliver.apply_async", lambda *args, **more: None)
    factories.draft(house)
    factories.sent(house)
    with COURIER.at_work():
        message = Message.objects.filter(channel="notice").first()
    guarded, asked = walled(), set()

    def look(execute, sql, params, many, context):
        if any(f'"{table}"' in sql for table in guarded):
            asked.add(who(ACTOR.get(), house))
        return execute(sql, params, many, context)

    task = own_tasks()[name]
    with connection.execute_wrapper(look):
        task.run(**{argument: str(message.pk) for argument in signature(task.run).parameters})
    assert asked == TASKS[name] - {NOBODY} or (name in WITHOUT and not asked)
