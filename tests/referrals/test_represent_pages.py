"""The pages of element d: the draft, the test, asking the person, approval with a second look, the answer; the register."""

import pytest
from django.urls import reverse

from consent.models import Decision
from consent.vocabulary import Element, Purpose, RecipientKind
from foundation.core.acting import acting
from referrals.models import Authority, Representation
from referrals.speech import QUESTIONS
from tests import factories
from tests.referrals import speaking as made


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def able(house):
    made.train(house, *made.SPEAKERS)
    made.ready(house)


def step(speech, verb: str) -> str:
    return reverse("referrals:speech_step", args=[speech.pk, verb])


def test_from_the_case_to_a_draft_that_says_what_stands_in_the_way(house, case, able, browse):
    to, worker = made.authority(house), browse(house.people["caseworker"])
    page = worker.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "Represent" in page
    url = reverse("referrals:represent", args=[case.pk])
    assert url in page
    answer = worker.post(url, {"authority": to.pk, "naming": "identified", "modality": "written"})
    assert answer.status_code == 422
    typed = {
        "authority": to.pk, "naming": "identified", "fields_told": ["alias"], "modality": "written",
        "content": made.WORDS, "frameworks": ["national"],
    }  # fmt: skip
    answer = worker.post(url, typed)
    assert answer.status_code == 302
    page = worker.get(answer["Location"]).content.decode()
    assert "The person has not agreed to this" in page
    assert f"{reverse('cases:case_consent', args=[case.pk])}?service={to.pk}" in page


def test_the_person_is_asked_about_the_very_authority_on_the_page_of_consent(house, case, able, browse):
    """HS-12: the authority is a line of the conversation, field by field."""
    to, worker = made.authority(house), browse(house.people["caseworker"])
    url = reverse("cases:case_consent", args=[case.pk]) + f"?service={to.pk}"
    page = worker.get(url).content.decode()
    assert to.name in page
    held = {
        "language": "en", "channel": "spoken", "mode": "verbal", "interpreter": "none", "is_private": "yes",
        "explained_by": "me", "elements": list(Element.values),
    }  # fmt: skip
    answer = worker.post(url, {**held, str(to.pk): "granted", f"hold-{to.pk}": ["gender", "age_band", "wishes"]})
    assert answer.status_code == 302, answer.content.decode()
    with acting(house.people["caseworker"].pk):
        row = Decision.objects.get(purpose=Purpose.RAISE_IDENTIFIED)
        assert (row.recipient_kind, row.recipient_id) == (RecipientKind.AUTHORITY, to.pk)
        assert row.fields == ["alias", "summary"]
    page = worker.get(reverse("cases:case_consent", args=[case.pk])).content.decode()
    assert to.name in page
    assert "Write what is to be raised" in page


def test_a_conversation_never_shows_an_authority_that_the_worker_may_not_know_of(house, case, browse):
    group = made.authority(house, "nsag", "Group of the hills")
    worker = browse(house.people["caseworker"])
    url = reverse("cases:case_consent", args=[case.pk]) + f"?service={group.pk}"
    assert "Group of the hills" not in worker.get(url).content.decode()


def test_the_test_is_a_page_and_approval_asks_who_it_is(house, case, able, browse):
    to = made.authority(house)
    made.agreed(house, case, to)
    speech, worker = made.begun(house, case, to), browse(house.people["caseworker"])
    assert worker.post(step(speech, "examine"), {}).status_code == 422
    said = {
        **dict.fromkeys(QUESTIONS, "yes"),
        "why": "Three lawyers say so.",
        "sources": ["landlord"],
        "consulted": ["icrc"],
    }
    assert worker.post(step(speech, "examine"), {**said, "no_harm": "no"}).status_code == 302
    stop = worker.post(step(speech, "submit"))
    assert stop.status_code == 422
    assert "It leaves nobody else worse off" in stop.content.decode()
    assert worker.post(step(speech, "examine"), said).status_code == 302
    assert worker.post(step(speech, "submit")).status_code == 302
    assert worker.post(step(speech, "approve")).status_code == 403
    lead = browse(house.people["focal_point"])
    assert lead.get(step(speech, "approve"))["Location"].startswith("/again/")
    factories.prove(lead, house.people["focal_point"])
    assert made.WORDS in lead.get(step(speech, "approve")).content.decode()
    assert lead.post(step(speech, "approve")).status_code == 302
    day = worker.get(step(speech, "send")).content.decode()
    assert "Watch until when for reprisals?" in day
    with acting(house.people["caseworker"].pk):
        until = Representation.objects.get(pk=speech.pk).created_at.date().replace(year=2027).isoformat()
    assert worker.post(step(speech, "send"), {"watch_until": until}).status_code == 302
    page = worker.get(reverse("referrals:representation", args=[speech.pk])).content.decode()
    assert "Reprisals are suspected: stop everything" in page
    assert "represent_send" not in page


def test_the_register_is_kept_by_its_keepers_and_read_by_who_works_on_cases(house, browse):
    made.authority(house)
    made.authority(house, "nsag", "Group of the hills")
    worker = browse(house.people["caseworker"])
    page = worker.get(reverse("referrals:authorities")).content.decode()
    assert "Ministry of Justice" in page
    assert "Group of the hills" not in page
    assert worker.get(reverse("referrals:authority_new")).status_code == 403
    keeper = browse(house.people["manager"])
    assert "Group of the hills" in keeper.get(reverse("referrals:authorities")).content.decode()
    typed = {
        "name": "City police",
        "kind": "police",
        "level": "local",
        "confidentiality": "confidential",
        "is_active": "on",
    }
    assert keeper.post(reverse("referrals:authority_new"), {**typed, "kind": ""}).status_code == 422
    assert keeper.post(reverse("referrals:authority_new"), typed).status_code == 302
    twice = keeper.post(reverse("referrals:authority_new"), typed)
    assert twice.status_code == 422
    assert "stands in the register already" in twice.content.decode()
    with acting(house.people["manager"].pk):
        assert Authority.objects.get(name="City police").threats == {"police_border"}


def test_another_unit_finds_no_representation(house, case, browse):
    speech = made.sent(house, case)
    for who in ("outsider", "administrator", "data_officer", "partner_worker"):
        assert browse(house.people[who]).get(reverse("referrals:representation", args=[speech.pk])).status_code == 404
        assert browse(house.people[who]).post(step(speech, "close")).status_code == 404


def test_a_case_with_something_still_to_be_said_is_not_closed(house, case):
    from cases.closing import vetoes

    speech = made.approved(house, case)
    with acting(house.people["caseworker"].pk):
        found = [v for v in vetoes(type(case).objects.get(pk=case.pk)) if v.code == "representation.open"]
    assert len(found) == 1
    assert speech.reference in found[0].what


def test_the_sheet_of_who_was_told_what_names_the_authority(house, case, browse):
    made.sent(house, case)
    page = browse(house.people["caseworker"]).get(reverse("referrals:told", args=[case.pk])).content.decode()
    rights = reverse("cases:who_may_know", args=[case.pk])
    assert "Ministry of Justice" in browse(house.people["caseworker"]).get(rights).content.decode()
    assert page
