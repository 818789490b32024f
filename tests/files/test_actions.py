"""A file from handing in to its end: sealed, checked by the house, opened by who opens the folder, destroyed for good."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connections, transaction
from django.utils import timezone
from PIL import Image

from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.errors import Gone, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.dossiers import actions as dossiers
from foundation.dossiers import clerk, erasing
from foundation.dossiers.models import Dossier
from foundation.files import actions, checking, streams, tidying
from foundation.files.models import Attachment
from foundation.files.states import FileState, Problem, Reason
from foundation.files.store import DirectoryStore, store
from foundation.outbox.models import Message
from foundation.vault.crypto import VaultError
from tests.clamd import HARMFUL
from tests.files import samples


def read(attachment: Attachment, by: User) -> bytes:
    with acting(by.pk):
        row = Attachment.objects.select_related("dossier").get(pk=attachment.pk)
        return actions.open_file(row, by=by).whole()


def lying() -> dict[str, bytes]:
    """Everything in the store: name → bytes."""
    root = store().root
    return {path.name: path.read_bytes() for path in Path(root).rglob("*") if path.is_file()}


def code(refused) -> str:
    return refused.value.code


# --- handing in


def test_a_file_lies_sealed_and_waits_and_opens_to_nobody(house, hand_in, seen):
    row = seen(hand_in())
    assert (row.state, row.kind, row.n_tries) == (FileState.PENDING, "text", 0)
    assert (row.name, row.description) == ("spravka.txt", "Her registration")
    ((name, stream),) = lying().items()
    assert name == row.blob
    assert samples.text()[:20] not in stream
    with pytest.raises(WrongState) as refused:
        read(row, house.people["caseworker"])
    assert code(refused) == "file.not_ready"


def test_what_people_wrote_about_it_is_sealed_in_the_row(hand_in):
    row = hand_in()
    with acting(row.uploaded_by_id), connections["default"].cursor() as cursor:
        cursor.execute("SELECT to_jsonb(f)::text FROM files_attachment f WHERE id = %s", [row.pk])
        ((found,),) = cursor.fetchall()
    assert "spravka" not in found
    assert "registration" not in found


def test_the_same_form_twice_is_one_file(hand_in):
    once = uuid4()
    assert hand_in(once=once).pk == hand_in(once=once).pk
    assert len(lying()) == 1
    assert hand_in().pk != hand_in().pk


@pytest.mark.parametrize(
    ("content", "more", "why", "field"),
    [
        (b"", {}, "file.empty", "file"),
        (b"x" * 2_000_001, {}, "file.too_large", "file"),
        (b"MZ\x90\x00\x03" + bytes(99), {"name": ""}, "file.kind", "file"),
        (samples.jpeg(), {"name": "a.pdf"}, "file.mismatch", "file"),
        (samples.pdf(), {"name": "a.pdf", "may_tell": False}, "file.traces", "may_tell"),
        (samples.docx(), {"name": "a.docx", "may_tell": False}, "file.traces", "may_tell"),
    ],
)
def test_what_is_refused_leaves_nothing(hand_in, settings, case, content, more, why, field):
    settings.FILE_BYTES = 2_000_000
    with pytest.raises(Refused) as refused:
        hand_in(content, **more)
    assert (code(refused), refused.value.field) == (why, field)
    assert lying() == {}
    with acting(case.owner_id):
        assert not Attachment.objects.filter(dossier=case.dossier).exists()


def test_there_is_an_end_to_how_many_a_folder_takes(hand_in, settings, seen):
    settings.FILES_PER_DOSSIER = 2
    first = hand_in()
    hand_in()
    with pytest.raises(Refused) as refused:
        hand_in()
    assert code(refused) == "file.many"
    with acting(first.uploaded_by_id):
        actions.remove(seen(first), Reason.NOT_NEEDED, by=first.uploaded_by)
    hand_in()


def test_a_full_disk_refuses_the_file_and_keeps_no_row(hand_in, case, monkeypatch):
    def full(self, draft, chunks):
        raise OSError(28, "full")

    monkeypatch.setattr(DirectoryStore, "_write", full)
    with pytest.raises(Exception, match=r"file\.no_room"):
        hand_in()
    with acting(case.owner_id):
        assert not Attachment.objects.filter(dossier=case.dossier).exists()


# --- the check


def test_a_clean_file_becomes_ready_and_comes_back_to_the_byte(house, hand_in, checked, scanner):
    before = hand_in()
    row = checked(before)
    assert (row.state, row.problem) == (FileState.READY, "")
    assert row.checked_at is not None
    assert scanner.scanned == [samples.text()]
    assert read(row, house.people["caseworker"]) == samples.text()
    assert read(row, house.people["focal_point"]) == samples.text()
    assert list(lying()) == [row.blob]
    assert row.blob != before.blob, "what was handed in is gone"


def test_a_picture_loses_its_place_between_handing_in_and_opening(house, hand_in, checked, scanner):
    row = checked(hand_in(samples.jpeg(6), name="IMG.jpg"))
    assert scanner.scanned == [samples.jpeg(6)], "the scanner sees what was handed in"
    content = read(row, house.people["caseworker"])
    assert [mark for mark in samples.MARKS if mark in content] == []
    assert Image.open(io.BytesIO(content)).size == (200, 320)


def test_without_a_scanner_it_waits(hand_in, checked, settings):
    settings.CLAMAV = ""
    row = checked(hand_in())
    assert (row.state, row.problem, row.n_tries) == (FileState.PENDING, "", 0)
    assert checking.due() == []


@pytest.mark.parametrize(
    ("manner", "problem"),
    [("error", "unclear"), ("half", "unclear"), ("mute", "unclear"), ("babble", "unclear"), ("hang", "slow")],
)
def test_without_a_verdict_it_waits_is_never_clean_and_is_tried_again(
    hand_in, checked, scanner, monkeypatch, manner, problem
):
    monkeypatch.setattr("foundation.files.clamav.SCAN_SECONDS", 0.3)
    monkeypatch.setattr("foundation.files.clamav.is_infected.__defaults__", (0.3,))
    scanner.manner = manner
    before = hand_in()
    for attempt in range(checking.TRIES + 2):
        with time_machine.travel(timezone.now() + timedelta(minutes=2 * attempt + 1), tick=True):
            row = checked(before)
            assert (row.state, row.problem, row.n_tries) == (FileState.PENDING, problem, 0), "outages never use it up"
    scanner.manner = "well"
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        assert checking.due() == [before.pk]
        assert checked(before).state == FileState.READY


def test_a_scanner_that_went_away_and_comes_back(hand_in, checked, scanner, settings):
    address = scanner.address
    settings.CLAMAV = "unix:/nowhere/clamd.ctl"
    before = hand_in()
    assert checked(before).problem == Problem.AWAY
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        assert checking.due() == [], "while it does not answer, no file is touched"
        settings.CLAMAV = address
        assert checking.due() == [before.pk]
        assert checked(before).state == FileState.READY


def test_a_file_that_the_scanner_is_too_small_for_waits_and_says_so(hand_in, checked, scanner):
    scanner.limit = 10
    assert checked(hand_in()).problem == Problem.LIMIT


def test_what_is_harmful_is_destroyed_and_who_handed_it_in_is_told(house, hand_in, checked, scanner):
    row = checked(hand_in(b"hello " + HARMFUL))
    assert (row.state, row.problem, row.blob) == (FileState.REFUSED, Problem.INFECTED, "")
    assert lying() == {}
    with COURIER.at_work():
        told = list(Message.objects.filter(event="file.refused").select_related("recipient"))
    assert {m.recipient for m in told} == {house.people["caseworker"]}
    assert {m.channel for m in told} == {"notice", "email"}
    with pytest.raises(WrongState):
        read(row, house.people["caseworker"])


def test_a_picture_that_cannot_be_drawn_is_destroyed(hand_in, checked, scanner):
    assert checked(hand_in(samples.bomb(), name="a.png")).problem == Problem.PIXELS
    assert checked(hand_in(samples.png()[:-200], name="a.png")).problem == Problem.UNREADABLE
    assert lying() == {}


def test_a_file_that_takes_the_worker_down_again_and_again_is_not_kept(hand_in, checked, scanner, monkeypatch, seen):
    def killed(content: bytes) -> bool:
        raise SystemExit

    monkeypatch.setattr("foundation.files.clamav.is_infected", killed)
    before = hand_in()
    for attempt in range(checking.TRIES):
        with (
            time_machine.travel(timezone.now() + timedelta(minutes=10 * attempt + 1), tick=True),
            pytest.raises(SystemExit),
        ):
            checked(before)
        assert seen(before).n_tries == attempt + 1
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=True):
        row = checked(before)
    assert (row.state, row.problem) == (FileState.REFUSED, Problem.UNREADABLE)


def test_two_workers_do_not_check_one_file_twice(hand_in, checked, scanner):
    before = hand_in()
    assert checking._claimed(before.pk) is not None
    assert checking._claimed(before.pk) is None
    assert scanner.scanned == []
    assert checked(before).state == FileState.PENDING, "the first worker has it"


def test_a_check_that_is_repeated_changes_nothing(hand_in, checked, scanner):
    row = checked(hand_in())
    assert checked(row).blob == row.blob
    assert len(scanner.scanned) == 1


def test_a_file_removed_during_its_check_stays_removed(hand_in, checked, scanner, seen, monkeypatch):
    before = hand_in()

    def meanwhile(content: bytes) -> bool:
        with acting(before.uploaded_by_id):
            actions.remove(seen(before), Reason.WRONG, by=before.uploaded_by)
        return False

    monkeypatch.setattr("foundation.files.clamav.is_infected", meanwhile)
    assert checked(before).state == FileState.REMOVED
    assert lying() == {}


def test_the_house_checks_in_the_name_of_who_opens_the_folder_when_the_uploader_left(
    house, case, hand_in, checked, scanner
):
    """A case that changed hands: its files must not wait for ever."""
    before, by = hand_in(), house.people["caseworker"]
    with acting(house.people["focal_point"].pk):
        dossiers.unshare(case.dossier, user=by)
    checking.check(before.pk)
    with acting(house.people["focal_point"].pk):
        assert Attachment.objects.get(pk=before.pk).state == FileState.READY


def test_what_the_house_does_stands_in_the_trail_as_the_houses(hand_in, checked, scanner, monkeypatch):
    from foundation.audit import trail
    from foundation.core.acting import ACTOR

    by: dict[str, int | None] = {}
    real = trail.record

    def record(verb, **data):
        by[verb] = ACTOR.get()
        real(verb, **data)

    monkeypatch.setattr(trail, "record", record)
    row = hand_in()
    checked(row)
    assert by["file.checked"] == User.objects.get(email=clerk.EMAIL).pk
    assert by["file.uploaded"] == row.uploaded_by_id


def test_the_trail_holds_ids_sizes_and_codes_and_nothing_that_somebody_wrote(house, hand_in, checked, scanner, events):
    row = checked(hand_in())
    read(row, house.people["caseworker"])
    checked(hand_in(HARMFUL))
    with acting(row.uploaded_by_id):
        actions.remove(row, Reason.NOT_NEEDED, by=row.uploaded_by)
    told = [(verb, data) for verb, data in events if verb.startswith("file.")]
    assert [verb for verb, _ in told] == [
        "file.uploaded", "file.checked", "file.opened", "file.uploaded", "file.refused", "file.removed",
    ]  # fmt: skip
    assert {key for _verb, data in told for key in data} == {
        "dossier",
        "subject",
        "kind",
        "size",
        "code",
        "reason",
        "had_content",
    }
    assert "spravka" not in str(told)


# --- opening


@pytest.fixture
def ready(hand_in, checked, scanner):
    return checked(hand_in(samples.text() * 3000))


def damaged(row: Attachment, change) -> None:
    path = Path(store().root) / row.blob[:2] / row.blob
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b[:-1], lambda b: b"", lambda b: b[: 30 + 65_553], lambda b: b + b"x", lambda b: b[:40] + b"x" + b[41:],
        lambda b: b[:-40] + b"x" + b[-39:],
    ],
    ids=["cut", "empty", "cut at a chunk", "longer", "changed", "changed late"],
)  # fmt: skip
def test_a_damaged_file_never_comes_out_whole(house, ready, change):
    damaged(ready, change)
    by = house.people["caseworker"]
    with acting(by.pk):
        try:
            opened = actions.open_file(ready, by=by)
        except VaultError as problem:
            assert problem.place == ("files_attachment", "blob", ready.pk)  # noqa: PT017
            return
    assert samples.given_out_of(opened) < opened.length


def test_a_file_in_anothers_place_does_not_open(house, ready, hand_in, checked):
    """A thief who can write to the disk cannot make a case show another case's file, nor the one before the cleaning."""
    other = checked(hand_in(b"another file"))
    root = Path(store().root)
    damaged(ready, lambda _own: (root / other.blob[:2] / other.blob).read_bytes())
    with pytest.raises(VaultError):
        read(ready, house.people["caseworker"])


def test_what_was_handed_in_does_not_open_in_place_of_what_was_cleaned(house, hand_in, checked, scanner):
    before = hand_in(samples.jpeg(), name="a.jpg")
    original = lying()[before.blob]
    row = checked(before)
    damaged(row, lambda _cleaned: original)
    with pytest.raises(VaultError):
        read(row, house.people["caseworker"])


def test_a_file_that_is_not_there_is_said_to_be_gone(house, ready):
    store().remove(ready.blob)
    with pytest.raises(Gone) as refused:
        read(ready, house.people["caseworker"])
    assert code(refused) == "file.missing"


@pytest.mark.parametrize("who", ["outsider", "administrator", "data_officer", "partner_worker", "volunteer"])
def test_nobody_else_sees_the_row_opens_the_file_or_changes_it(house, ready, who):
    """The volunteer follows the matter, and still learns of no file."""
    by = house.people[who]
    with acting(by.pk):
        assert not Attachment.objects.visible_to(by).filter(pk=ready.pk).exists()
        assert not Attachment.objects.filter(pk=ready.pk).exists(), "the second wall"
        assert Attachment.objects.filter(pk=ready.pk).update(state="removed", blob="") == 0
        with pytest.raises(Gone):
            actions.open_file(ready, by=by)


def test_the_clerk_sees_that_there_is_a_file_and_cannot_read_it(ready):
    with clerk.as_clerk() as house_:
        row = Attachment.objects.select_related("dossier").get(pk=ready.pk)
        assert not row.is_open
        for read_it in (lambda: row.name, lambda: row.description, lambda: actions.open_file(row, by=house_)):
            with pytest.raises((VaultError, Gone)):
                read_it()


# --- the end


def test_a_removed_file_is_destroyed_with_its_name_and_what_was_written(
    house, ready, seen, django_capture_on_commit_callbacks
):
    with acting(ready.uploaded_by_id), django_capture_on_commit_callbacks(execute=True):
        actions.remove(ready, Reason.PERSON_ASKED, by=ready.uploaded_by)
    row = seen(ready)
    assert (row.state, row.reason, row.blob, row.name, row.description) == ("removed", "person_asked", "", None, None)
    assert lying() == {}
    with acting(ready.uploaded_by_id), pytest.raises(WrongState):
        actions.remove(row, Reason.WRONG, by=ready.uploaded_by)


def test_the_content_stays_until_the_removal_is_certain(ready, seen):
    with acting(ready.uploaded_by_id):
        with transaction.atomic():
            actions.remove(seen(ready), Reason.WRONG, by=ready.uploaded_by)
            transaction.set_rollback(True)
        assert seen(ready).state == FileState.READY
    assert list(lying()) == [ready.blob]


def test_an_erased_folder_shows_nothing_and_its_files_are_swept(
    house, case, ready, seen, django_capture_on_commit_callbacks
):
    by = house.people["focal_point"]
    with acting(by.pk):
        dossiers.erase(Dossier.objects.get(pk=case.dossier_id))
    with pytest.raises(Gone):
        read(ready, by)
    assert checking.due() == []
    with django_capture_on_commit_callbacks(execute=True):
        assert tidying.shut_erased() == 1
        assert tidying.shut_erased() == 0
    assert lying() == {}
    row = seen(ready, "focal_point")
    assert (row.state, row.problem) == (FileState.REMOVED, Problem.ERASED)


def test_what_lies_in_a_folder_goes_as_soon_as_its_erasure_is_confirmed(
    house, case, ready, django_capture_on_commit_callbacks
):
    with acting(house.people["focal_point"].pk):
        dossiers.erase(Dossier.objects.get(pk=case.dossier_id))
    with django_capture_on_commit_callbacks(execute=True):
        erasing.reconcile()
    assert lying() == {}
    with clerk.as_clerk():
        assert not Attachment.objects.filter(dossier=case.dossier_id).exists()


def test_a_folder_erased_during_the_check_gets_no_file(
    house, case, hand_in, scanner, monkeypatch, django_capture_on_commit_callbacks
):
    before, by = hand_in(), house.people["focal_point"]

    def meanwhile(content: bytes) -> bool:
        with acting(by.pk):
            dossiers.erase(Dossier.objects.get(pk=case.dossier_id))
        return False

    monkeypatch.setattr("foundation.files.clamav.is_infected", meanwhile)
    checking.check(before.pk)
    assert list(lying()) == [before.blob], "what was sealed anew is gone at once; the sweep takes the rest"
    with django_capture_on_commit_callbacks(execute=True):
        tidying.tidy()
    assert lying() == {}


def test_the_life_of_a_file_is_held_by_the_database_too(ready):
    with acting(ready.uploaded_by_id):
        for wrong in ({"state": "pending"}, {"state": "refused", "blob": ""}, {"blob": ""}, {"checked_at": None}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Attachment.objects.filter(pk=ready.pk).update(**wrong)


def test_a_new_version_of_the_folders_key_leaves_older_files_readable(house, case, ready, hand_in, checked):
    """The version is bound into the stream and stands in the row: rotation by another hand must keep the older key."""
    from foundation.dossiers.models import DossierKey, key_place
    from foundation.vault.crypto import commitment, extract, wrap
    from foundation.vault.models import organisation_kek

    by = house.people["caseworker"]
    with acting(by.pk):
        first = DossierKey.objects.get(dossier=case.dossier_id)
        fresh = wrap(organisation_kek(first.organisation_key_id), b"\7" * 32, key_place(case.dossier_id, 2))
        DossierKey.objects.create(
            dossier_id=case.dossier_id, version=2, organisation_key_id=first.organisation_key_id, wrapped=fresh,
            commit=commitment(extract(b"\7" * 32)),
        )  # fmt: skip
        row = Attachment.objects.get(pk=ready.pk)
        assert row.key_version == 1
        assert actions.open_file(row, by=by).whole() == samples.text() * 3000
        Attachment.objects.filter(pk=ready.pk).update(key_version=2)
        with pytest.raises(VaultError):
            actions.open_file(Attachment.objects.get(pk=ready.pk), by=by)


# --- accidents


def test_files_that_no_row_names_are_removed_after_a_day_and_not_before(ready):
    orphan = store().write([b"of a transaction that was rolled back"])
    assert tidying.drop_orphans() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        assert tidying.drop_orphans() == 1
    assert list(lying()) == [ready.blob]
    assert orphan not in lying()


def test_a_wrong_database_does_not_empty_the_store(ready):
    """Most files without a row: that is another database or another store, and nothing is removed."""
    names = [store().write([b"x"]) for _ in range(tidying.ALWAYS + 1)]
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        assert tidying.drop_orphans() == 0
    assert set(names) < set(lying())


def test_a_row_whose_file_is_not_there_says_so_until_it_is_back(ready, seen, events):
    path = Path(store().root) / ready.blob[:2] / ready.blob
    content = path.read_bytes()
    path.unlink()
    assert (tidying.note_missing(), tidying.note_missing()) == (1, 0)
    assert seen(ready).problem == Problem.MISSING
    assert seen(ready).state == FileState.READY, "a backup may bring it back"
    path.write_bytes(content)
    assert (tidying.note_missing(), tidying.note_missing()) == (1, 0)
    assert seen(ready).problem == ""
    assert [data["is_missing"] for verb, data in events if verb == "file.missing"] == [True, False]


def test_a_damaged_file_waits_unchecked_and_says_so(hand_in, checked, scanner):
    row = hand_in()
    damaged(row, lambda b: b[:-1])
    assert checked(row).problem == Problem.DAMAGED
    other = hand_in()
    store().remove(other.blob)
    assert checked(other).problem == Problem.MISSING
    assert scanner.scanned == []


def test_a_full_disk_during_the_check_puts_it_off(hand_in, checked, scanner, monkeypatch):
    row = hand_in()

    def full(self, draft, chunks):
        raise OSError(28, "full")

    monkeypatch.setattr(DirectoryStore, "_write", full)
    after = checked(row)
    assert (after.state, after.problem, after.blob) == (FileState.PENDING, Problem.STORE, row.blob)


def test_sizes_are_told_rounded(hand_in):
    assert hand_in(b"a" * 5000).size == streams.rounded(5000) != 5000
