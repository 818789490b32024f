"""What people are told: versions, languages, channels; one person writes, another publishes (HS-20; domain.md §4.3)."""

import re

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from consent import actions, pictures
from consent.models import NoticeProposal, NoticeVersion
from consent.vocabulary import Channel
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from tests import factories

CODES = ("en", "ru", "ar")


def texts(**changes):
    """What is said now, with some words changed: ``ru_spoken="…"``."""
    found = {
        code: {str(c): [NoticeVersion.current(code, c).text, NoticeVersion.current(code, c).limits] for c in Channel}
        for code in CODES
    }
    for name, text in changes.items():
        code, channel = name.split("_")
        found[code][channel][0] = text
    return found


def propose(user, **changes):
    with acting(user.pk):
        return actions.propose_notice(texts(**changes), by=user)


@pytest.fixture
def manager(house):
    return house.people["manager"]


def test_every_language_has_every_channel_and_the_first_version_stayed_as_it_was(house):
    for code in CODES:
        assert {NoticeVersion.current(code, channel).version for channel in Channel} == {2}
        assert NoticeVersion.objects.filter(version=1, language=code).count() == 1
    told, limits = pictures.pictures(NoticeVersion.current("ar", Channel.PICTURES))
    assert (len(told), len(limits)) == (8, 3)


def test_who_wrote_it_does_not_publish_it(data_officer, manager):
    """HS-20."""
    made = propose(data_officer, en_spoken="Another text.")
    with acting(data_officer.pk), pytest.raises(Refused) as refused:
        actions.publish_notice(made, by=data_officer)
    assert refused.value.code == "notice.same_person"
    assert NoticeVersion.current("en").version == 2
    with acting(manager.pk):
        assert actions.publish_notice(made, by=manager) == 3
    newest = NoticeVersion.current("en")
    assert (newest.version, newest.text) == (3, "Another text.")
    assert (newest.written_by, newest.published_by) == (data_officer, manager)
    assert NoticeVersion.current("ru").version == 3


def test_it_is_published_once(data_officer, manager):
    made = propose(data_officer)
    with acting(manager.pk):
        actions.publish_notice(made, by=manager)
        with pytest.raises(WrongState):
            actions.publish_notice(made, by=manager)
    assert NoticeVersion.objects.filter(version=3).count() == 9


def test_what_was_taken_back_is_never_published(data_officer, manager):
    made = propose(data_officer)
    with acting(data_officer.pk):
        actions.take_back_notice(made, by=data_officer)
    with acting(manager.pk), pytest.raises(WrongState):
        actions.publish_notice(made, by=manager)


@pytest.mark.parametrize("seat", ["caseworker", "focal_point", "administrator"])
def test_other_seats_write_nothing(house, seat):
    by = house.people[seat]
    with acting(by.pk), pytest.raises(Forbidden):
        actions.propose_notice(texts(), by=by)


def test_a_language_without_text_and_a_picture_without_words_are_refused(data_officer):
    for changes, code in (
        ({"ar_simple": "  "}, "notice.text_missing"),
        ({"ru_pictures": "Одна строка"}, "notice.lines"),
    ):
        with acting(data_officer.pk), pytest.raises(Refused) as refused:
            actions.propose_notice(texts(**changes), by=data_officer)
        assert refused.value.code == code
    assert not NoticeProposal.objects.exists()


@pytest.mark.parametrize("change", ["UPDATE consent_noticeversion SET text = 'x'", "DELETE FROM consent_noticeversion"])
def test_the_database_keeps_what_was_said(house, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_database_refuses_a_version_by_one_person(house, data_officer):
    with pytest.raises(DatabaseError, match="notice_by_two_people"), transaction.atomic():
        NoticeVersion.objects.create(
            version=9, language="en", text="x", limits="x", written_by=data_officer, published_by=data_officer
        )


# --- the pages


def data_of(page):
    """Every text area of the form, as it came."""
    found = re.findall(r'<textarea name="([\w-]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    return {name: text.replace("&#x27;", "'").replace("&quot;", '"') for name, text in found}


def test_written_on_a_page_and_published_by_another_on_a_page(browse, data_officer, manager):
    writer = browse(data_officer)
    page = writer.get(reverse("consent:notice_write")).content.decode()
    data = {**data_of(page), "en-spoken-text": "Nothing leaves this room without your word."}
    sent = writer.post(reverse("consent:notice_write"), data)
    assert sent.status_code == 302, re.findall("error-message.*", sent.content.decode())
    made = NoticeProposal.objects.get()
    assert "Another person must publish this" in writer.get(sent["Location"]).content.decode()
    second = factories.prove(browse(manager), manager)
    assert "Nothing leaves this room" in second.get(sent["Location"]).content.decode()
    assert second.post(reverse("consent:notice_publish", args=[made.pk])).status_code == 302
    assert NoticeVersion.current("en").text == "Nothing leaves this room without your word."
    assert "Version 3" in writer.get(reverse("consent:notices")).content.decode()


def test_a_missing_line_under_a_picture_says_where_and_keeps_everything_else(browse, data_officer):
    writer = browse(data_officer)
    data = data_of(writer.get(reverse("consent:notice_write")).content.decode())
    data |= {"ru-pictures-text": "Одна строка", "en-spoken-text": "A text that must not be lost."}
    answer = writer.post(reverse("consent:notice_write"), data)
    assert answer.status_code == 422
    assert "There are 8 pictures" in answer.content.decode()
    assert "A text that must not be lost." in answer.content.decode()


def test_publishing_asks_again_who_one_is(browse, data_officer, manager):
    made = propose(data_officer)
    answer = browse(manager).get(reverse("consent:notice_publish", args=[made.pk]))
    assert answer.status_code == 302
    assert "again" in answer["Location"]


@pytest.mark.parametrize(
    ("code", "word"), [("en", "We talk in private."), ("ru", "Мы говорим наедине."), ("ar", "الحديث على انفراد.")]
)
def test_the_screen_is_turned_to_the_person_in_their_language(browse, volunteer, code, word):
    page = browse(volunteer).get(reverse("consent:show") + f"?language={code}").content.decode()
    assert word in page
    assert f'lang="{code}"' in page.split(">")[1]
    assert page.count("amp-shown__p") == 11
    assert 'class="amp-nav' not in page


def test_simple_words_stand_beside_the_pictures_and_an_unknown_language_is_no_error(browse, volunteer):
    client = browse(volunteer)
    assert "You talk with one person" in client.get(reverse("consent:show") + "?channel=simple").content.decode()
    assert client.get(reverse("consent:show") + "?language=xx&channel=yy").status_code == 200
