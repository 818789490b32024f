"""What a withdrawal costs on which many open referrals rest: one transaction, by the real actions, in a world of its own."""

import time
from collections.abc import Iterable
from statistics import median
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from cases import actions as cases
from cases.actions import capacity
from cases.actions.triage import Triage
from cases.models import Case, Concern
from cases.vocabulary import Outcome
from consent import actions as consent
from consent.actions import Asked
from consent.models import Decision
from consent.vocabulary import Answer, Element, Purpose, RecipientKind
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.dossiers import clerk
from foundation.dossiers.ledger import Ledger
from foundation.dossiers.models import DossierKey
from referrals import actions
from referrals.bench.world import Place, World, build
from referrals.models import Referral, Service

ROUNDS = 3
SPOKEN = {"language": "en", "mode": "verbal", "interpreter": "none", "is_private": True, "asked_by_person": False}


def measure(n_referrals: int) -> Iterable[str]:
    """Lines to print. ``CommandError`` if anything that rested on the agreement is left."""
    if User.objects.filter(is_machine=False).exists():
        raise CommandError("This database is in use. The bench wants one of its own: python3 manage.py bench")
    import_string(settings.WSGI_APPLICATION)  # as in a web process: the broker is then ours, not Celery's default
    world = build()
    if not Ledger.of_installation().path.exists():
        Ledger.of_installation().create()
    took, n_queries = [], 0
    for _ in range(ROUNDS):
        case = _case(world, world.points[0])
        decision = _referred(world, case, world.services[0], n_referrals)
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as queries, acting(world.points[0].owner.pk), transaction.atomic():
            consent.withdraw(Decision.objects.get(pk=decision), by=world.points[0].owner)
        took.append(time.perf_counter() - begun)
        n_queries = len(queries)
        _check(case.pk, n_referrals)
    yield (
        f"{n_referrals} open referrals on one agreement, half of them accepted, taken back in one transaction:"
        f" {median(took):.2f} s (of {ROUNDS} rounds; the slowest {max(took):.2f} s), {n_queries:,} statements,"
        f" {1000 * median(took) / n_referrals:.0f} ms a referral; all recalled, every key gone"
    )


def _case(world: World, place: Place) -> Case:
    by = place.reporter
    with acting(by.pk), transaction.atomic():
        concern = cases.start(by=by, unit=place.unit, language="en")
        concern = cases.explain_limits(concern, by=by, notice=world.notice)
        contact: dict[str, Any] = {"method": "phone", "value": "+380501234567", "safe_times": "10:00-12:00"}
        said: dict[str, Any] = {
            "summary": "The landlord keeps the papers.",
            "wishes": "My papers back.",
            "alias": "Amina",
        }
        coded: dict[str, Any] = {
            "reporter_kind": "affected_person_self",
            "setting": "hsp",
            "flags": [],
            "category": "documents_legal_status",
        }
        concern = cases.describe(concern, by=by, **coded, **said, safe_contact=contact)
        cases.answer_escalation(concern, by=by, answer=Answer.GRANTED)
        cases.submit(concern, by=by)
    with acting(world.approver.pk), transaction.atomic():
        fresh = Concern.objects.get(pk=concern.pk)
        decided = Triage(Outcome.CASE, fresh.urgency, "", "actual", ["coercion"], owner=place.owner)
        cases.triage(fresh, decided, by=world.approver)
    with acting(place.owner.pk), transaction.atomic():
        made = Case.objects.get(concern=concern)
        capacity.say_age(made, 34, by=place.owner)
        return cases.accept(made, by=place.owner)


def _referred(world: World, case: Case, service: Service, n: int) -> UUID:
    """``n`` referrals that were sent on one decision, every other one accepted; returns the decision."""
    owner = world.points[0].owner
    with acting(owner.pk), transaction.atomic():
        fresh = Case.objects.get(pk=case.pk)
        line = Asked(
            Purpose.EXTERNAL_REFERRAL, RecipientKind.SERVICE, service.pk, Answer.GRANTED, service.offered_fields
        )
        how = {**SPOKEN, "elements": list(Element.values)}
        held = consent.record(fresh.person, [line], by=owner, explained_by=owner, notice=world.notice, how=how)
        decision: UUID = held.decisions.get().pk
    for number in range(n):
        _sent(world, case.pk, service, owner, is_accepted=number % 2 == 0)
    return decision


def _sent(world: World, case: UUID, service: Service, owner: User, *, is_accepted: bool) -> None:
    with acting(owner.pk), transaction.atomic():
        offer = actions.Offer("Help to get identity papers back", anyway="other_part")
        made = actions.prepare(Case.objects.get(pk=case), service, offer, by=owner)
        actions.submit(made, by=owner)
    with acting(world.approver.pk), transaction.atomic():
        actions.send(Referral.objects.get(pk=made.pk), by=world.approver)
    if is_accepted:
        with acting(world.machine.pk), transaction.atomic():
            actions.act_as_recipient(Referral.objects.get(pk=made.pk), "accept", actions.Reply(), by=world.machine)


def _check(case: UUID, n: int) -> None:
    with clerk.as_clerk():
        rows = list(Referral.objects.filter(case_id=case).values_list("dossier_id", "recalled_at"))
        keys = DossierKey.objects.filter(dossier__in=[dossier for dossier, _at in rows]).exists()
    if keys or len(rows) != n or not all(at for _dossier, at in rows):
        raise CommandError("something that rested on the agreement is left")
