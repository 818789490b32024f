"""The pages on which is said who decides: the age, caregivers, two people for a child, one test for an adult (HS-04)."""

import re

import pytest
from django.urls import reverse

from consent.models import BestInterestNote, CapacityAssessment, Caregiver, Decision, Person
from consent.vocabulary import Element, NoteStatus, Purpose
from foundation.core.acting import acting
from tests import factories

HELD = {
    "elements": Element.values, "language": "en", "channel": "spoken", "explained_by": "me", "mode": "verbal",
    "interpreter": "none", "is_private": "yes", "follow_up_contact": "granted",
}  # fmt: skip
NOTE = {
    "purposes": [Purpose.FOLLOW_UP_CONTACT], "views": "I want them to phone my aunt.", "options": "Phone or wait.",
    "safety": "Safe at the aunt’s.", "decision": "Phone the aunt.",
}  # fmt: skip


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def at(name, case, *more) -> str:
    return reverse(f"cases:{name}", args=[case.pk, *more])


def granted(user, case) -> bool:
    with acting(user.pk):
        return Decision.objects.active().filter(person=case.person_id, purpose=Purpose.FOLLOW_UP_CONTACT).exists()


def test_of_an_adult_nothing_more_is_asked(house, browse, caseworker):
    case = factories.case(house)
    page = browse(caseworker).get(at("case_consent", case)).content.decode()
    assert 'name="age"' not in page
    assert 'name="child"' not in page
    assert "The person decides alone. Capacity is presumed." in page
    assert "Age table, version 1" in page


def test_an_age_that_nobody_knows_is_asked_and_written_down(house, browse, caseworker):
    """HS-04: unknown age is a child; what was typed stays on the page."""
    case, client = factories.case(house, age=None), browse(caseworker)
    page = client.post(at("case_consent", case), HELD)
    assert page.status_code == 422
    assert "How old the person is, is not known" in text_of(page)
    assert re.search(r'name="follow_up_contact" value="granted"[^>]*checked', page.content.decode())
    assert not granted(caseworker, case)
    assert client.post(at("case_consent", case), {**HELD, "age": "41"}).status_code == 302
    assert granted(caseworker, case)
    with acting(caseworker.pk):
        assert Person.objects.get(pk=case.person_id).facts["age_band"] == "18-59"


@pytest.mark.parametrize("age", ["-1", "400", "nine", "8" * 400])
def test_an_age_that_is_none_is_refused_beside_its_field(house, browse, caseworker, age):
    case = factories.case(house, age=None)
    page = browse(caseworker).post(at("case_consent", case), {**HELD, "age": age})
    assert page.status_code == 422
    assert 'id="id_age-error"' in page.content.decode() or "error" in page.content.decode()
    assert not granted(caseworker, case)


def test_a_child_of_nine_in_the_conversation(house, browse, caseworker):
    """HS-04 on the page: assent and a caregiver, each refusal beside its field, nothing lost."""
    case, client = factories.case(house, age=9), browse(caseworker)
    url = at("case_consent", case)
    said = text_of(client.get(url))
    assert "The child must agree (assent)" in said
    assert "A caregiver must consent too" in said
    assert 'name="permitted"' not in client.get(url).content.decode(), "that is asked from fifteen on"
    assert "Explain it to the child" in text_of(client.post(url, HELD))
    stop = client.post(url, {**HELD, "child": "refuses"})
    assert "Only a best-interest decision of two people lifts that" in text_of(stop)
    assert "a caregiver must agree" in text_of(client.post(url, {**HELD, "child": "agrees"}))
    client.post(at("caregiver_add", case), {"relationship": "mother", "name": "Mama"})
    with acting(caseworker.pk):
        one = Caregiver.objects.get(person=case.person_id)
    assert (
        client.post(url, {**HELD, "child": "agrees", "caregiver": one.pk, "caregiver_says": "agrees"}).status_code
        == 302
    )
    assert granted(caseworker, case)


def test_shutting_a_caregiver_out_on_the_page(house, browse, caseworker):
    """Scenario 5: the last page says what ends; afterwards the caregiver is not offered any more."""
    case, client = factories.case(house, age=9), browse(caseworker)
    client.post(at("caregiver_add", case), {"relationship": "father", "name": "Papa"})
    with acting(caseworker.pk):
        one = Caregiver.objects.get(person=case.person_id)
    voices = {"child": "agrees", "caregiver": str(one.pk), "caregiver_says": "agrees"}
    assert client.post(at("case_consent", case), {**HELD, **voices}).status_code == 302
    stop = text_of(client.get(at("caregiver_flag", case, one.pk)))
    assert "Everything this caregiver agreed to" in stop
    assert client.post(at("caregiver_flag", case, one.pk)).status_code == 302
    assert not granted(caseworker, case)
    assert "Shut out: a source of harm" in text_of(client.get(at("capacity", case)))
    assert str(one.pk) not in client.get(at("case_consent", case)).content.decode()
    again = client.post(at("case_consent", case), {**HELD, **voices, "asked_by_person": "on"})
    assert again.status_code == 422
    assert not granted(caseworker, case)
    contact = client.post(at("case_person", case), {"method": "through", "value": "Papa"})
    assert contact.status_code == 422
    assert "Nobody is reached through others here" in text_of(contact)


def test_a_child_of_sixteen_says_that_nobody_at_home_may_know(house, browse, caseworker):
    """Scenario 6 on the page."""
    case, client = factories.case(house, age=16), browse(caseworker)
    said = text_of(client.get(at("case_consent", case)))
    assert "A caregiver is asked only if the child permits it" in said
    assert client.post(at("case_consent", case), {**HELD, "child": "agrees", "permitted": "no"}).status_code == 302
    assert granted(caseworker, case)


def test_two_people_decide_what_is_best_for_a_child(house, browse, caseworker, focal_point):
    case, owner, lead = factories.case(house, age=7), browse(caseworker), browse(focal_point)
    short = owner.post(at("best_interest_write", case), {**NOTE, "safety": "  "})
    assert short.status_code == 422
    assert "Phone the aunt." in short.content.decode()
    answer = owner.post(at("best_interest_write", case), NOTE)
    assert answer.status_code == 302
    assert "Do you agree?" not in text_of(owner.get(answer["Location"]))
    assert owner.post(answer["Location"], {"answer": "yes"}).status_code == 422
    assert "I want them to phone my aunt." in text_of(lead.get(answer["Location"]))
    assert lead.post(answer["Location"], {"answer": "yes"}).status_code == 302
    with acting(caseworker.pk):
        assert BestInterestNote.objects.get(person=case.person_id).status == NoteStatus.AGREED
    assert owner.post(at("case_consent", case), {**HELD, "child": "refuses"}).status_code == 302
    assert granted(caseworker, case)


def test_a_note_or_a_caregiver_of_another_case_is_not_there(house, browse, caseworker):
    case, other, client = factories.case(house, age=7), factories.case(house, age=7), browse(caseworker)
    location = client.post(at("best_interest_write", other), NOTE)["Location"]
    client.post(at("caregiver_add", other), {"relationship": "mother"})
    with acting(caseworker.pk):
        one = Caregiver.objects.get(person=other.person_id)
    assert client.get(location.replace(str(other.pk), str(case.pk))).status_code == 404
    assert client.get(at("caregiver_flag", case, one.pk)).status_code == 404


def test_a_disability_is_refused_as_a_reason_and_support_comes_first(house, browse, caseworker):
    """W-11 on the page."""
    case, client = factories.case(house), browse(caseworker)
    found = {"understand": "yes", "retain": "with_support", "weigh": "yes", "communicate": "yes", "words": "Pictures."}
    data = {"purpose": Purpose.FOLLOW_UP_CONTACT, "doubt": "disability", "support": ["plain_words"], **found}
    page = client.post(at("capacity_assess", case), data)
    assert page.status_code == 422
    assert "A disability is no reason to doubt that somebody can decide" in text_of(page)
    assert "Pictures." in page.content.decode()
    assert client.post(at("capacity_assess", case), {**data, "doubt": "memory", "support": []}).status_code == 422
    assert client.post(at("capacity_assess", case), {**data, "doubt": "memory"}).status_code == 302
    with acting(caseworker.pk):
        assert CapacityAssessment.objects.filter(person=case.person_id).count() == 1
    assert "Can decide this with support" in text_of(client.get(at("capacity", case)))


def test_a_doubt_without_an_assessment_warns(house, browse, caseworker):
    """W-11: it goes on with a reason."""
    case, client = factories.case(house), browse(caseworker)
    page = client.post(at("case_consent", case), {**HELD, "is_doubted": "on"})
    assert page.status_code == 422
    assert "Capacity is presumed. Assess it for this decision" in text_of(page)
    more = {"is_doubted": "on", "doubt_reason": "Tired, and said it back rightly."}
    assert client.post(at("case_consent", case), {**HELD, **more}).status_code == 302


def test_who_only_reads_the_case_changes_nothing(house, browse, outsider, volunteer):
    case = factories.case(house, age=9)
    for who in (outsider, volunteer):
        for name in ("capacity", "caregiver_add", "best_interest_write", "capacity_assess"):
            assert browse(who).get(at(name, case)).status_code == 404
