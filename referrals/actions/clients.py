"""Giving a partner's programs a way in, and what they sign in with: given, followed by the next, ended (HS-25; partners.md §3).

The rows are walled off from everybody who acts, as tokens are; each action reaches them as nobody, after asking who acts.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import get_application_model

from foundation.accounts import actions as accounts
from foundation.accounts.models import Role, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.acting import acting
from foundation.core.errors import Absent, Refused
from referrals import keys
from referrals.actions.partners import require_api
from referrals.actions.tokens import end_tokens
from referrals.models import Client, ClientKey, ClientSecret, Partner, UsedAssertion

OVERLAP_DAYS, MOST = 14, 5
"""How long an old secret may go on beside a new one, and how many secrets or keys may count at a time."""


class Way(NamedTuple):
    """What a partner's program signs in with; the secret is shown once and stands nowhere else."""

    machine: User
    client_id: str
    secret: str


def unseen() -> Any:
    """Reach the rows of programs: only where nobody acts."""
    return acting(None)


def digest_of(secret: str) -> str:
    """How a secret is kept. It has 256 random bits: no slow hash is needed."""
    return f"sha256${sha256(secret.encode()).hexdigest()}"


def draw(client: Client) -> str:
    """A new secret of a program; returned once, kept nowhere. Inside ``unseen``."""
    secret = secrets.token_urlsafe(32)
    ClientSecret.objects.create(client=client, digest=digest_of(secret))
    return secret


@transaction.atomic
def add_client(unit: Unit, *, by: User | None = None) -> Way:
    """A way into the interface for a partner's program, on a seat of its unit."""
    _require("equip", unit.organisation_id, by)
    require_api(unit.organisation)
    machine = User.objects.create_user(
        f"api-{secrets.token_hex(8)}@amparo.invalid", unit.organisation.name, is_machine=True
    )
    seat = accounts.seat_of(unit, Role.PARTNER_WORKER)
    accounts.confirm(accounts.propose(machine, seat, by=None), by=None)
    model: Any = get_application_model()
    with unseen():
        application = model.objects.create(
            name=unit.organisation.name,
            user=machine,
            client_type="confidential",
            authorization_grant_type="client-credentials",
            client_secret=secrets.token_urlsafe(32),  # nobody learns it: the secrets that count are rows of our own
        )
        secret = draw(Client.objects.create(application=application, organisation=unit.organisation))
    trail.record("partner.client_added", subject=unit.organisation_id, user=machine.pk)
    return Way(machine, application.client_id, secret)


def _require(verb: str, organisation: UUID, by: User | None) -> None:
    """An operator's command has no ``by``."""
    if by is not None:
        policy.require(by, verb, Partner.objects.get(pk=organisation))


def find(pk: UUID | str, *, by: User | None) -> Client:
    """A program by its id or its client id, for who keeps the register; else ``Absent``."""
    which = {"pk": pk} if isinstance(pk, UUID) else {"application__client_id": pk}
    with unseen():
        rows = Client.objects.select_related("application__user", "organisation__partner")
        found = rows.prefetch_related("secrets", "keys").filter(**which).first()
    if found is None or (by is not None and not policy.allows(by, "read", found.organisation.partner)):
        raise Absent("record.absent", _("There is nothing at this address."))
    return found


def of_partner(partner: Partner) -> list[Client]:
    """The programs of a partner, oldest first, with what they sign in with."""
    with unseen():
        rows = Client.objects.filter(organisation=partner.pk).select_related("application", "organisation__partner")
        return list(rows.prefetch_related("secrets", "keys").order_by("made_at"))


@contextmanager
def _changing(client: Client, verb: str, by: User | None) -> Iterator[Client]:
    """The locked row, as nobody, for a step that ``by`` may take. Inside a transaction."""
    _require(verb, client.organisation_id, by)
    if verb == "equip":
        require_api(client.organisation)
    with unseen():
        yield Client.objects.select_for_update(of=("self",)).select_related("application__user").get(pk=client.pk)


def _require_room(rows: Any) -> None:
    if rows.live().count() >= MOST:
        raise Refused("client.too_many", _("At most %(n)d may count at a time. End one first.") % {"n": MOST})


@transaction.atomic
def add_secret(client: Client, overlap: int, *, by: User | None) -> str:
    """A new secret, shown once. The others end ``overlap`` days from now (0: at once, with the tokens got by them)."""
    if not 0 <= overlap <= OVERLAP_DAYS:
        raise Refused("secret.overlap", _("Choose at most %(n)d days.") % {"n": OVERLAP_DAYS}, "overlap")
    with _changing(client, "equip", by) as locked:
        _require_room(locked.secrets)
        until = timezone.now() + timedelta(days=overlap)
        locked.secrets.live().filter(ends_at=None).update(ends_at=until)
        locked.secrets.filter(ends_at__gt=until).update(ends_at=until)
        secret = draw(locked)
    if overlap == 0:
        end_tokens(locked.application.user)
    trail.record("partner.secret_added", subject=client.organisation_id, client=client.pk, overlap=overlap)
    return secret


@transaction.atomic
def add_key(client: Client, jwk: str, proof: str, *, by: User | None) -> ClientKey:
    """One more public key. ``proof`` is signed with its other half: nobody registers a key that is not theirs."""
    key = keys.read_key(jwk)
    with _changing(client, "equip", by) as locked:
        _require_room(locked.keys)
        if locked.keys.filter(kid=key.kid).exists():
            raise Refused(
                "key.known_id", _("This program has or had a key of this id. Give the new one another id."), "jwk"
            )
        if ClientKey.objects.filter(thumbprint=key.thumbprint).exists():
            raise Refused("key.known", _("This key was registered before. Make a new pair."), "jwk")
        _check_proof(proof, key, locked)
        made: ClientKey = locked.keys.create(kid=key.kid, alg=key.alg, jwk=key.jwk, thumbprint=key.thumbprint)
    trail.record("partner.key_added", subject=client.organisation_id, client=client.pk, key=made.pk, alg=made.alg)
    return made


def _check_proof(proof: str, key: keys.PublicKey, client: Client) -> None:
    try:
        keys.claimed(proof)
        keys.proven(proof, key, client.application.client_id, [keys.registering()], keys.PROOF)
    except keys.Unproven as problem:
        told = problem.told or _("It is not signed with this key.")
        raise Refused("key.unproven", _("The proof does not count: %(why)s") % {"why": told}, "proof") from None


@transaction.atomic
def end_secret(client: Client, secret: UUID, *, by: User | None) -> None:
    """It counts no more, at once; tokens that were got by it neither."""
    _end(client, "secrets", secret, by)
    trail.record("partner.secret_ended", subject=client.organisation_id, client=client.pk, secret=secret)


@transaction.atomic
def end_key(client: Client, key: UUID, *, by: User | None) -> None:
    """It counts no more, at once; tokens that were got by it neither."""
    _end(client, "keys", key, by)
    trail.record("partner.key_ended", subject=client.organisation_id, client=client.pk, key=key)


def _end(client: Client, of: str, pk: UUID, by: User | None) -> None:
    with _changing(client, "unequip", by) as locked:
        if not getattr(locked, of).live().filter(pk=pk).update(ends_at=timezone.now()):
            raise Refused("client.ended", _("It has ended already."))
    end_tokens(locked.application.user)


@transaction.atomic
def end_all(client: Client, *, by: User | None) -> None:
    """The program is shut out at once: its secrets, its keys and its tokens count no more."""
    with _changing(client, "unequip", by) as locked:
        now = timezone.now()
        locked.secrets.live().update(ends_at=now)
        locked.keys.live().update(ends_at=now)
    end_tokens(locked.application.user)
    trail.record("partner.client_shut", subject=client.organisation_id, client=client.pk)


@transaction.atomic
def demand_key(client: Client, is_demanded: bool, *, by: User | None) -> None:
    """Whether its secrets stop counting, from now on. Asked for only where a key counts."""
    with _changing(client, "equip", by) as locked:
        if is_demanded and not locked.keys.live().exists():
            raise Refused("client.no_key", _("It has no key yet: nothing would let it in."))
        locked.needs_key = is_demanded
        locked.save(update_fields=["needs_key"])
    if is_demanded:
        end_tokens(locked.application.user)
    trail.record("partner.key_demanded", subject=client.organisation_id, client=client.pk, demanded=is_demanded)


def used(credential: ClientSecret | ClientKey) -> None:
    """Note the day of its last use: whoever rotates sees whether the old one is still in use."""
    today = timezone.localdate()
    if credential.used_on != today:
        type(credential).objects.filter(pk=credential.pk).update(used_on=today)


def use_up(client: Client, jti: str, until: datetime) -> bool:
    """Whether an assertion is used for the first time; of two at once, one is."""
    digest = sha256(jti.encode()).digest()
    _row, is_first = UsedAssertion.objects.get_or_create(client=client, digest=digest, defaults={"until": until})
    return is_first


def refused(client: Client, reason: str) -> None:
    """Somebody showed what once belonged to this program and does not count: written down, it may have been stolen."""
    with acting(client.application.user_id):
        trail.record("api.token_refused", client=client.application_id, reason=reason)
