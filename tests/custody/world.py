"""A house with something of everything that hangs on a key, committed, and reading all of it as those who may."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, transaction

from cases.models import Case, Concern
from consent.models import Person
from foundation.accounts import actions as accounts
from foundation.core.acting import acting
from foundation.dossiers.models import DossierBound
from foundation.files import actions as files
from foundation.files import checking
from foundation.files.models import Attachment
from foundation.vault import models as vault
from foundation.vault.fields import EncryptedField, Token
from referrals import webhooks
from referrals.models import Referral, WebhookEndpoint
from tests import factories
from tests.clamd import clamd

__all__ = ["Token"]
SECRET = "JBSWY3DPEHPK3PXP"


@dataclass
class World:
    """What was made."""

    house: factories.House
    case: Case
    referral: Referral
    endpoint: WebhookEndpoint
    webhook_secret: str
    factor: Any
    files: list[Attachment]

    def person(self, key: str) -> Any:
        """Somebody of the demonstration."""
        return self.house.people[key]


CONTENT = b"Copy of her papers, page 1"


def make(settings: Any) -> World:
    """A case, a sent referral in its package, a draft, a partner's webhook, a second factor, a file that was checked and
    one that waits for it."""
    with transaction.atomic():
        house = factories.house()
        case = factories.case(house)
        referral = factories.sent(house, case)
        factories.draft(house)
        endpoint, secret = webhooks.register(house.partners["Quayside Legal Clinic"], "http://127.0.0.1:9/hook")
        factor = accounts.give_app(house.people["caseworker"], SECRET, by=None)
    return World(house, case, referral, endpoint, secret, factor, _files(house, case, settings))


def _files(house: factories.House, case: Case, settings: Any) -> list[Attachment]:
    by, kept = house.people["caseworker"], []
    for name in ("checked", "waiting"):
        with acting(by.pk), transaction.atomic():
            upload = files.Upload(CONTENT, "Her registration", "papers", f"{name}.txt", may_tell=True)
            kept.append(files.keep(case.dossier, upload, by=by))
    with clamd() as daemon:
        settings.CLAMAV = daemon.address
        checking.check(kept[0].pk)
    return kept


def file_of(world: World) -> bytes:
    """The content of the checked file, as the caseworker opens it."""
    by = world.person("caseworker")
    with acting(by.pk), transaction.atomic():
        row = Attachment.objects.get(pk=world.files[0].pk)
        opened = files.open_file(row, by=by)
    return opened.whole()


def read_all(world: World) -> int:
    """Open every encrypted value as somebody who may, with nothing in memory; how many. Raises when one does not open."""
    vault._opened.cache_clear()
    n = 0
    for key in ("volunteer", "caseworker", "focal_point", "partner_worker"):
        with acting(world.person(key).pk), transaction.atomic():
            n += sum(_values(row) for model in bound() for row in model.objects.all() if row.is_open)
    return n


def bound() -> list[Any]:
    """Every model with encrypted columns."""
    return [m for m in apps.get_models() if issubclass(m, DossierBound) and _fields(m)]


def _fields(model: Any) -> list[str]:
    return [f.attname for f in model._meta.concrete_fields if isinstance(f, EncryptedField)]


def _values(row: Any) -> int:
    return sum(getattr(row, name) is not None for name in _fields(type(row)))


def facts(world: World) -> tuple[Any, ...]:
    """Some of what was said, to compare before and after."""
    with acting(world.person("caseworker").pk), transaction.atomic():
        case = Case.objects.get(pk=world.case.pk)
        person, concern = Person.objects.get(pk=case.person_id), Concern.objects.get(pk=case.concern_id)
        said = (person.alias, person.safe_contact, concern.summary, concern.wishes)
    with acting(world.person("partner_worker").pk), transaction.atomic():
        referral = Referral.objects.get(pk=world.referral.pk)
        return *said, referral.package, referral.reason


def owner(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the owner sees of the keys."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall()) if cursor.description else []
