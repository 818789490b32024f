"""The two writes that are measured: a concern, from the first question to handing over, and a referral that is sent.

Each round needs a draft of its own, made on either side by that side's own actions.
"""

from importlib import import_module
from typing import Any
from uuid import UUID

from django.test import Client

from foundation.accounts.models import User
from foundation.core.acting import acting
from referrals.bench.measure import Line, Request, as_user, signed_in
from referrals.bench.urls import PLAIN
from referrals.bench.world import World

STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("limits", {"said": "on"}),
    ("where", {"reporter_kind": "affected_person_self", "setting": "hsp"}),
    ("danger", {"flags": ["none"]}),
    ("words", {"summary": "The landlord keeps the papers.", "category": "documents_legal_status"}),
    ("wishes", {"wishes": "My papers back. No police."}),
    ("agreement", {"answer": "granted", "mode": "verbal", "interpreter": "none"}),
    ("contact", {"alias": "Amina", "method": "phone", "value": "+380501234567", "safe_times": "10:00-12:00"}),
    ("check", {}),
)
SIDES = (True, False)
WARM_UP = 2


def _post(address: str, **data: Any) -> Request:
    return lambda client: client.post(address, data)


def log_concern(reporter: User, last: Line, whole: Line, rounds: int) -> None:
    """The last step and the whole: nine requests that write."""
    client = signed_in(reporter)
    for number in range(-WARM_UP, rounds):
        for is_floor in SIDES if number % 2 else SIDES[::-1]:
            times = _one_concern(client, is_floor=is_floor)
            if number >= 0:
                (last.plain if is_floor else last.walled).times.append(times[-1])
                (whole.plain if is_floor else whole.walled).times.append(sum(times))
        if number >= 0:
            whole.rest(client)
    last.still = whole.still


def _one_concern(client: Client, *, is_floor: bool) -> list[float]:
    line = Line(0, "", "")
    begun = line.one(client, _post("/concerns/start/"), is_floor=is_floor, wanted=302)
    address = begun.headers["Location"]
    for revision, (step, data) in enumerate(STEPS):
        line.one(client, _post(f"{address}{step}/", revision=revision, **data), is_floor=is_floor, wanted=302)
    return line.plain.times or line.walled.times


def send(world: World, sent: Line, rounds: int) -> None:
    """The focal point's press on the button that sends."""
    client, unused = signed_in(world.approver), Line(0, "", "")
    offers = {side: Offers(world, is_floor=side) for side in SIDES}
    for number in range(-WARM_UP, rounds):
        line = sent if number >= 0 else unused
        for is_floor in SIDES if number % 2 else SIDES[::-1]:
            referral = offers[is_floor].prepare(world.points[0].owner)
            line.one(client, _post(f"/referrals/{referral}/share/"), is_floor=is_floor, wanted=302)
        line.rest(client)


class Offers:
    """Referrals that wait for approval, made by one side's actions."""

    def __init__(self, world: World, *, is_floor: bool) -> None:
        find: Any = PLAIN.__getitem__ if is_floor else import_module
        self.actions, case = find("referrals.actions"), find("cases.models").Case
        with as_user(world.approver):
            rows = case.objects.filter(unit=world.points[0].unit, referrals__sent_at__isnull=False)
            self.cases = list(rows.select_related("dossier", "unit", "concern", "person", "owner").order_by("pk")[:5])
        self.decisions = find("consent.models").Decision
        self.services, self.number = {service.pk: service for service in world.services}, 0

    def prepare(self, owner: User) -> UUID:
        """One more referral that was prepared and submitted by the case's owner."""
        case = self.cases[self.number % len(self.cases)]
        self.number += 1
        with acting(owner.pk), as_user(owner):
            decision = self.decisions.objects.filter(person=case.person, purpose="external_referral").first()
            service = self.services[decision.recipient_id]
            offer = self.actions.Offer("Help to get identity papers back", anyway="other_part")
            referral = self.actions.prepare(case, service, offer, by=owner)
            self.actions.submit(referral, by=owner)
        pk: UUID = referral.pk
        return pk
