"""One run: make the world, grow it size by size, measure each size."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from cases.models import Case
from foundation.accounts.models import User
from foundation.dossiers.actions import Reader
from foundation.dossiers.models import Kind
from referrals.bench import report, twins, writes
from referrals.bench.load import Loader
from referrals.bench.measure import Line, Visit, as_user, get, searching, signed_in, take_turns, unthrottled
from referrals.bench.price import Price, prices
from referrals.bench.world import KINDS, SCOPES, World, build
from referrals.models import Referral

Say = Callable[[str], None]
PAGE = 25


def run(sizes: list[int], rounds: int, say: Say) -> list[Line]:
    """Load and measure; the database must hold nobody yet. Leaves the cases and drops the floor."""
    with prepared() as world:
        return _all_sizes(world, sizes, rounds, say)


@contextmanager
def prepared() -> Iterator[World]:
    """A world of people and units without cases, and the tables of the floor, dropped afterwards."""
    _refuse_a_database_in_use()
    import_string(settings.WSGI_APPLICATION)  # as in a web process: the broker is then ours, not Celery's default
    twins.make_tables()
    try:
        world = build()
        know(world)
        yield world
    finally:
        twins.drop_tables()


def _refuse_a_database_in_use() -> None:
    if User.objects.filter(is_machine=False).exists():
        raise CommandError("This database is in use. The bench wants one of its own: python3 manage.py bench")


def load(size: int) -> None:
    """Load cases and leave them, for measurements of something else."""
    with prepared() as world:
        Loader(world, size).grow(size)


def know(world: World) -> None:
    """Tell the floor who sees what."""
    twins.find_tables()
    twins.PLACES.update({world.people[key].pk: units for key, units in world.scope_units.items()})
    for place in [*world.points, *world.special.values()]:
        twins.READERS[place.unit.pk] = [Reader("group", group) for group in (place.group, *place.more_groups)]


def walls_one_by_one(size: int, blocks: int, say: Say) -> list[Price]:
    """What each wall costs alone, at one size. Leaves the cases."""
    with prepared() as world:
        say(f"loading {size:,} cases")
        Loader(world, size).grow(size)
        bench = Bench(world, size, blocks)
        with unthrottled():
            return prices([*bench.pages("worker"), *bench.partner()], blocks)


def _all_sizes(world: World, sizes: list[int], rounds: int, say: Say) -> list[Line]:
    loader, found = Loader(world, max(sizes)), []
    for size in sizes:
        say(f"loading {size:,} cases")
        loader.grow(size)
        say(f"measuring {size:,} cases")
        with unthrottled():
            found += Bench(world, size, rounds).all()
    return found


class Bench:
    """All measurements at one size."""

    def __init__(self, world: World, size: int, rounds: int) -> None:
        self.world, self.size, self.rounds = world, size, rounds

    def all(self) -> list[Line]:
        """Pages, partner and searches in turn; then the writes, which change what is there."""
        pages = [visit for kind in KINDS for visit in self.pages(kind)]
        shown = take_turns([*pages, *self.partner()], self.rounds)
        found = take_turns(self.searches(), max(3, self.rounds // 2))
        return [*sorted(shown, key=lambda line: report.PAGES.index(line.what)), *self.writes(), *found]

    def _line(self, what: str, who: str, n_rows: int = 0) -> Line:
        return Line(self.size, what, who, n_rows)

    def pages(self, kind: str) -> list[Visit]:
        """A person's day, list of cases, and newest case."""
        user = self.world.people[kind]
        client = signed_in(user)
        with as_user(user):
            seen = list(Case.objects.newest(user, Kind.CASE, PAGE))
        addresses = {"day": ("/", len(seen)), "list": ("/cases/", len(seen))}
        if seen:
            addresses["case"] = (f"/cases/{self._referred(user, seen)}/", 1)
        return [Visit(self._line(what, kind, n), client, get(address)) for what, (address, n) in addresses.items()]

    @staticmethod
    def _referred(user: User, seen: list[Case]) -> UUID:
        """The newest of these cases that was referred to a partner, so that each user opens a page of the same kind."""
        with as_user(user):
            known = set(Referral.objects.filter(case__in=seen).values_list("case_id", flat=True))
        return next((case.pk for case in seen if case.pk in known), seen[0].pk)

    def partner(self) -> list[Visit]:
        """The partner's machine: its list of changes, and one referral that it has accepted."""
        machine = self.world.machine
        with as_user(machine):
            rows = Referral.objects.visible_to(machine)
            newest, n_rows = rows.filter(status="accepted").order_by("-change")[0], min(PAGE, rows.count())
        one = f"/api/v1/referrals/{newest.pk}"
        bearer, client = f"Bearer {self.world.token}", signed_in(machine)
        return [
            Visit(
                self._line("partner list", "partner", n_rows), client, get("/api/v1/referrals", Authorization=bearer)
            ),
            Visit(self._line("partner read", "partner", 1), client, get(one, Authorization=bearer)),
        ]

    def writes(self) -> list[Line]:
        """Logging and sending."""
        last, whole = self._line("log: last step", "reporter"), self._line("log: whole", "reporter")
        sent, rounds = self._line("send", "focal point"), max(2, self.rounds // 2)
        writes.log_concern(self.world.points[0].reporter, last, whole, rounds)
        writes.send(self.world, sent, rounds)
        return [last, whole, sent]

    def searches(self) -> list[Visit]:
        """Names in the two scopes, where they are loaded."""
        found = []
        for key, n_cases in SCOPES.items():
            user = self.world.people[key]
            with as_user(user):
                is_loaded = Case.objects.newest(user, Kind.CASE, 1).exists()
            if is_loaded:
                line, request = self._line("search", key, n_cases), searching(user, "Mohammed Kovalenko")
                found.append(Visit(line, signed_in(user), request, has_floor=False))
        return found
