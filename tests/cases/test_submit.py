"""Checking and handing over: whole if the person agreed, else only an anonymous concern remains (HS-02, scenario 1)."""

from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from cases.models import Concern
from cases.views import concerns, drafts, steps
from consent.models import Person
from foundation.core.acting import acting
from foundation.dossiers.models import Clock, DossierKey
from tests.cases import walk


@pytest.fixture
def client(volunteer, browse):
    return browse(volunteer)


def test_scenario_1_the_person_says_no_and_only_an_anonymous_concern_remains(client, volunteer, focal_point, browse):
    pk = walk.start(client)
    walk.fill_in(
        client, pk, "limits", "where", "danger", "words", "wishes", "agreement", agreement={"answer": "refused"}
    )
    with acting(volunteer.pk):
        dossier = Concern.objects.get(pk=pk).dossier_id
    page = client.get(walk.url("check", pk)).content.decode()
    assert "Only an anonymous concern remains" in page
    assert "landlord" not in page
    left = walk.hand_over(client, pk)
    assert left != pk
    for who in (volunteer, focal_point):
        with acting(who.pk):
            assert not Concern.objects.filter(pk=pk).exists()
            assert not Person.objects.exists()
            assert not DossierKey.objects.filter(dossier_id=dossier).exists()
    with acting(focal_point.pk):
        found = Concern.objects.get(pk=left)
        assert (found.person, found.summary, found.wishes, found.is_anonymous) == (None, None, None, True)
    page = browse(focal_point).get(walk.url("concern", left)).content.decode()
    assert "landlord" not in page
    assert "No police" not in page
    assert "no case can be opened" in page


def test_the_reporter_sees_where_it_stands_and_not_what_was_said(client):
    pk = walk.agreed(client, danger={"flags": ["held_captive"]})
    page = client.get(walk.url("concern", pk)).content.decode()
    assert "Protection focal point, Harbour service point" in page
    assert "Due in 60 min" in page
    for secret in ("landlord", "Mariam", "No police", "+380501234567"):
        assert secret not in page


def test_the_page_before_shows_all_that_the_focal_point_will_see(client):
    pk = walk.start(client)
    walk.fill_in(client, pk)
    page = client.get(walk.url("check", pk)).content.decode()
    for shown in (
        "landlord keeps her papers",
        "The papers back",
        "Mariam",
        "+380501234567",
        "Agrees",
        "None of the signs",
    ):
        assert shown in page
    assert page.count(">Change<") == 9


def test_a_second_press_leads_to_where_it_stands(client):
    pk = walk.start(client)
    walk.fill_in(client, pk)
    data = {"revision": walk.shown_revision(client.get(walk.url("check", pk)))}
    first, second = (client.post(walk.url("check", pk), data) for _ in range(2))
    assert first["Location"] == second["Location"] == walk.url("concern", pk)
    assert Clock.objects.count() == 0  # nobody acts here: the wall shows nothing


def test_a_second_press_after_a_refusal_leads_to_the_anonymous_concern(client):
    pk = walk.start(client)
    walk.fill_in(client, pk, "limits", "where", "danger", "words", "agreement", agreement={"answer": "refused"})
    data = {"revision": walk.shown_revision(client.get(walk.url("check", pk)))}
    first, second = (client.post(walk.url("check", pk), data) for _ in range(2))
    assert first["Location"] == second["Location"] != walk.url("concern", pk)
    assert client.get(walk.url("check", str(uuid4()))).status_code == 404


@pytest.mark.parametrize("said", ["granted", "refused"])
def test_two_presses_at_the_same_moment_hand_over_once(said, client, volunteer, monkeypatch):
    pk = walk.start(client)
    walk.fill_in(client, pk, "limits", "where", "danger", "words", "agreement", agreement={"answer": said})
    data = {"revision": walk.shown_revision(client.get(walk.url("check", pk)))}
    with acting(volunteer.pk):
        before = drafts.fetch(volunteer, UUID(pk))
        asked = drafts.Draft(before).decision
        assert before.is_open, "the request has read the key before the other one took it away"
    client.post(walk.url("check", pk), data)
    monkeypatch.setattr(concerns, "fetch", lambda actor, ref: before)
    monkeypatch.setattr(drafts, "escalation_decision", lambda concern: asked)
    assert client.post(walk.url("check", pk), data)["Location"] == reverse("cases:concerns")
    monkeypatch.setattr(steps, "fetch", lambda actor, ref: before)
    late = client.post(walk.url("wishes", pk), {"wishes": "Too late", "revision": data["revision"]})
    assert late.status_code == 409
    assert "handed over already" in late.content.decode()


def test_a_stale_page_hands_nothing_over(client, volunteer):
    pk = walk.start(client)
    walk.fill_in(client, pk)
    old = walk.shown_revision(client.get(walk.url("check", pk)))
    walk.fill_in(client, pk, "wishes", wishes={"wishes": "Something else"})
    late = client.post(walk.url("check", pk), {"revision": old})
    assert late.status_code == 422
    assert "Something else" in late.content.decode()
    with acting(volunteer.pk):
        assert Concern.objects.get(pk=pk).status == "draft"


@pytest.mark.parametrize("missing", ["where", "danger", "words", "agreement"])
def test_an_unfinished_draft_leads_to_what_is_missing(missing, client):
    pk = walk.start(client)
    walk.fill_in(client, pk, *(s for s in ("limits", "where", "danger", "words", "agreement") if s != missing))
    assert client.get(walk.url("check", pk))["Location"] == walk.url(missing, pk)
    assert client.post(walk.url("check", pk), {"revision": 9})["Location"] == walk.url(missing, pk)


def test_after_handing_over_no_step_can_be_opened_again(client):
    pk = walk.agreed(client)
    for step in walk.ANSWERS:
        assert client.get(walk.url(step, pk))["Location"] == walk.url("concern", pk)
        late = client.post(walk.url(step, pk), {**walk.ANSWERS[step], "revision": 8})
        assert late["Location"] == walk.url("concern", pk)


def test_nobody_in_the_house_is_there_to_take_it(client, house):
    from foundation.accounts.models import Appointment

    pk = walk.start(client)
    walk.fill_in(client, pk)
    Appointment.objects.filter(seat__role__in=["focal_point", "deputy", "manager"]).delete()
    response = walk.answer(client, "check", pk)
    assert response.status_code == 422
    assert "Phone the duty focal point" in response.content.decode()
    assert "0800 555 019" in client.get(walk.url("concern", pk)).content.decode()


def test_the_list_of_concerns_holds_what_the_reporter_wrote(client, volunteer, events):
    sent, open_ = walk.agreed(client), walk.start(client)
    page = client.get(reverse("cases:concerns")).content.decode()
    assert walk.url("concern", sent) in page
    assert walk.url("concern", open_) in page
    assert ("concern.listed", {"n": 2}) in events
    assert "landlord" not in page


def test_reading_a_concern_is_noted(client, focal_point, browse, events):
    pk = walk.agreed(client)
    client.get(walk.url("concern", pk))
    browse(focal_point).get(walk.url("concern", pk))
    assert [data["whole"] for verb, data in events if verb == "concern.read"] == [False, True]
