"""The pages on which two people erase a case: typed code, second look at who it is, certificate without a name."""

import re

import pytest
from django.urls import reverse

from cases.actions.erasing import carry_out
from cases.models import Case, Erasure
from foundation.dossiers import clerk
from referrals.models import Referral
from tests import door, factories
from tests.cases.test_erase import agreed, as_, asked, erased, made

pytestmark = pytest.mark.django_db(transaction=True)


def sure(client):
    """Through "Confirm that it is you"."""
    return door.confirm(client)


@pytest.fixture
def case(house):
    return made(factories.case, house)


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_whoever_asks_confirms_first_that_it_is_them(case, caseworker, browse):
    url = reverse("cases:erase", args=[case.pk])
    client = browse(caseworker)
    assert client.get(url)["Location"].startswith("/again/")
    answer = client.post(url, {"ground": "person_asked", "code": case.code})
    assert answer.status_code == 403
    assert "Confirm that it is you" in answer.content.decode()
    assert not Erasure.objects.exists()


def test_the_page_says_what_goes_and_what_stays_and_who_must_agree(case, caseworker, browse):
    page = text_of(sure(browse(caseworker)).get(reverse("cases:erase", args=[case.pk])))
    for words in (
        "name, contact, wishes, notes, files", "The certificate", "The trail", "The figures", "within 14 days",
        "Data-protection officer, Protection manager", "Two people decide this", "confirm within 7 days",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose a ground."),
        ({"ground": "person_asked"}, "Type the code of the case."),
        ({"ground": "person_asked", "code": "K7F-2QX"}, "This is not the code of this case."),
        ({"ground": "because", "code": "CODE"}, "Select a valid choice"),
        ({"ground": "person_asked", "code": "x" * 400}, "at most 40 characters"),
    ],
)
def test_a_mistake_is_said_and_what_was_typed_stays(case, caseworker, browse, data, said):
    data = {name: value.replace("CODE", case.code) for name, value in data.items()}
    page = sure(browse(caseworker)).post(reverse("cases:erase", args=[case.pk]), data)
    assert page.status_code == 422
    assert said in text_of(page)
    if data.get("code", "").startswith("K7F"):
        assert 'value="K7F-2QX"' in page.content.decode()
    with as_(caseworker):
        assert not Erasure.objects.exists()


def test_ask_and_agree_on_the_pages(case, caseworker, data_officer, browse):
    """The code counts however it is written."""
    client, officer = sure(browse(caseworker)), sure(browse(data_officer))
    typed = case.code.lower().replace("-", " ")
    answer = client.post(reverse("cases:erase", args=[case.pk]), {"ground": "person_asked", "code": typed})
    assert answer.status_code == 302
    waiting = text_of(client.get(answer["Location"]))
    assert "Waiting for a second person to agree" in waiting
    assert client.get(reverse("cases:erase", args=[case.pk]))["Location"] == answer["Location"]

    assert "Waiting for you, the second person" in text_of(officer.get(reverse("cases:erasures")))
    page = officer.get(reverse("cases:erasure_authorise", args=[answer["Location"].split("/")[2]]))
    assert "You are about to destroy the keys" in text_of(page)
    assert factories.NAME not in text_of(page)
    url = page.wsgi_request.path
    assert officer.post(url, {"code": "K7F-2QX"}).status_code == 422
    done = officer.post(url, {"code": case.code})
    assert done["Location"] == answer["Location"]
    assert "The keys are being destroyed" in text_of(officer.get(done["Location"]))
    with clerk.as_clerk():
        pk = Erasure.objects.get().pk
    carry_out(pk)

    for reader in (client, officer):
        page = reader.get(done["Location"])
        said = text_of(page)
        assert "Certificate of erasure" in said
        assert "The signature of this installation is valid" in said
        assert "What was known of the person: 1" in said
    main = page.content.decode().split("<main", 1)[1].split("</main>")[0]
    assert not [name for name in ("Sefa Maru", "Mira Holt", factories.NAME, factories.PHONE) if name in main]
    assert officer.get(url).status_code == 409
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 404


def test_a_certificate_that_was_changed_says_so(house, case, data_officer, browse):
    done = erased(house, case)
    with clerk.as_clerk():
        Erasure.objects.filter(pk=done.pk).update(
            certificate={**(done.certificate or {}), "ground": "legal_obligation"}
        )
    assert "The signature is not valid" in text_of(browse(data_officer).get(reverse("cases:erasure", args=[done.pk])))


def test_what_is_in_the_way_stands_on_the_page(house, case, data_officer, browse, settings):
    from cases import erasing

    erasure = agreed(house, asked(house, case))
    settings.ERASURE_LEDGER += ".gone"
    erasing.sweep()
    assert "is not where it should be" in text_of(browse(data_officer).get(reverse("cases:erasure", args=[erasure.pk])))


def test_refuse_and_take_back_on_the_pages(house, case, caseworker, data_officer, browse):
    first = asked(house, case)
    officer, client = browse(data_officer), browse(caseworker)
    assert officer.get(reverse("cases:erasure_refuse", args=[first.pk])).status_code == 405
    officer.post(reverse("cases:erasure_refuse", args=[first.pk]))
    assert "did not agree" in text_of(client.get(reverse("cases:erasure", args=[first.pk])))
    second = asked(house, case)
    client.post(reverse("cases:erasure_take_back", args=[second.pk]))
    assert "the case stays" in text_of(client.get(reverse("cases:erasure", args=[second.pk])))
    with as_(caseworker):
        assert Case.objects.get(pk=case.pk).is_open


def test_the_link_stands_with_the_case_and_in_the_navigation_of_who_decides(case, caseworker, data_officer, browse):
    assert (
        reverse("cases:erase", args=[case.pk])
        in browse(caseworker).get(reverse("cases:case", args=[case.pk])).content.decode()
    )
    assert reverse("cases:erasures") in browse(data_officer).get("/").content.decode()


def test_the_partner_reads_that_the_record_was_erased_and_the_referrer_whom_to_phone(
    house, case, caseworker, partner_worker, browse
):
    referral = made(factories.sent, house, case)
    erased(house, case)
    page = browse(partner_worker).get(reverse("referrals:offer", args=[referral.pk]))
    assert page.status_code == 410
    assert "The record of this person was erased" in text_of(page)
    url = reverse("referrals:referral", args=[referral.pk])
    page = browse(caseworker).get(url)
    assert page.status_code == 410
    assert "They have not confirmed yet" in text_of(page)
    assert browse(partner_worker).get(url).status_code == 404
    assert browse(house.people["outsider"]).get(url).status_code == 404
    from referrals import actions as referrals

    with as_(partner_worker):
        referrals.confirm_withdrawal(Referral.objects.get(), "deleted", by=partner_worker)
    assert "has said what it did" in text_of(browse(caseworker).get(url))
    day = text_of(browse(caseworker).get("/"))
    assert "Phone the partner" not in day


def test_the_day_of_the_owner_leads_to_a_page_that_opens(house, case, caseworker, browse):
    made(factories.sent, house, case)
    erased(house, case)
    client = browse(caseworker)
    links = re.findall(r'href="(/referrals/[^"]+)"', client.get("/").content.decode())
    assert links
    assert {client.get(link).status_code for link in links} == {410}
    assert client.get(reverse("cases:cases")).status_code == 200
    assert client.post(reverse("cases:search"), {"name": "Mohammed"}).status_code in (200, 422)


def test_an_outsider_and_the_administrator_find_nothing(house, case, browse):
    erasure = asked(house, case)
    for seat in ("outsider", "administrator", "partner_worker", "volunteer"):
        client = sure(browse(house.people[seat]))
        for name in ("erasure", "erasure_authorise"):
            assert client.get(reverse(f"cases:{name}", args=[erasure.pk])).status_code == 404
        assert client.post(reverse("cases:erasure_refuse", args=[erasure.pk])).status_code == 404
        assert "Nothing waits to be erased" in text_of(client.get(reverse("cases:erasures")))


def test_a_lead_sees_that_it_waits_and_cannot_decide(house, case, focal_point, browse):
    erasure = asked(house, case)
    client = sure(browse(focal_point))
    page = client.get(reverse("cases:erasure", args=[erasure.pk]))
    assert page.status_code == 200
    assert "Go on to agree" not in text_of(page)
    assert client.get(reverse("cases:erasure_authorise", args=[erasure.pk])).status_code == 403
