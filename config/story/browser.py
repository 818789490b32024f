"""A browser without scripts: cookies, pages, links and forms that are filled in by field name."""

import base64
import hashlib
import hmac
import re
import struct
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

TIMEOUT = 30


class StoryError(Exception):
    """Something is not as the story needs it; the text says what."""


def expect(is_so: object, what: str) -> None:
    """Go on only if it is so."""
    if not is_so:
        raise StoryError(what)


@dataclass
class Form:
    """A form of a page: where it goes, what it holds now, what may be chosen."""

    action: str
    held: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)

    def filled(self, values: dict[str, str | list[str]]) -> list[tuple[str, str]]:
        """What a browser would send after these fields were filled in; refuses what the page does not offer."""
        pairs = [(name, value) for name, value in self.held if name not in values]
        for name, given in values.items():
            expect(name in self.names, f"the form at {self.action} has no field {name!r}, only {sorted(self.names)}")
            for value in [given] if isinstance(given, str) else given:
                offered = self.choices.get(name)
                expect(offered is None or value in offered, f"{name!r} does not offer {value!r}, only {offered}")
                pairs.append((name, value))
        return pairs

    def choice(self, name: str, words: str) -> str:
        """The value of the choice whose label holds these words."""
        found = [value for value, label in self.choices.get(name, {}).items() if words in label]
        expect(len(found) == 1, f"{name!r} offers {words!r} {len(found)} times: {self.choices.get(name)}")
        return found[0]


class _Reader(HTMLParser):
    """Takes a page apart: forms, links, text, the language of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.page: dict[str, str] = {}
        self._form: Form | None = None
        self._select = self._area = ""
        self._option: tuple[str, str] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what opens."""
        has = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.page = has
        elif tag in ("script", "style"):
            self._silent += 1
        elif tag == "a" and "href" in has:
            self.links.append((has["href"], "".join(self.text[-40:])))
        elif tag == "form":
            self._form = Form(has.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None and tag in ("input", "select", "option", "textarea", "button"):
            self._control(self._form, tag, has)

    def _control(self, form: Form, tag: str, has: dict[str, str]) -> None:
        name, value = has.get("name", ""), has.get("value", "")
        if tag == "option":
            self._option = (value, "selected" if "selected" in has else "")
            form.choices.setdefault(self._select, {})[value] = ""
            return
        form.names |= {name} - {""}
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            form.held.append((name, ""))
        elif has.get("type") in ("checkbox", "radio"):
            value = value or "on"
            form.choices.setdefault(name, {})[value] = value
            form.held += [(name, value)] if "checked" in has else []
        elif tag == "button":
            form.choices.setdefault(name, {})[value] = value
        elif name:
            form.held.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        """Note what closes."""
        if tag == "form":
            self._form = None
        elif tag in ("script", "style"):
            self._silent -= 1
        elif tag == "textarea":
            self._area = ""
        elif tag in ("option", "select"):
            self._option = None

    def handle_data(self, data: str) -> None:
        """Text, of the page or of a control."""
        if self._silent:
            return
        self.text.append(data)
        if self._form is None:
            return
        if self._area:
            name, value = self._form.held[-1]
            self._form.held[-1] = (name, value + data.removeprefix("\n"))
        elif self._option is not None:
            value, selected = self._option
            self._form.choices[self._select][value] += data
            self._form.held += [(self._select, value)] if selected else []
            self._option = (value, "")


@dataclass
class Page:
    """An answer: status, where it was found in the end, its bytes and what stands in them."""

    status: int
    url: str
    body: bytes

    def __post_init__(self) -> None:
        reader = _Reader()
        reader.feed(self.body.decode())
        self.forms, self.links, self.lang = reader.forms, reader.links, reader.page
        self.text = re.sub(r"\s+", " ", "".join(reader.text))

    @property
    def path(self) -> str:
        """The path of the address."""
        return urlsplit(self.url).path

    @property
    def pk(self) -> str:
        """The first id in the address."""
        return first_id(self.path)

    def form(self, *names: str, action: str = "") -> Form:
        """The first form that holds these fields and goes to this address."""
        for form in self.forms:
            if set(names) <= form.names and form.action.endswith(action):
                return form
        raise StoryError(f"no form with {names} to {action!r} at {self.path} ({self.status}): {self.text[:400]}")

    def own_form(self, *names: str) -> Form:
        """The first form that holds these fields and comes back to this very page."""
        for form in self.forms:
            is_own = urlsplit(urljoin(self.url, form.action or self.url)).path == self.path
            if is_own and set(names) <= form.names:
                return form
        raise StoryError(f"no form with {names} of {self.path} ({self.status}): {self.text[:400]}")

    def link(self, pattern: str, words: str = "") -> str:
        """The first link whose address matches, after these words if any are given."""
        for href, before in self.links:
            if re.search(pattern, href) and words in before:
                return href
        raise StoryError(f"no link like {pattern!r} after {words!r} at {self.path} ({self.status}): {self.text[:400]}")


def first_id(path: str) -> str:
    """The first id in an address."""
    found = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", path)
    if found is None:
        raise StoryError(f"there is no id in {path}")
    return found[0]


_USED: dict[str, int] = {}


def next_code(secret: str) -> str:
    """What an app with this secret shows (RFC 6238). Each code counts once, so it waits for the next one if need be."""
    now = int(time.time()) // 30
    step = max(now, _USED.get(secret, 0) + 1)
    while step > int(time.time()) // 30 + 1:  # the next half minute's code counts already
        time.sleep(0.5)
    _USED[secret] = step
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    (value,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(value & 0x7FFFFFFF) % 10**6:06}"


class Browser:
    """One person at one device."""

    def __init__(self, base: str, who: str) -> None:
        self.base, self.who = base, who
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Page:
        """Open an address."""
        return self._open(Request(urljoin(self.base, path)))

    def opened(self, path: str) -> Page:
        """Open an address that must be there."""
        page = self.get(path)
        expect(page.status == 200, f"{self.who} gets {page.status} at {path}")
        return page

    def post(self, path: str, pairs: list[tuple[str, str]]) -> Page:
        """Send fields to an address."""
        return self._open(Request(urljoin(self.base, path), urlencode(pairs).encode()))

    def submit(self, page: Page, form: Form, **values: Any) -> Page:
        """Send a form filled in with these values (a list for several ticks); it must be accepted."""
        sent = self.post(urljoin(page.url, form.action or page.url), form.filled(values))
        expect(sent.status == 200, f"{self.who} gets {sent.status} at {sent.path}: {sent.text[:600]}")
        return sent

    def hand_in(self, page: Page, form: Form, file: tuple[str, bytes], **values: Any) -> Page:
        """Send a form with a file (name, content) as a browser does; it must be accepted."""
        border = uuid4().hex
        pairs = [(name, value) for name, value in form.filled(values) if name != "file"]
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs
        ]
        head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n\r\n'
        body = "".join([*parts, head]).encode() + file[1] + f"\r\n--{border}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={border}"}
        sent = self._open(Request(urljoin(page.url, form.action or page.url), body, kind))
        expect(sent.status == 200, f"{self.who} gets {sent.status} at {sent.path}: {sent.text[:600]}")
        return sent

    def fetched(self, path: str) -> bytes:
        """The bytes of a download."""
        with self._opener.open(Request(urljoin(self.base, path)), timeout=TIMEOUT) as answer:
            content: bytes = answer.read()
            return content

    def step(self, path: str, **values: Any) -> Page:
        """Open a page, fill in its form with these values and send it."""
        page = self.opened(path)
        return self.submit(page, page.own_form("csrfmiddlewaretoken", *values), **values)

    def sign_in(self, email: str, password: str, secret: str | None = None) -> Page:
        """Sign in, with a code where one is asked; whoever comes the first time accepts the code of conduct."""
        page = self.step("/accounts/login/", login=email, password=password)
        if page.path == "/accounts/2fa/authenticate/":
            page = self._type_code(page, secret)
        expect("/accounts/" not in page.path, f"{self.who} cannot sign in: {page.text[:300]}")
        if page.path == "/conduct/":
            page = self.submit(page, page.own_form("accept"), accept="on")
        return page

    def _type_code(self, page: Page, secret: str | None) -> Page:
        """Type the app's code; one that somebody has used before us is refused, then the next one is typed."""
        expect(secret, f"{self.who} is asked for a code and has no app")
        for _n in range(4):
            page = self.submit(page, page.own_form("code"), code=next_code(secret or ""))
            if page.path != "/accounts/2fa/authenticate/":
                break
        return page

    def confirm(self, page: Page, facts: dict[str, str]) -> Page:
        """Confirm that it is this person, by a code or else by the password; back where it was asked."""
        field = "again_code" if "totp_secret" in facts else "again_password"
        form = page.own_form(field)
        for _n in range(4):
            word = next_code(facts["totp_secret"]) if field == "again_code" else facts["password"]
            sent = self.post(page.url, form.filled({field: word}))
            if sent.path != "/again/":
                break
        return sent

    def _open(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return Page(answer.status, answer.url, answer.read())
        except HTTPError as error:
            with error:
                return Page(error.code, error.url or request.full_url, error.read())
