"""Asked again before a sensitive step: by the strongest that a person has, in place, and no word is lost (safety.md §1)."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from foundation.accounts import actions
from foundation.accounts.stepup import asked_again
from tests import door, factories
from tests.audit import owner

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WORDS = 'She said: "the <door> is locked"\r\nand more'
done: list = []


@asked_again
def sensitive(request):
    """What another page could be: it takes words, a list and a tick."""
    if request.method == "POST":
        done.append({name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"})
    return HttpResponse("done")


urlpatterns = [path("sensitive/", sensitive), path("", include("config.urls"))]


@pytest.fixture(autouse=True)
def _page(settings):
    settings.ROOT_URLCONF = __name__
    done.clear()


@pytest.fixture
def client(focal_point, browse):
    return browse(focal_point)


def typed(**more):
    words = {"reason": WORDS, "code": "7K2-4MX", "next": "/cases/", "empty": ""}
    return {**words, "fields": ["alias", "contact"], "tick": "on", **more}


def test_who_comes_by_a_link_confirms_and_comes_back(client, focal_point):
    asked = client.get("/sensitive/?a=1&b=2")
    assert asked.url == "/again/?next=/sensitive/%3Fa%3D1%26b%3D2"
    page = client.get(asked.url).content.decode()
    assert 'name="again_code"' in page
    assert 'name="again_password"' not in page
    answer = client.post("/again/", {"again_code": door.next_code(focal_point), "next": "/sensitive/?a=1&b=2"})
    assert answer.url == "/sensitive/?a=1&b=2"
    assert client.get("/sensitive/").content == b"done"


def test_who_sends_a_form_is_asked_in_place_and_everything_goes_on(client, focal_point):
    page = client.post("/sensitive/", typed())
    assert page.status_code == 403
    assert done == []
    text = page.content.decode()
    assert 'action="/sensitive/"' in text
    assert "the &lt;door&gt; is locked" in text
    assert text.count('name="fields"') == 2
    answer = client.post("/sensitive/", typed(again_code=door.next_code(focal_point)))
    assert answer.content == b"done"
    assert done == [{name: value if isinstance(value, list) else [value] for name, value in typed().items()}]


def test_a_wrong_code_loses_nothing_either(client):
    answer = client.post("/sensitive/", typed(again_code="000000"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "the &lt;door&gt; is locked" in text
    assert "govuk-error-summary" in text
    assert "000000" not in text.split('name="reason"')[0]
    assert done == []


def test_nothing_that_was_typed_is_kept_anywhere(client):
    """allauth would put the whole form into the session table, in the clear."""
    client.post("/sensitive/", typed())
    stored = [row.get_decoded() for row in Session.objects.all()]
    assert stored
    assert not any("locked" in str(data) for data in stored)


def test_passwords_of_the_form_are_not_sent_back(client):
    page = client.post("/sensitive/", typed(password="hunter2", password1="hunter3")).content.decode()
    assert "hunter" not in page


@pytest.mark.parametrize(
    "sent", [{}, {"again_code": ""}, {"again_code": "x" * 300}, {"again_password": factories.PASSWORD}]
)
def test_a_password_is_not_enough_for_who_has_a_second_step(client, sent):
    assert client.post("/again/", sent).status_code == 422
    assert client.post("/sensitive/", typed(**sent)).status_code in (403, 422)
    assert done == []


def test_who_has_no_second_step_confirms_by_the_password(caseworker, browse):
    client = browse(caseworker)
    assert 'name="again_password"' in client.get("/again/").content.decode()
    assert client.post("/sensitive/", typed(again_password="wrong")).status_code == 422
    assert client.post("/sensitive/", typed(again_password="")).status_code == 422
    assert client.post("/sensitive/", typed(again_password=factories.PASSWORD)).content == b"done"


def test_a_password_confirmed_before_the_app_was_set_up_counts_no_more(caseworker, browse):
    client = door.confirm(browse(caseworker))
    assert client.get("/sensitive/").status_code == 200
    actions.give_app(caseworker, SECRET, by=None)
    assert client.get("/sensitive/").status_code == 302


@pytest.mark.parametrize(("minutes", "is_fresh"), [(4, True), (6, False)])
def test_it_holds_for_five_minutes(client, focal_point, minutes, is_fresh):
    door.confirm(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        assert (client.get("/sensitive/").status_code == 200) == is_fresh


def test_a_sign_in_just_now_is_a_confirmation(focal_point, volunteer):
    for user in (focal_point, volunteer):
        assert door.signed_in(user).get("/sensitive/").content == b"done"


def test_how_long_it_holds_is_a_setting(client, settings):
    door.confirm(client)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert client.get("/sensitive/").status_code == 302


def test_a_recovery_code_stands_in_for_the_app_and_a_used_code_does_not(client, focal_point):
    from foundation.accounts import sealing

    data = {"seed": sealing.seal(focal_point.pk, "cd" * 40), "used_mask": 0}
    codes = Authenticator.objects.create(user=focal_point, type="recovery_codes", data=data).wrap().get_unused_codes()
    code = door.next_code(focal_point)
    assert client.post("/again/", {"again_code": code}).status_code == 302
    assert client.post("/again/", {"again_code": code}).status_code == 422
    assert client.post("/again/", {"again_code": codes[0]}).status_code == 302
    assert client.post("/again/", {"again_code": codes[0]}).status_code == 422


def test_guessing_is_limited_here_too(client, focal_point):
    for _n in range(5):
        client.post("/again/", {"again_code": "not it"})
    assert "Too many" in client.post("/again/", {"again_code": door.next_code(focal_point)}).content.decode()
    assert client.get("/sensitive/").status_code == 302


def test_a_confirmation_is_of_this_session_alone(focal_point, browse):
    one, two = browse(focal_point), browse(focal_point)
    door.confirm(one)
    assert two.get("/sensitive/").status_code == 302


def test_somebody_else_in_the_same_browser_is_not_confirmed(focal_point, house):
    client = door.signed_in(focal_point)
    client.force_login(house.people["deputy"], backend="foundation.accounts.backend.Backend")
    assert client.get("/sensitive/").url.startswith("/again/")


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_never_leads_off_the_site(client, focal_point, where):
    assert client.post("/again/", {"again_code": door.next_code(focal_point), "next": where}).url == "/"
    assert 'name="next" value="/"' in client.get(f"/again/?next={where}").content.decode()


def test_who_is_not_signed_in_signs_in(db):
    assert Client().get("/sensitive/").url == "/accounts/login/?next=/sensitive/"
    assert Client().post("/sensitive/", {"again_password": "x"}).status_code == 302
    assert Client().get("/again/").status_code == 302


def test_a_form_from_elsewhere_confirms_nothing(focal_point):
    """Forgery: the code that belongs to this person, in a form of another site."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = door.opened(focal_point).cookies
    answer = client.post("/sensitive/", typed(again_code=door.next_code(focal_point)))
    assert answer.status_code == 403
    assert done == []


@pytest.mark.django_db(transaction=True)
def test_the_trail_knows_of_it():
    house = factories.house()
    (before,) = owner.column("SELECT coalesce(max(id), 0) FROM trail.event")
    for who in ("focal_point", "caseworker"):
        door.confirm(door.opened(house.people[who]))
    rows = owner.rows("SELECT verb, data::text FROM trail.event WHERE id > %s ORDER BY id", before)
    told = [verb for verb, _data in rows if verb.startswith(("factor", "session.c"))]
    assert told == ["factor.used", "session.confirmed"]
    assert '"again": true' in next(data for verb, data in rows if verb == "factor.used")
