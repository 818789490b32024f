"""The limits of confidentiality come first; before them nothing that a person says can be kept (HS-03)."""

import pytest

from cases.models import Concern
from foundation.core.acting import acting
from tests.cases import walk


@pytest.mark.parametrize("step", ["words", "wishes", "agreement", "contact", "check"])
def test_before_it_was_said_every_question_leads_back_to_it(step, house, volunteer, browse):
    client = browse(volunteer)
    pk = walk.start(client)
    for response in (
        client.get(walk.url(step, pk)),
        client.post(walk.url(step, pk), {**walk.ANSWERS.get(step, {}), "revision": 0}),
    ):
        assert response["Location"] == walk.url("limits", pk)
    with acting(volunteer.pk):
        found = Concern.objects.get(pk=pk)
        assert (found.summary, found.wishes, found.revision) == (None, None, 0)


def test_the_text_and_the_exceptions_stand_on_the_page_and_the_box_is_not_ticked(house, volunteer, browse):
    client = browse(volunteer)
    page = client.get(walk.url("limits", walk.start(client))).content.decode()
    assert "You may refuse any part" in page
    assert "three times when we cannot keep silent" in page
    assert "checked" not in page


def test_without_the_tick_nothing_goes_on(house, volunteer, browse):
    client = browse(volunteer)
    pk = walk.start(client)
    response = client.post(walk.url("limits", pk), {"revision": 0})
    assert response.status_code == 422
    assert b"First say this to the person" in response.content


def test_the_version_that_was_said_is_kept_with_the_concern(house, volunteer, browse):
    client = browse(volunteer)
    client.cookies["l"] = "ru"
    pk = walk.start(client)
    walk.fill_in(client, pk, "limits")
    with acting(volunteer.pk):
        found = Concern.objects.select_related("notice").get(pk=pk)
        assert str(found.notice) == "2 (ru, spoken)"
        assert found.limits_explained_at is not None


def test_what_was_shown_in_pictures_is_kept_as_shown_in_pictures(house, volunteer, browse):
    """Version, language and channel of what was given stand with the concern, and with the consent that follows."""
    client = browse(volunteer)
    pk = walk.start(client)
    walk.fill_in(client, pk, "limits", limits={"said": "on", "channel": "pictures"})
    with acting(volunteer.pk):
        assert str(Concern.objects.select_related("notice").get(pk=pk).notice) == "2 (en, pictures)"


def test_danger_can_be_marked_before_anything_is_explained(house, volunteer, browse):
    client = browse(volunteer)
    pk = walk.start(client)
    walk.fill_in(client, pk, "danger", danger={"flags": ["held_captive"]})
    with acting(volunteer.pk):
        assert Concern.objects.get(pk=pk).urgency == "emergency"
