"""The demonstration: a small invented National Society with two partners. Loaded only into an empty database.

Everybody gets the same generated password; it stands in ``demo.json`` (mode 0600) and nowhere else. Seats that need a
second step get an app whose secret stands beside it as ``totp_secret``.
"""

import json
import os
import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from consent import actions as consent
from consent import age_tables, notices
from consent import demo as office
from consent.terms import AssessmentSubject
from foundation.accounts import actions as accounts
from foundation.accounts import conduct
from foundation.accounts.models import Organisation, OrganisationKind, Role, Unit, UnitKind, User
from foundation.core import machines
from foundation.core.acting import acting
from foundation.core.hooks import Hook
from foundation.dossiers import clerk
from foundation.readiness import demo as readiness
from foundation.vault import canary
from foundation.watch import actions as watch
from foundation.watch import rules
from foundation.watch.vocabulary import Rule
from referrals import actions
from referrals import dialogue_demo as dialogue
from referrals import pathway_demo as guides
from referrals.actions import clients, directory, register
from referrals.models import Partner

loaded: Hook[None] = Hook()
"""The demonstration was loaded at a start: higher apps add what they have to show."""
PEOPLE: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "volunteer": ("Noa Reed", "harbour", ((Role.REPORTER, "harbour"),)),
    "caseworker": ("Sefa Maru", "harbour", ((Role.CASEWORKER, "harbour"),)),
    "focal_point": ("Ilan Dorn", "harbour", ((Role.FOCAL_POINT, "harbour"),)),
    "deputy": ("Anouk Tall", "harbour", ((Role.DEPUTY, "harbour"),)),
    "manager": ("Ada Kern", "coast", ((Role.MANAGER, "coast"),)),
    "outsider": ("Timo Vale", "old_town", ((Role.CASEWORKER, "old_town"),)),
    "partner_worker": ("Lea Quist", "quayside", ((Role.PARTNER_WORKER, "quayside"),)),
    "data_officer": ("Mira Holt", "national", ((Role.DATA_OFFICER, "national"),)),
    "administrator": ("Juri Pask", "national", ((Role.ADMINISTRATOR, "national"),)),
    "dialogue": ("Vera Solt", "national", ((Role.DIALOGUE, "national"),)),
    "safeguarding": ("Oda Lind", "coast", ((Role.SAFEGUARDING, "coast"),)),
    "safeguarding_lead": ("Bram Sole", "national", ((Role.SAFEGUARDING, "national"),)),
    "auditor": ("Rena Volk", "national", ((Role.AUDITOR, "national"),)),
    "directory_editor": ("Edda Lowe", "national", ((Role.DIRECTORY_EDITOR, "national"),)),
}


ASSESSED = {
    AssessmentSubject.PARTNER: (
        "The partner gets the fields that the person agreed to, in a package of its own, after a first offer without a name.",
        "A worker of the partner reads more than the matter needs; the partner is broken into; the person is followed there.",
        "Frozen packages under a key of their own, recall by destroying it, a phone call before urgent offers, a yearly visit.",
    ),
    AssessmentSubject.PARTNER_API: (
        "The partner’s own case system reads its inbox and answers; it is woken by messages that say nothing.",
        "The program keeps copies after a withdrawal; its secret is stolen.",
        "Tokens of an hour, one seat per program, each read asked against the consent, the agreement forbids copies.",
    ),
}


VETTED = {
    "everybody": "yes", "fees": "none", "data_sharing": "never", "storage": "locked", "premises": "yes",
    "safeguarding": "yes", "information": "yes", "reporting": "told_first", "affiliation": "none",
}  # fmt: skip
SERVED = "Everybody, whatever their status. Nobody is turned away for want of papers."
CONTACT = ["alias", "safe_contact", "reason"]
SERVICES: tuple[tuple[str, str, str, str, list[str], dict[str, Any]], ...] = (
    ("quayside", "Papers and status service", "legal_assistance", "Harbour and North", CONTACT, {
        "location_type": "physical", "address": "Quay 4, first floor", "access": ["step_free", "plain_words"],
        "attributes": ["without_documents", "irregular_status"], "capacity_available": 6, "capacity_maximum": 20,
    }),
    ("quayside", "Advice before a removal", "legal_assistance", "Harbour", [*CONTACT, "wishes"], {
        "attributes": ["irregular_status"], "capacity_available": 2, "capacity_maximum": 5,
    }),
    ("lantern", "Safe shelter", "safe_shelter", "Coast", CONTACT, {
        "attributes": ["survivor_centred", "staff_women", "day_and_night"], "access": ["children"],
        "hours": [[day, "00:00", "24:00"] for day in range(7)], "capacity_available": 3, "capacity_maximum": 12,
    }),
    ("lantern", "Somebody to talk to", "mhpss", "Coast", ["alias", "safe_contact"], {
        "attributes": ["survivor_centred", "staff_women", "safe_for_children"], "minimum_age": 12,
    }),
)  # fmt: skip


def is_loaded() -> bool:
    """Whether there is anybody but the installation's own actors."""
    return User.objects.filter(is_machine=False).exists()


def install() -> None:
    """What every installation needs: keys that fit its database, its own actors, the code of conduct and the notices."""
    canary.require()
    clerk.install()
    machines.install()
    conduct.install()
    notices.install()
    age_tables.install()


@transaction.atomic
def load(password: str | None = None) -> dict[str, Any]:
    """Units, people with seats, two partners with services and API clients; returns the facts for ``demo.json``."""
    password = password or secrets.token_urlsafe(12)
    units, hashed = _units(), make_password(password)
    newcomers = [Newcomer(key, name, [(r, units[u]) for r, u in seats]) for key, (name, _unit, seats) in PEOPLE.items()]
    people = {newcomer.key: appoint(newcomer, password, hashed) for newcomer in newcomers}
    for partner in ("quayside", "lantern"):
        assess(units[partner].organisation)
    programs = [_client(units["quayside"]), _client(units["lantern"])]
    _services(units)
    guides.furnish(units["coast"], writer=somebody("directory_editor"), second=somebody("manager"))
    readiness.furnish(units["coast"], {key: User.objects.get(email=f"{key}@amparo.example") for key in PEOPLE})
    capacity(units["harbour"], somebody("focal_point"), somebody("manager"))
    return {"url": settings.URL, "people": people, "partners": programs}


def _units() -> dict[str, Unit]:
    society = Organisation.objects.create(name="Meridian Society", kind=OrganisationKind.NATIONAL_SOCIETY)
    quayside = Organisation.objects.create(name="Quayside Legal Clinic", kind=OrganisationKind.PARTNER)
    lantern = Organisation.objects.create(name="Lantern House", kind=OrganisationKind.PARTNER)
    hours: dict[str, Any] = {"time_zone": "Europe/Kyiv", "opens": time(9), "closes": time(17), "weekend": [5, 6]}
    made = Unit.objects.create
    national = made(organisation=society, kind=UnitKind.NATIONAL, name="National office", **hours)
    coast = made(organisation=society, kind=UnitKind.BRANCH, name="Coast branch", parent=national, **hours)
    hills = made(organisation=society, kind=UnitKind.BRANCH, name="Hills branch", parent=national, **hours)
    point: dict[str, Any] = {"kind": UnitKind.SERVICE_POINT, "organisation": society, **hours}
    harbour = made(name="Harbour service point", parent=coast, phone="0800 555 019", **point)
    old_town = made(name="Old Town service point", parent=hills, phone="0800 555 024", **point)
    return {
        "national": national, "coast": coast, "hills": hills, "harbour": harbour, "old_town": old_town,
        "quayside": made(organisation=quayside, kind=UnitKind.PARTNER, name="Intake desk", **hours),
        "lantern": made(organisation=lantern, kind=UnitKind.PARTNER, name="Front desk", **hours),
    }  # fmt: skip


@dataclass(frozen=True)
class Newcomer:
    """Somebody of the demonstration: the name before the @, the name, seats as (role, unit), the language they read."""

    key: str
    name: str
    seats: Sequence[tuple[str, Unit]]
    language: str = "en"


def appoint(newcomer: Newcomer, password: str, hashed: str) -> dict[str, Any]:
    """Give them their seats and a second step; what ``demo.json`` says of them."""
    email = f"{newcomer.key}@amparo.example"
    user = User.objects.create_user(
        email, newcomer.name, is_staff=newcomer.key == "administrator", language=newcomer.language
    )
    User.objects.filter(pk=user.pk).update(password=hashed)  # hashed once for all: it is slow on purpose
    for role, unit in newcomer.seats:
        accounts.confirm(accounts.propose(user, accounts.seat_of(unit, role), by=None), by=None)
    named = [f"{Role(role).label}, {unit.name}" for role, unit in newcomer.seats]
    roles = {role for role, _unit in newcomer.seats}
    return {"email": email, "password": password, "seats": named, **_second_step(user, roles)}


def _second_step(user: User, roles: set[str]) -> dict[str, str]:
    """An app with a secret that is told, for the seats that need one: ``manage.py demo_code`` shows its codes."""
    if not roles & set(settings.SECOND_STEP_ROLES):
        return {}
    secret = b32encode(secrets.token_bytes(20)).decode()
    accounts.give_app(user, secret, by=None)
    return {"totp_secret": secret}


def assess(organisation: Organisation) -> None:
    """What another person has approved before a partner receives anything, and before its program reads (HS-25)."""
    officer, manager = (User.objects.get(email=f"{who}@amparo.example") for who in ("data_officer", "manager"))
    for subject, said in ASSESSED.items():
        with acting(officer.pk):
            review_by = timezone.localdate() + timedelta(days=settings.ASSESSMENT_DAYS - 1)
            about = consent.About(subject, organisation)
            written = consent.draft_assessment(about, consent.Words(*said), review_by, by=officer)
        with acting(manager.pk):
            consent.approve_assessment(written, by=manager)


def enrol(organisation: Organisation) -> Partner:
    """Take a partner on as it is done: the editor enters it and answers the checklist, the manager approves and signs."""
    editor, manager = somebody("directory_editor"), somebody("manager")
    with acting(editor.pk):
        partner = register.enter(organisation, "0800 555 031", by=editor)
        vetting = register.answer_vetting(partner, register.Answers(VETTED, notes=SERVED), by=editor)
    with acting(manager.pk):
        register.approve_vetting(vetting, by=manager)
        today = timezone.localdate()
        return register.sign(partner, today, today + timedelta(days=365), 2, by=manager)


def _client(unit: Unit) -> dict[str, str]:
    partner, manager = enrol(unit.organisation), somebody("manager")
    with acting(manager.pk):
        register.activate(partner, by=manager)
    way = clients.add_client(unit)
    return {"name": unit.organisation.name, "client_id": way.client_id, "client_secret": way.secret}


def _services(units: dict[str, Unit]) -> None:
    editor = somebody("directory_editor")
    for unit, name, kind, area, needs, more in SERVICES:
        partner = Partner.objects.get(pk=units[unit].organisation_id)
        entry = {
            "name": name, "service_type": kind, "area": area, "needs": needs, "time_zone": "Europe/Kyiv",
            "eligibility": "Everybody, whatever their status", "languages": ["en", "ar", "ru", "uk"],
            "hours": [[day, "09:00", "17:00"] for day in range(5)], "fees": "Free of charge", **more,
        }  # fmt: skip
        with acting(editor.pk):
            directory.add(partner, entry, by=editor, checked_on=timezone.localdate() - timedelta(days=12))


def capacity(unit: Unit, lead: User, manager: User) -> None:
    """What the service point gives itself: declared by its focal point, approved by the manager (R-17, P10)."""
    talk = ["information_counselling", "mhpss"]
    lines = {
        "documents_legal_status": talk, "neglect_abandonment": [*talk, "food", "nfi"], "physical_safety": talk,
        "family_separated_or_missing": ["rfl", "mhpss"], "psychological_distress": talk, "eviction_property": ["cash", "nfi"],
    }  # fmt: skip
    today = timezone.localdate()
    with acting(lead.pk):
        made = actions.declare_capacity(unit, lines, today, today + timedelta(days=180), by=lead)
    with acting(manager.pk):
        actions.approve_capacity(made, by=manager)


def somebody(key: str) -> User:
    """A person of the demonstration by their name before the @."""
    return User.objects.get(email=f"{key}@amparo.example")


def place() -> Path:
    """Where ``demo.json`` stands: in the state directory."""
    return Path(os.environ.get("AMPARO_STATE", settings.BASE_DIR / "var")) / "demo.json"


@transaction.atomic
def furnish() -> None:
    """What happened already: an alert that was explained, and what the office of data protection has set up."""
    person, officer = (User.objects.get(email=f"{who}@amparo.example") for who in ("deputy", "data_officer"))
    now = timezone.now()
    shown = rules.Touch(now, person.pk, None, rules.SHOWN, 212)
    with clerk.as_clerk() as by:
        found = rules.finding(Rule.SEARCH, now.date(), shown.n, settings.WATCH_NAMES_SHOWN, [shown])
        (raised,) = watch.raise_alerts(found, person, by=by)
    text = "Three families came at once and looked for relatives. The focal point was there and confirms it."
    with acting(officer.pk):
        watch.explain(raised, text, by=officer)
    manager, volunteer = (User.objects.get(email=f"{who}@amparo.example") for who in ("manager", "volunteer"))
    office.furnish(officer, manager, volunteer)
    dialogue.furnish(
        User.objects.get(email="dialogue@amparo.example"), User.objects.get(email="focal_point@amparo.example")
    )


def write(facts: dict[str, Any]) -> Path:
    """``demo.json``, readable by its owner alone."""
    path = place()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=2)
    return path
