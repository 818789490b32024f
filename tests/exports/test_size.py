"""The largest list that may leave, in bounded memory and few queries (safety.md §1 "exports").

Always with what fills three chunks; with ten thousand rows where slow tests are asked for.
"""

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

SIZES = [actions.CHUNK * 2 + 1, pytest.param(10_000, marks=pytest.mark.slow)]
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


@pytest.fixture(params=SIZES)
def many(request, house, focal_point, settings):
    """As many cases as may leave at once, in one folder, which the focal point opens."""
    settings.EXPORT_ROWS_MOST = most = request.param
    case = factories.case(house)
    with acting(focal_point.pk):
        concerns = copies(Concern.objects.get(pk=case.concern_id), most - 1)
        Concern.objects.bulk_create(concerns, batch_size=1000)
        rows = copies(Case.objects.get(pk=case.pk), most - 1, concern_id=[c.pk for c in concerns])
        Case.objects.bulk_create(rows, batch_size=1000)
    return most


def test_the_largest_list_leaves_in_bounded_memory_and_few_queries(many, focal_point, deputy):
    export = asked(focal_point, columns=["code", "urgency", "stage", "follow_up", "opened", "owner", "unit"])
    assert export.n_rows == many
    act("approve", export, deputy)
    tracemalloc.start()
    with CaptureQueriesContext(connection) as queries:
        made_ = act("make", export, focal_point, session=SESSION)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < PEAK
    assert len(queries) < 20 + 4 * (many // actions.CHUNK)
    content = taken(made_, focal_point)
    assert len(rows_of(opened(content, made_.password)[1], "x.xlsx")) == many + 3


def test_one_row_more_is_refused_with_the_limit_in_words(cases, focal_point, settings):
    settings.EXPORT_ROWS_MOST = 2
    with pytest.raises(actions.Refused, match=r"export\.too_many") as refused:
        asked(focal_point)
    assert "2 rows" in refused.value.message
