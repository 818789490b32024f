"""Taking a directory in: all that can be taken in one transaction, or, dry, nothing; with a word on every row.

What stands in a file was checked by nobody here: an entry that is new or changed by it can be used only after somebody
has verified it, and an organisation that is new is a proposed partner (HS-10).
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Organisation, User
from foundation.audit import trail
from foundation.core.errors import DomainError, Forbidden, Refused
from referrals.actions import directory, register
from referrals.hsds.cleaning import phone, plain, rows_of, uuid_of
from referrals.hsds.opening import MOST_ROWS, Found, opened
from referrals.hsds.reading import entry_of
from referrals.hsds.report import Line, Report, Result
from referrals.hsds.tables import PLACE
from referrals.listing import HIDDEN
from referrals.models import Partner, Service
from referrals.policy import keeps_register

NAME_LENGTH = 120


@dataclass
class Intake:
    """One file on its way in: the partners by their ids in it, and what came already."""

    found: Found
    by: User
    lines: list[Line]
    partners: dict[str, Partner] = field(default_factory=dict)
    seen: set[UUID] = field(default_factory=set)


def take_in(content: bytes, *, by: User, is_dry: bool, most: int = MOST_ROWS) -> Report:
    """Take a file in, or (``is_dry``) say what would become of it. ``Refused`` if it is no directory, or of more records."""
    if not keeps_register(by):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    report = Report(_lines(opened(content, most), by, is_dry=is_dry), is_dry)
    counts: dict[str, Any] = {str(result): report.n(result) for result in Result}
    trail.record("directory.tried" if is_dry else "directory.taken_in", **counts)
    return report


def _lines(found: Found, by: User, *, is_dry: bool) -> list[Line]:
    intake = Intake(found, by, list(found.lines))
    try:
        with transaction.atomic():
            _organizations(intake)
            _services(intake)
            transaction.set_rollback(is_dry)
    except IntegrityError:
        raise Refused("hsds.meanwhile", _("The directory was changed at the same moment. Try again."), "file") from None
    return intake.lines


def _organizations(intake: Intake) -> None:
    rows = intake.found.organizations
    times = Counter(plain(row.get("id")) for row in rows)
    for row in rows:
        pk = plain(row.get("id"))
        line = _begun(row)
        intake.lines.append(line)
        if not pk or times[pk] > 1:
            line.say(_("It has no id, or several organisations have this one."))
            continue
        try:
            with transaction.atomic():
                intake.partners[pk] = _partner(row, pk, line, intake.by)
        except DomainError as error:
            line.result = Result.LEFT
            line.say(error.message)


def _begun(row: dict[str, Any]) -> Line:
    return Line(row[PLACE], plain(row.get("name"))[:NAME_LENGTH], Result.LEFT)


def _partner(row: dict[str, Any], ref: str, line: Line, by: User) -> Partner:
    name, pk = " ".join(plain(row.get("name")).split()), uuid_of(ref)
    known = _known_partner(name, pk)
    if known is not None:
        if known.organisation.name.casefold() != name.casefold():
            line.say(_("It has another name here, which stays."))
        line.result = Result.SAME
        return known
    if len(name) > NAME_LENGTH:
        raise Refused("partner.name", _("Its name is too long."))
    if pk is None or Organisation.objects.filter(pk=pk).exists():
        line.say(_("Its id cannot be kept: it gets a new one."))
        pk = None
    numbers = [phone(entry.get("number"), line.say) for entry in rows_of(row, "phones")]
    made = register.propose(name, next(iter(numbers), ""), by=by, pk=pk)
    if rows_of(row, "attributes"):
        line.say(_("What it says of itself is asked when it is vetted."))
    line.result = Result.NEW
    return made


def _known_partner(name: str, pk: UUID | None) -> Partner | None:
    rows = Partner.objects.select_related("organisation")
    found = rows.filter(pk=pk).first() if pk else None
    return found or rows.filter(organisation__name__iexact=name).first()


def _services(intake: Intake) -> None:
    for row in intake.found.services:
        line = _begun(row)
        intake.lines.append(line)
        record = {name: value for name, value in row.items() if name != PLACE}
        try:
            with transaction.atomic():
                _take(record, line, intake)
        except DomainError as error:
            line.result = Result.LEFT
            line.say(error.message)


def _take(row: dict[str, Any], line: Line, intake: Intake) -> None:
    partner = intake.partners.get(plain(row.get("organization_id")))
    if partner is None:
        raise Refused("hsds.organization", _("Its organisation is not in the file, or was left out."))
    pk = uuid_of(row.get("id"))
    known = _known_service(partner, plain(row.get("name")), pk)
    if known is not None and known.pk in intake.seen:
        raise Refused("hsds.twice", _("This service stood in the file before."))
    made = _add(row, partner, pk, line, intake.by) if known is None else _change(row, known, line, intake.by)
    intake.seen.add(made.pk)


def _known_service(partner: Partner, name: str, pk: UUID | None) -> Service | None:
    found = Service.objects.select_related("partner").filter(pk=pk).first() if pk else None
    if found is not None and found.partner_id != partner.pk:
        raise Refused("hsds.foreign", _("Its id belongs to a service of another organisation."))
    return found or Service.objects.filter(partner=partner, name=name).first()


def _add(row: dict[str, Any], partner: Partner, pk: UUID | None, line: Line, by: User) -> Service:
    entry = entry_of(row, line.say)
    if pk is None:
        line.say(_("Its id cannot be kept: it gets a new one."))
    entry.setdefault("area", _("Not said"))
    made = directory.add(partner, entry, by=by, checked_on=directory.LONG_AGO, pk=pk)
    line.result = Result.NEW
    return made


def _change(row: dict[str, Any], known: Service, line: Line, by: User) -> Service:
    entry = entry_of(row, line.say, known.service_type)
    if known.service_type in HIDDEN and entry["service_type"] not in HIDDEN:
        raise Refused("hsds.hidden", _("Here it is a hidden place, in the file it is not: nothing was changed."))
    different = {name: value for name, value in entry.items() if not _is_same(getattr(known, name), value)}
    if not different:
        line.result = Result.SAME
        return known
    line.result = Result.CHANGED
    return directory.edit(known, different, by=by, checked_on=directory.LONG_AGO)


def _is_same(here: Any, there: Any) -> bool:
    if isinstance(here, list):
        return bool(sorted(here, key=str) == sorted(there, key=str))
    return bool(here == there)
