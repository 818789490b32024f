"""What a directory with N services costs its readers: the list, one filter, and what is suggested for a case."""

from collections.abc import Callable, Iterator

from django.utils import timezone

from cases.models import Case
from foundation.dossiers.models import Kind
from referrals.bench import report
from referrals.bench.load import Loader
from referrals.bench.measure import Line, Visit, as_user, get, signed_in, take_turns, unthrottled
from referrals.bench.run import prepared
from referrals.bench.world import World
from referrals.models import Service
from referrals.vocabulary import ServiceType

CASES, FEW = 200, 90  # a full page in both directories: what grows then grows with the directory
AREAS = ("Coast", "Hills", "Old town", "Harbour", "Valley")
PLACES = {
    "directory": "/partners/",
    "filtered": "/partners/?kind=legal_assistance&area=Hills",
    "page 100": "/partners/?page=100",
}


def measure(n_services: int, rounds: int, say: Callable[[str], None]) -> Iterator[str]:
    """The table and the growth: times against plain Django's, and against a directory of a hundred, in one run."""
    with prepared() as world:
        Loader(world, CASES).grow(CASES)
        with unthrottled():
            _add(world, FEW)
            few = take_turns(_visits(world, Service.objects.count()), rounds)
            say(f"adding {n_services:,} services")
            _add(world, n_services)
            many = take_turns(_visits(world, Service.objects.count()), rounds)
    yield from report.lines([*few, *many])
    for before, after in zip(few, many, strict=True):
        growth, queries = (
            after.weight / before.weight,
            f"{before.walled.n_queries} → {after.walled.n_queries} statements",
        )
        yield f"{after.what}: {after.size:,} services / {before.size:,}: {growth:.2f}, {queries}"


def _visits(world: World, size: int) -> list[Visit]:
    """Everybody reads the directory; the worker is shown what fits a case of theirs."""
    user = world.people["worker"]
    with as_user(user):
        case = Case.objects.newest(user, Kind.CASE, 1)[0]
    addresses = {**PLACES, "suggested": f"/cases/{case.pk}/refer/"}
    client = signed_in(user)
    return [Visit(Line(size, what, "worker"), client, get(address)) for what, address in addresses.items()]


def _add(world: World, n_services: int) -> None:
    """As they would stand there after an import: every kind, five areas, all partners."""
    kinds, today = ServiceType.values, timezone.localdate()
    partners = [service.partner for service in world.services]
    Service.objects.bulk_create(
        Service(
            partner=partners[n % len(partners)], name=f"Service {n:05} of {n_services}", service_type=kinds[n % len(kinds)],
            area=AREAS[n // 7 % len(AREAS)], verified_on=today, languages=["en", "ru"], access=["step_free"],
        )
        for n in range(n_services)
    )  # fmt: skip
