"""How a word may look in a store: the forms of its letters, times the ways to write them down."""

import base64
import html
import json
import quopri
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

SHORTEST = 8


def forms(text: str) -> set[str]:
    """As typed, composed and decomposed, small and capital; a number also without its spaces and its plus."""
    found = {text, "".join(sign for sign in text if sign.isdigit())} if text.startswith("+") else {text}
    for normal in ("NFC", "NFD", "NFKD"):
        composed = {unicodedata.normalize(normal, form) for form in found}
        found |= composed
    return {turned for form in found for turned in (form, form.lower(), form.upper(), form.casefold())}


def written(text: str) -> Iterator[tuple[str, bytes]]:
    """(encoding, bytes) of one form."""
    utf8 = text.encode()
    yield "utf-8", utf8
    for codec in ("utf-16-le", "utf-16-be", "cp1251", "cp1256", "latin-1", "cp1252"):
        encoded = text.encode(codec, "ignore")
        if len(encoded) >= len(text):
            yield codec, encoded
    for name, data in (("base64", utf8), ("base64 of utf-16-le", text.encode("utf-16-le"))):
        yield from ((f"{name}+{shift}", found) for shift, found in _base64(data))
    yield "hex", utf8.hex().encode()
    yield "HEX", utf8.hex().upper().encode()
    escaped = json.dumps(text)[1:-1]
    yield "json", escaped.encode()
    yield "JSON", escaped.upper().replace("\\U", "\\u").encode()
    yield "url", quote(text, safe="").encode()
    yield "URL small", quote(text, safe="").lower().encode()
    yield "quoted-printable", quopri.encodestring(utf8).replace(b"=\n", b"")
    yield "html", "".join(f"&#{ord(sign)};" for sign in text).encode()
    yield "html hex", "".join(f"&#x{ord(sign):x};" for sign in text).encode()
    yield "html named", html.escape(text).encode("ascii", "xmlcharrefreplace")
    yield "octal", "".join(f"\\{byte:03o}" for byte in utf8).encode()
    yield "repr", repr(utf8)[2:-1].encode()
    yield "punycode", text.lower().encode("punycode")


def _base64(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The signs that stand for these bytes whatever stood before and behind them, at each of the three alignments."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data)
        first = -(-8 * shift // 6)
        last = 8 * (shift + len(data)) // 6
        yield shift, encoded[first:last]
        yield shift, encoded[first:last].translate(bytes.maketrans(b"+/", b"-_"))


def needles(text: str) -> dict[bytes, str]:
    """All that is searched for a word: bytes → name of the encoding."""
    found: dict[bytes, str] = {}
    for form in sorted(forms(text)):
        for name, data in written(form):
            if len(data) >= SHORTEST:
                found.setdefault(data, name)
    return found
