"""The whole way of a concern through the pages (R-34, R-39, R-40)."""

from cases.models import Case
from foundation.core.acting import acting
from tests.cases import walk


def test_a_concern_goes_from_the_first_word_to_a_case(house, volunteer, focal_point, caseworker, browse):
    client = browse(volunteer)
    pk = walk.start(client)
    walk.fill_in(client, pk)
    assert walk.hand_over(client, pk) == pk
    page = client.get(walk.url("concern", pk))
    assert b"Protection focal point, Harbour service point" in page.content
    assert b"landlord" not in page.content
    lead = browse(focal_point)
    page = lead.get(walk.url("concern", pk))
    assert b"landlord keeps her papers" in page.content
    done = lead.post(walk.url("triage", pk), {**walk.TRIAGE, "owner": caseworker.pk})
    assert done.status_code == 302
    with acting(focal_point.pk):
        case = Case.objects.get(concern=pk)
    assert done["Location"] == f"/cases/{case.pk}/"
