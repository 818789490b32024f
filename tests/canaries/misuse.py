"""Requests that fail, in each way they can: for the API, for addresses, for headers and bodies."""

import json
from urllib.parse import quote, urlencode
from uuid import uuid4

from tests.canaries.markers import SCRIPTS
from tests.canaries.world import World, entry

FORM = "application/x-www-form-urlencoded"


# --- the API, wrongly


@entry("bodies that the API refuses")
def misused(world: World) -> None:
    api, mint, pk = world.api(0), world.mint, world.referrals[0]
    path, head = f"/api/v1/referrals/{pk}/ask", {"Authorization": f"Bearer {api.token}", "If_Match": "*"}
    bodies = [
        b'{"text": "' + mint.sentence().encode() + b'", ',
        json.dumps({"text": mint.sentence(), mint.plain(): mint.name()}).encode(),
        json.dumps({"text": [mint.name()]}).encode(),
        json.dumps(mint.sentence()).encode(),
        json.dumps({"text": mint.sentence() * 400}).encode(),
        json.dumps({"text": mint.sentence() * 6000}).encode(),
        f'{{"text": "{mint.name()}", "text": "{mint.name()}"}}'.encode(),
        mint.sentence("arabic").encode("utf-16"),
        b"\xff\xfe" + mint.name("cyrillic").encode("cp1251"),
    ]
    for body in bodies:
        world.raw("POST", path, body, Content_Type="application/json", **head)
    world.raw("POST", path, mint.sentence().encode(), Content_Type=f"text/{mint.plain()}", **head)
    world.raw("POST", path, b"{}", Content_Type="application/json", **{**head, "If_Match": mint.plain()})
    world.raw("POST", path, b"{}", Content_Type="application/json", Idempotency_Key=quote(mint.plain()) * 9, **head)


@entry("credentials that the API does not know")
def unknown_client(world: World) -> None:
    mint = world.mint
    form = {
        "grant_type": "client_credentials",
        "client_id": mint.plain(),
        "client_secret": mint.plain(),
        "scope": mint.plain(),
    }
    world.raw("POST", "/api/v1/oauth/token", urlencode(form).encode(), Content_Type=FORM)
    world.raw("POST", "/api/v1/oauth/token", urlencode({"grant_type": mint.name()}).encode(), Content_Type=FORM)
    world.raw("GET", "/api/v1/referrals", Authorization=f"Bearer {mint.plain()}")
    world.raw("GET", "/api/v1/referrals", Authorization=f"Basic {mint.plain()}")
    world.raw(
        "GET", f"/api/v1/referrals?status={mint.plain()}&{mint.plain()}=1", Authorization=f"Bearer {world.api(0).token}"
    )
    world.raw("GET", f"/api/v1/{mint.plain()}/{quote(mint.name())}")


# --- requests that are no use to anybody


@entry("addresses that are none, in paths and queries")
def nowhere(world: World) -> None:
    mint = world.mint
    for script in SCRIPTS * 2:
        world.raw("GET", f"/{quote(mint.name(script))}/?q={quote(mint.name(script))}")
    world.person("caseworker").get(f"/cases/{quote(mint.name())}/?name={quote(mint.name())}")
    world.person("administrator").get(f"/admin/accounts/user/?q={quote(mint.name())}&o={mint.plain()}")
    world.raw("GET", f"/static/{mint.plain()}.css")
    world.raw("GET", f"/running/messages/{mint.plain()}/again/")


@entry("headers, cookies and hosts")
def headed(world: World) -> None:
    mint = world.mint
    names = (
        "User_Agent",
        "Referer",
        "X_Forwarded_For",
        "X_Forwarded_Host",
        "Accept_Language",
        "Accept",
        "Origin",
        "X_Name",
    )
    for name in names:
        world.raw("GET", "/accounts/login/", **{name: mint.plain()})
    world.raw("GET", "/help/", X_Name=quote(mint.name("arabic")))
    world.raw("GET", "/", Cookie=f"s={mint.plain()}; c={mint.plain()}; l={mint.plain()}; {mint.plain()}=1")
    world.raw("GET", "/", Host=f"{mint.plain()}.example")
    world.raw("POST", "/readyz", mint.sentence().encode(), Authorization=f"Bearer {mint.plain()}")


@entry("forms without a token, too large, too many, broken")
def unwelcome(world: World) -> None:
    mint = world.mint
    form = urlencode({"summary": mint.sentence(), "alias": mint.name()}).encode()
    world.raw("POST", f"/concerns/{uuid4()}/words/", form, Content_Type=FORM)
    world.raw("POST", "/accounts/login/", urlencode({"login": mint.sentence() * 5000}).encode(), Content_Type=FORM)
    many = urlencode([(f"{mint.plain()}{n}", mint.plain() if n < 3 else "x") for n in range(4)] + [("x", "y")] * 300)
    world.raw("POST", "/accounts/login/", many.encode(), Content_Type=FORM)
    part = f'--x\r\nContent-Disposition: form-data; name="{mint.plain()}"; filename="{mint.plain()}.txt"\r\n\r\n'
    multipart = part.encode() + mint.sentence().encode() * 3000
    world.raw("POST", "/accounts/login/", multipart + b"\r\n--x--\r\n", Content_Type="multipart/form-data; boundary=x")
    world.raw("POST", "/accounts/login/", multipart[:300], Content_Type="multipart/form-data; boundary=y")
    world.raw("POST", "/accounts/login/", mint.sentence().encode(), Content_Type=f"text/plain; charset={mint.plain()}")


@entry("lines that are no request at all")
def garbled(world: World) -> None:
    mint = world.mint
    world.raw(mint.plain().lower(), "/")
    world.raw("GET", f"/{mint.name('arabic')}")
    world.raw("GET", "/", Content_Length=mint.plain())
    world.raw("GET", "/", **{f"{mint.plain()} x": mint.plain()})
    world.raw("POST", "/", mint.name().encode(), Transfer_Encoding=mint.plain())
    world.raw("GET", f"/ HTTP/{mint.plain()}")
    world.raw("GET", f"/{'a' * 9000}{mint.plain()}")
    world.raw(mint.plain(), "/metrics")
