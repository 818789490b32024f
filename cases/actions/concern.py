"""From the first word to handing over: the draft is the volunteer's alone until then."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions import folder, moving
from cases.models import Concern, case_code
from cases.policy import REPORTERS, has_seat
from cases.readying import require_escalation
from cases.states import CONCERN, ConcernStatus
from cases.vocabulary import Category
from consent import actions as consent
from consent.covering import covers
from consent.models import Decision, NoticeVersion, Person
from consent.vocabulary import Answer, Element, Interpreter, Mode, Purpose, RecipientKind
from foundation.accounts import actions as accounts
from foundation.accounts.models import Seat, Unit, User
from foundation.audit import trail
from foundation.core import policy
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clocks, ladder
from foundation.dossiers.models import FOLLOW, VIEW, Kind
from foundation.outbox import delivery

STEP_FIELDS = ("reporter_kind", "setting", "summary", "wishes")
ANSWER_FIELDS = ("flags", "category")
SAID_FIRST = [Element.USE, Element.READERS, Element.LIMITS, Element.REPORTING, Element.VOLUNTARY, Element.WITHDRAW]
"""What the notice says, in every language and channel."""
ESCALATION_FIELDS = ["alias", "safe_contact", "summary", "wishes"]


@transaction.atomic
def start(*, by: User, unit: Unit, language: str) -> Concern:
    """A new draft, in a folder that only its author opens."""
    if not has_seat(by, REPORTERS):
        raise Forbidden("actor.not_allowed", _("Your seat does not allow this."))
    dossier = dossiers.open_dossier(Kind.DRAFT, unit, by=by, groups={}, reason="author")
    person = Person(dossier=dossier)
    person.save(force_insert=True)
    concern = Concern(dossier=dossier, unit=unit, reporter=by, person=person, language=language)
    dossiers.insert_with_code(concern, "code", case_code)
    trail.record("concern.started", dossier=dossier.pk, subject=concern.pk)
    return concern


def _locked(concern: Concern, by: User, revision: int | None) -> Concern:
    rows = Concern.objects.select_for_update(of=("self",)).select_related("dossier")
    locked: Concern | None = rows.filter(pk=concern.pk).first()
    if locked is None or locked.status != ConcernStatus.DRAFT:
        raise WrongState("concern.handed_over", _("This concern was handed over already."))
    policy.require(by, "describe", locked)
    if revision is not None and revision != locked.revision:
        raise WrongState(
            "concern.changed_elsewhere",
            _("This was changed on another page in the meantime. Check it and save again."),
        )
    return locked


def _saved(concern: Concern, *fields: str) -> Concern:
    concern.revision += 1
    concern.saved_at = timezone.now()
    concern.clean_fields(exclude=["dossier", "unit", "reporter", "person", "notice", "triaged_by"])
    concern.save(update_fields=[*fields, "revision", "saved_at"])
    trail.record("concern.described", dossier=concern.dossier_id, subject=concern.pk, fields=sorted(fields))
    return concern


@transaction.atomic
def explain_limits(concern: Concern, *, by: User, notice: NoticeVersion, revision: int | None = None) -> Concern:
    """The limits of confidentiality were said aloud, in this version; only now may details be asked."""
    locked = _locked(concern, by, revision)
    locked.notice, locked.limits_explained_at = notice, timezone.now()
    trail.record(
        "concern.limits_explained", dossier=locked.dossier_id, subject=locked.pk, notice=notice.version,
        channel=notice.channel,
    )  # fmt: skip
    return _saved(locked, "notice", "limits_explained_at")


@transaction.atomic
def describe(concern: Concern, *, by: User, revision: int | None = None, **values: Any) -> Concern:
    """Save one step of the draft: any of ``STEP_FIELDS``, ``ANSWER_FIELDS``, ``alias`` and ``safe_contact``."""
    locked = _locked(concern, by, revision)
    if {"summary", "wishes", "alias", "safe_contact"} & set(values) and locked.limits_explained_at is None:
        raise Refused("concern.limits_first", _("First explain the limits of confidentiality."))
    touched = [name for name in STEP_FIELDS if name in values]
    for name in touched:
        setattr(locked, name, values[name])
    coded = {name: values[name] for name in ANSWER_FIELDS if name in values}
    if coded:
        locked.answers = {**locked.known, **coded}
        locked.urgency = locked.suggestion
        touched += ["answers", "urgency"]
    person = {name: values[name] for name in ("alias", "safe_contact") if name in values}
    if person and locked.person is not None:
        consent.change_person(locked.person, by=by, **person)
    return _saved(locked, *touched)


@transaction.atomic
def answer_escalation(
    concern: Concern, *, by: User, answer: str, mode: str = Mode.SPOKEN_ALONE, interpreter: str = Interpreter.NONE,
    witness: str = "", reason: str = "", revision: int | None = None,
) -> Concern:  # fmt: skip
    """Record what the person says to passing this on to the focal point (HS-02, HS-03)."""
    locked = _locked(concern, by, revision)
    if locked.limits_explained_at is None or locked.notice is None or locked.person is None:
        raise Refused("concern.limits_first", _("First explain the limits of confidentiality."))
    line = consent.Asked(
        Purpose.INTERNAL_ESCALATION, RecipientKind.UNIT, locked.unit_id, answer, ESCALATION_FIELDS, reason=reason
    )
    how = {
        "language": locked.language, "mode": mode, "witness": witness, "interpreter": interpreter,
        "is_interpreter_bound": interpreter != Interpreter.NONE, "is_private": None,
        "elements": SAID_FIRST, "asked_by_person": False,
    }  # fmt: skip
    consent.record(locked.person, [line], by=by, explained_by=by, notice=locked.notice, how=how)
    return _saved(locked)


def escalation_decision(concern: Concern) -> Decision | None:
    """What the person decided about passing this on."""
    if concern.person is None:
        return None
    return consent.current(concern.person, Purpose.INTERNAL_ESCALATION, concern.unit_id)


@transaction.atomic
def submit(concern: Concern, *, by: User, revision: int | None = None) -> Concern:
    """Hand over to the focal point: whole if the person agreed, else without anything that could identify (HS-02)."""
    locked = _locked(concern, by, revision)
    policy.require(by, "submit", locked)
    CONCERN.check("submit", locked.status)
    if not (locked.reporter_kind and locked.setting and "flags" in locked.known):
        raise Refused("concern.unfinished", _("Some questions have no answer yet."))
    decision = escalation_decision(locked)
    if decision is None or decision.answer == Answer.NOT_ASKED:
        raise Refused("concern.not_asked", _("First ask the person whether this may be passed on."))
    if locked.known.get("category") == Category.CONDUCT:
        marker = moving.move_concern(locked, may_tell=_may_hand_over(locked), by=by)
        _remove(locked)
        return marker
    seat = ladder.first(locked.unit, locked.known.get("category", ""))
    if seat is None:
        raise Refused(
            "concern.nobody", _("No focal point can be reached in the system now. Phone the duty focal point.")
        )
    is_agreed = _may_hand_over(locked)
    if is_agreed and not (locked.summary or "").strip():
        raise Refused("concern.unfinished", _("Some questions have no answer yet."))
    if is_agreed:
        require_escalation(locked, locked.urgency)
        return _hand_over(locked, seat, by)
    return _anonymous(locked, seat, by)


def _may_hand_over(concern: Concern) -> bool:
    """HS-02: whether the person agreed that the focal point is told all of this, and the agreement holds now."""
    person = concern.person_id
    return person is not None and bool(covers(person, Purpose.INTERNAL_ESCALATION, concern.unit_id, ESCALATION_FIELDS))


def _hand_over(concern: Concern, seat: Seat, by: User) -> Concern:
    dossier = concern.dossier
    dossiers.turn_into(dossier, Kind.CONCERN)
    _to_focal_point(concern, seat)
    dossiers.share_with_user(dossier, by, "reporter", by=by, codename=FOLLOW)
    dossiers.unshare(dossier, user=by)
    return concern


def _to_focal_point(concern: Concern, seat: Seat) -> None:
    concern.status, concern.submitted_at = ConcernStatus.SUBMITTED, timezone.now()
    concern.save(update_fields=["status", "submitted_at", "urgency"])
    folder.collect_concern(concern)
    dossiers.share_with_group(concern.dossier, seat.group_id, VIEW)
    subject = clocks.Subject("concern", concern.pk, concern.code)
    clocks.start(concern.dossier, "triage", subject, concern.urgency, concern.unit, group=seat.group_id)
    trail.record(
        "concern.submitted", dossier=concern.dossier_id, subject=concern.pk,
        urgency=concern.urgency, anonymous=concern.is_anonymous,
    )  # fmt: skip
    delivery.tell(accounts.members(seat.group_id), "work.waiting", f"concern:{concern.pk}")


def _anonymous(concern: Concern, seat: Seat, by: User) -> Concern:
    """Coded answers only, in a new folder under a new key; the draft's key is destroyed with all that was written."""
    dossier = dossiers.open_dossier(Kind.CONCERN, concern.unit, by=by, groups={}, reason="author")
    plain = Concern(
        dossier=dossier, unit=concern.unit, reporter=by, language=concern.language, is_anonymous=True,
        reporter_kind=concern.reporter_kind, setting=concern.setting, urgency=concern.urgency,
        answers=concern.answers, limits_explained_at=concern.limits_explained_at, notice=concern.notice,
    )  # fmt: skip
    dossiers.insert_with_code(plain, "code", case_code)
    _to_focal_point(plain, seat)
    dossiers.share_with_user(dossier, by, "reporter", by=by, codename=FOLLOW)
    dossiers.unshare(dossier, user=by)
    _remove(concern)
    return plain


def _remove(concern: Concern) -> None:
    dossier, person = concern.dossier, concern.person
    concern.delete()
    if person is not None:
        person.delete()
    dossiers.erase(dossier, "discarded")


@transaction.atomic
def discard(concern: Concern, *, by: User) -> None:
    """Throw a draft away: its rows go and its key is destroyed."""
    locked = _locked(concern, by, None)
    trail.record("concern.discarded", dossier=locked.dossier_id, subject=locked.pk)
    _remove(locked)
