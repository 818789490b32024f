"""Raising a matter with an authority: write, examine, submit, approve, raise (element d; HS-08, HS-12…15).

Every step asks again what the steps before asked: a consent, a training or a readiness that ended meanwhile stops it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import actions as cases
from cases.models import Case, Issue
from cases.vocabulary import Urgency
from consent import actions as consent
from consent.sources import Source
from foundation.accounts import actions as accounts
from foundation.accounts.models import Role, Seat, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Absent, Forbidden, Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks, ladder
from foundation.dossiers.models import VIEW
from foundation.outbox import delivery
from foundation.readiness.elements import Element
from foundation.readiness.gates import require as require_ready
from foundation.readiness.training import Competence, require_training
from referrals import mandates, naming, threats
from referrals.models import Authority, Representation, RepresentationMove, speech_reference
from referrals.speech import OFFICIAL, QUESTIONS, TOLD_FIELDS, Basis, EndReason, Naming, SpeechStatus
from referrals.speech_states import SPEECH

WATCH = timedelta(days=30)
RELATED = ("dossier", "unit", "case__person", "case__concern", "issue", "written_by")


@dataclass(frozen=True)
class Draft:
    """What is to be raised: with whom, how, on which law, what is told, in which words."""

    authority: Authority
    naming: str
    modality: str
    content: str
    frameworks: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Test:
    """The answers to *possible* and *appropriate* (HS-14), where the threat comes from (HS-13), who was asked first (W-21)."""

    answers: dict[str, bool]
    why: str
    sources: list[str]
    consulted: list[str] = field(default_factory=list)
    alone: str = ""
    uncoordinated: str = ""


def lock(speech: Representation) -> Representation:
    """The row as it is now, locked to the end of the transaction."""
    rows = Representation.objects.select_for_update(of=("self",))
    locked: Representation = rows.select_related(*RELATED).get(pk=speech.pk)
    return joined(locked)


def joined(speech: Representation) -> Representation:
    """One folder for the row and for what it is about, so that its key is unwrapped once."""
    if speech.case is not None:
        speech.case.dossier = speech.case.person.dossier = speech.case.concern.dossier = speech.dossier
    if speech.issue is not None:
        speech.issue.dossier = speech.dossier
    return speech


def require_able(by: User, speech: Representation) -> None:
    """HS-08, HS-09: a trained person, in a unit that is ready for element d."""
    require_training(by, Competence.AUTHORITY_DIALOGUE)
    require_ready(speech.unit, Element.REPRESENT)


def authority_of(speech: Representation, by: User) -> Authority:
    """The addressee as this person may see it; who may not know of it works on nothing with it."""
    found: Authority | None = Authority.objects.visible_to(by).filter(pk=speech.authority_id).first()
    if found is None:
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    return found


@transaction.atomic
def begin(subject: Case | Issue, draft: Draft, *, by: User) -> Representation:
    """A draft about a case or an issue. Nothing leaves; the person, if it is about one, was asked or will be."""
    policy.require(by, "represent", subject)
    case = subject if isinstance(subject, Case) else None
    issue = subject if isinstance(subject, Issue) else None
    speech = Representation(
        dossier=subject.dossier, unit=subject.unit, case=case, issue=issue,
        basis=Basis.SYSTEMIC if case is None else Basis.INDIVIDUAL, written_by=by,
    )  # fmt: skip
    require_able(by, speech)
    _write(speech, draft, by)
    dossiers.insert_with_code(speech, "reference", speech_reference)
    trail.record("representation.begun", dossier=speech.dossier_id, subject=speech.pk, fields=speech.fields)
    return speech


@transaction.atomic
def revise(speech: Representation, draft: Draft, *, by: User) -> Representation:
    """Change a draft, or one that came back; what was examined is to be examined anew."""
    locked = lock(speech)
    policy.require(by, "revise", locked)
    require_able(by, locked)
    _write(locked, draft, by)
    locked.is_tested, locked.needs_clearance = False, False
    locked.cleared_by = locked.cleared_manager = locked.checked_by = None
    locked.save()
    trail.record("representation.begun", dossier=locked.dossier_id, subject=locked.pk, fields=locked.fields)
    if locked.status in SPEECH.moves["rewrite"].sources:
        step(locked, "rewrite", by=by)
    return locked


def _write(speech: Representation, draft: Draft, by: User) -> None:
    found = Authority.objects.visible_to(by).filter(pk=draft.authority.pk, is_active=True).first()
    if found is None or found.organisation_id != speech.unit.organisation_id:
        raise Absent("record.absent", _("There is nothing at this address."))
    speech.authority, speech.level = found, found.level
    speech.naming = draft.naming if speech.case is not None else Naming.NONE
    speech.modality, speech.frameworks, speech.content = draft.modality, sorted(draft.frameworks), draft.content
    is_named = speech.naming == Naming.IDENTIFIED
    speech.fields = sorted(set(draft.fields) & set(TOLD_FIELDS)) if is_named else []
    _check(speech)
    require_no_reprisal(speech)


def _check(speech: Representation) -> None:
    if not speech.content.strip():
        raise Refused("representation.content", _("Write what is to be said."), "content")
    if speech.naming == Naming.IDENTIFIED and not speech.fields:
        raise Refused("representation.fields", _("Say what the authority would be told of the person."), "fields")
    if speech.case is not None and speech.naming == Naming.NONE:
        raise Refused("representation.naming", _("Choose whether the person is named."), "naming")
    speech.clean_fields(
        exclude=["dossier", "case", "issue", "unit", "authority", "decision", "exception", "written_by"]
    )


def same_matter(speech: Representation) -> Any:
    """Everything that is raised with this authority about this case or issue."""
    rows = Representation.objects.filter(authority=speech.authority_id, dossier=speech.dossier_id)
    return rows.filter(case=speech.case_id, issue=speech.issue_id)


def require_no_reprisal(speech: Representation) -> None:
    """While reprisals are suspected, nothing more is said to that authority about that matter."""
    if same_matter(speech).filter(status=SpeechStatus.SUSPENDED, end_reason=EndReason.REPRISAL).exists():
        raise Refused(
            "representation.reprisal", _("Reprisals are suspected: nothing more is raised with this authority now.")
        )


def tested_sources(case: Case) -> set[str]:
    """Where the threat comes from by the tests so far: a later answer never forgets an earlier one."""
    found: set[str] = set()
    for speech in Representation.objects.filter(case=case.pk) if case.dossier.is_open else ():
        speech.dossier = case.dossier
        found |= set((speech.test or {}).get("sources", []))
    return found & set(Source.values)


@transaction.atomic
def examine(speech: Representation, test: Test, *, by: User) -> Representation:
    """Keep the answers of the test. Any "no" stands, and blocks until it is answered otherwise (HS-14)."""
    locked = lock(speech)
    policy.require(by, "examine", locked)
    require_able(by, locked)
    _check_test(locked, test)
    known = threats.sources(locked.case) if locked.case is not None else set()
    sources = sorted(known | set(test.sources))
    locked.test = {**vars(test), "sources": sources}
    locked.is_tested = all(test.answers.values())
    locked.needs_clearance = bool(set(sources) & OFFICIAL)
    locked.cleared_by = locked.cleared_manager = locked.checked_by = None
    names = ("test", "is_tested", "needs_clearance", "cleared_by", "cleared_manager", "checked_by")
    step(locked, "examine", by=by, names=names)
    if locked.needs_clearance and not is_source(locked, by):
        _ask_managers(locked)
    return locked


def _check_test(speech: Representation, test: Test) -> None:
    missing = [code for code in QUESTIONS if code not in test.answers]
    if missing:
        raise Refused("representation.test", _("Answer every question."), missing[0])
    if not test.why.strip():
        raise Refused("representation.why", _("Write on what you rest this, and what speaks against it."), "why")
    if speech.case is not None and not set(test.sources) & set(Source.values):
        raise Refused("representation.sources", _("Say where the threat comes from, as far as it is known."), "sources")
    if mandates.missing(speech, test.consulted) and not test.alone.strip():
        raise Refused("representation.alone", _("Say why you go on without having asked them first."), "alone")
    if not mandates.is_coordinated(test.consulted) and not test.uncoordinated.strip():
        raise Refused(
            "representation.uncoordinated",
            _("Say why it is not coordinated with another component of the Movement."),
            "uncoordinated",
        )


def is_source(speech: Representation, by: User) -> bool:
    """HS-13: whether the addressee may itself be where the threat comes from."""
    return bool(authority_of(speech, by).threats & set((speech.test or {}).get("sources", [])))


def _ask_managers(speech: Representation) -> None:
    """The managers above decide too: from now on their seats open the folder, as the page of the case says."""
    seats = Seat.objects.filter(unit__in=[place.pk for place in speech.unit.upwards()], role=Role.MANAGER)
    for seat in seats:
        dossiers.share_with_group(speech.dossier, seat.group_id, VIEW)


@transaction.atomic
def clear(speech: Representation, *, by: User) -> Representation:
    """A focal point or a manager agrees that another authority may be asked although one is where the threat comes from.

    Both are needed, and they are two people (HS-13, scenario 9).
    """
    locked = lock(speech)
    policy.require(by, "clear", locked)
    require_not_source(locked, by)
    if by.holds(Role.MANAGER) and locked.cleared_manager_id is None:
        locked.cleared_manager = by
    elif locked.cleared_by_id is None and (by.holds(Role.FOCAL_POINT) or by.holds(Role.DEPUTY)):
        locked.cleared_by = by
    if locked.cleared_by_id is not None and locked.cleared_by_id == locked.cleared_manager_id:
        raise Refused("representation.same_person", _("Two different people decide this: focal point and manager."))
    locked.save(update_fields=["cleared_by", "cleared_manager"])
    trail.record("representation.cleared", dossier=locked.dossier_id, subject=locked.pk)
    return locked


def require_not_source(speech: Representation, by: User) -> None:
    """HS-13: never to whom the threat comes from."""
    if is_source(speech, by):
        raise Refused(
            "representation.threat",
            _("This authority may be where the threat comes from. It is not asked; choose a higher or another one."),
        )


def require_allowed(speech: Representation, by: User, *, is_confirmed: bool) -> None:
    """Everything that must hold before it goes on: the test, the addressee, the ground, nobody recognised (HS-12…15)."""
    require_able(by, speech)
    require_no_reprisal(speech)
    if not speech.is_tested:
        raise Refused(
            "representation.blocked", _("It is not possible or not appropriate now: %(what)s.") % _against(speech)
        )
    require_not_source(speech, by)
    if speech.needs_clearance and not (speech.cleared_by_id and speech.cleared_manager_id):
        raise Refused(
            "representation.clearance",
            _(
                "An authority is where the threat comes from. A focal point and a manager must first decide that this one is "
                "asked."
            ),
        )
    naming.rest(speech)
    naming.check_nobody(speech, is_confirmed=is_confirmed)


def _against(speech: Representation) -> dict[str, str]:
    answers = (speech.test or {}).get("answers", {})
    return {"what": "; ".join(str(words) for code, words in QUESTIONS.items() if not answers.get(code))}


@transaction.atomic
def submit(speech: Representation, *, by: User, is_confirmed: bool = False) -> Representation:
    """Ask another person to approve it. Refused at once where it could not be raised."""
    locked = lock(speech)
    policy.require(by, "submit", locked)
    SPEECH.check("submit", locked.status)
    require_allowed(locked, by, is_confirmed=is_confirmed)
    locked.checked_by = by if locked.naming != Naming.IDENTIFIED else None
    step(locked, "submit", by=by, names=("checked_by", "decision", "exception"))
    start_clock(locked, "represent_approve", group=approving_group(locked))
    return locked


def approving_group(speech: Representation) -> int:
    """The seat that is asked: the lead's of the case, the nearest manager's of an issue; one on which somebody else sits.

    Where that is a seat above, it opens the folder from now on, as the ladder of the clocks does it.
    """
    first = [speech.case.focal_group_id] if speech.case is not None else []
    above = [
        seat.group_id for seat in ladder.rungs(speech.unit) if speech.case is not None or seat.role == Role.MANAGER
    ]
    for group in dict.fromkeys([*first, *above]):
        if any(user.pk != speech.written_by_id for user in accounts.members(group)):
            if group not in first:
                dossiers.share_with_group(speech.dossier, group, VIEW)
            return group
    raise Refused("representation.nobody", _("Nobody else can approve this: there is no second person here or above."))


@transaction.atomic
def give_back(speech: Representation, note: str, *, by: User) -> Representation:
    """Another person does not approve it yet, and says why."""
    locked = lock(speech)
    policy.require(by, "give_back", locked)
    if not note.strip():
        raise Refused("representation.note", _("Say what is missing."), "note")
    locked.approved_by = None
    step(locked, "give_back", by=by, note=note, names=("approved_by",))
    clocks.stop(locked.pk, "represent_approve", "represent_send")
    delivery.tell([locked.written_by], "work.waiting", f"representation:{locked.pk}:returned:{timezone.now():%s}")
    return locked


@transaction.atomic
def approve(speech: Representation, *, by: User) -> Representation:
    """Another trained person agrees that it is raised (HS-08, HS-20)."""
    locked = lock(speech)
    if by.pk == locked.written_by_id:
        raise Refused("representation.same_person", _("Another person approves this, not the one who wrote it."))
    policy.require(by, "approve", locked)
    SPEECH.check("approve", locked.status)
    require_allowed(locked, by, is_confirmed=locked.checked_by_id is not None)
    locked.approved_by = by
    step(locked, "approve", by=by, names=("approved_by", "decision", "exception"))
    clocks.stop(locked.pk, "represent_approve")
    start_clock(locked, "represent_send", user=locked.written_by)
    delivery.tell([locked.written_by], "work.waiting", f"representation:{locked.pk}:approved")
    return locked


@transaction.atomic
def send(speech: Representation, watch_until: date | None = None, *, by: User) -> Representation:
    """It is raised now. Everything is asked once more at this moment; from here it is watched for reprisals."""
    locked = lock(speech)
    if locked.case is not None:
        consent.hold(locked.case.person_id)
    policy.require(by, "send", locked)
    SPEECH.check("send", locked.status)
    if locked.approved_by_id is None:
        raise WrongState("state.not_from_here", _("Another person must approve it first."))
    require_allowed(locked, by, is_confirmed=locked.checked_by_id is not None)
    now = timezone.now()
    locked.sent_at, locked.watch_until = now, watch_until or (now + WATCH).date()
    step(locked, "send", by=by, names=("sent_at", "watch_until", "decision", "exception"))
    clocks.stop(locked.pk, "represent_send")
    start_clock(locked, "represent_follow_up", user=locked.written_by)
    start_clock(locked, "represent_watch", user=locked.written_by, days=(locked.watch_until - now.date()).days)
    if locked.case is not None:
        cases.note_event(locked.case, "represented", by=by)
    return locked


def step(
    speech: Representation, verb: str, *, by: User, note: str = "", names: tuple[str, ...] = (), reason: str = ""
) -> Representation:
    """Carry out a verb on a locked row; ``names`` are columns that were changed and are saved with it."""
    row, former = SPEECH.check(verb, speech.status), speech.status
    speech.status = row.target or speech.came_from
    speech.came_from = former if speech.status == SpeechStatus.SUSPENDED else ""
    speech.end_reason, speech.status_at = reason, timezone.now()
    speech.save(update_fields=["status", "came_from", "end_reason", "status_at", *names])
    RepresentationMove(
        dossier=speech.dossier, representation=speech, verb=verb, actor=by, from_status=former,
        to_status=speech.status, note=note or None,
    ).save(force_insert=True)  # fmt: skip
    trail.record(
        "representation.moved",
        dossier=speech.dossier_id, subject=speech.pk, move=verb, former=former, status=speech.status, reason=reason,
    )  # fmt: skip
    return speech


def start_clock(
    speech: Representation, code: str, *, user: User | None = None, group: int | None = None, days: int | None = None
) -> None:
    """Start a clock of this representation anew."""
    clocks.stop(speech.pk, code)
    subject = clocks.Subject("speech", speech.pk, speech.reference)
    urgency = speech.case.urgency if speech.case is not None else Urgency.NORMAL
    due = timezone.now() + timedelta(days=max(days, 1)) if days is not None else None
    clocks.start(speech.dossier, code, subject, urgency, speech.unit, user=user, group=group, due=due)
