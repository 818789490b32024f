"""Every answer of every address carries the headers that keep it out of caches, frames and other sites (proof 9).

The pages among them are looked at as well: what would a browser keep of them, and who else would read what is typed?
"""

import re
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config.urls import urlpatterns
from tests.architecture import test_trace as trace
from tests.architecture import visits

pytestmark = pytest.mark.proof("headers")

NONE = "'none'"
POLICY = {
    "default-src": {NONE}, "script-src": {"'self'"}, "style-src": {"'self'"}, "img-src": {"'self'"},
    "connect-src": {"'self'"}, "form-action": {"'self'"}, "manifest-src": {"'self'"}, "base-uri": {NONE},
    "frame-ancestors": {NONE}, "object-src": {NONE},
}  # fmt: skip
# A file of a case: whatever it is, it may do nothing, not even show itself.
SHUT = {"sandbox": set(), "default-src": {NONE}}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
}
UNKEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
CLOSED = {"camera", "microphone", "geolocation", "display-capture", "clipboard-read", "translator", "writer"}
# What would tell a stranger what runs here, or would let something be kept.
NEVER = ("Server", "X-Powered-By", "ETag", "Last-Modified", "Refresh", "Access-Control-Allow-Origin")
ASKING = ("volunteer", "caseworker", "focal_point", "partner_worker", "administrator", "nobody")


def problems(answer: Any, *, is_static: bool = False, is_api: bool = False) -> list[str]:
    """What is missing, wrong or too much."""
    wanted = ALWAYS if is_static else {**ALWAYS, **UNKEPT}
    found = [f"{name}: {answer.get(name)}" for name, value in wanted.items() if answer.get(name) != value]
    policy = {
        part.split()[0]: set(part.split()[1:]) for part in answer.get("Content-Security-Policy", "").split("; ") if part
    }
    is_download = answer.get("Content-Disposition", "").startswith("attachment")
    found += [] if policy == POLICY or (is_download and policy == SHUT) else [f"Content-Security-Policy: {policy}"]
    shut = {
        part.partition("=")[0].strip()
        for part in answer.get("Permissions-Policy", "").split(",")
        if part.endswith("=()")
    }
    found += [f"open: {feature}" for feature in CLOSED - shut]
    allowed = {"ETag", "Last-Modified", "Access-Control-Allow-Origin"} if is_static else {"ETag"} if is_api else set()
    found += [f"too much: {name}" for name in NEVER if name in answer and name not in allowed]
    name = re.search(r'filename="?([^";]+)', answer.get("Content-Disposition", ""))
    found += (
        [f"file name: {name.group(1)}"] if name and not re.fullmatch(r"[\w-]{1,40}\.\w{2,5}", name.group(1)) else []
    )
    return found


@pytest.fixture
def world(house, browse):
    return visits.build(house, browse)


def answers(world):
    """Every answer that one of these seats gets: (address, kind of address, answer)."""
    for method, route, thing in visits.rows():
        kind = visits.kind(route)
        for seat in visits.CALLERS if kind == visits.API else ASKING:
            _url, answer = visits.attempt(world, seat, method, route, thing)
            yield f"{method} {route} {seat} {answer.status_code}", route, kind, answer


def test_every_answer_of_every_address_carries_them_and_no_page_leaves_a_trace(world, figure):
    counts: Counter[int] = Counter()
    wrong: set[str] = set()
    pages: list[trace.Page] = []
    for where, route, kind, answer in answers(world):
        counts[answer.status_code] += 1
        found = problems(answer, is_api=kind == visits.API)
        if answer.get("Content-Type", "").startswith("text/html") and answer.content:
            pages.append(trace.Page(answer.content.decode()))
            found += trace.problems(pages[-1], is_admin=route.startswith("admin"))
        wrong |= {f"{where}: {what}" for what in found}
    assert sorted(wrong) == []
    assert trace.unknown_titles(pages) == set(), "a title is a fixed word or two, reviewed in test_trace.py"
    assert {200, 302, 401, 403, 404, 405, 409, 422} <= set(counts)
    codes = ", ".join(f"{n:,} × {code}" for code, n in sorted(counts.items()))
    figure(f"{sum(counts.values()):,} answers of {len(visits.routes())} addresses ({codes}), 0 without their headers")
    titles = {page.title for page in pages}
    figure(
        f"{len(pages):,} pages, {len(titles)} fixed titles, one icon, no field that a service reads or a browser keeps"
    )


def broken(request):
    raise ZeroDivisionError


def hasty(request):
    return HttpResponse(status=429)


class Odd:
    """The router with two addresses more: one that breaks, one that is too busy."""

    urlpatterns = [path("api/v1/broken/", broken), *urlpatterns, path("broken/", broken), path("hasty/", hasty)]
    handler400 = "foundation.core.views.bad_request"
    handler404 = "foundation.core.views.not_found"
    handler500 = "foundation.core.views.broken"


ODD = {
    "a foreign host": (400, "/", {"headers": {"Host": "elsewhere.example"}}),
    "a forged form": (403, "/language/", {"data": {"language": "ru"}}),
    "no address": (404, "/nowhere/", {}),
    "no address of the API": (401, "/api/v1/nowhere", {}),
    "a wrong method": (405, "/leave/", {"data": {}}),
    "a sender in a hurry": (429, "/hasty/", {}),
    "a mistake of ours": (500, "/broken/", {}),
    "a mistake of ours in the API": (500, "/api/v1/broken/", {}),
    "too much at once": (400, "/accounts/login/", {"data": {"login": "x" * 300_000}}),
    "a page fetched in advance": (503, "/", {"headers": {"Sec-Purpose": "prefetch"}}),
    "leaving": (302, "/leave/", {}),
    "an address without its last stroke": (301, "/concerns", {}),
}


@pytest.mark.parametrize("case", sorted(ODD))
def test_refusals_errors_and_redirects_carry_them_too(db, case, figure):
    status, url, asked = ODD[case]
    client = Client(enforce_csrf_checks=case == "a forged form", raise_request_exception=False)
    with override_settings(ROOT_URLCONF=Odd):
        answer = client.post(url, **asked) if "data" in asked else client.get(url, **asked)
    assert answer.status_code == status
    assert problems(answer, is_api="/api/" in url) == []
    figure(f"{case}: {status} with all of them")


def test_too_many_tries_to_sign_in_carry_them_too(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    for _ in range(3):
        answer = client.post("/accounts/login/", {"login": "a@b.example", "password": "x"})
    assert answer.status_code == 429
    assert problems(answer) == []


def test_a_request_that_is_too_large_for_the_api_carries_them_too(world):
    partner = world.clients["partner"]
    answer = partner.client.generic(
        "POST",
        "/api/v1/referrals",
        b'{"a": "' + b"x" * 600_000 + b'"}',
        "application/json",
        headers=partner._headers({}),
    )
    assert answer.status_code in (400, 404, 405, 413)
    assert problems(answer, is_api=True) == []


def test_the_redirect_to_https_carries_them_too():
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=[]):
        answer = Client().get("/cases/")
    assert answer.status_code == 301
    assert problems(answer) == []


@pytest.mark.parametrize("name", ["app.css", "app-rtl.css", "app.js", "icons.svg", "favicon.svg"])
def test_the_interfaces_own_files_carry_them_and_nothing_of_a_person(name):
    answer = Client().get(f"/static/{name}")
    assert answer.status_code == 200
    assert problems(answer, is_static=True) == []
    assert "Set-Cookie" not in answer


def test_cookies_are_for_this_site_and_for_the_server_alone(client, volunteer):
    from tests.factories import PASSWORD

    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": volunteer.email, "password": PASSWORD})
    client.post("/language/", {"language": "ru"})
    assert {"s", "c", "l"} <= set(client.cookies)
    for name, morsel in client.cookies.items():
        assert morsel["httponly"], name
        assert morsel["samesite"] == "Lax", name
        assert not morsel["domain"], name
    assert settings.SESSION_COOKIE_SECURE == settings.CSRF_COOKIE_SECURE == settings.HTTPS
