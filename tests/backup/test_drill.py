"""The restore drill (proof 8): a backup comes back on a new machine; what was erased since stays erased; all is counted."""

import re
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from cases import actions as cases
from cases.actions.erasing import carry_out
from cases.models import Case, Erasure
from cases.vocabulary import Ground
from foundation.core.acting import acting
from foundation.core.policy import fetch
from foundation.files import actions as files
from foundation.files import checking
from foundation.files.models import Attachment
from foundation.files.states import FileState
from tests import factories
from tests.backup.conftest import bring_ledger, in_order
from tests.clamd import clamd

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proof("restore"), pytest.mark.slow]
PAPER = "Her registration, number 4711"
SEATS = ("volunteer", "caseworker", "focal_point", "outsider", "partner_worker", "data_officer", "administrator")


def hand_in(house, case, settings) -> Attachment:
    by = house.people["caseworker"]
    with acting(by.pk), transaction.atomic():
        folder = Case.objects.select_related("dossier").get(pk=case.pk).dossier
        told = {"description": "paper", "purpose": "papers", "name": "paper.txt", "may_tell": True}
        row = files.keep(folder, files.Upload(PAPER.encode(), **told), by=by)
    with clamd() as daemon:
        settings.CLAMAV = daemon.address
        checking.check(row.pk)
    with acting(by.pk), transaction.atomic():
        assert Attachment.objects.get(pk=row.pk).state == FileState.READY
    return row


def erase(house, case) -> None:
    by, officer = house.people["caseworker"], house.people["data_officer"]
    with acting(by.pk), transaction.atomic():
        asked = cases.request_erasure(Case.objects.get(pk=case.pk), Ground.ASKED, by=by)
    with acting(officer.pk), transaction.atomic():
        cases.authorise_erasure(fetch(officer, Erasure, asked.pk, related=("unit",)), by=officer)
    carry_out(asked.pk)


def test_a_backup_comes_back_and_what_was_erased_since_stays_erased(installation, settings, vaults, elsewhere, figure):
    house = installation
    with transaction.atomic():
        kept, gone = factories.case(house), factories.case(house)
        referral = factories.sent(house, gone)
    paper = hand_in(house, kept, settings)
    said = vaults.back_up()
    n_rows = int(re.findall(r"([\d,]+) rows", said)[0].replace(",", ""))
    erase(house, gone)  # after the backup: the archives still hold the case and its key
    bring_ledger(elsewhere)

    began = time.monotonic()
    told = in_order(vaults.restore(elsewhere))
    seconds = time.monotonic() - began
    assert "the trail holds" in told

    pages = {seat: ["/", "/cases/", "/concerns/", "/erasures/"] for seat in SEATS}
    found = elsewhere.look({"cases": [str(kept.pk), str(gone.pk)], "files": [str(paper.pk)], "pages": pages})
    assert found["aliases"] == {str(kept.pk): factories.NAME, str(gone.pk): "nothing there"}
    assert found["files"] == [PAPER]
    assert {code for codes in found["pages"].values() for code in codes} == {200}
    keys = "SELECT count(*) FROM dossiers_dossierkey WHERE dossier_id IN ('{}', '{}')"
    assert elsewhere.rows(keys.format(gone.dossier_id, referral.dossier_id)) == [(0,)]
    assert elsewhere.rows(f"SELECT status FROM referrals_referral WHERE id = '{referral.pk}'") == [("cancelled",)]
    assert elsewhere.rows("SELECT to_regclass('amparo_restoring') IS NULL") == [(True,)]
    in_order(elsewhere.run("audit_verify"))
    in_order(elsewhere.run("audit_verify"))  # what was written there is sealed in its turn, and holds
    figure(
        f"{n_rows:,} rows, 6 cases, 1 file: restored and proven in {seconds:.1f} s; canary and file open, the case erased"
        " after the backup does not, its package neither, trail verified from the backup's head, counts equal, "
        f"{sum(map(len, found['pages'].values()))} pages open"
    )


def test_new_events_are_sealed_after_a_restore_where_the_old_trail_ended(installation, vaults, elsewhere, figure):
    """Transactions of a new cluster count from the beginning; the seals must go on all the same (safety.md §4)."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        here = cursor.fetchone()[0]
    vaults.back_up()
    bring_ledger(elsewhere)
    in_order(vaults.restore(elsewhere))
    elsewhere.look({"pages": {"caseworker": ["/", "/cases/"]}})
    in_order(elsewhere.run("audit_verify"))
    newest, sealed = elsewhere.rows(
        "SELECT max(xid::text::bigint), (SELECT max(to_xid::text::bigint) FROM trail.seal) FROM trail.event"
    )[0]
    assert newest < sealed, "what happened after the restore is under a seal"
    assert sealed > here - 1000
    figure(f"seals go on after the restore, at transaction {sealed:,}")


def test_without_the_archive_of_keys_nothing_of_the_data_opens(installation, vaults, figure, tmp_path):
    """Data and its identity in a thief's hands: no name, no word, no key in it, however one looks."""
    vaults.back_up()
    plain = tmp_path / "plain"
    inside = opened(vaults.archives[0], vaults.identity, plain)
    dump = b"".join(part.read_bytes() for part in sorted((plain / "database").iterdir()))
    listing = tmp_path / "dump"
    listing.write_bytes(dump)
    text = as_sql(listing)
    assert "COPY public.cases_case" in text
    assert len(rows_of(text, "public.dossiers_dossier ")) == 5
    for table in ("dossiers_dossierkey", "vault_organisationkey", "vault_canary", "django_session"):
        assert rows_of(text, f"public.{table} ") == [], table
    words = (factories.NAME, factories.PHONE, factories.WORDS, "My papers back")
    assert not [word for word in words if word in text or word.encode().hex() in text]
    assert any(name.startswith("database/") for name in inside)
    assert not any("keyring" in name for name in inside)
    figure(f"{len(dump):,} bytes of dump: 0 of {len(words)} sentences, 0 keys, 0 sessions")


def opened(archive: Path, identity: Path, into: Path) -> list[str]:
    """What anybody gets out of an archive with age and tar alone."""
    import io
    import tarfile

    import pyrage

    lines = identity.read_text().splitlines()
    key = pyrage.x25519.Identity.from_str(lines[-1])
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(archive.read_bytes(), [key]))) as tar:
        tar.extractall(into, filter="data")
        return tar.getnames()


def as_sql(dump: Path) -> str:
    import subprocess

    from foundation.backup.database import tool

    return subprocess.run([tool("pg_restore"), "-f", "-", dump], capture_output=True, text=True, check=True).stdout


def rows_of(text: str, table: str) -> list[str]:
    """The lines of a table in a dump as SQL."""
    if f"COPY {table}" not in text:
        return []
    block = text.split(f"COPY {table}", 1)[1].split("\n", 1)[1]
    return [line for line in block.split("\\.\n", 1)[0].splitlines() if line]


def test_the_command_verifies_what_it_made(installation, vaults):
    from io import StringIO

    vaults.back_up()
    said = StringIO()
    call_command("backup", verify=list(vaults.archives), identity=[vaults.identity], stdout=said)
    assert "Both archives are whole and belong together" in said.getvalue()
