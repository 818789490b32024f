"""The pages of a list that leaves, as people meet them: ask, wait, make, download once; stolen, late, doubled."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from foundation.core.acting import acting
from foundation.exports.models import Export
from foundation.exports.states import ExportState
from tests import door, factories
from tests.exports.asking import act, asked, opened, rows_of

ASKED = {
    "scope": "all", "columns": ["code", "urgency", "stage"], "format": "csv", "reason": "meeting",
    "why": "Case conference on Friday; shredded the same day.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def few(settings):
    settings.EXPORT_ROWS_ALONE = 3


def html(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def field(answer, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', answer.content.decode())
    assert found, name
    return found.group(1)


def password_of(answer) -> str:
    found = re.search(r'id="password">([^<]+)<', answer.content.decode())
    assert found
    return found.group(1)


def url(name: str, export: Export) -> str:
    return reverse(f"exports:{name}", args=[export.pk])


def ask(client: Client, **more) -> Export:
    answer = client.post("/exports/ask/cases/", {**ASKED, **more})
    assert answer.status_code == 302, html(answer)
    pk = answer["Location"].split("/")[2]
    person = client.session["_auth_user_id"]
    with acting(int(person)):
        return Export.objects.get(pk=pk)


def test_a_lead_asks_makes_and_downloads_once(cases, focal_point, sign_in):
    client = sign_in(focal_point)
    assert "Ask for a list" in html(client.get("/exports/"))
    page = html(client.get("/exports/ask/cases/"))
    assert re.search(r'value="code"[^>]* checked', page)
    assert not re.search(r'value="owner"[^>]* checked', page), "the fewest columns are chosen at the start"
    assert 'value="alias"' not in page, "a column that tells who somebody is needs a manager's right"
    export = ask(client)
    assert "You can make the file now" in html(client.get(url("export", export)))
    assert "You are about to take information out" in html(client.get(url("make", export)))
    ready = client.post(url("make", export))
    assert ready.status_code == 200
    assert "It is shown this once" in html(ready)
    token, password = field(ready, "token"), password_of(ready)
    assert token not in url("download", export)
    answer = client.post(url("download", export), {"token": token})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{export.reference}.zip"'
    assert answer["Cache-Control"] == "no-store"
    name, inside = opened(answer.content, password)
    assert {case.code for case in cases} <= {row[0] for row in rows_of(inside, name)}
    again = client.post(url("download", export), {"token": token})
    assert again.status_code == 409
    over = html(client.get(url("export", export)))
    assert "Downloaded, destroyed here" in over
    assert "conference" not in over, "the reason went with the key"
    assert password not in over


def test_the_second_person_sees_what_would_leave_and_lets_it(house, cases, focal_point, deputy, sign_in):
    factories.case(house)
    asker, approver = sign_in(focal_point), sign_in(deputy)
    export = ask(asker)
    assert "Another lead looks at it now" in html(asker.get(url("export", export)))
    assert asker.get(url("make", export)).status_code == 409
    assert "Allow a list to leave, or refuse it" in html(approver.get("/"))
    page = html(approver.get(url("export", export)))
    for words in ("May this list leave?", "4 rows", "Ilan Dorn", "A meeting on cases", "Case conference on Friday"):
        assert words in page, words
    assert cases[0].code in page
    assert "Two people answer for it" in html(approver.get(url("approve", export)))
    assert approver.post(url("approve", export)).status_code == 302
    assert "You can make the file now" in html(asker.get(url("export", export)))
    assert "allowed" in html(asker.get(url("export", export)))


def test_the_second_person_may_keep_it_here(house, cases, focal_point, deputy, sign_in):
    factories.case(house)
    export = ask(sign_in(focal_point))
    assert sign_in(deputy).post(url("refuse", export)).status_code == 302
    assert "Not allowed" in html(sign_in(focal_point).get(url("export", export)))


def test_the_second_person_is_told_of_rows_that_are_not_open_to_them(house, cases, focal_point, manager, sign_in):
    factories.case(house)
    export = ask(sign_in(focal_point))
    page = html(sign_in(manager).get(url("export", export)))
    assert cases[0].code in page, "a code is random and tells nothing"
    assert "4 of them are not open to you" in page
    assert sign_in(manager).get(f"/cases/{cases[0].pk}/").status_code == 404


def test_who_asked_cannot_let_it_leave(house, cases, focal_point, sign_in):
    """HS-20."""
    factories.case(house)
    client = sign_in(focal_point)
    export = ask(client)
    for verb in ("approve", "refuse"):
        assert client.post(url(verb, export)).status_code == 403
    assert client.get(url("approve", export)).status_code == 403


def test_making_and_allowing_need_a_fresh_sign_in(house, cases, focal_point, deputy, browse):
    few_rows = asked(focal_point, scope="pressing")
    factories.case(house)
    many = asked(focal_point)
    for person, verb, export in ((focal_point, "make", few_rows), (deputy, "approve", many)):
        for method in ("get", "post"):
            answer = getattr(browse(person), method)(url(verb, export))
            if method == "post":
                assert answer.status_code == 403
                assert "Confirm that it is you" in answer.content.decode()
            else:
                assert answer["Location"].startswith("/again/"), answer["Location"]
    with acting(focal_point.pk):
        states = set(Export.objects.values_list("state", flat=True))
    assert states == {ExportState.APPROVED, ExportState.ASKED}


def test_a_fresh_sign_in_on_the_way_leads_on(cases, focal_point, browse):
    client = browse(focal_point)
    export = asked(focal_point)
    there = client.get(url("make", export))["Location"]
    back = client.post(there, {"again_code": door.next_code(focal_point)})
    assert back["Location"] == url("make", export)
    assert client.post(url("make", export)).status_code == 200


@pytest.mark.parametrize("thief", ["another session", "another person", "a stranger", "no session"])
def test_a_stolen_link_is_worth_nothing(house, cases, focal_point, deputy, sign_in, thief):
    client = sign_in(focal_point)
    export = ask(client)
    token = field(client.post(url("make", export)), "token")
    thieves = {
        "another session": (lambda: sign_in(focal_point), 410), "another person": (lambda: sign_in(deputy), 404),
        "a stranger": (lambda: sign_in(house.people["outsider"]), 404), "no session": (Client, 302),
    }  # fmt: skip
    make, status = thieves[thief]
    answer = make().post(url("download", export), {"token": token})
    assert answer.status_code == status
    assert b"PK" not in answer.content
    assert client.post(url("download", export), {"token": token}).status_code == 200, "and it spoils nothing"


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "тайна", "\x00"])
def test_a_wrong_link_is_said_in_words(cases, focal_point, sign_in, token):
    client = sign_in(focal_point)
    export = ask(client)
    client.post(url("make", export))
    answer = client.post(url("download", export), {"token": token})
    assert answer.status_code == 410
    assert "This link is not valid here" in html(answer)


def test_a_second_press_says_that_it_was_made(cases, focal_point, sign_in):
    client = sign_in(focal_point)
    export = ask(client)
    client.post(url("make", export))
    assert client.post(url("make", export)).status_code == 409
    page = html(client.get(url("export", export)))
    assert "Password and link were shown once" in page
    assert client.post(url("drop", export)).status_code == 302
    assert "Thrown away" in html(client.get(url("export", export)))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scope": ""}, "Choose which part."),
        ({"scope": "everything"}, "everything is not one of the available choices"),
        ({"columns": []}, "Choose at least one column."),
        ({"columns": ["alias"]}, "alias is not one of the available choices"),
        ({"columns": ["summary"]}, "summary is not one of the available choices"),
        ({"reason": ""}, "Choose what it is needed for."),
        ({"why": "   "}, "Say for whom, until when and how it is kept."),
        ({"why": "x" * 501}, "500"),
        ({"why": "a\x00b"}, "Null characters"),
        ({"format": "exe"}, "exe is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(cases, focal_point, sign_in, wrong, said):
    client = sign_in(focal_point)
    answer = client.post("/exports/ask/cases/", {**ASKED, **wrong})
    assert answer.status_code == 422
    assert said in html(answer)
    if "why" not in wrong:
        assert "Case conference on Friday" in html(answer)
    with acting(focal_point.pk):
        assert not Export.objects.exists()


def test_nothing_to_take_out_keeps_the_words(focal_point, sign_in):
    answer = sign_in(focal_point).post("/exports/ask/cases/", ASKED)
    assert answer.status_code == 422
    assert "There is nothing in this list" in html(answer)
    assert "Case conference on Friday" in html(answer)


@pytest.mark.parametrize(
    "who", ["volunteer", "caseworker", "outsider", "partner_worker", "data_officer", "administrator"]
)
def test_nobody_else_finds_any_of_it(house, cases, focal_point, sign_in, who):
    export = asked(focal_point)
    client = sign_in(house.people[who])
    assert client.get("/exports/").status_code == 403
    assert client.get("/exports/ask/cases/").status_code == 403
    for name in ("export", "make", "approve"):
        assert client.get(url(name, export)).status_code == 404
    for name in ("make", "approve", "refuse", "download", "drop"):
        assert client.post(url(name, export)).status_code == 404
    assert client.get("/exports/ask/people/").status_code == 404


def test_a_manager_is_offered_the_alias_with_its_condition(manager, sign_in):
    page = html(sign_in(manager).get("/exports/ask/cases/"))
    assert 'value="alias"' in page
    assert "Only where the person agreed." in page


@pytest.mark.parametrize(("language", "words"), [("ru", "Выгрузить список"), ("ar", "إخراج قائمة")])
def test_it_speaks_the_readers_language_in_the_file_too(cases, focal_point, sign_in, language, words):
    client = sign_in(focal_point)
    client.cookies["l"] = language
    assert words in html(client.get("/exports/ask/cases/"))
    export = ask(client)
    ready = client.post(url("make", export))
    answer = client.post(url("download", export), {"token": field(ready, "token")})
    rows = rows_of(opened(answer.content, password_of(ready))[1], "x.csv")
    assert rows[1] != ["Case", "Urgency", "Stage"]
    assert all(rows[1])


def test_the_overview_names_each_list_and_where_it_stands(cases, focal_point, deputy, sign_in):
    export = asked(focal_point)
    act("drop", export, focal_point)
    page = html(sign_in(focal_point).get("/exports/"))
    assert export.reference in page
    assert "Thrown away" in page
    assert export.reference not in html(sign_in(deputy).get("/exports/")), "the deputy was not asked"
