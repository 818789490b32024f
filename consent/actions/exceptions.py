"""Telling something without consent: ask, sign as the second, refuse, take back, end, review (domain.md §5.7; HS-20, HS-24).

Who asks gives the first of the two signatures. Nothing takes effect on one, except in an emergency, and then for 24 hours.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consent import exceptions as rules
from consent import office
from consent.actions.hooks import exception_ended, unsigned
from consent.models import ExceptionalDisclosure, Person
from consent.sources import Source
from consent.states import EXCEPTION, OVER, ExceptionStatus
from consent.vocabulary import RecipientKind
from foundation.accounts import actions as accounts
from foundation.accounts.models import Role, Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, clocks
from foundation.dossiers.models import VIEW, Dossier, Kind
from foundation.outbox import delivery
from foundation.watch.officers import people_on, seats_over

SIGN, REVIEW = "exception_sign", "exception_review"


@dataclass(frozen=True)
class Matter:
    """What it is about: the case's folder, code, urgency, unit, and the group of the seat that leads it."""

    folder: Dossier
    code: str
    urgency: str
    unit: Unit
    group: int


@dataclass(frozen=True)
class Plea:
    """What somebody asks for. ``recipient`` is who it is in words; ``unsafe`` why the person cannot be told."""

    ground: str
    purpose: str
    recipient_kind: str
    recipient_id: UUID
    fields: list[str]
    necessity: str
    proportionality: str
    source: str
    recipient: str = ""
    law: str = ""
    is_informed: bool = False
    unsafe: str = ""
    days: int = field(default_factory=lambda: settings.EXCEPTION_DAYS)
    is_emergency: bool = False


def deciders(unit: Unit) -> list[Seat]:
    """The seats of which one gives the second signature: managers and data officers of the unit and above, nearest first."""
    above = [place.pk for place in unit.upwards()]
    return sorted(office.deciders(unit), key=lambda seat: (seat.role != Role.MANAGER, above.index(seat.unit_id)))


@transaction.atomic
def ask(person: Person, matter: Matter, plea: Plea, *, by: User) -> ExceptionalDisclosure:
    """Ask for something to be told without consent. In an emergency this very signature opens it for 24 hours.

    Raises ``Refused`` with the field of the form: a ground that is not on the list or does not carry the purpose, reasons
    that were left out, fields that are not named one by one, a recipient who may be the source of the threat.
    """
    _check(plea)
    seats = deciders(matter.unit)
    if not plea.is_emergency and not any(_others(seat, by) for seat in seats):
        raise Refused("exception.nobody", _("Nobody else can sign this: there is no second person on a seat for it."))
    groups = {matter.group, *(seat.group_id for seat in seats)}
    folder = dossiers.open_dossier(Kind.REQUEST, matter.unit, by=by, groups=dict.fromkeys(groups, VIEW), reason="asked")
    asked = _row(person, matter, plea, [seat.group_id for seat in seats], folder, by)
    if plea.is_emergency:
        asked.status = ExceptionStatus.SINGLE_SIGNED
        _begin(asked, timedelta(hours=settings.EXCEPTION_SIGN_HOURS))
    asked.clean_fields(exclude=["dossier", "matter", "person", "unit", "requested_by"])
    asked.save(force_insert=True)
    _announce(asked, seats, matter.urgency, by)
    return asked


def _check(plea: Plea) -> None:
    """Each rule with the field it belongs to; the first that does not hold is said."""
    if plea.ground == rules.Ground.STAFF:
        raise Refused(
            "exception.safeguarding",
            _(
                "This goes to the safeguarding focal point alone, and to nobody else. Write nothing of it here: report it at "
                "the foot of the page, or phone them."
            ),
            "ground",
        )  # fmt: skip
    checks = (
        (plea.ground in rules.Ground.values, "ground", _("Choose a ground.")),
        (rules.allows(plea.ground, plea.purpose), "ground", _("This ground does not allow that.")),
        (plea.recipient_kind in rules.KINDS.get(plea.purpose, ()), "ground", _("This ground does not allow that.")),
        (bool(plea.necessity.strip()), "necessity", _("Write why it is necessary.")),
        (bool(plea.proportionality.strip()), "proportionality", _("Write why no lesser way would do.")),
        (plea.ground != rules.Ground.LAW or bool(plea.law.strip()), "law", _("Cite the law that obliges us.")),
        (rules.is_least(plea.fields), "fields", _("Choose what is told, piece by piece.")),
        (plea.source in Source.values, "source", _("Say from whom the threat comes, as a category.")),
        (plea.is_informed or bool(plea.unsafe.strip()), "unsafe", _("Tell the person, or write why that is unsafe.")),
        (1 <= plea.days <= settings.EXCEPTION_DAYS, "days", _("Choose how long, in days.")),
    )
    for holds, name, message in checks:
        if not holds:
            raise Refused(f"exception.{name}", message, name)
    _check_source(plea)


def _check_source(plea: Plea) -> None:
    is_provider = plea.recipient_kind == RecipientKind.SERVICE
    if plea.source == Source.PROVIDER and is_provider:
        raise Refused(
            "exception.source",
            _("The threat may come from a service provider, so no service is told. Ask the safeguarding focal point."),
            "source",
        )


def _others(seat: Seat, by: User) -> list[User]:
    return [user for user in accounts.members(seat.group_id) if user != by]


def _row(
    person: Person, matter: Matter, plea: Plea, groups: list[int], folder: Dossier, by: User
) -> ExceptionalDisclosure:
    said = {
        name: getattr(plea, name).strip() for name in ("recipient", "necessity", "proportionality", "law", "unsafe")
    }
    return ExceptionalDisclosure(
        dossier=folder, matter=matter.folder, person=person, unit=matter.unit, code=matter.code, ground=plea.ground,
        purpose=plea.purpose, recipient_kind=plea.recipient_kind, recipient_id=plea.recipient_id,
        fields=sorted(set(plea.fields)), is_emergency=plea.is_emergency, is_person_informed=plea.is_informed,
        days=plea.days, deciders=groups, requested_by=by, said={**said, "source": plea.source},
    )  # fmt: skip


def _begin(row: ExceptionalDisclosure, lasts: timedelta) -> None:
    row.valid_from = row.valid_from or timezone.now()
    row.valid_until = row.valid_from + lasts


def _announce(asked: ExceptionalDisclosure, seats: list[Seat], urgency: str, by: User) -> None:
    is_alone = asked.status == ExceptionStatus.SINGLE_SIGNED
    about = {"dossier": asked.matter_id, "subject": asked.pk, "ground": asked.ground, "fields": asked.fields}
    if is_alone:
        trail.record("exception.signed_alone", **about)
    else:
        trail.record("exception.asked", **about)
    first = next((seat for seat in seats if _others(seat, by)), None)
    if first is not None:
        level = "emergency" if is_alone else urgency
        due = asked.valid_until if is_alone else None
        clocks.start(asked.dossier, SIGN, _subject(asked), level, first.unit, group=first.group_id, due=due)
    people = {user for seat in seats for user in _others(seat, by)}
    delivery.tell(people, "exception.asked", f"exception:{asked.pk}:asked")
    if is_alone:
        _await_review(asked)


def _subject(row: ExceptionalDisclosure) -> clocks.Subject:
    return clocks.Subject("exception", row.pk, row.code)


def _await_review(row: ExceptionalDisclosure) -> None:
    """From the moment it took effect: within seven days somebody else looks back at it."""
    seat = next((s for s in deciders(row.unit) if _others(s, row.requested_by)), None)
    if seat is not None and row.valid_from is not None:
        due = row.valid_from + timedelta(days=settings.EXCEPTION_REVIEW_DAYS)
        clocks.start(row.dossier, REVIEW, _subject(row), "urgent", seat.unit, group=seat.group_id, due=due)


def _locked(row: ExceptionalDisclosure, verb: str, by: User) -> ExceptionalDisclosure:
    rows = ExceptionalDisclosure.objects.select_for_update(of=("self",))
    locked: ExceptionalDisclosure | None = (
        rows.select_related("dossier", "unit", "requested_by").filter(pk=row.pk).first()
    )
    if locked is None:  # who opens the case sees it and holds neither its key nor a signature
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    EXCEPTION.check(verb, locked.status)
    if verb in ("authorise", "refuse", "review") and by.pk == locked.requested_by_id:
        raise Refused("exception.same_person", _("Another person must decide on this, not the one who asked for it."))
    if verb == "review" and (locked.valid_from is None or locked.reviewed_at is not None):
        raise WrongState("exception.nothing_to_review", _("There is nothing here to look back at."))
    policy.require(by, verb, locked)
    return locked


@transaction.atomic
def authorise(row: ExceptionalDisclosure, *, by: User) -> ExceptionalDisclosure:
    """The second signature: it is in effect from now, or goes on where it was in effect on one (HS-20)."""
    locked = _locked(row, "authorise", by)
    _check_in_time(locked)
    was_alone = locked.status == ExceptionStatus.SINGLE_SIGNED
    locked.status, locked.decided_by, locked.decided_at = ExceptionStatus.AUTHORISED, by, timezone.now()
    _begin(locked, timedelta(days=locked.days))
    locked.save(update_fields=["status", "decided_by", "decided_at", "valid_from", "valid_until"])
    clocks.stop(locked.pk, SIGN)
    if not was_alone:
        _await_review(locked)
    trail.record("exception.authorised", dossier=locked.matter_id, subject=locked.pk, ground=locked.ground)
    delivery.tell([locked.requested_by], "exception.answered", f"exception:{locked.pk}:authorised")
    return locked


def _check_in_time(row: ExceptionalDisclosure) -> None:
    if row.status == ExceptionStatus.SINGLE_SIGNED and not row.is_active():
        raise WrongState(
            "exception.too_late", _("The 24 hours for the second signature are over. It is an incident now.")
        )


@transaction.atomic
def refuse(row: ExceptionalDisclosure, answer: str, *, by: User) -> ExceptionalDisclosure:
    """The second person does not sign. What was told on one signature ends at once and is looked back at all the same."""
    locked = _locked(row, "refuse", by)
    if not answer.strip():
        raise Refused("exception.answer", _("Write why not, for the person who asked."), "answer")
    locked.decided_by, locked.decided_at, locked.answer = by, timezone.now(), answer.strip()
    locked.clean_fields(exclude=["dossier", "matter", "person", "unit", "requested_by", "decided_by"])
    _stop(locked, ExceptionStatus.REFUSED, "decided_by", "decided_at", "answer")
    trail.record("exception.refused", dossier=locked.matter_id, subject=locked.pk)
    delivery.tell([locked.requested_by], "exception.answered", f"exception:{locked.pk}:refused")
    return locked


def _stop(row: ExceptionalDisclosure, status: str, *changed: str) -> None:
    row.status = status
    was_open = row.valid_from is not None
    if was_open:
        row.ended_at = timezone.now()
    row.save(update_fields=["status", "ended_at", *changed])
    clocks.stop(row.pk, SIGN)
    if was_open:
        exception_ended.send(row)


@transaction.atomic
def take_back(row: ExceptionalDisclosure, *, by: User) -> ExceptionalDisclosure:
    """Who asked no longer asks; nothing was told."""
    locked = _locked(row, "take_back", by)
    _stop(locked, ExceptionStatus.TAKEN_BACK)
    trail.record("exception.taken_back", dossier=locked.matter_id, subject=locked.pk)
    return locked


@transaction.atomic
def end(row: ExceptionalDisclosure, *, by: User) -> ExceptionalDisclosure:
    """The ground is gone: it ends before its time, with all that rests on it."""
    locked = _locked(row, "end", by)
    _stop(locked, ExceptionStatus.ENDED)
    trail.record("exception.ended", dossier=locked.matter_id, subject=locked.pk)
    return locked


@transaction.atomic
def review(row: ExceptionalDisclosure, was_necessary: bool, words: str, *, by: User) -> ExceptionalDisclosure:
    """Look back: was it necessary? Somebody else than who asked says so; what was not ends at once (HS-20)."""
    locked = _locked(row, "review", by)
    if not words.strip():
        raise Refused("exception.review", _("Write what you found."), "review")
    locked.reviewed_by, locked.reviewed_at = by, timezone.now()
    locked.was_necessary, locked.review = was_necessary, words.strip()
    locked.clean_fields(exclude=["dossier", "matter", "person", "unit", "requested_by", "decided_by", "reviewed_by"])
    locked.save(update_fields=["reviewed_by", "reviewed_at", "was_necessary", "review"])
    clocks.stop(locked.pk, REVIEW)
    trail.record("exception.reviewed", dossier=locked.matter_id, subject=locked.pk, necessary=was_necessary)
    if not was_necessary and locked.status not in OVER:
        _stop(locked, ExceptionStatus.ENDED)
        trail.record("exception.ended", dossier=locked.matter_id, subject=locked.pk)
    return locked


def sweep() -> int:
    """End what took effect on one signature and got no second in 24 hours; each is an incident (scenario 11)."""
    with clerk.as_clerk():
        rows = ExceptionalDisclosure.objects.select_for_update(of=("self",), skip_locked=True)
        late = rows.filter(status=ExceptionStatus.SINGLE_SIGNED, valid_until__lte=timezone.now())
        found = list(late.select_related("unit", "requested_by").order_by("valid_until"))
        for row in found:
            _stop(row, ExceptionStatus.UNSIGNED)
            trail.record("exception.unsigned", dossier=row.matter_id, subject=row.pk, ground=row.ground)
            people = {row.requested_by, *people_on(seats_over(row.unit))}
            delivery.tell(people, "exception.unsigned", f"exception:{row.pk}:unsigned")
            unsigned.send(row)
    return len(found)


@transaction.atomic
def erase_of(matter: Dossier, why: str) -> list[Dossier]:
    """The case is erased: so are the folders of its exceptions. The codes stay, for whoever must account for them."""
    with clerk.as_clerk():
        rows = ExceptionalDisclosure.objects.filter(matter=matter).select_related("dossier").order_by("pk")
        found = [row for row in rows if row.dossier.erased_at is None]
        for row in found:
            dossiers.erase(row.dossier, why, is_strict=True)
            clocks.stop(row.pk)
    return [row.dossier for row in found]
