"""Who works in the bench's world: units, seats, people, partners. The four kinds of users are measured."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from consent import age_tables, notices
from consent.models import ImpactAssessment, NoticeVersion
from consent.terms import AssessmentState, AssessmentSubject
from foundation.accounts import actions as accounts
from foundation.accounts.models import Organisation, OrganisationKind, Role, Unit, UnitKind, User
from foundation.core.acting import acting
from foundation.dossiers import clerk
from referrals import pathway_demo as way
from referrals.actions import register
from referrals.bench import ready
from referrals.demo import VETTED
from referrals.models import Partner, Service

BRANCHES, POINTS, PARTNERS = 8, 5, 10
KINDS = ("worker", "manager", "rare", "none")
SCOPES = {"search 1,300": 1300, "search 6,500": 6500}
NEEDS = ["alias", "safe_contact", "reason", "wishes"]


@dataclass
class Place:
    """A service point: its unit, the group of the seat that triages, who owns the cases, who reports."""

    unit: Unit
    group: int
    owner: User
    reporter: User
    more_groups: tuple[int, ...] = ()
    waiting_group: int = 0
    waiting_share: float = 0.1

    def __post_init__(self) -> None:
        self.waiting_group = self.waiting_group or self.group


@dataclass
class World:
    """Everything that the loader and the measurements refer to."""

    society: Organisation
    people: dict[str, User]
    points: list[Place]
    special: dict[str, Place]
    services: list[Service]
    partner_groups: dict[Any, int]
    machine: User
    token: str
    notice: NoticeVersion
    approver: User
    scope_units: dict[str, list[Any]]


def _user(name: str, *seats: tuple[Unit, str], **more: Any) -> User:
    user = User.objects.create_user(f"{name}@bench.invalid", name.capitalize(), **more)
    for unit, role in seats:
        accounts.confirm(accounts.propose(user, accounts.seat_of(unit, role), by=None), by=None)
    return user


def _group(unit: Unit, role: str) -> int:
    return accounts.seat_of(unit, role).group_id


def build() -> World:
    """Make the world in an empty database."""
    clerk.install()
    notices.install()
    age_tables.install()
    society = Organisation.objects.create(name="Meridian Society", kind=OrganisationKind.NATIONAL_SOCIETY)
    national = Unit.objects.create(organisation=society, kind=UnitKind.NATIONAL, name="National office")
    branches = [_unit(society, national, UnitKind.BRANCH, f"Branch {n}") for n in range(BRANCHES)]
    units = [_unit(society, b, UnitKind.SERVICE_POINT, f"{b.name}, point {n}") for b in branches for n in range(POINTS)]
    people = _people(society, national, branches, units)
    points = [_place(unit) for unit in units]
    _kinds(points, people, branches[0])
    special = {key: _place(unit) for key, unit in _special(society, branches[-1], people).items()}
    services, groups, machine = _partners(society, people)
    line = ("legal_assistance", 0, "Papers", "", "")
    way.publish(
        national, "documents_legal_status", [line], "Bench", writer=people["mapper"], second=people["publisher"]
    )
    ready.make(national, people)
    return World(
        society, people, points, special, services, groups, machine, _token(machine), NoticeVersion.current("en"),
        User.objects.get(email="focal0@bench.invalid"),
        {
            "worker": [p.unit.pk for p in points[:3]], "manager": [p.unit.pk for p in points[:POINTS]],
            "none": [people["none"].seats[0].unit_id],
            **{key: [place.unit.pk] for key, place in special.items()},
        },
    )  # fmt: skip


def _unit(society: Organisation, parent: Unit, kind: str, name: str) -> Unit:
    return Unit.objects.create(organisation=society, parent=parent, kind=kind, name=name)


def _people(society: Organisation, national: Unit, branches: list[Unit], units: list[Unit]) -> dict[str, User]:
    """The four kinds. A worker has seats at three points: deputy, focal point, and caseworker who owns every case."""
    for number, unit in enumerate(units):
        _user(f"reporter{number}", (unit, Role.REPORTER))
        _user(f"owner{number}", (unit, Role.CASEWORKER))
        _user(f"focal{number}", (unit, Role.FOCAL_POINT))
        if number:  # of the first the worker is the deputy
            _user(f"deputy{number}", (unit, Role.DEPUTY))
    return {
        "worker": _user(
            "worker", (units[0], Role.DEPUTY), (units[1], Role.FOCAL_POINT), (units[2], Role.CASEWORKER),
            (units[2], Role.REPORTER),
        ),
        "manager": _user("manager", (branches[0], Role.MANAGER)),
        "officer": _user("officer", (national, Role.DATA_OFFICER)),
        "keeper": _user("keeper", (branches[-1], Role.DIRECTORY_EDITOR)),
        "second": _user("second", (branches[-1], Role.MANAGER)),
        "mapper": _user("mapper", (national, Role.DIRECTORY_EDITOR)),
        "publisher": _user("publisher", (national, Role.DIRECTORY_EDITOR)),
        "none": _user("none", (_unit(society, branches[-1], UnitKind.SERVICE_POINT, "New point"), Role.CASEWORKER)),
    }  # fmt: skip


def _place(unit: Unit) -> Place:
    people = {a.seat.role: a.user for s in unit.seats.all() for a in s.appointments.select_related("user", "seat")}
    owner = people.get(Role.CASEWORKER, people[Role.FOCAL_POINT])
    reporter = people.get(Role.REPORTER, people[Role.FOCAL_POINT])
    return Place(unit, _group(unit, Role.FOCAL_POINT), owner, reporter)


def _kinds(points: list[Place], people: dict[str, User], branch: Unit) -> None:
    """Who of the kinds stands on which access lists, and who has so many waits that 25 are there at 1,000 cases."""
    manager = _group(branch, Role.MANAGER)
    for place in points[:POINTS]:
        place.more_groups = (manager,)
    deputy = _group(points[0].unit, Role.DEPUTY)
    points[0].more_groups, points[0].waiting_group = (manager, deputy), deputy
    points[2].owner = people["worker"]
    points[3].waiting_group = points[4].waiting_group = manager
    for number, share in enumerate((0.5, 0.5, 0.1, 1.0, 1.0)):
        points[number].waiting_share = share


def _special(society: Organisation, branch: Unit, people: dict[str, User]) -> dict[str, Unit]:
    """Units of their own: one with three old cases, and two whose number of cases is exact, for the search."""
    units = {}
    for key in ("rare", *SCOPES):
        units[key] = _unit(society, branch, UnitKind.SERVICE_POINT, f"Point {key}")
        people[key] = _user(key.replace(" ", "").replace(",", ""), (units[key], Role.FOCAL_POINT))
    return units


def _assess(society: Organisation, partner: Organisation, people: dict[str, User]) -> None:
    """What the database asks for before a partner is active (HS-25)."""
    now, worker, lead = timezone.now(), people["worker"], people["manager"]
    ImpactAssessment.objects.create(
        organisation=society, subject=AssessmentSubject.PARTNER, partner=partner, state=AssessmentState.APPROVED,
        drafted_by=worker, decided_by=lead, decided_at=now, review_by=timezone.localdate() + timedelta(days=300),
    )  # fmt: skip


def _enrol(organisation: Organisation, editor: User, manager: User) -> Partner:
    """As it is done: answered by one, approved, signed and made active by another."""
    with acting(editor.pk):
        partner = register.enter(organisation, "", by=editor)
        vetting = register.answer_vetting(partner, register.Answers(VETTED), by=editor)
    with acting(manager.pk):
        register.approve_vetting(vetting, by=manager)
        today = timezone.localdate()
        register.sign(partner, today, today + timedelta(days=365), 2, by=manager)
        return register.activate(partner, by=manager)


def _partners(society: Organisation, people: dict[str, User]) -> tuple[list[Service], dict[Any, int], User]:
    services, groups, today = [], {}, timezone.localdate()
    for number in range(PARTNERS):
        organisation = Organisation.objects.create(name=f"Partner {number}", kind=OrganisationKind.PARTNER)
        unit = Unit.objects.create(organisation=organisation, kind=UnitKind.PARTNER, name="Intake desk")
        _assess(society, organisation, people)
        partner = _enrol(organisation, people["keeper"], people["second"])
        groups[organisation.pk] = _group(unit, Role.PARTNER_WORKER)
        _user(f"machine{number}", (unit, Role.PARTNER_WORKER), is_machine=True)
        _user(f"intake{number}", (unit, Role.PARTNER_WORKER))
        services.append(
            Service.objects.create(
                partner=partner, name="Papers", service_type="legal_assistance", area="Coast", needs=NEEDS,
                verified_on=today,
            )
        )  # fmt: skip
    return services, groups, User.objects.get(email="machine0@bench.invalid")


def _token(machine: User) -> str:
    """A bearer token of the first partner's machine, as its sign-in would make it, for as long as the bench runs."""
    application = get_application_model().objects.create(
        name="bench", user=machine, client_type="confidential", authorization_grant_type="client-credentials",
        client_secret=token_urlsafe(32),
    )  # fmt: skip
    token = token_urlsafe(32)
    get_access_token_model().objects.create(
        application=application, user=machine, token=token, token_checksum=sha256(token.encode()).hexdigest(),
        expires=timezone.now() + timedelta(days=1), scope="referrals:read referrals:respond",
    )  # fmt: skip
    return token
