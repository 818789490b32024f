"""The head of the trail, kept on another mount and with custodians: only it shows that the newest part is gone."""

import resource
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from foundation.audit import anchors, seals, tasks
from foundation.audit.anchors import Anchor, AnchorError
from foundation.core.machines import ARCHIVIST, COURIER
from foundation.outbox import delivery
from foundation.outbox.models import Message, Status
from tests.audit import owner
from tests.audit.acts import behind_our_back, record, sealed

pytestmark = pytest.mark.django_db(transaction=True)
HASH = "ab" * 32


@pytest.fixture
def file(ids, settings, tmp_path):
    """Where anchors are kept, begun."""
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    anchors.begin()
    return tmp_path / "anchors"


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_command_appends_the_head_and_the_trail_says_so(file):
    record(1)
    said("audit_anchor")
    record(1)
    said("audit_anchor")
    one, two = anchors.read(file)
    assert one.number < two.number
    assert two.head == seals.verify().head
    actor, number = owner.rows("SELECT actor, (data->>'number')::bigint FROM trail.event WHERE verb = 'trail.anchored'"
                               " ORDER BY id DESC LIMIT 1")[0]  # fmt: skip
    assert (actor, number) == (ARCHIVIST.pk, two.number)
    text = file.read_text()
    assert len(text.splitlines()) == 2
    assert text.isascii()


def test_every_head_in_the_file_is_compared(file):
    for _ in range(3):
        record(1)
        said("audit_anchor")
    assert "3 anchors compared" in said("audit_verify", "--from-anchor", str(file))
    one = anchors.read(file)[0]
    file.write_text(f"{Anchor(one.at, one.number, HASH)}\n" + file.read_text())
    with pytest.raises(CommandError, match=f"seal {one.number} of the anchor is not there"):
        said("audit_verify", "--from-anchor", str(file))


def test_a_trail_without_its_newest_part_does_not_match_the_file(file):
    said("audit_anchor")
    kept = [anchor.head for anchor in anchors.read(file)]

    def cut():
        owner.run("DELETE FROM trail.seal WHERE number = (SELECT max(number) FROM trail.seal)")
        (done,) = owner.column("SELECT max(to_xid::text::bigint) FROM trail.seal")
        owner.run("DELETE FROM trail.event WHERE xid::text::bigint >= %s", done)

    assert behind_our_back(cut) is None
    assert "was cut off" in str(behind_our_back(cut, kept[0]))


def test_a_trail_that_holds_fewer_seals_than_were_anchored_is_not_anchored_over(file):
    """The sweep of the day finds what a restore or a thief took away, without anybody asking."""
    anchor = anchors.current()
    assert anchor is not None
    for later in (Anchor(anchor.at, anchor.number + 3, HASH), Anchor(anchor.at, anchor.number, HASH)):
        file.write_text(f"{later}\n")
        with pytest.raises(AnchorError) as problem:
            anchors.take()
        assert problem.value.code == "anchor.lost"
        assert len(file.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    "line", ["x", "1", "1:", "1:zz", "one:" + HASH, "1:" + HASH[:-2], "yesterday 1:" + HASH, "\u0661:" + HASH]
)
def test_a_damaged_file_is_named_with_its_line(file, line):
    said("audit_anchor")
    file.write_text(f"{file.read_text()}\n{line}\n", "utf-8")
    for command in (("audit_anchor",), ("audit_verify", "--from-anchor", str(file))):
        with pytest.raises(CommandError, match=r"Line 3|cannot be read"):
            said(*command)
    with pytest.raises(AnchorError):
        tasks.anchor()


@pytest.mark.parametrize("given", ["nowhere", "/nowhere/anchors", "1:xyz", f"x:{HASH}", ":"])
def test_what_is_neither_head_nor_file_is_refused(db, given):
    with pytest.raises(CommandError, match=r"no head|no file"):
        said("audit_verify", "--from-anchor", given)


def test_a_file_that_is_gone_is_a_loss_and_not_made_again(file, caplog):
    """A mount that fell away must not be replaced by an empty file on the local disk."""
    file.unlink()
    with pytest.raises(CommandError, match="no file of anchors"):
        said("audit_anchor")
    with pytest.raises(AnchorError):
        tasks.anchor()
    assert not file.exists()
    assert ("the trail is not anchored", "anchor.missing") in [
        (r.getMessage(), r.code) for r in caplog.records if r.name == "amparo.audit"
    ]
    said("audit_anchor", "--begin")
    with pytest.raises(CommandError, match="already"):
        said("audit_anchor", "--begin")
    assert len(anchors.read(file)) == 1


def test_a_full_disk_is_said(file):
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limit[1]))
    try:
        with pytest.raises(AnchorError) as problem:
            anchors.take()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert problem.value.code == "anchor.unwritable"


def test_the_sweep_anchors_once_a_day(file):
    for _ in range(3):
        tasks.anchor()
    assert len(anchors.read(file)) == 1
    record(1)
    sealed()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=23)):
        tasks.anchor()
    assert len(anchors.read(file)) == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=24, seconds=1)):
        tasks.anchor()
    assert len(anchors.read(file)) == 2


def test_custodians_get_one_mail_a_day_with_the_head_and_nothing_else(ids, settings):
    """At most one a day each, whatever is asked; retried until it leaves; no address stands in the database."""
    settings.AUDIT_ANCHOR_MAIL = ["one@custodian.example", "two@custodian.example"]
    for _ in range(3):
        anchors.take()
    with COURIER.acting():
        with transaction.atomic():
            rows = list(Message.objects.filter(channel="anchor").order_by("slot"))
        assert len(rows) == 2
        assert not any("custodian" in row.slot for row in rows)
        assert all(delivery.deliver(row.pk) for row in rows)
    assert [m.to for m in mail.outbox] == [["one@custodian.example"], ["two@custodian.example"]]
    head = seals.verify().head
    for sent in mail.outbox:
        at, _space, kept = sent.body.strip().partition(" ")
        assert kept == head
        assert datetime.fromisoformat(at).tzinfo == UTC
        assert sent.subject == "Keep this number"
        assert not sent.attachments


def test_a_custodian_who_was_taken_off_gets_nothing_any_more(ids, settings):
    settings.AUDIT_ANCHOR_MAIL = ["one@custodian.example"]
    anchors.take()
    settings.AUDIT_ANCHOR_MAIL = []
    with COURIER.acting():
        with transaction.atomic():
            row = Message.objects.get(channel="anchor")
        assert not delivery.deliver(row.pk)
        with transaction.atomic():
            row.refresh_from_db()
    assert (row.status, row.problem) == (Status.FAILED, "custodian_gone")
    assert mail.outbox == []


def test_without_a_place_to_keep_it_the_command_says_where_to_set_one(ids, settings):
    settings.AUDIT_ANCHOR_FILE = ""
    assert "AMPARO_ANCHOR_FILE is not set" in said("audit_anchor")
    with pytest.raises(CommandError, match="AMPARO_ANCHOR_FILE"):
        said("audit_anchor", "--begin")


def test_an_auditor_reads_and_seals_nothing(ids):
    """Somebody from outside verifies without a key and without writing."""
    record(2)
    before = owner.column("SELECT max(number) FROM trail.seal")
    assert "2 not sealed yet" in said("audit_verify", "--no-seal")
    assert owner.column("SELECT max(number) FROM trail.seal") == before
