"""The files of a case, through HTTP: what comes in, what waits, what goes out, and for whom."""

import io
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Case
from foundation.core.acting import acting
from foundation.core.machines import COURIER
from foundation.files import checking
from foundation.files.models import Attachment
from foundation.files.store import store
from tests import factories
from tests.clamd import HARMFUL, clamd
from tests.files import samples

TOLD = {"text": "Registration at the shelter", "purpose": "papers"}


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def client(browse, caseworker) -> Client:
    return browse(caseworker)


@pytest.fixture
def scanner(settings):
    with clamd() as daemon:
        settings.CLAMAV = daemon.address
        yield daemon


@pytest.fixture
def checked(django_capture_on_commit_callbacks):
    """Check what waits, as the worker does."""

    def run() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            for pk in checking.due():
                checking.check(pk)

    return run


def address(name: str, case: Case, *more: object) -> str:
    return reverse(f"cases:{name}", args=[case.pk, *more])


def hand_in(client: Client, case: Case, content: bytes = samples.text(), name: str = "letter.txt", **more):
    declared = more.pop("declared", "application/octet-stream")
    data = {**TOLD, "once": str(uuid4()), "file": SimpleUploadedFile(name, content, declared), **more}
    return client.post(address("case_files", case), data)


def rows(case: Case) -> list[Attachment]:
    with acting(case.owner_id):
        return list(Attachment.objects.filter(dossier=case.dossier_id).order_by("uploaded_at"))


def lying() -> list[Path]:
    root: Path = store().root
    return [path for path in root.rglob("*") if path.is_file()]


def shown(client: Client, case: Case) -> str:
    return client.get(address("case_files", case)).content.decode()


def test_a_file_is_added_waits_is_checked_and_comes_back_to_the_byte(client, case, scanner, checked):
    assert hand_in(client, case).status_code == 302
    (row,) = rows(case)
    page = shown(client, case)
    assert "Being checked" in page
    assert "Registration at the shelter" in page
    assert "Download" not in page
    assert client.get(address("open_file", case, row.pk)).status_code == 409
    checked()
    assert "Download" in shown(client, case)
    answer = client.get(address("open_file", case, row.pk))
    assert answer.getvalue() == samples.text()


def test_a_download_is_nothing_that_a_browser_shows_runs_keeps_or_names(client, case, scanner, checked):
    hand_in(client, case, samples.jpeg(), "Mariam Al-Zahra passport.jpg")
    checked()
    answer = client.get(address("open_file", case, rows(case)[0].pk), headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="picture.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Content-Encoding" not in answer, "a stream compressed on its way has no length"
    content = answer.getvalue()
    assert int(answer["Content-Length"]) == len(content)
    assert [mark for mark in samples.MARKS if mark in content] == []
    assert "Mariam" not in str(answer.headers)


def test_a_page_is_compressed_as_before(client, case):
    assert client.get(address("case_files", case), headers={"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("cut", [1, 70_000, 150_000])
def test_a_damaged_file_breaks_off_before_its_length(client, case, scanner, checked, cut):
    hand_in(client, case, b"papers " * 40_000)
    checked()
    (path,) = lying()
    path.write_bytes(path.read_bytes()[:-cut])
    answer = client.get(address("open_file", case, rows(case)[0].pk))
    got: list[bytes] = []
    with pytest.raises(Exception, match="file chunk"):
        got.extend(answer.streaming_content)
    assert sum(map(len, got)) < int(answer["Content-Length"])


def test_a_file_that_is_damaged_from_the_start_is_said_in_words_and_to_the_data_officers(
    client, case, scanner, checked, events
):
    hand_in(client, case)
    checked()
    (path,) = lying()
    path.write_bytes(path.read_bytes()[:-1])
    answer = client.get(address("open_file", case, rows(case)[0].pk))
    assert answer.status_code == 503
    assert "damaged" in answer.content.decode()
    (told,) = [data for verb, data in events if verb == "record.unreadable"]
    assert (told["table"], told["subject"]) == ("files_attachment", rows(case)[0].pk)
    path.unlink()
    answer = client.get(address("open_file", case, rows(case)[0].pk))
    assert answer.status_code == 410
    assert "not in the store" in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.txt", "This file is empty"),
        (b"x" * 1_000_001, "a.txt", "larger than 1 MB"),
        (b"MZ\x90\x00\x03" + bytes(99), "a.txt", "This kind of file is not taken"),
        (b"<html><script>alert(1)</script></html>", "a.txt", "This kind of file is not taken"),
        (samples.jpeg(), "passport.pdf", "The name of this file says something else"),
        (samples.pdf() + samples.archive({"a": "b"}), "a.pdf", "two kinds of file at once"),
        (samples.zip_bomb(), "a.docx", "unpacks to more than can be checked"),
        (samples.docx({"word/vbaProject.bin": "x"}), "a.docx", "macros, scripts"),
        (samples.pdf(), "a.pdf", "Say that it may be kept so"),
    ],
    ids=["empty", "large", "program", "html", "pretends", "polyglot", "bomb", "macros", "traces"],
)
def test_what_is_refused_is_said_beside_the_field_keeps_the_words_and_leaves_nothing(
    client, case, settings, events, content, name, words
):
    settings.FILE_BYTES = 1_000_000
    answer = hand_in(client, case, content, name)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Registration at the shelter" in page
    assert re.search(r'<input[^>]*value="papers"[^>]*checked', page)
    assert rows(case) == []
    assert lying() == []
    (told,) = [data for verb, data in events if verb == "file.refused"]
    assert told["code"].startswith("file.")
    assert set(told) == {"dossier", "code"}


def test_a_form_without_a_file_or_a_reason_says_what_is_missing(client, case):
    answer = client.post(address("case_files", case), {"once": str(uuid4())})
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Choose a file.", "Say in a few words what it is.", "Say why it is kept."):
        assert words in page


def test_the_same_form_sent_twice_is_one_file(client, case):
    once = str(uuid4())
    assert {hand_in(client, case, once=once).status_code for _ in range(2)} == {302}
    assert len(rows(case)) == len(lying()) == 1


@pytest.mark.parametrize("once", ["", "x", "00000000"])
def test_a_form_whose_number_was_tampered_with_is_refused(client, case, once):
    assert hand_in(client, case, once=once).status_code == 422
    assert rows(case) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("invoice\u202egpj.txt", "invoicegpj.txt"),
        ("a\0b.txt", "ab.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Mariam\\scan.txt", "scan.txt"),
        ("رسالة من البلدية.txt", "رسالة من البلدية.txt"),
        ("\u2067رسالة\u2069.txt", "رسالة.txt"),
        ("<script>.txt", "<script>.txt"),
        ("a" * 300 + ".txt", "a" * 120),
        ("letter\r\nSet-Cookie: x=1.txt", "letterSet-Cookie: x=1.txt"),
    ],
    ids=["reads backwards", "nul", "up", "drive", "arabic", "isolate", "markup", "long", "header"],
)
def test_strange_names_are_tamed_sealed_and_never_served(client, case, scanner, checked, name, kept):
    boundary = "x-x-x"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in {**TOLD, "once": str(uuid4())}.items()
    ]
    quoted = name.replace("\\", "\\\\").replace('"', "%22").replace("\r\n", "")
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + samples.text() + f"\r\n--{boundary}--\r\n".encode()
    answer = client.post(address("case_files", case), body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 302, answer.content.decode()
    with acting(case.owner_id):
        (row,) = Attachment.objects.filter(dossier=case.dossier_id).select_related("dossier")
        assert row.name == kept
    checked()
    served = client.get(address("open_file", case, row.pk))
    assert served["Content-Disposition"] == 'attachment; filename="document.txt"'
    page = shown(client, case)
    assert "<script>.txt" not in page
    assert "\u202e" not in page


def test_what_somebody_hands_in_after_the_session_ended_is_not_kept_and_their_words_are(case):
    """Nobody is signed in: not a byte of the file is held, and the page says so."""
    answer = hand_in(Client(), case)
    page = answer.content.decode()
    assert answer.status_code == 401
    assert "Registration at the shelter" in page
    assert "The file was not kept" in page
    assert answer.wsgi_request.FILES == {}
    assert rows(case) == []
    assert lying() == []


def test_a_file_sent_where_no_page_takes_one_is_dropped_as_it_streams(client, case):
    answer = client.post(
        address("case_notes", case), {"text": "a note", "file": SimpleUploadedFile("a.txt", b"x" * 100)}
    )
    assert answer.status_code == 302
    assert answer.wsgi_request.FILES == {}


def test_a_file_over_the_limit_is_counted_and_not_held(client, case, settings):
    settings.FILE_BYTES = 100_000
    answer = hand_in(client, case, b"x" * 3_000_000)
    held = answer.wsgi_request.FILES["file"]
    assert (held.size, held.is_too_large, held.content) == (3_000_000, True, b"")


def test_nothing_of_an_upload_lies_in_a_temporary_directory(client, case, tmp_path, monkeypatch):
    """Django's own handler writes everything over 2.5 MB there, in the open."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert hand_in(client, case, samples.text() * 40_000).status_code == 302
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert all(samples.text() not in path.read_bytes() for path in lying())


def test_two_files_at_once_are_refused(client, case):
    files = [SimpleUploadedFile(f"{n}.txt", samples.text()) for n in range(2)]
    answer = client.post(address("case_files", case), {**TOLD, "once": str(uuid4()), "file": files})
    assert answer.status_code == 400
    assert rows(case) == []


def test_a_full_disk_is_said_on_the_page(client, case, monkeypatch):
    def full(self, draft, chunks):
        raise OSError(28, "full")

    monkeypatch.setattr("foundation.files.store.DirectoryStore._write", full)
    answer = hand_in(client, case)
    assert answer.status_code == 422
    assert "There is no room left" in answer.content.decode()
    assert rows(case) == []


def test_without_a_scanner_the_page_says_so_plainly(client, case, settings):
    settings.CLAMAV = ""
    hand_in(client, case)
    page = shown(client, case)
    assert "no virus scanner is connected" in page
    assert "Nobody can open it before." in page
    assert client.get(address("open_file", case, rows(case)[0].pk)).status_code == 409


def test_what_is_harmful_is_destroyed_and_the_page_and_a_notice_say_so(client, case, scanner, checked, house):
    from foundation.outbox import delivery
    from foundation.outbox.models import Message

    hand_in(client, case, HARMFUL)
    checked()
    assert lying() == []
    page = shown(client, case)
    assert "Not kept" in page
    assert "found something harmful" in page
    with COURIER.at_work():
        waiting = list(Message.objects.filter(event="file.refused").values_list("pk", flat=True))
    for pk in waiting:
        delivery.deliver(pk)
    assert "A file was not kept" in client.get(reverse("cases:day")).content.decode()


def test_a_document_that_stays_as_it_came_says_so(client, case, scanner, checked):
    assert hand_in(client, case, samples.pdf(), "a.pdf", may_tell="on").status_code == 302
    checked()
    assert "Kept as it came" in shown(client, case)
    assert client.get(address("open_file", case, rows(case)[0].pk)).getvalue() == samples.pdf()


def test_a_file_is_removed_with_a_reason_and_its_line_stays_without_its_words(
    client, case, scanner, checked, django_capture_on_commit_callbacks
):
    hand_in(client, case, name="mariam.txt")
    checked()
    (row,) = rows(case)
    page = address("remove_file", case, row.pk)
    assert "Registration at the shelter" in client.get(page).content.decode()
    assert client.post(page, {}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page, {"reason": "too_much"}).status_code == 302
    assert lying() == []
    after = shown(client, case)
    assert "Removed" in after
    assert "It shows more than the help needs. By Sefa Maru." in after
    assert "Registration at the shelter" not in after
    assert "mariam.txt" not in after
    assert client.get(page).status_code == client.post(page, {"reason": "wrong"}).status_code == 409
    assert client.get(address("open_file", case, row.pk)).status_code == 409
    assert "A file was removed" in client.get(address("case_history", case)).content.decode()


def test_opening_and_listing_stand_in_the_trail_with_ids_and_codes_only(client, case, scanner, checked, events):
    hand_in(client, case)
    checked()
    (row,) = rows(case)
    shown(client, case)
    client.get(address("open_file", case, row.pk))
    told = {verb: data for verb, data in events if verb.startswith("file.")}
    assert told["file.listed"]["ids"] == [row.pk]
    assert told["file.opened"]["subject"] == row.pk
    assert "letter" not in str(told)
    assert "Registration" not in str(told)


SEATS = ("outsider", "administrator", "data_officer", "partner_worker", "volunteer")


def test_for_everybody_else_there_is_no_case_and_no_file(browse, house, case, client, scanner, checked):
    """Scenario 16; the volunteer who handed the concern over follows the matter and finds no file either."""
    hand_in(client, case)
    checked()
    (row,) = rows(case)
    for seat in SEATS:
        other = browse(house.people[seat])
        for name, more in (("case_files", []), ("open_file", [row.pk]), ("remove_file", [row.pk])):
            assert other.get(address(name, case, *more)).status_code == 404, (seat, name)
        assert hand_in(other, case).status_code == 404
        assert other.post(address("remove_file", case, row.pk), {"reason": "wrong"}).status_code == 404
    assert len(rows(case)) == 1


def test_a_file_of_another_case_is_absent_under_this_ones_address(client, house, case, scanner, checked):
    other = factories.case(house)
    hand_in(client, other)
    checked()
    (row,) = rows(other)
    assert client.get(address("open_file", other, row.pk)).status_code == 200
    for name in ("open_file", "remove_file"):
        assert client.get(address(name, case, row.pk)).status_code == 404
    assert client.get(address("open_file", case, uuid4())).status_code == 404


def test_while_consent_was_taken_back_nothing_is_added_or_opened_and_removal_stays_possible(
    client, house, case, scanner, checked
):
    """HS-06: a restricted case takes no new step; what may go can go."""
    from cases.actions.consent import withdraw_consent
    from consent.models import Decision

    hand_in(client, case)
    checked()
    (row,) = rows(case)
    with acting(case.owner_id):
        decision = Decision.objects.get(person=case.person_id, purpose="internal_escalation")
        withdraw_consent(Case.objects.get(pk=case.pk), decision, by=house.people["caseworker"])
    page = shown(client, case)
    assert "Files are shut" in page
    assert "Add the file" not in page
    assert "Download" not in page
    assert hand_in(client, case).status_code == 403
    assert client.get(address("open_file", case, row.pk)).status_code == 403
    assert client.post(address("remove_file", case, row.pk), {"reason": "person_asked"}).status_code == 302
    assert rows(case)[0].state == "removed"


def test_who_lost_the_case_lost_its_files(client, browse, house, case, scanner, checked):
    hand_in(client, case)
    checked()
    (row,) = rows(case)
    browse(house.people["focal_point"]).post(address("assign", case), {"owner": house.people["deputy"].pk})
    assert client.get(address("open_file", case, row.pk)).status_code == 404
    assert browse(house.people["deputy"]).get(address("open_file", case, row.pk)).status_code == 200


def test_no_file_leaves_with_a_referral(house, client, case, scanner, checked, browse):
    """Row 30 of the referral form is off: without a consent of its own for each file, none goes (T3)."""
    from foundation.dossiers.models import Dossier
    from referrals.models import Referral, Service
    from referrals.words import label
    from tests import partner

    hand_in(client, case, samples.text() + b"the very words of the file")
    checked()
    (row,) = rows(case)
    referral = factories.sent(house, case)
    factories.respond(house, referral, "acknowledge")
    factories.respond(house, referral, "accept")
    machine = house.machine("Quayside Legal Clinic")
    with acting(machine.pk):
        assert not Attachment.objects.exists()
        package = Referral.objects.select_related("dossier").get(pk=referral.pk)
        assert package.dossier_id != row.dossier_id
        assert Dossier.objects.get(pk=package.dossier_id).is_open
    told = partner.api(house).get(f"/{referral.pk}")
    assert told.status_code == 200
    assert "the very words" not in told.content.decode()
    assert str(row.pk) not in told.content.decode()
    assert "attachment" not in told.content.decode().lower()
    worker = browse(house.people["partner_worker"])
    assert worker.get(address("open_file", case, row.pk)).status_code == 404
    assert not any("attach" in code for service in Service.objects.all() for code in service.offered_fields)
    with pytest.raises(KeyError):
        label("attachments")


def test_the_cost_of_the_page_does_not_grow_with_its_files(client, case, django_assert_max_num_queries):
    hand_in(client, case)
    shown(client, case)
    for n in range(6):
        hand_in(client, case, samples.text() * (n + 2))
    with django_assert_max_num_queries(16):
        shown(client, case)


def test_a_broken_upload_is_nobodys_file(client, case):
    """A body that ends in the middle of the file."""
    body = io.BytesIO()
    body.write(b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n')
    body.write(b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf of ')
    answer = client.post(address("case_files", case), body.getvalue(), content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422
    assert rows(case) == []
