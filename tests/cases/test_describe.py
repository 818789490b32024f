"""The steps of the draft: saved one by one, and what happens to bad input (R-23, R-29, R-34, R-39)."""

import time

import pytest
from django.conf import settings

from cases.models import Concern
from foundation.core.acting import acting
from tests.cases import walk


@pytest.fixture
def client(volunteer, browse):
    return browse(volunteer)


@pytest.fixture
def pk(client):
    found = walk.start(client)
    walk.fill_in(client, found, "limits")
    return found


def kept(volunteer, pk, field="summary"):
    with acting(volunteer.pk):
        return getattr(Concern.objects.get(pk=pk), field)


def test_each_answer_is_saved_and_shown_again(client, volunteer, pk):
    walk.fill_in(client, pk, "words")
    assert kept(volunteer, pk) == walk.ANSWERS["words"]["summary"]
    assert b"landlord keeps her papers" in client.get(walk.url("words", pk)).content
    page = client.get(walk.url("concern", pk)).content.decode()
    assert "Draft saved at" in page
    assert page.count("Done") == 2


def test_the_list_says_what_can_be_answered_now(client, pk):
    page = client.get(walk.url("concern", pk)).content.decode()
    assert page.count("Cannot start yet") == 2
    walk.fill_in(client, pk, "where", "danger", "words", "agreement")
    page = client.get(walk.url("concern", pk)).content.decode()
    assert "Cannot start yet" not in page
    assert walk.url("contact", pk) in page


def test_the_form_is_ten_answers_at_most_and_none_asks_who_did_it(client, pk):
    walk.fill_in(client, pk, "agreement")
    pages = [client.get(walk.url(step, pk)).content.decode() for step in walk.ANSWERS]
    assert "Leave out names, phone numbers and who caused the harm." in pages[3]
    assert not any("perpetrator" in page.lower() for page in pages)


def test_no_choice_is_made_for_the_person(client, pk):
    for step in ("where", "danger", "agreement"):
        page = client.get(walk.url(step, pk)).content.decode()
        assert " checked" not in page, step


def test_no_danger_is_an_answer_of_its_own(client, volunteer, pk):
    assert walk.answer(client, "danger", pk, flags=[]).status_code == 422
    assert kept(volunteer, pk, "known") == {}
    walk.fill_in(client, pk, "danger")
    assert kept(volunteer, pk, "known") == {"flags": []}
    both = walk.answer(client, "danger", pk, flags=["none", "held_captive"])
    assert both.status_code == 422
    assert "Choose either what you see or hear" in both.content.decode()


def test_over_long_words_are_refused_with_the_count_and_stay_on_the_page(client, volunteer, pk):
    response = walk.answer(client, "words", pk, summary="ё" * 501)
    assert response.status_code == 422
    assert "ё" * 501 in response.content.decode()
    assert "501" in response.content.decode()
    assert response.content.decode().count("<title>Error:") == 1
    assert kept(volunteer, pk) is None


def test_exactly_the_limit_fits_with_line_breaks_counted_once(client, volunteer, pk):
    text = "a\r\n" * 249 + "aa"
    assert walk.answer(client, "words", pk, summary=text).status_code == 302
    assert len(kept(volunteer, pk)) == 500


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Она боится 😟 👩‍👦", "Она боится 😟 👩‍👦"),
        ("لا تريد الشرطة", "لا تريد الشرطة"),
        ("She \u202eis afraid\u202c", "She is afraid"),
        ("\u2066She\u2069 waits\u200f", "She waits\u200f"),
        ("She\x00 waits\x07", "She waits"),
        ("cafe\u0301", "café"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
)
def test_every_script_is_kept_and_what_deceives_the_eye_is_not(typed, stored, client, volunteer, pk):
    assert walk.answer(client, "words", pk, summary=typed).status_code == 302
    assert kept(volunteer, pk) == stored


@pytest.mark.parametrize("typed", ["", "   ", "\x00\u202e"])
def test_words_that_are_none_are_asked_for_again(typed, client, pk):
    response = walk.answer(client, "words", pk, summary=typed)
    assert response.status_code == 422
    assert b"Write a sentence on what the person told you." in response.content


def test_typed_markup_is_shown_as_text(client, pk):
    walk.fill_in(client, pk, "words", words={"summary": "<script>alert(1)</script>"})
    page = client.get(walk.url("words", pk)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("step", "bad"),
    [
        ("where", {"setting": "moon"}),
        ("where", {"reporter_kind": ["family", "staff\x00"]}),
        ("danger", {"flags": ["lightning"]}),
        ("words", {"category": "x" * 300}),
        ("contact", {"method": "carrier_pigeon"}),
        ("contact", {"method": "phone", "value": ""}),
        ("contact", {"method": "message", "value": "9" * 121}),
        ("contact", {"alias": "я" * 121}),
    ],
)
def test_a_value_that_is_no_choice_is_an_error_and_saves_nothing(step, bad, client, volunteer, pk):
    walk.fill_in(client, pk, "agreement")
    before = kept(volunteer, pk, "revision")
    response = walk.answer(client, step, pk, **bad)
    assert response.status_code == 422
    assert "Please look at this again" in response.content.decode()
    assert kept(volunteer, pk, "revision") == before


def test_a_stale_tab_is_told_and_loses_nothing(client, volunteer, pk):
    old = walk.shown_revision(client.get(walk.url("wishes", pk)))
    walk.fill_in(client, pk, "words")
    late = client.post(walk.url("wishes", pk), {"wishes": "Typed in the old tab", "revision": old})
    assert late.status_code == 422
    page = late.content.decode()
    assert "changed on another page" in page
    assert "Typed in the old tab" in page
    assert kept(volunteer, pk, "wishes") is None
    again = client.post(
        walk.url("wishes", pk), {"wishes": "Typed in the old tab", "revision": walk.shown_revision(late)}
    )
    assert again.status_code == 302
    assert kept(volunteer, pk, "wishes") == "Typed in the old tab"


@pytest.mark.parametrize("revision", [None, "", "x", "-5", "1" * 30, "1\x00"])
def test_a_page_without_its_state_saves_nothing_until_it_is_seen_again(revision, client, volunteer, pk):
    data = {"wishes": "A roof"} | ({} if revision is None else {"revision": revision})
    response = client.post(walk.url("wishes", pk), data)
    assert response.status_code == 422
    assert "A roof" in response.content.decode()
    assert kept(volunteer, pk, "wishes") is None


def test_an_expired_session_gives_the_words_back(client, volunteer, pk):
    revision = walk.shown_revision(client.get(walk.url("words", pk)))
    session = client.session
    session["last"] = int(time.time() - settings.SESSION_IDLE.total_seconds() - 60)
    session.save()
    response = client.post(walk.url("words", pk), {"summary": "Long and dear words", "revision": revision})
    page = response.content.decode()
    assert response.status_code == 401
    assert "Long and dear words" in page
    assert f"?next={walk.url('words', pk)}" in page
    assert response["Cache-Control"] == "no-store"
    assert "csrfmiddlewaretoken" not in page.split("<main")[1]
    assert kept(volunteer, pk) is None


def test_a_page_of_somebody_who_is_signed_out_leads_to_the_sign_in(pk, client):
    client.logout()
    response = client.get(walk.url("words", pk))
    assert response["Location"] == f"/accounts/login/?next={walk.url('words', pk)}"


def test_the_same_answer_sent_twice_is_saved_once(client, volunteer, pk):
    data = {**walk.ANSWERS["words"], "revision": walk.shown_revision(client.get(walk.url("words", pk)))}
    first, second = (client.post(walk.url("words", pk), data) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 422)
    assert kept(volunteer, pk, "revision") == 2


def test_an_unknown_field_is_ignored(client, volunteer, pk):
    walk.fill_in(client, pk, "words", words={"status": "submitted", "urgency": "emergency"})
    assert kept(volunteer, pk, "status") == "draft"
    assert kept(volunteer, pk, "urgency") == "normal"


def test_wishes_that_were_not_said_are_an_answer_too(client, volunteer, pk):
    walk.fill_in(client, pk, "wishes", wishes={"wishes": ""})
    assert kept(volunteer, pk, "wishes") == ""


def test_the_title_of_every_step_is_neutral(client, pk):
    walk.fill_in(client, pk, "where", "danger", "words", "agreement")
    titles = {
        client.get(walk.url(s, pk)).content.decode().split("<title>")[1].split("<")[0] for s in (*walk.ANSWERS, "check")
    }
    assert titles == {"Form – Amparo"}
