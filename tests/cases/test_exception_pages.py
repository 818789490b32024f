"""The pages on which two people tell something without consent: reasons, a second look at who it is, a list without words."""

import re

import pytest
from django.urls import reverse

from consent.actions import exceptions
from consent.models import ExceptionalDisclosure
from consent.states import ExceptionStatus
from foundation.core.acting import acting
from referrals.actions import directory
from tests import door, factories

FORM = {
    "ground": "life_at_risk", "source": "partner", "fields_told": ["alias", "safe_contact"], "informed": "no",
    "necessity": "He said that he will come back tonight.", "proportionality": "Nobody else has a bed tonight.",
    "unsafe": "He reads her telephone.", "days": "3", "law": "",
}  # fmt: skip


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def url(house, case):
    return reverse("cases:exception_ask", args=[case.pk, house.services["Safe shelter"].pk])


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def only(person) -> ExceptionalDisclosure:
    with acting(person.pk):
        return ExceptionalDisclosure.objects.get()


def test_from_the_case_to_the_second_signature(house, case, url, focal_point, data_officer, browse):
    """HS-20 on the pages: asked by one, signed by another who never opens the case, ended when the ground is gone."""
    lead, officer = door.confirm(browse(focal_point)), door.confirm(browse(data_officer))
    page = lead.get(reverse("cases:case", args=[case.pk]))
    choose = reverse("cases:exception_choose", args=[case.pk])
    assert choose in page.content.decode()
    assert url in lead.get(choose).content.decode()
    assert "Told in any case" in text_of(lead.get(url))
    answer = lead.post(url, FORM)
    assert answer.status_code == 302, text_of(answer)
    row = only(focal_point)
    assert {"alias", "safe_contact", "urgency"} <= set(row.fields)
    assert {"reason", "wishes"} & set(row.fields) == set()

    waiting = text_of(officer.get(reverse("cases:exceptions")))
    assert "Waiting for you" in waiting
    assert "tonight" not in waiting
    sign = reverse("cases:exception_authorise", args=[row.pk])
    shown = text_of(officer.get(sign))
    for words in ("tonight", "Lantern House, Safe shelter", "Name or alias", "He reads her telephone", "3 days"):
        assert words in shown, words
    assert factories.NAME not in shown
    assert officer.post(sign)["Location"] == reverse("cases:exception", args=[row.pk])
    assert only(focal_point).status == ExceptionStatus.AUTHORISED
    assert officer.get(reverse("cases:case", args=[case.pk])).status_code == 404

    shown = text_of(lead.get(reverse("cases:case", args=[case.pk])))
    assert "In effect, signed by two people" in shown
    assert lead.post(reverse("cases:exception_end", args=[row.pk])).status_code == 302
    assert only(focal_point).status == ExceptionStatus.ENDED


def test_whom_to_tell_is_a_short_list_and_every_other_is_found_by_its_name(house, case, focal_point, browse):
    """domain.md §5.7: of thousands of services a few that fit are shown; the others are a search away."""
    kept = house.services["Papers and status service"]
    with acting(house.people["directory_editor"].pk):
        for number in range(40):
            entry = {"name": f"Law office {number}", "service_type": "legal_assistance", "area": "Harbour"}
            directory.add(kept.partner, entry, by=house.people["directory_editor"])
    lead, page = browse(focal_point), reverse("cases:exception_choose", args=[case.pk])
    assert len(re.findall(r"/exception/[0-9a-f-]{36}/", lead.get(page).content.decode())) < 30
    found = lead.get(page, {"q": "office 37"}).content.decode()
    assert "Law office 37" in found
    assert "Law office 36" not in found


def test_whoever_asks_and_whoever_signs_confirms_first_that_it_is_them(
    house, case, url, focal_point, manager_of, browse
):
    """What was typed travels with the question and is not lost."""
    client = browse(focal_point)
    asked = client.post(url, FORM)
    assert asked.status_code == 403
    assert "He reads her telephone." in asked.content.decode()
    with acting(focal_point.pk):
        assert not ExceptionalDisclosure.objects.exists()
    row = factories.excepted(house, case)
    sign = reverse("cases:exception_authorise", args=[row.pk])
    assert browse(manager_of).get(sign)["Location"].startswith("/again/")


@pytest.fixture
def manager_of(house):
    return house.people["manager"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"ground": ""}, "Choose a ground."),
        ({"ground": "movement_personnel"}, "This goes to the safeguarding focal point alone, and to nobody else."),
        ({"ground": "legal_obligation"}, "Cite the law that obliges us."),
        ({"necessity": "  "}, "Write why it is necessary."),
        ({"fields_told": []}, "Choose what is told, piece by piece."),
        ({"fields_told": ["all"]}, "Select a valid choice"),
        ({"source": "service_provider"}, "so no service is told"),
        ({"informed": ""}, "Say whether the person knows."),
        ({"unsafe": ""}, "Tell the person, or write why that is unsafe."),
        ({"days": "30"}, "Select a valid choice"),
        ({"proportionality": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_a_mistake_is_said_where_it_is_and_what_was_typed_stays(url, focal_point, browse, data, said):
    page = door.confirm(browse(focal_point)).post(url, {**FORM, **data})
    assert page.status_code == 422
    assert said in text_of(page)
    if "unsafe" not in data:
        assert "He reads her telephone." in page.content.decode()
    with acting(focal_point.pk):
        assert not ExceptionalDisclosure.objects.exists()


def test_the_words_are_not_lost_when_the_session_ended(url, client):
    page = client.post(url, FORM)
    assert page.status_code == 401
    assert "He said that he will come back tonight." in page.content.decode()


def test_the_second_person_says_why_not_and_who_asked_reads_it(house, case, focal_point, data_officer, browse):
    row = factories.excepted(house, case)
    refuse = reverse("cases:exception_refuse", args=[row.pk])
    officer = browse(data_officer)
    assert officer.post(refuse, {"answer": " "}).status_code == 422
    assert officer.post(refuse, {"answer": "Ask her sister first."}).status_code == 302
    page = text_of(browse(focal_point).get(reverse("cases:exception", args=[row.pk])))
    assert "Ask her sister first." in page
    assert "Refused by the second person" in page


def test_looking_back_on_the_page(house, case, data_officer, browse):
    row = factories.excepted(house, case)
    with acting(data_officer.pk):
        exceptions.authorise(ExceptionalDisclosure.objects.get(pk=row.pk), by=data_officer)
    manager = browse(house.people["manager"])
    review = reverse("cases:exception_review", args=[row.pk])
    assert manager.post(review, {"necessary": "yes"}).status_code == 422
    assert manager.post(review, {"necessary": "no", "review": "Her sister had come."}).status_code == 302
    page = text_of(manager.get(reverse("cases:exception", args=[row.pk])))
    assert "Her sister had come." in page
    assert "It was not necessary" in page
    assert "1 not looked back at yet" not in text_of(manager.get(reverse("cases:exceptions")))


def test_the_owner_sees_that_it_is_in_effect_and_not_the_reasons(house, case, caseworker, browse):
    row = factories.excepted(house, case, is_emergency=True)
    client = browse(caseworker)
    assert "In effect on one signature" in text_of(client.get(reverse("cases:case", args=[case.pk])))
    page = text_of(client.get(reverse("cases:exception", args=[row.pk])))
    assert "tonight" not in page
    assert "Name or alias" in page
    assert client.post(reverse("cases:exception_take_back", args=[row.pk])).status_code == 403
