"""The pages of the office, walked by the seats that use them, without scripts (domain.md §4.2, §4.3; HS-20, HS-25)."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from consent import actions as consent
from consent import processing
from consent.models import BasisReview, Decision, ImpactAssessment, Keeping, LegalHold, ProcessingBasis, RetentionRule
from consent.vocabulary import Purpose
from foundation.core.acting import acting
from foundation.dossiers import clerk
from tests import factories, office


def proved(browse, person):
    return factories.prove(browse(person), person)


@pytest.fixture
def officer(browse, data_officer):
    return proved(browse, data_officer)


@pytest.fixture
def manager(house, browse):
    return proved(browse, house.people["manager"])


def soon(days=300):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_the_register_names_every_purpose_with_partners_fields_and_days(officer):
    """R-32: made from the code; nothing is typed twice."""
    page = officer.get(reverse("consent:register")).content.decode()
    for purpose in Purpose:
        assert str(purpose.label).replace("’", "’") in page
    assert "Quayside Legal Clinic" in page
    assert "Not assessed yet" in page
    assert "731 days (not agreed yet)" in page


def test_the_list_of_the_register_holds_one_line_per_purpose_and_no_formula(house, officer, data_officer):
    with acting(data_officer.pk):
        consent.set_basis("record_case", "vital_interest", '=HYPERLINK("http://x")', office.soon(), by=data_officer)
    answer = officer.get(reverse("consent:register_csv"))
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == len(Purpose.values) + 1
    assert {len(row) for row in rows} == {9}
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    fields = {name for row in rows[1:] for name in row[5].split("; ")}
    assert "consent_person.name" in fields


def test_the_officer_sets_a_basis_and_the_register_shows_it(officer):
    address = reverse("consent:basis", args=["record_case"])
    assert officer.post(address, {"basis": "vital_interest"}).status_code == 422
    given = {"basis": "vital_interest", "justification": "Lives are at stake.", "review_by": soon()}
    assert officer.post(address, given).status_code == 302
    assert ProcessingBasis.objects.get().justification == "Lives are at stake."
    assert "Lives are at stake." in officer.get(reverse("consent:register")).content.decode()
    assert officer.get(reverse("consent:basis", args=["nothing-known"])).status_code == 404


def test_an_assessment_is_written_by_one_and_approved_by_another(house, officer, manager):
    lantern = house.partners["Lantern House"]
    given = {
        "subject": "partner", "partner": lantern.pk, "processing": "They receive.", "risks": "They lose it.",
        "measures": "A yearly visit.", "review_by": soon(),
    }  # fmt: skip
    assert officer.post(reverse("consent:assessment_new"), {**given, "partner": ""}).status_code == 422
    made_at = officer.post(reverse("consent:assessment_new"), given)
    assert made_at.status_code == 302
    made = ImpactAssessment.objects.get(partner=lantern, state="draft")
    approve = reverse("consent:assessment_step", args=[made.pk, "approve"])
    assert officer.post(approve).status_code == 403
    assert "They lose it." in manager.get(made_at.url).content.decode()
    assert "1 waits for you" in manager.get(reverse("consent:start")).content.decode()
    assert manager.post(approve).status_code == 302
    made.refresh_from_db()
    assert made.state == "approved"
    assert manager.post(approve).status_code == 409


def test_who_decides_confirms_first_that_it_is_them(house, browse):
    made = office.assessment(house)
    officer = house.people["data_officer"]
    stale = factories.prove(browse(officer), officer, seconds_ago=4000)
    address = reverse("consent:assessment_step", args=[made.pk, "approve"])
    answer = stale.get(address)
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("accounts:again"))
    assert stale.post(address).status_code == 403
    made.refresh_from_db()
    assert made.state == "draft"


def test_the_schedule_is_proposed_by_one_and_agreed_to_by_another(house, officer, manager):
    assert officer.post(reverse("consent:rule_new", args=["concern"]), {"days": "0"}).status_code == 422
    assert officer.post(reverse("consent:rule_new", args=["concern"]), {"days": "45"}).status_code == 302
    rule = RetentionRule.objects.get()
    agree = reverse("consent:rule_step", args=[rule.pk, "agree"])
    assert officer.post(agree).status_code == 403
    assert "45 days" in manager.get(agree).content.decode()
    assert manager.post(agree).status_code == 302
    page = officer.get(reverse("consent:retention")).content.decode()
    assert "45 days" in page
    assert "Version 1" in page


def test_a_lead_keeps_a_case_longer_on_its_page(house, browse, focal_point):
    case = factories.case(house)
    with clerk.as_clerk():
        kept = Keeping.objects.get(dossier=case.dossier_id)
    client, address = browse(focal_point), reverse("consent:keeping", args=[kept.pk])
    assert case.code in client.get(address).content.decode()
    words = {"until": soon(1000), "reason": "The court has set a day."}
    assert client.post(address, {**words, "reason": ""}).status_code == 422
    assert client.post(address, words).status_code == 302
    with clerk.as_clerk():
        assert Keeping.objects.get(pk=kept.pk).keep_until.isoformat() == soon(1000)


def test_a_hold_is_asked_for_on_the_case_and_decided_without_opening_it(house, browse, focal_point, officer, manager):
    case = factories.case(house)
    client, ask = browse(focal_point), reverse("cases:hold", args=[case.pk])
    assert ask in client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert client.post(ask, {"ground": "court"}).status_code == 422
    assert client.post(ask, {"ground": "court", "until": soon()}).status_code == 302
    with acting(focal_point.pk):
        hold = LegalHold.objects.get()
    assert client.get(ask).url == reverse("consent:hold", args=[hold.pk])
    listed = officer.get(reverse("consent:holds")).content.decode()
    assert case.code in listed
    assert factories.NAME not in listed
    assert officer.get(reverse("cases:case", args=[case.pk])).status_code == 404
    assert proved(browse, focal_point).post(reverse("consent:hold_step", args=[hold.pk, "agree"])).status_code == 403
    assert officer.post(reverse("consent:hold_step", args=[hold.pk, "agree"])).status_code == 302
    refused = factories.prove(browse(focal_point), focal_point).post(
        reverse("cases:erase", args=[case.pk]), {"ground": "person_asked", "code": case.code}
    )
    assert "A legal hold is on this" in refused.content.decode()
    assert officer.post(reverse("consent:hold_step", args=[hold.pk, "ask_end"])).status_code == 302
    assert officer.post(reverse("consent:hold_step", args=[hold.pk, "end"])).status_code == 403
    assert manager.post(reverse("consent:hold_step", args=[hold.pk, "end"])).status_code == 302


def test_the_focal_point_answers_whether_the_record_may_stay(house, browse, focal_point, caseworker):
    """domain.md §4.2."""
    case = factories.case(house)
    with acting(caseworker.pk):
        decision = Decision.objects.active().get(person=case.person_id, purpose=Purpose.INTERNAL_ESCALATION)
        consent.withdraw(decision, by=caseworker)
    client, address = browse(focal_point), reverse("cases:basis", args=[case.pk])
    assert address in client.get("/").content.decode()
    assert client.post(address, {"outcome": "keep", "why": "Danger."}).status_code == 422
    answer = client.post(address, {"outcome": "keep", "basis": "vital_interest", "why": "A child is in danger."})
    assert answer.status_code == 302
    with acting(focal_point.pk):
        assert BasisReview.objects.get(dossier=Case.objects.get(pk=case.pk).dossier_id).is_kept
    assert client.get(address).status_code == 404


def test_every_room_of_the_officer_opens(officer, manager):
    for client in (officer, manager):
        page = client.get(reverse("consent:start")).content.decode()
        for room in ("register", "assessments", "retention", "holds", "incidents"):
            assert reverse(f"consent:{room}") in page
            assert client.get(reverse(f"consent:{room}")).status_code == 200


def test_what_protects_the_data_is_said_in_figures_of_this_installation(house):
    assert any("columns are encrypted" in line for line in map(str, processing.measures()))
