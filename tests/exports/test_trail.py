"""What the trail, the mails and a full disk make of a list that leaves; on a real database, read by its owner."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from cases.models import Case
from foundation.core.acting import acting
from foundation.core.errors import Refused
from foundation.core.machines import COURIER
from foundation.exports import actions
from foundation.exports.states import ExportState
from foundation.outbox import delivery
from foundation.outbox.models import Message
from tests import factories
from tests.audit import owner
from tests.exports.asking import SESSION, act, asked, fresh, taken

pytestmark = pytest.mark.django_db(transaction=True)
FULL = """
CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$;
CREATE TRIGGER no_room BEFORE INSERT ON exports_exportfile FOR EACH ROW EXECUTE FUNCTION disk_full();
"""


@pytest.fixture
def house(transactional_db):
    return factories.house()


@pytest.fixture
def few(settings):
    """Three rows may leave without a second person."""
    settings.EXPORT_ROWS_ALONE = 3


@pytest.fixture(autouse=True)
def since(house):
    """The trail cannot be emptied between tests: each looks at what is new."""
    (START[:],) = [owner.column("SELECT coalesce(max(id), 0) FROM trail.event")]


START: list[int] = []


def case(house):
    """In one transaction: outside of any the database knows no actor."""
    with transaction.atomic():
        return factories.case(house)


def events(*verbs: str) -> list[tuple[str, dict]]:
    found = owner.rows(
        "SELECT verb, data::text FROM trail.event WHERE id > %s AND verb = ANY(%s) ORDER BY id", START[0], list(verbs)
    )
    return [(verb, json.loads(data)) for verb, data in found]


def test_a_full_disk_is_said_and_nothing_is_half_made(house, focal_point):
    """The database's own refusal (53100), raised where the file is written."""
    case(house)
    export = asked(focal_point)
    owner.run(FULL)
    try:
        with pytest.raises(Refused) as refused:
            act("make", export, focal_point, session=SESSION)
    finally:
        owner.run("DROP FUNCTION disk_full() CASCADE")
    assert refused.value.code == "export.no_room"
    with acting(focal_point.pk), transaction.atomic():
        assert fresh(export, focal_point).state == ExportState.APPROVED
    assert events("export.made", "export.read") == []
    assert act("make", export, focal_point, session=SESSION), "when there is room again"


def test_every_step_stands_in_the_trail_with_counts_and_columns_and_each_row_by_its_id(house, few, focal_point, deputy):
    for _ in range(4):
        case(house)
    export = asked(focal_point)
    act("approve", export, deputy)
    made_ = act("make", export, focal_point, session=SESSION)
    taken(made_, focal_point)
    verbs = ("export.asked", "export.approved", "export.read", "export.made", "export.downloaded")
    found = dict(events(*verbs))
    assert [verb for verb, _data in events(*verbs)] == list(verbs)
    assert found["export.asked"] == {
        "source": "cases", "scope": "all", "columns": ["code", "urgency", "stage"], "format": "xlsx", "reason": "meeting",
        "n": 4, "alone": False,
    }  # fmt: skip
    with acting(focal_point.pk), transaction.atomic():
        assert set(found["export.read"]["ids"]) == {str(pk) for pk in Case.objects.values_list("pk", flat=True)}
    assert found["export.made"]["n"] == 4
    assert found["export.downloaded"]["n"] == 4
    assert "conference" not in json.dumps(found)


def test_a_list_that_ran_out_of_time_says_whether_it_was_made(house, few, focal_point, settings):
    case(house)
    export = asked(focal_point)
    act("make", export, focal_point, session=SESSION)
    asked(focal_point)
    with time_machine.travel(timezone.now() + settings.EXPORT_ASKED + timedelta(minutes=1)):
        assert actions.sweep() == 2
    assert sorted(data["made"] for _verb, data in events("export.expired")) == [False, True]


def test_mails_about_it_say_nothing(house, few, focal_point):
    for _ in range(4):
        case(house)
    asked(focal_point)
    with COURIER.at_work():
        for message in Message.objects.filter(channel="email", slot__startswith="export:"):
            delivery.deliver(message.pk)
    assert mail.outbox
    assert {sent.subject for sent in mail.outbox} == {"Something new"}
