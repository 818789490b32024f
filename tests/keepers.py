"""Small stand-ins for HashiCorp Vault and AWS KMS on the loopback: real HTTP, real AES-GCM, the errors of the real ones."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Refusal(Exception):
    """An answer that is not a success: status and the service's own code or words."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Keeper:
    """What both have in common: versions of one key, who may do what, what was asked."""

    def __init__(self) -> None:
        self.keys: list[bytes] = [os.urandom(32)]
        self.denied: set[str] = set()
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.port = 0
        self.is_sealed = False
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, on the same port as before where there was one."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), partial(_Handler, self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """The network is down."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def forget(self) -> None:
        """Somebody made the key anew under the same name."""
        self.keys = [os.urandom(32) for _ in self.keys]

    def answer(self, method: str, path: str, headers: Any, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One request."""
        raise NotImplementedError

    def refused(self, refusal: Refusal) -> dict[str, Any]:
        """The body of an error."""
        raise NotImplementedError

    def check(self, what: str) -> None:
        """Raise unless it may be done."""
        if what in self.denied:
            raise self.denial(what)

    def denial(self, what: str) -> Refusal:
        """The service's own way to say no."""
        raise NotImplementedError


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, keeper: Keeper, *args: Any) -> None:
        self.keeper = keeper
        super().__init__(*args)

    def _serve(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            status, answer = self.keeper.answer(self.command, self.path, self.headers, json.loads(text or b"{}"))
        except Refusal as refusal:
            status, answer = refusal.status, self.keeper.refused(refusal)
        data = b"" if status == 204 else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = _serve  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Quiet."""


class FakeVault(Keeper):
    """The transit engine: versions in the ciphertext, associated data, tokens with capabilities."""

    token = "hvs.test"
    name, mount = "amparo", "transit"
    alias_or_name = name

    def answer(self, method: str, path: str, headers: Any, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """``/v1/transit/<what>/<key>[/rotate]``."""
        if self.is_sealed:
            raise Refusal(503, "Vault is sealed")
        if headers.get("X-Vault-Token") != self.token:
            raise Refusal(403, "permission denied")
        mount, what, name, *more = path.removeprefix("/v1/").split("/")
        verb = "rotate" if more == ["rotate"] else {"keys": "read"}.get(what, what)
        self.check(verb)
        self.asked.append((verb, body))
        if (mount, name) != (self.mount, self.name):
            raise Refusal(404 if verb == "read" else 400, "encryption key not found")
        return getattr(self, f"_{verb}")(body)

    def refused(self, refusal: Refusal) -> dict[str, Any]:
        """Vault's errors are a list of sentences."""
        return {"errors": [refusal.code]}

    def denial(self, what: str) -> Refusal:
        """A policy without the capability."""
        return Refusal(403, "1 error occurred: permission denied")

    def _read(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {"data": {"name": self.name, "latest_version": len(self.keys), "type": "aes256-gcm96"}}

    def _rotate(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.keys.append(os.urandom(32))
        return 204, {}

    def _encrypt(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        nonce, bound = os.urandom(12), base64.b64decode(body["associated_data"])
        sealed = nonce + AESGCM(self.keys[-1]).encrypt(nonce, base64.b64decode(body["plaintext"]), bound)
        version = len(self.keys)
        text = f"vault:v{version}:{base64.b64encode(sealed).decode()}"
        return 200, {"data": {"ciphertext": text, "key_version": version}}

    def _decrypt(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            _vault, version, text = body["ciphertext"].split(":")
            sealed = base64.b64decode(text, validate=True)
            key = self.keys[int(version[1:]) - 1]
        except (ValueError, IndexError):
            raise Refusal(400, "invalid ciphertext: could not decode") from None
        try:
            plain = AESGCM(key).decrypt(sealed[:12], sealed[12:], base64.b64decode(body["associated_data"]))
        except (InvalidTag, ValueError):
            raise Refusal(400, "cipher: message authentication failed") from None
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}


class FakeKms(Keeper):
    """KMS: JSON 1.1 over one address, keys by ARN, the encryption context authenticated."""

    arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    alias = "alias/amparo"
    alias_or_name = alias

    def answer(self, method: str, path: str, headers: Any, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """``X-Amz-Target: TrentService.<Verb>``, signed with the version 4 of AWS' signatures."""
        verb = headers["X-Amz-Target"].removeprefix("TrentService.")
        if "AWS4-HMAC-SHA256 Credential=AKIATEST/" not in headers.get("Authorization", ""):
            raise Refusal(400, "UnrecognizedClientException")
        self.check(verb)
        self.asked.append((verb, body))
        if verb != "Decrypt" and body["KeyId"] not in (self.arn, self.alias):
            raise Refusal(400, "NotFoundException")
        return getattr(self, f"_{verb.lower()}")(body)

    def refused(self, refusal: Refusal) -> dict[str, Any]:
        """A type, no more."""
        return {"__type": refusal.code, "message": ""}

    def denial(self, what: str) -> Refusal:
        """A key policy without the action."""
        return Refusal(400, "AccessDeniedException")

    def _describekey(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {"KeyMetadata": {"Arn": self.arn, "KeyId": self.arn.rpartition("/")[2]}}

    def _bound(self, body: dict[str, Any]) -> bytes:
        return json.dumps(body["EncryptionContext"], sort_keys=True).encode()

    def _encrypt(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(self.keys[-1]).encrypt(nonce, base64.b64decode(body["Plaintext"]), self._bound(body))
        return 200, {"CiphertextBlob": base64.b64encode(sealed).decode(), "KeyId": self.arn}

    def _decrypt(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if body["KeyId"] != self.arn:
            raise Refusal(400, "IncorrectKeyException")
        sealed = base64.b64decode(body["CiphertextBlob"])
        try:
            plain = AESGCM(self.keys[-1]).decrypt(sealed[:12], sealed[12:], self._bound(body))
        except (InvalidTag, ValueError):
            raise Refusal(400, "InvalidCiphertextException") from None
        return 200, {"Plaintext": base64.b64encode(plain).decode(), "KeyId": self.arn}


@contextmanager
def running(keeper: Keeper) -> Iterator[Keeper]:
    """While the block lasts."""
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()
