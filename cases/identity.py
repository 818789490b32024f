"""The bar at the top of every page of a case, and who can open it."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case
from consent.vocabulary import AgeBand, ContactMethod, Gender
from foundation.accounts.models import Appointment, Role, User
from foundation.core import policy
from foundation.core.words import inside, moment_words
from foundation.dossiers import actions as dossiers
from foundation.dossiers.models import Clock

EMERGENCY = "emergency"
RELATED = ("dossier", "unit", "concern", "person", "owner")
TABS = ("case", "case_person", "case_consent", "case_notes", "case_files", "case_history", "case_opened")


def open_case(actor: Any, pk: UUID) -> Case:
    """A case with what its pages need; its folder's key is unwrapped once for all rows."""
    case: Case = policy.fetch(actor, Case, pk, related=RELATED)
    case.concern.dossier = case.person.dossier = case.dossier
    return case


def zone_of(case: Case) -> ZoneInfo:
    """The time zone of the case's unit."""
    return ZoneInfo(case.unit.time_zone)


def clocks_of(case: Case) -> dict[str, Clock]:
    """The running clocks of a case by code."""
    return {clock.code: clock for clock in Clock.objects.running().filter(subject_id=case.pk)}


def readers_of(case: Case, rows: list[dossiers.Reader]) -> dict[str, list[str]]:
    """Who can open the folder: role (empty for a named person, ``emergency`` for a while) → names. Two queries at most."""
    groups = [row.key for row in rows if row.kind == "group"]
    people = {row.key for row in rows if row.kind == "user"}
    found: dict[str, list[str]] = {}
    appointments = Appointment.objects.in_force().filter(
        seat__group__in=groups, user__is_machine=False, user__is_active=True
    )
    for seated in appointments.select_related("user", "seat").order_by("user__name"):
        found.setdefault(seated.seat.role, []).append(seated.user.name)
    called_in = {row.key for row in rows if row.reason == EMERGENCY}
    others = User.objects.filter(pk__in=people - {case.owner_id}).order_by("name") if people - {case.owner_id} else []
    found[""] = [case.owner.name] * (case.owner_id in people) + [u.name for u in others if u.pk not in called_in]
    found[EMERGENCY] = [user.name for user in others if user.pk in called_in]
    return found


def announced(case: Case, rows: list[dossiers.Reader]) -> list[str]:
    """Emergency accesses to this case that are open now, in words: everybody who can see the case is told."""
    zone, now = zone_of(case), timezone.now()
    timed = [row.until for row in rows if row.reason == EMERGENCY and row.until is not None]
    words = _("It was opened by emergency access and closes by itself: %(when)s.")
    return [words % {"when": inside(moment_words(until, now, zone))} for until in sorted(timed)]


def reader_lines(readers: dict[str, list[str]]) -> list[str]:
    """The same as words, one line a person."""
    seated = [
        _("%(name)s, %(role)s") % {"name": name, "role": Role(role).label.lower()}
        for role, names in readers.items()
        if role in Role.values
        for name in names
    ]
    known = {name for role, names in readers.items() if role in Role.values for name in names}
    named = [
        _("%(name)s, %(role)s") % {"name": n, "role": _("works on this case")} for n in readers[""] if n not in known
    ]
    for_a_while = [_("%(name)s, by emergency access") % {"name": name} for name in readers[EMERGENCY]]
    return named + for_a_while + seated


def bar(case: Case, current: str, *, clocks: dict[str, Clock], n_readers: int = 0) -> dict[str, Any]:
    """The context of the identity bar; ``current`` is the URL name of the open tab."""
    readers = ngettext("Restricted: %(n)d person can open it", "Restricted: %(n)d people can open it", n_readers)
    return {
        "code": case.code,
        "urgency": case.urgency,
        "urgency_label": case.get_urgency_display(),
        "stage": case.stage,
        "restricted": readers % {"n": n_readers} if n_readers else "",
        "facts": [_person(case), _owner(case), _follow_up(case, clocks), _contact(case)],
        "tabs": tabs(case, current),
    }


def tabs(case: Case, current: str) -> list[dict[str, Any]]:
    """The pages of a case."""
    labels = (
        _("Overview"),
        _("About the person"),
        _("Consent"),
        _("Notes"),
        _("Files"),
        _("History"),
        _("Who opened this"),
    )
    return [
        {"url": reverse(f"cases:{name}", args=[case.pk]), "label": label, "current": name == current}
        for name, label in zip(TABS, labels, strict=True)
    ]


def _person(case: Case) -> dict[str, Any]:
    facts = case.person.facts
    gender, age = facts.get("gender", Gender.UNKNOWN), facts.get("age_band", AgeBand.UNKNOWN)
    known = [Gender(gender).label] if gender != Gender.UNKNOWN else []
    known += [AgeBand(age).label] if age != AgeBand.UNKNOWN else []
    main = case.person.alias or _("No alias given")
    return {"term": _("Known as"), "main": main, "typed": bool(case.person.alias), "sub": ", ".join(map(str, known))}


def _owner(case: Case) -> dict[str, Any]:
    return {"term": _("Owner"), "main": case.owner.name, "sub": case.unit.name}


def _follow_up(case: Case, clocks: dict[str, Clock]) -> dict[str, Any]:
    clock, url = clocks.get("follow_up"), reverse("cases:follow_up", args=[case.pk])
    when = moment_words(clock.due_at, timezone.now(), zone_of(case)) if clock else _("Not agreed yet")
    link = _("say how it went") if clock else _("agree a time")
    if case.closed_at is not None:
        return {"term": _("Next follow-up"), "main": _("None: the case is closed")}
    return {"term": _("Next follow-up"), "main": when, "url": url, "link": link}


def masked(contact: dict[str, Any]) -> str:
    """A safe contact as it may stand on a shared screen: the way, and the last two digits of a number."""
    method = contact.get("method", "")
    if not method:
        return _("Not known yet")
    digits = [sign for sign in contact.get("value") or "" if sign.isdigit()]
    if method == ContactMethod.PHONE and len(digits) > 4:
        return _("Phone ending %(digits)s") % {"digits": "".join(digits[-2:])}
    return str(ContactMethod(method).label)


def _contact(case: Case) -> dict[str, Any]:
    contact = case.person.contact
    notes = [_("Safe times: %(times)s") % {"times": contact["safe_times"]}] if contact.get("safe_times") else []
    if contact.get("may_leave_message") is False:
        notes.append(_("No voice message"))
    if contact.get("code_word"):
        notes.append(_("Ask for the code word first"))
    url = reverse("cases:case_contact", args=[case.pk]) if contact.get("value") else ""
    fact = {"term": _("Safe contact"), "main": masked(contact), "icon": "phone", "sub": ". ".join(notes)}
    return {**fact, "url": url, "link": _("show")}
