"""Starting a concern, and the whole way to a case (R-34, R-39, R-40)."""

import pytest
from django.urls import reverse

from cases.models import Case, Concern
from foundation.core.acting import acting
from tests.cases import walk


def test_a_concern_goes_from_the_first_word_to_a_case(volunteer, focal_point, caseworker, browse):
    client = browse(volunteer)
    pk = walk.start(client)
    walk.fill_in(client, pk)
    assert walk.hand_over(client, pk) == pk
    page = client.get(walk.url("concern", pk))
    assert b"Protection focal point, Harbour service point" in page.content
    assert b"landlord" not in page.content
    lead = browse(focal_point)
    assert b"landlord keeps her papers" in lead.get(walk.url("concern", pk)).content
    done = lead.post(walk.url("triage", pk), {**walk.TRIAGE, "owner": caseworker.pk})
    with acting(focal_point.pk):
        case = Case.objects.get(concern__pk=pk)
    assert done["Location"] == walk.url("case", case.pk)


def test_a_draft_is_open_to_its_author_alone(volunteer, focal_point, outsider, administrator, browse):
    pk = walk.start(browse(volunteer))
    for other in (focal_point, outsider, administrator):
        assert walk.is_absent(browse(other), walk.url("concern", pk), pk)


@pytest.mark.parametrize("who", ["partner_worker", "administrator", "data_officer"])
def test_only_people_who_meet_people_record_concerns(who, request, browse):
    client = browse(request.getfixturevalue(who))
    assert client.post(reverse("cases:start")).status_code == 403
    assert b"Record a concern" not in client.get("/").content


def test_a_draft_begins_in_the_language_of_the_page(house, volunteer, browse):
    client = browse(volunteer)
    client.cookies["l"] = "ar"
    pk = walk.start(client)
    with acting(volunteer.pk):
        assert Concern.objects.get(pk=pk).language == "ar"


def test_opening_the_address_of_start_makes_no_draft(house, volunteer, browse):
    assert browse(volunteer).get(reverse("cases:start")).status_code == 405
    with acting(volunteer.pk):
        assert not Concern.objects.exists()
