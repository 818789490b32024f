"""What turns out to concern our own people leaves where it was written: a concern whole, a note of a case (HS-16)."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions import folder, safeguarding
from cases.actions.case import lock
from cases.models import Case, CaseNote, Concern, case_code
from cases.states import CONCERN, ConcernStatus
from foundation.accounts.models import User
from foundation.audit import trail
from foundation.core.errors import Absent, Refused
from foundation.dossiers import actions as dossiers
from foundation.dossiers.models import FOLLOW, Kind


def move_concern(concern: Concern, *, may_tell: bool, by: User) -> Concern:
    """HS-16: what concerns our own people goes to the safeguarding store and nowhere else; here only that it was moved.
    The caller destroys the draft with its key.

    After a refusal only the coded answers go there, as everywhere (HS-02).
    """
    CONCERN.check("move", concern.status)
    words = _words(concern) if may_tell else {}
    text = words.get("summary") or _(
        "A concern about our own people. The person did not agree that their words are passed on."
    )
    evidence = {
        "code": concern.code, "reporter_kind": concern.reporter_kind, "setting": concern.setting, **concern.known, **words,
    }  # fmt: skip
    told = safeguarding.Told(text, origin="concern", evidence=evidence)
    safeguarding.report_conduct(told, by=by, unit=concern.unit)
    dossier = dossiers.open_dossier(Kind.CONCERN, concern.unit, by=by, groups={}, reason="author")
    marker = Concern(
        dossier=dossier, unit=concern.unit, reporter=by, language=concern.language, notice=concern.notice,
        limits_explained_at=concern.limits_explained_at, status=ConcernStatus.SAFEGUARDING,
        submitted_at=timezone.now(), is_anonymous=True,
    )  # fmt: skip
    dossiers.insert_with_code(marker, "code", case_code)
    folder.collect_marker(marker)
    trail.record("concern.moved", dossier=dossier.pk, subject=marker.pk)
    dossiers.share_with_user(dossier, by, "reporter", by=by, codename=FOLLOW)
    dossiers.unshare(dossier, user=by)
    return marker


def _words(concern: Concern) -> dict[str, Any]:
    person = concern.person
    known = {"summary": concern.summary, "wishes": concern.wishes}
    return {**known, "alias": person.alias, "safe_contact": person.contact} if person else known


@transaction.atomic
def move_note(case: Case, note: CaseNote, told: safeguarding.Told, *, by: User) -> CaseNote:
    """Scenario 12: a note that speaks of our own people goes to the safeguarding store; a neutral mark stays, the case goes on.

    Nothing here leads to what was reported, and the person is helped as before.
    """
    locked = lock(case, "note", by)
    found: CaseNote | None = CaseNote.objects.select_for_update(of=("self",)).filter(case=locked, pk=note.pk).first()
    if found is None:
        raise Absent("record.absent", _("There is nothing at this address."))
    found.dossier = locked.dossier
    if not found.text:
        raise Refused("note.empty", _("This note has no words any more."), "note")
    evidence = {"note": found.text, "written_by": found.author.name, "written_at": found.written_at.isoformat()}
    safeguarding.report_conduct(replace(told, origin="note", evidence=evidence), by=by, unit=locked.unit)
    found.text, found.event = None, "taken_out"
    found.save(update_fields=["text", "event"])
    trail.record("case.note_taken_out", dossier=locked.dossier_id, subject=found.pk)
    return found
