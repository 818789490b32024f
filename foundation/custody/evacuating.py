"""Cutting an organisation off, and taking it back: always two people, and a file that only others can open (safety.md §2).

Whoever has the file and nothing else opens nothing; whoever has the database and the root key opens nothing of this
organisation either, until somebody brings the opened file back.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pyrage
from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import Organisation, OrganisationKind, Role, User
from foundation.audit import trail
from foundation.core.codes import new_code, normalise
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.custody.models import Evacuation, Reason
from foundation.custody.states import EVACUATION, UNDER_WAY
from foundation.custody.unreadable import officers
from foundation.outbox import delivery
from foundation.vault.organisations import destroyed, given_back

MOST_RECIPIENTS = 5
VALID = timedelta(days=1)
"""So long a proposal may wait for the second person."""
SEATS = (Role.DATA_OFFICER, Role.MANAGER)


# --- who may


def require_seat(actor: User, organisation: Organisation) -> None:
    """``Forbidden`` unless this person protects data in a National Society, and it is about their own or a partner."""
    own = {
        seat.unit.organisation_id
        for seat in actor.seats
        if seat.role in SEATS and seat.unit.organisation.kind == OrganisationKind.NATIONAL_SOCIETY
    }
    if not own or not (organisation.kind == OrganisationKind.PARTNER or organisation.pk in own):
        raise Forbidden("actor.not_allowed", "Only a data-protection officer or manager, for their own or a partner.")


def _require_pair(actor: User, first: User | None) -> None:
    """Another person than the first, and one of the two a data-protection officer."""
    if first is None or actor.pk == first.pk:
        raise Forbidden("evacuation.same_person", "The second person has to be another one than the first.")
    if not (actor.holds(Role.DATA_OFFICER) or first.holds(Role.DATA_OFFICER)):
        raise Forbidden("evacuation.no_officer", "One of the two has to be a data-protection officer.")


# --- files that others open


def _recipient(word: str) -> Any:
    if word.upper().startswith("AGE-SECRET-KEY"):
        raise Refused("evacuation.secret", "This is a secret key of age. Its public key begins with age1.")
    try:
        return pyrage.x25519.Recipient.from_str(word)
    except pyrage.RecipientError:
        raise Refused("evacuation.recipients", f"{word[:12]}… is no public key of age (age1…).") from None


def _closed(text: str, recipients: Iterable[str]) -> str:
    """A text that only the recipients open, as ASCII."""
    sealed: bytes = pyrage.encrypt(text.encode(), [_recipient(word) for word in recipients], armored=True)
    return sealed.decode("ascii")


def _hash(word: str) -> bytes:
    return sha256(b"amparo.evacuation|" + normalise(word).encode()).digest()


# --- away


@transaction.atomic
def propose(organisation: Organisation, reason: str, recipients: list[str], *, by: User) -> tuple[Evacuation, str]:
    """Propose to cut an organisation off; the proposal and the test file. Nothing happens until another person confirms."""
    require_seat(by, organisation)
    if not 1 <= len(set(recipients)) <= MOST_RECIPIENTS:
        raise Refused("evacuation.recipients", f"Name one to {MOST_RECIPIENTS} public keys of age.")
    if reason not in Reason.values:
        raise Refused("evacuation.reason", f"The reason is one of: {', '.join(Reason.values)}.")
    if Evacuation.objects.filter(organisation=organisation, status__in=UNDER_WAY).exists():
        raise WrongState("evacuation.under_way", "This is under way already for this organisation.")
    word, keys = new_code((3, 3)), list(dict.fromkeys(recipients))
    test = _closed(word, keys)
    found = Evacuation.objects.create(
        organisation=organisation, reason=reason, recipients=keys, check_hash=_hash(word), proposed_by=by
    )
    trail.record("evacuation.proposed", subject=found.pk, organisation=organisation.pk, reason=reason, n=len(keys))
    delivery.tell((user for user in officers() if user != by), "evacuation.waits", f"evacuation:{found.pk}")
    return found, test


def _locked(organisation: Organisation, verb: str, by: User) -> Evacuation:
    """What is under way, if the verb leads on from there and this person may do it."""
    require_seat(by, organisation)
    rows = Evacuation.objects.select_for_update(of=("self",)).filter(organisation=organisation, status__in=UNDER_WAY)
    found = rows.select_related("proposed_by", "return_asked_by").first()
    if found is None:
        raise WrongState("evacuation.none", "Nothing is under way for this organisation.")
    EVACUATION.check(verb, found.status)
    return found


@transaction.atomic
def confirm(organisation: Organisation, word: str, *, by: User, is_untested: bool = False) -> Evacuation:
    """Destroy the organisation's keys, after they went into the file. From the commit on nobody opens its records here.

    ``word`` is what the test file holds. ``is_untested``: nobody could open it in time; then it is not known whether
    anybody ever will.
    """
    found = _locked(organisation, "confirm", by)
    _require_pair(by, found.proposed_by)
    if found.proposed_at < timezone.now() - VALID:
        raise WrongState("evacuation.old", "This was proposed more than a day ago. Cancel it and propose it anew.")
    found.is_tested = hmac.compare_digest(_hash(word), bytes(found.check_hash))
    if not found.is_tested and (word or not is_untested):
        raise Refused("evacuation.word", "This is not the word in the test file.")
    keys = destroyed(organisation.pk)
    found.package = _closed(_content(found, keys), found.recipients)
    found.status, found.confirmed_by, found.confirmed_at = str(EVACUATION.moves["confirm"].target), by, timezone.now()
    found.save(update_fields=["is_tested", "package", "status", "confirmed_by", "confirmed_at"])
    trail.record(
        "evacuation.confirmed", subject=found.pk, organisation=organisation.pk, n=len(keys), tested=found.is_tested
    )
    delivery.tell({*officers(), found.proposed_by}, "evacuation.done", f"evacuation:{found.pk}:done")
    return found


def _content(evacuation: Evacuation, keys: dict[UUID, tuple[int, bytes]]) -> str:
    rows = [{"id": str(pk), "version": v, "key": base64.b64encode(key).decode()} for pk, (v, key) in keys.items()]
    facts = {"amparo": "organisation keys", "organisation": str(evacuation.organisation_id), "keys": rows}
    return json.dumps(facts, indent=1)


@transaction.atomic
def cancel(organisation: Organisation, *, by: User) -> Evacuation:
    """Let a proposal drop."""
    found = _locked(organisation, "cancel", by)
    _move(found, "cancel")
    trail.record("evacuation.cancelled", subject=found.pk)
    return found


def _move(found: Evacuation, verb: str, *fields: str) -> None:
    found.status = str(EVACUATION.moves[verb].target)
    found.save(update_fields=["status", *fields])


# --- and back


@transaction.atomic
def ask_return(organisation: Organisation, *, by: User) -> Evacuation:
    """Propose to take the organisation back; another person brings the opened file."""
    found = _locked(organisation, "ask_return", by)
    found.return_asked_by = by
    _move(found, "ask_return", "return_asked_by")
    trail.record("evacuation.return_asked", subject=found.pk)
    slot = f"evacuation:{found.pk}:return:{timezone.now().timestamp():.0f}"
    delivery.tell((user for user in officers() if user != by), "evacuation.waits", slot)
    return found


@transaction.atomic
def cancel_return(organisation: Organisation, *, by: User) -> Evacuation:
    """It stays cut off."""
    found = _locked(organisation, "cancel_return", by)
    found.return_asked_by = None
    _move(found, "cancel_return", "return_asked_by")
    trail.record("evacuation.return_cancelled", subject=found.pk)
    return found


@transaction.atomic
def give_back(organisation: Organisation, text: str, *, by: User) -> Evacuation:
    """Put the keys of the opened file in their places again; each must be the very key that was destroyed."""
    found = _locked(organisation, "give_back", by)
    _require_pair(by, found.return_asked_by)
    keys = _keys(text, organisation.pk)
    given_back(organisation.pk, keys)
    found.returned_by, found.returned_at = by, timezone.now()
    _move(found, "give_back", "returned_by", "returned_at")
    trail.record("evacuation.returned", subject=found.pk, organisation=organisation.pk, n=len(keys))
    delivery.tell({*officers(), found.proposed_by}, "evacuation.returned", f"evacuation:{found.pk}:returned")
    return found


def _keys(text: str, organisation: UUID) -> dict[UUID, bytes]:
    """The keys in the text of an opened file. The refusal quotes nothing of it."""
    wrong = Refused("evacuation.file", "This is not the opened file of this organisation.")
    if "BEGIN AGE ENCRYPTED FILE" in text:
        raise Refused("evacuation.closed", "This file is still closed. Open it with the secret key first, elsewhere.")
    try:
        data = json.loads(text)
        if data["organisation"] != str(organisation):
            raise wrong
        return {UUID(row["id"]): base64.b64decode(row["key"], validate=True) for row in data["keys"]}
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise wrong from None
