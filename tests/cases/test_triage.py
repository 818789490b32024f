"""Triage: a person confirms the urgency and decides what happens next (R-23, R-29, R-40)."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases import actions
from cases.actions import issues
from cases.actions.triage import Triage
from cases.models import Case, Concern, IssueLink, Redirection
from foundation.core.acting import acting
from foundation.core.errors import Refused
from tests.cases import walk


@pytest.fixture
def pk(house, volunteer, browse):
    return walk.agreed(browse(volunteer), danger={"flags": ["held_captive"]})


@pytest.fixture
def lead(focal_point, browse):
    return browse(focal_point)


def triaged(focal_point, pk):
    with acting(focal_point.pk):
        return Concern.objects.get(pk=pk)


def test_the_page_shows_the_persons_words_first_and_how_the_suggestion_was_made(lead, pk):
    page = lead.get(walk.url("concern", pk)).content.decode()
    assert page.index("landlord keeps her papers") < page.index("How urgent is it?")
    assert "Suggested, because of: Held or locked in now" in page
    assert "Ilan Dorn" in page.split("Who can see this?")[1]
    assert " checked" not in page


def test_a_suggestion_without_danger_says_why_too(lead, volunteer, browse):
    urgent = walk.agreed(browse(volunteer), words={"category": "child_in_danger"})
    assert "Suggested, because it is about: A child in danger" in lead.get(walk.url("concern", urgent)).content.decode()
    normal = walk.agreed(browse(volunteer))
    assert "no sign of immediate danger" in lead.get(walk.url("concern", normal)).content.decode()


def test_lowering_the_urgency_needs_a_reason_and_keeps_what_was_chosen(lead, focal_point, caseworker, pk):
    data = {**walk.TRIAGE, "owner": caseworker.pk}
    response = lead.post(walk.url("triage", pk), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Say why the urgency is lower than suggested." in page
    assert page.count(" checked") == 4
    assert triaged(focal_point, pk).status == "submitted"
    lead.post(walk.url("triage", pk), {**data, "reason": "The door was opened by the neighbours."})
    assert triaged(focal_point, pk).urgency == "normal"


@pytest.mark.parametrize("missing", ["urgency", "outcome", "exposure", "harm_forms", "owner"])
def test_a_case_needs_urgency_owner_and_the_kind_of_harm(missing, lead, focal_point, caseworker, pk):
    data = {**walk.TRIAGE, "urgency": "emergency", "owner": caseworker.pk}
    del data[missing]
    assert lead.post(walk.url("triage", pk), data).status_code == 422
    assert triaged(focal_point, pk).status == "submitted"


def test_owners_are_present_people_of_the_organisation(
    lead, outsider, partner_worker, caseworker, volunteer, pk, focal_point
):
    page = lead.get(walk.url("concern", pk)).content.decode()
    for someone in (caseworker, focal_point, outsider):
        assert f'<option value="{someone.pk}">' in page
    for someone in (partner_worker, volunteer):
        assert f'<option value="{someone.pk}">' not in page
        data = {**walk.TRIAGE, "urgency": "emergency", "owner": someone.pk}
        assert lead.post(walk.url("triage", pk), data).status_code == 422


def test_a_contact_can_be_given_without_an_assessment(lead, focal_point, pk):
    data = {"urgency": "emergency", "outcome": "redirected", "contact": ""}
    assert "Write which contact was given." in lead.post(walk.url("triage", pk), data).content.decode()
    done = lead.post(walk.url("triage", pk), {**data, "contact": "Night clinic, Pier Road"})
    assert done["Location"] == walk.url("concern", pk)
    with acting(focal_point.pk):
        assert Redirection.objects.get(concern=pk).contact == "Night clinic, Pier Road"
    assert "A contact was given" in lead.get(walk.url("concern", pk)).content.decode()


def test_an_anonymous_concern_opens_no_case(lead, focal_point, caseworker, volunteer, browse):
    pk = walk.refused(browse(volunteer))
    page = lead.get(walk.url("concern", pk)).content.decode()
    assert "escalated_to_case" not in page
    assert "Show it" not in page
    data = {**walk.TRIAGE, "owner": caseworker.pk}
    assert lead.post(walk.url("triage", pk), data).status_code == 422
    closed = lead.post(walk.url("triage", pk), {"urgency": "normal", "outcome": "closed_no_consent"})
    assert closed["Location"] == walk.url("concern", pk)
    assert triaged(focal_point, pk).status == "closed_no_consent"


def test_a_volunteer_can_follow_and_not_triage(volunteer, focal_point, browse, pk):
    client = browse(volunteer)
    assert client.post(walk.url("triage", pk), walk.TRIAGE).status_code == 403
    assert client.post(walk.url("reach", pk)).status_code == 403
    assert triaged(focal_point, pk).status == "submitted"


@pytest.mark.parametrize("who", ["outsider", "caseworker", "partner_worker", "data_officer", "administrator"])
def test_for_everybody_else_there_is_nothing(who, request, browse, pk):
    client = browse(request.getfixturevalue(who))
    assert walk.is_absent(client, walk.url("concern", pk), pk)
    assert client.post(walk.url("triage", pk), walk.TRIAGE).status_code == 404
    assert client.post(walk.url("reach", pk)).status_code == 404


def test_deciding_twice_leads_to_the_first_decision(lead, focal_point, caseworker, pk):
    data = {**walk.TRIAGE, "urgency": "emergency", "owner": caseworker.pk}
    first, second = lead.post(walk.url("triage", pk), data), lead.post(walk.url("triage", pk), data)
    assert first["Location"] == second["Location"]
    with acting(focal_point.pk):
        assert Case.objects.count() == 1


def test_the_safe_contact_is_shown_on_request_and_that_is_noted(lead, pk, events):
    assert "+380501234567" not in lead.get(walk.url("concern", pk)).content.decode()
    page = lead.post(walk.url("reach", pk)).content.decode()
    assert "+380501234567" in page
    assert "person.contact_shown" in [verb for verb, _ in events]
    assert lead.get(walk.url("reach", pk)).status_code == 405


@pytest.mark.parametrize(
    "bad",
    [{"urgency": "high"}, {"outcome": "gone\x00"}, {"harm_forms": ["x"]}, {"owner": "me"}, {"reason": "я" * 501}],
)
def test_wrong_values_decide_nothing(bad, lead, focal_point, caseworker, pk):
    data = {**walk.TRIAGE, "urgency": "emergency", "owner": caseworker.pk, **bad}
    assert lead.post(walk.url("triage", pk), data).status_code == 422
    assert triaged(focal_point, pk).status == "submitted"


@pytest.fixture
def issue(house, focal_point):
    with acting(focal_point.pk):
        facts = issues.Facts("Papers are kept", "Landlords keep papers.", "Coast region", ["GPC-12"])
        return issues.open_issue(facts, by=focal_point, is_confirmed=True)


def test_a_concern_in_which_nobody_is_known_is_put_behind_an_issue(lead, focal_point, volunteer, browse, issue):
    """R-27, R-40: ``linked_to_issue`` (domain.md §11.3)."""
    pk = walk.refused(browse(volunteer))
    assert "Papers are kept" in lead.get(walk.url("concern", pk)).content.decode()
    data = {"urgency": "normal", "outcome": "linked_to_issue", "issue": ""}
    missing = lead.post(walk.url("triage", pk), data)
    assert missing.status_code == 422
    assert "Choose the issue behind which it stands." in missing.content.decode()
    done = lead.post(walk.url("triage", pk), {**data, "issue": str(issue.pk)})
    assert done["Location"] == walk.url("concern", pk)
    assert triaged(focal_point, pk).status == "linked_to_issue"
    page = lead.get(done["Location"]).content.decode()
    assert reverse("cases:issue", args=[issue.pk]) in page
    assert walk.url("concern", pk) in lead.get(reverse("cases:issue", args=[issue.pk])).content.decode()
    assert "Put behind an issue" in browse(volunteer).get(reverse("cases:concerns")).content.decode()
    with acting(focal_point.pk):
        assert not Case.objects.exists()


def test_somebody_who_is_known_is_never_an_issue_only(lead, focal_point, pk, issue):
    """A person who agreed to be known gets an answer of their own; their case can be linked."""
    assert "linked_to_issue" not in lead.get(walk.url("concern", pk)).content.decode()
    data = {"urgency": "emergency", "outcome": "linked_to_issue", "issue": str(issue.pk)}
    assert lead.post(walk.url("triage", pk), data).status_code == 422
    with acting(focal_point.pk), pytest.raises(Refused) as caught:
        actions.triage(Concern.objects.get(pk=pk), Triage("linked_to_issue", "emergency", issue=issue), by=focal_point)
    assert caught.value.code == "triage.known"


def test_an_issue_of_others_cannot_be_chosen(lead, focal_point, outsider, volunteer, browse, issue):
    pk = walk.refused(browse(volunteer))
    data = {"urgency": "normal", "outcome": "linked_to_issue", "issue": str(uuid4())}
    assert lead.post(walk.url("triage", pk), data).status_code == 422
    assert triaged(focal_point, pk).status == "submitted"


def test_a_link_is_of_a_case_or_of_a_concern_and_never_of_both_or_none(house, focal_point, issue):
    with acting(focal_point.pk), pytest.raises(IntegrityError, match="case_or_concern"), transaction.atomic():
        IssueLink(dossier=issue.dossier, issue=issue, linked_by=focal_point).save(force_insert=True)
