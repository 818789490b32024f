"""The largest list that may leave: ten thousand rows, in bounded memory (safety.md §1 "exports")."""

import tracemalloc
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Concern
from foundation.core.acting import acting
from foundation.core.codes import new_code
from foundation.exports import actions
from tests import factories
from tests.exports.asking import SESSION, act, asked, opened, rows_of, taken

MOST = 10_000
PEAK = 128 * 1024 * 1024


def copies(row, n: int, **more) -> list:
    """Rows like this one, under their own codes; what is sealed is bound to the first and stays shut."""
    found = []
    for number in range(n):
        same = {f.attname: row.__dict__[f.attname] for f in row._meta.concrete_fields}
        same |= {
            "id": uuid.uuid4(),
            "code": new_code((4, 4)),
            **{name: values[number] for name, values in more.items()},
        }
        found.append(type(row)(**same))
    return found


@pytest.fixture
def many(house, focal_point):
    """Ten thousand cases in one folder, which the focal point opens."""
    case = factories.case(house)
    with acting(focal_point.pk):
        concerns = copies(Concern.objects.get(pk=case.concern_id), MOST - 1)
        Concern.objects.bulk_create(concerns, batch_size=1000)
        rows = copies(Case.objects.get(pk=case.pk), MOST - 1, concern_id=[c.pk for c in concerns])
        Case.objects.bulk_create(rows, batch_size=1000)
    return case


def test_ten_thousand_rows_leave_in_bounded_memory_and_few_queries(many, focal_point, deputy):
    export = asked(focal_point, columns=["code", "urgency", "stage", "follow_up", "opened", "owner", "unit"])
    assert export.n_rows == MOST
    act("approve", export, deputy)
    tracemalloc.start()
    with CaptureQueriesContext(connection) as queries:
        made_ = act("make", export, focal_point, session=SESSION)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < PEAK
    assert len(queries) < 100
    content = taken(made_, focal_point)
    assert len(rows_of(opened(content, made_.password)[1], "x.xlsx")) == MOST + 3


def test_one_row_more_is_refused_with_the_limit_in_words(many, focal_point, settings):
    settings.EXPORT_ROWS_MOST = MOST - 1
    with pytest.raises(actions.Refused, match=r"export\.too_many") as refused:
        asked(focal_point)
    assert "9999" in refused.value.message
