"""The people of the third branch: at each of its service points a team that speaks another language."""

from typing import Any

from django.contrib.auth.hashers import make_password

from foundation.accounts.models import Role, Unit, UnitKind, User
from foundation.readiness import demo as readiness
from foundation.readiness.models import Competence
from referrals import demo

Team = dict[str, User]
"""Kind of seat → who holds it at a service point."""
POINTS = {"ru": ("Riverside service point", "0800 555 037"), "ar": ("Station service point", "0800 555 042")}
SEATED: dict[str, dict[str, tuple[str, Role]]] = {
    "ru": {
        "volunteer": ("Yana Lem", Role.REPORTER), "caseworker": ("Olha Brandt", Role.CASEWORKER),
        "focal_point": ("Marat Iven", Role.FOCAL_POINT), "deputy": ("Lidia Sorn", Role.DEPUTY),
    },
    "ar": {
        "volunteer": ("Salma Noor", Role.REPORTER), "caseworker": ("Karim Adel", Role.CASEWORKER),
        "focal_point": ("Huda Sami", Role.FOCAL_POINT), "deputy": ("Nabil Faro", Role.DEPUTY),
    },
}  # fmt: skip


def branch() -> dict[str, Unit]:
    """The service point of each language; the third branch and its two are made here."""
    harbour = Unit.objects.select_related("parent").get(name="Harbour service point")
    national = harbour.parent and harbour.parent.parent
    same: dict[str, Any] = {
        name: getattr(harbour, name) for name in ("organisation", "time_zone", "opens", "closes", "weekend")
    }
    river = Unit.objects.create(kind=UnitKind.BRANCH, name="River branch", parent=national, **same)
    points = {
        language: Unit.objects.create(kind=UnitKind.SERVICE_POINT, name=name, phone=phone, parent=river, **same)
        for language, (name, phone) in POINTS.items()
    }
    return {"river": river, "en": harbour, **points}


def appointed(places: dict[str, Unit], password: str) -> dict[str, dict[str, Any]]:
    """Give everybody of the third branch their seat; what ``demo.json`` says of them."""
    hashed = make_password(password)
    newcomers = [
        demo.Newcomer(f"{kind}_{language}", name, [(role, places[language])], language)
        for language, seated in SEATED.items()
        for kind, (name, role) in seated.items()
    ]
    hills = Unit.objects.get(name="Hills branch")
    newcomers.append(demo.Newcomer("manager_river", "Ingrid Moss", [(Role.MANAGER, places["river"])]))
    newcomers.append(demo.Newcomer("manager_hills", "Tomas Brill", [(Role.MANAGER, hills)]))
    return {newcomer.key: demo.appoint(newcomer, password, hashed) for newcomer in newcomers}


def teams() -> dict[str, Team]:
    """Who works at the service point of each language."""
    known = {key: demo.somebody(key) for key in SEATED["ru"]}
    return {
        "en": known,
        **{
            language: {key: demo.somebody(f"{key}_{language}") for key in seated} for language, seated in SEATED.items()
        },
    }


def make_ready(places: dict[str, Unit], found: dict[str, Team]) -> None:
    """The third branch fulfils the preconditions and its people are trained, by two people each (R-45, HS-07, HS-20)."""
    officer, manager, lead = demo.somebody("data_officer"), demo.somebody("manager_river"), found["en"]["focal_point"]
    readiness.assess(places["river"], writer=officer, second=manager)
    for language in SEATED:
        demo.capacity(places[language], found[language]["focal_point"], manager)
    for team in (found["ru"], found["ar"]):
        for kind, person in team.items():
            competence = Competence.SAFE_REFERRAL if kind == "volunteer" else Competence.PROTECTION_REFERRAL
            readiness.train(person, [competence], recorder=officer, second=lead)
