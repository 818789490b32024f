"""One run: make the world, grow it size by size, measure each size."""

import random
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from cases.models import Case
from foundation.accounts.models import User
from foundation.dossiers import clerk
from foundation.dossiers.models import Kind
from referrals.bench import twins, writes
from referrals.bench.load import Loader
from referrals.bench.measure import Result, as_user, compare, get, search, signed_in, unthrottled
from referrals.bench.world import KINDS, SCOPES, World, build
from referrals.models import Referral

Say = Callable[[str], None]
PAGE = 25


def run(sizes: list[int], rounds: int, say: Say) -> list[Result]:
    """Load and measure; the database must hold nobody yet. Leaves the cases and drops the floor."""
    if User.objects.exclude(email=clerk.EMAIL).exists():
        raise CommandError("This database is in use. The bench wants one of its own: python3 manage.py bench")
    import_string(settings.WSGI_APPLICATION)  # as in a web process: the broker is then ours, not Celery's default
    twins.make_tables()
    try:
        world = build()
        know(world)
        return _all_sizes(world, sizes, rounds, say)
    finally:
        twins.drop_tables()


def know(world: World) -> None:
    """Tell the floor who sees what."""
    twins.find_tables()
    twins.PLACES.update({world.people[key].pk: units for key, units in world.scope_units.items()})
    for place in [*world.points, *world.special.values()]:
        twins.READERS[place.unit.pk] = [("group", group, "") for group in (place.group, *place.more_groups)]


def _all_sizes(world: World, sizes: list[int], rounds: int, say: Say) -> list[Result]:
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

    def all(self) -> list[Result]:
        """Pages and writes in random order of users, so that no user profits from the last one's warm caches."""
        kinds = random.Random(self.size).sample(KINDS, len(KINDS))  # noqa: S311
        pages = sorted((r for kind in kinds for r in self.pages(kind)), key=lambda r: (r.what, KINDS.index(r.who)))
        return [*pages, *self.partner(), *self.writes(), *self.searches()]

    def pages(self, kind: str) -> list[Result]:
        """A person's day, list of cases, and newest case."""
        user = self.world.people[kind]
        client = signed_in(user)
        with as_user(user):
            seen = list(Case.objects.newest(user, Kind.CASE, PAGE))
        addresses = {"day": "/", "list": "/cases/"}
        if seen:
            addresses["case"] = f"/cases/{self._referred(user, seen)}/"
        found = []
        for what, address in addresses.items():
            n_rows = 1 if what == "case" else len(seen)
            found.append(compare(client, get(address), self.rounds).result(self.size, what, kind, n_rows))
        return found

    @staticmethod
    def _referred(user: User, seen: list[Case]) -> UUID:
        """The newest of these cases that was referred to a partner, so that each user opens a page of the same kind."""
        with as_user(user):
            known = set(Referral.objects.filter(case__in=seen).values_list("case_id", flat=True))
        return next((case.pk for case in seen if case.pk in known), seen[0].pk)

    def partner(self) -> list[Result]:
        """The partner's machine: its list of changes, and one referral that it has accepted."""
        machine = self.world.machine
        with as_user(machine):
            rows = Referral.objects.visible_to(machine).filter(status="accepted")
            newest = rows.order_by("-change")[0]
            n_rows = min(PAGE, Referral.objects.visible_to(machine).count())
        one = f"/api/v1/referrals/{newest.pk}"
        found = []
        for what, address, n in (("partner list", "/api/v1/referrals", n_rows), ("partner read", one, 1)):
            request = get(address, Authorization=f"Bearer {self.world.token}")
            found.append(compare(signed_in(machine), request, self.rounds).result(self.size, what, "partner", n))
        return found

    def writes(self) -> list[Result]:
        """Logging and sending."""
        rounds = max(2, self.rounds // 2)
        last, whole = writes.log_concern(self.world.points[0].reporter, rounds)
        sent = writes.send(self.world, rounds)
        return [
            last.result(self.size, "log: last step", "reporter"),
            whole.result(self.size, "log: whole", "reporter"),
            sent.result(self.size, "send", "focal point"),
        ]

    def searches(self) -> list[Result]:
        """Names in the two scopes, where they are loaded."""
        found = []
        for key, n_cases in SCOPES.items():
            with as_user(self.world.people[key]):
                is_loaded = Case.objects.newest(self.world.people[key], Kind.CASE, 1).exists()
            if is_loaded:
                sides = search(self.world.people[key], "Mohammed Kovalenko", max(3, self.rounds // 2))
                found.append(sides.result(self.size, "search", key, n_cases))
        return found
