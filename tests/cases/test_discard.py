"""Throwing a draft away."""

from cases.models import Concern
from foundation.core.acting import acting
from tests.cases import walk


def test_a_draft_is_destroyed_after_a_page_that_says_so(house, volunteer, browse):
    client = browse(volunteer)
    pk = walk.start(client)
    walk.fill_in(client, pk, "limits", "words")
    page = client.get(walk.url("discard", pk)).content.decode()
    assert "What the person told you" in page
    assert "landlord" not in page
    assert client.post(walk.url("discard", pk))["Location"] == "/concerns/"
    with acting(volunteer.pk):
        assert not Concern.objects.filter(pk=pk).exists()
    assert client.post(walk.url("discard", pk)).status_code == 404


def test_nobody_else_throws_it_away_and_nothing_handed_over_is_thrown_away(house, volunteer, focal_point, browse):
    client = browse(volunteer)
    pk = walk.start(client)
    assert browse(focal_point).post(walk.url("discard", pk)).status_code == 404
    sent = walk.agreed(client)
    assert client.post(walk.url("discard", sent))["Location"] == walk.url("concern", sent)
    with acting(volunteer.pk):
        assert Concern.objects.filter(pk__in=[pk, sent]).count() == 2
