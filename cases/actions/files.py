"""Files of a case: added, opened, removed. How they are kept is ``foundation.files``'s; who may is the case's."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from foundation.accounts.models import User
from foundation.core import policy
from foundation.core.errors import Absent
from foundation.files import actions as files
from foundation.files.models import Attachment
from foundation.files.states import Reason
from foundation.files.streams import Opened


@transaction.atomic
def add_file(case: Case, upload: files.Upload, *, by: User) -> Attachment:
    """Take a file into the case's folder; not while consent was taken back."""
    policy.require(by, "add_file", _locked(case))
    return files.keep(case.dossier, upload, by=by)


@transaction.atomic
def open_file(case: Case, file: UUID, *, by: User) -> tuple[Attachment, Opened]:
    """A checked file of the case and its content, for who opens the case; not while consent was taken back."""
    row = file_of(case, file, by)
    policy.require(by, "open_file", case)
    return row, files.open_file(row, by=by)


@transaction.atomic
def remove_file(case: Case, file: UUID, reason: Reason, *, by: User) -> Attachment:
    """Destroy a file of the case; also while consent was taken back."""
    row = file_of(case, file, by)
    policy.require(by, "remove_file", _locked(case))
    return files.remove(row, reason, by=by)


def file_of(case: Case, file: UUID, actor: User) -> Attachment:
    """A file in this case's folder, through the one door; ``Absent`` for one of another folder."""
    row: Attachment = policy.fetch(actor, Attachment, file, related=("uploaded_by",))
    if row.dossier_id != case.dossier_id:
        raise Absent("record.absent", _("There is nothing at this address."))
    row.dossier = case.dossier
    return row


def _locked(case: Case) -> Case:
    """The case as it stands now: consent may have been taken back a moment ago."""
    locked: Case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    return locked
