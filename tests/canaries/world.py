"""The ways in: each is a function that is given the installation and enters canaries."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.story.browser import Browser
from config.story.partner import Api
from tests.canaries.markers import Mint
from tests.installation import Installation

Entry = Callable[["World"], None]
WAYS: list[tuple[str, Entry]] = []


def entry(place: str) -> Callable[[Entry], Entry]:
    """Register a way in; they are walked in this order."""

    def kept(function: Entry) -> Entry:
        WAYS.append((place, function))
        return function

    return kept


@dataclass
class World:
    """The installation, the mint, and what earlier entries left for later ones."""

    house: Installation
    mint: Mint
    case: str = ""
    referrals: list[str] = field(default_factory=list)
    _signed_in: dict[str, Browser] = field(default_factory=dict)

    def person(self, who: str) -> Browser:
        """Somebody of the demonstration, signed in once."""
        if who not in self._signed_in:
            facts = self.house.demo["people"][who]
            self._signed_in[who] = Browser(self.house.url, who)
            self._signed_in[who].sign_in(facts["email"], facts["password"], facts.get("totp_secret"))
        return self._signed_in[who]

    def api(self, n: int = 0) -> Api:
        """The n-th partner's program."""
        return Api(self.house.url, self.house.demo["partners"][n])

    def raw(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        """Send whatever it is, byte for byte; the beginning of the answer."""
        where = urlsplit(self.house.url)
        lines = {"Host": where.netloc, "Connection": "close", "Content-Length": str(len(body))}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=20) as line:
            line.sendall(head.encode() + b"\r\n" + body)
            return line.recv(65536)

    def walk(self) -> None:
        """Everything, in order."""
        for place, function in WAYS:
            self.mint.place = place
            function(self)
