"""What the watch finds, what it lets be, and how much somebody has seen by then (proof "detection"; safety.md §1).

Ordinary work and misuse are walks made from figures that docs/how-to/watch.md gives: 20 to 25 open cases, several of them
in a day, a word written in most. A walk is judged as the sweep judges it, with the settings as they ship.
"""

import random
import time as clock
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.machines import COURIER
from foundation.dossiers import clerk
from foundation.dossiers.models import Dossier, Kind
from foundation.outbox.models import Message
from foundation.vault.crypto import Cipher
from foundation.watch import limits, sweep
from foundation.watch.rules import READ, SHOWN, WRITE, Touch
from foundation.watch.vocabulary import Rule
from tests import factories, partner
from tests.architecture import visits
from tests.watch.seeing import alerts

pytestmark = pytest.mark.proof("detection")

MONDAY = date(2026, 11, 23)
MINUTE = timedelta(minutes=1)
N_DAYS, N_WALKS = 500, 100
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def chance():
    return random.Random(20261123)


def moment(person: User, day: date, hours: float) -> datetime:
    """A clock time of the person's unit, as hours after midnight."""
    return sweep.calendar_of(person).at(day, datetime.min.time()) + timedelta(hours=hours)


def walk(start: datetime, steps: list[tuple[float, UUID | None, str]], n: int = 0) -> list[Touch]:
    """(minutes after the step before, folder, kind)."""
    at, found = start, []
    for minutes, folder, kind in steps:
        at += minutes * MINUTE
        found.append(Touch(at, 1, folder, kind, n))
    return found


# --- ordinary work


def ordinary(person: User, day: date, mine: list[UUID], chance: random.Random) -> list[Touch]:
    """A day at work: 6 to 18 of one's cases, each read once or more, a word written in three of four, a search or two."""
    steps: list[tuple[float, UUID | None, str]] = []
    for case in chance.sample(mine, chance.randint(6, 18)):
        steps += [(chance.uniform(2, 25), case, READ) for _ in range(chance.randint(1, 3))]
        steps += [(chance.uniform(1, 10), case, WRITE)] if chance.random() < 0.75 else []
    found = walk(moment(person, day, chance.uniform(8, 9.5)), steps)
    found = [touch for touch in found if touch.at < moment(person, day, 17.75)]
    looked = walk(
        moment(person, day, 10), [(chance.uniform(1, 200), None, SHOWN) for _ in range(chance.randint(0, 4))], 12
    )
    evening = walk(moment(person, day, 20), [(5, chance.choice(mine), READ)]) if chance.random() < 0.2 else []
    return sorted([*found, *looked, *evening], key=lambda touch: touch.at)


@pytest.mark.parametrize("who", ["caseworker", "focal_point"])
def test_ordinary_work_is_never_told(house, chance, figure, who):
    person, wrong, most = house.people[who], [], 0
    for n in range(N_DAYS):
        day = MONDAY + timedelta(days=7 * (n // 5) + n % 5)
        touches = ordinary(person, day, [uuid4() for _ in range(chance.randint(20, 25))], chance)
        most = max(most, len({touch.folder for touch in touches} - {None}))
        wrong += sweep.findings(person, day, touches)
    assert [(found.rule, found.n) for found in wrong] == []
    figure(
        f"{N_DAYS} ordinary days of a {who}: 0 alerts; at most {most} folders, the limit is {limits.budget(person).alert}"
    )


# --- misuse


def all_at_once(person: User, chance: random.Random) -> list[Touch]:
    """One folder after another, as fast as pages open."""
    return walk(moment(person, MONDAY, 10), [(chance.uniform(0.02, 0.5), uuid4(), READ) for _ in range(60)])


def patiently(person: User, chance: random.Random) -> list[Touch]:
    """Slowly, through the working day, below the pace of a run."""
    return walk(moment(person, MONDAY, 7.5), [(chance.uniform(4, 6), uuid4(), READ) for _ in range(100)])


def with_a_word_in_each(person: User, chance: random.Random) -> list[Touch]:
    """Somebody who knows the rules writes something between."""
    kinds = [READ, WRITE] * 80
    folders = [uuid4() for _ in range(80)]
    return walk(
        moment(person, MONDAY, 8), [(chance.uniform(0.2, 2), folders[n // 2], kind) for n, kind in enumerate(kinds)]
    )


def at_night(person: User, chance: random.Random) -> list[Touch]:
    """A few folders while nobody looks."""
    start = moment(person, MONDAY, chance.choice([0.5, 2, 4, 21, 22]))
    return walk(start, [(chance.uniform(1, 15), uuid4(), READ) for _ in range(5)])


def by_searching(person: User, chance: random.Random) -> list[Touch]:
    """Names only, and no folder."""
    return walk(moment(person, MONDAY, 9), [(chance.uniform(0.2, 5), None, SHOWN) for _ in range(30)], n=20)


MISUSE: dict[Callable[..., list[Touch]], Rule] = {
    all_at_once: Rule.BURST,
    patiently: Rule.BUDGET,
    with_a_word_in_each: Rule.BUDGET,
    at_night: Rule.OFF_HOURS,
    by_searching: Rule.SEARCH,
}


def first_told(person: User, touches: list[Touch], rule: Rule) -> int | None:
    """How many touches there are when the sweep, which looks all the time, finds this rule."""
    for n in range(1, len(touches) + 1):
        if any(found.rule == rule for found in sweep.findings(person, MONDAY, touches[:n])):
            return n
    return None


@pytest.mark.parametrize("how", MISUSE, ids=lambda how: how.__name__)
def test_every_walk_of_misuse_is_found(house, chance, figure, how):
    person, seen = house.people["caseworker"], []
    for _ in range(N_WALKS):
        touches = how(person, chance)
        n = first_told(person, touches, MISUSE[how])
        assert n is not None, [(touch.at, touch.kind) for touch in touches]
        seen.append(len({touch.folder for touch in touches[:n]} - {None}) or sum(touch.n for touch in touches[:n]))
    what = "names" if how is by_searching else "folders"
    figure(f"{how.__name__}: {N_WALKS} of {N_WALKS} found, with at most {max(seen)} {what} seen")


# --- through the pages


def told(officer: User) -> int:
    with COURIER.at_work():
        return Message.objects.filter(recipient=officer, event="alert.raised").count()


@pytest.mark.slow
def test_a_run_through_real_pages_is_told_to_the_officer(house, focal_point, data_officer, browse, settings, figure):
    """From the page that is one too many to the officer's message, the seconds between two sweeps apart."""
    client = browse(focal_point)
    made = [factories.case(house) for _ in range(settings.WATCH_BURST_FOLDERS)]
    alerts(data_officer)
    for n, case in enumerate(made, 1):
        assert not alerts(data_officer, person=focal_point, rule=Rule.BURST), f"told before {n} folders"
        assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200
    before, started = told(data_officer), clock.perf_counter()
    (alert,) = alerts(data_officer, person=focal_point, rule=Rule.BURST)
    took = clock.perf_counter() - started
    assert told(data_officer) > before
    every = settings.CELERY_BEAT_SCHEDULE["watch"]["schedule"]
    assert alert.n == len(made)
    assert took < every, "a sweep must be done before the next one begins"
    figure(f"{alert.n} case pages one after another: told {took * 1000:.0f} ms after a sweep begins, every {every:g} s")


OWN = {("volunteer", "draft"), ("volunteer", "concern"), ("volunteer", "anonymous")}
"""What somebody wrote down themselves, shown to them: no reading of others' matters."""
BOOKS = ("watch:", "exports:", "consent:", "cases:exception", "cases:case_issue")
"""Folders of the house's own: the officer's book, a request for emergency access or for a list, and why it was made. The
rows of a list that is taken out are not counted one by one (docs/how-to/watch.md). What is told without consent counts for
the folder of its case; the shelf and the incidents are the office's own."""


@pytest.fixture
def opened(monkeypatch) -> set[UUID]:
    """The folders of which a field was decrypted."""
    found: set[UUID] = set()
    real = Cipher.open

    def noting(self: Cipher, *place):
        found.add(UUID(bytes=self.dossier))
        return real(self, *place)

    monkeypatch.setattr(Cipher, "open", noting)
    return found


def pages(world: visits.World) -> Iterator[tuple[str, str, str]]:
    """(seat, route, address) of every page that shows one record."""
    for method, route, thing in visits.rows():
        if method == "GET" and thing and visits.kind(route) != visits.FOREIGN:
            for seat in visits.seats(route):
                if seat not in ("nobody", "person"):
                    yield seat, f"{route} {thing}", visits.address(world, route, thing)


def ask(client: Any, url: str) -> Any:
    """A request whose effects stay until the caller undoes them."""
    if isinstance(client, partner.Api):
        return client.client.get(url, headers=client._headers({}))
    return client.get(url)


def touches(person: User) -> Counter[UUID | None]:
    """How often the log has each folder for a person."""
    with clerk.as_clerk():
        return Counter(touch.folder for touch in sweep.between(person.pk, *ALWAYS))


def issues() -> set[UUID]:
    """The folders of issues: nobody stands in them, and whoever chooses one for a concern or a case is shown their titles."""
    with clerk.as_clerk():
        return set(Dossier.objects.filter(kind=Kind.ISSUE).values_list("pk", flat=True))


def uncounted(world: visits.World, seat: str, url: str, opened: set[UUID]) -> set[UUID] | None:
    """Folders that this very request decrypted and did not add to the log; None if nothing was shown."""
    person = world.house.people.get(seat) or world.house.machine("Quayside Legal Clinic")
    before = touches(person)
    with transaction.atomic():
        opened.clear()
        answer = ask(world.clients[seat], url)
        met = set(opened) - issues()
        missed = met - set(touches(person) - before)
        transaction.set_rollback(True)
    return missed if answer.status_code == 200 and met else None


@pytest.mark.slow
def test_no_page_shows_of_a_folder_what_does_not_count(house, browse, opened, figure):
    """Every address with a record, as every seat: whatever decrypts a field of a folder adds to the count."""
    world, n, wrong = visits.build(house, browse), 0, []
    for seat, route, url in pages(world):
        missed = uncounted(world, seat, url, opened)
        if missed is None or route.startswith(BOOKS) or (seat, route.split()[1]) in OWN:
            continue
        n += 1
        wrong += [f"{seat} {route}"] if missed else []
    assert wrong == []
    assert n > 20
    figure(f"{n} pages and answers of the API that decrypt something of a folder, as every seat: each one counted")


@pytest.mark.slow
def test_a_page_that_left_no_event_would_be_found(house, browse, opened, monkeypatch):
    """The positive control of the walk above: the same look at a page whose event is not written."""
    world = visits.build(house, browse)
    url = visits.address(world, "cases:case", "case")
    assert uncounted(world, "caseworker", url, opened) == set()
    monkeypatch.setattr(trail, "record", lambda verb, **more: None)
    assert uncounted(world, "caseworker", url, opened)
