"""A push service of our own on loopback, and the browser behind it that opens what it is sent (RFC 8030, 8291, 8292).

Opening is written from the receiver's side of the standards, with nothing of the product's own code.
"""

from __future__ import annotations

import asyncio
import json
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

T = TypeVar("T")
WIDE_S = 30.0


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def mac(key: bytes, content: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(content)
    return made.finalize()


@dataclass
class Receiver:
    """A browser's side of a subscription."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen of ours!"

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def keys(self) -> dict[str, str]:
        return {"p256dh": text_of(self.point), "auth": text_of(self.auth)}

    def opened(self, body: bytes) -> bytes:
        """The content of one message; raises where anything was changed."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        secret = mac(mac(self.auth, shared), b"WebPush: info\0" + self.point + theirs + b"\x01")
        pseudo = mac(salt, secret)
        cipher = AESGCM(mac(pseudo, b"Content-Encoding: aes128gcm\0\x01")[:16])
        padded = cipher.decrypt(mac(pseudo, b"Content-Encoding: nonce\0\x01")[:12], sealed, None)
        content, delimiter, padding = padded.rpartition(b"\x02")
        assert delimiter
        assert not padding.strip(b"\0")
        return content


@dataclass
class Arrival:
    """One message as the service got it."""

    path: str
    headers: dict[str, str]
    body: bytes

    def claims(self, audience: str) -> dict[str, Any]:
        """What the sender says of itself, once its signature holds for this service."""
        scheme, _, rest = self.headers["authorization"].partition(" ")
        assert scheme == "vapid"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        signed, _, signature = parts["t"].rpartition(".")
        raw = bytes_of(signature)
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(parts["k"]))
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
        claims: dict[str, Any] = json.loads(bytes_of(signed.split(".")[1]))
        assert claims["aud"] == audience
        return {**claims, "key": parts["k"]}


@dataclass
class PushService:
    """Takes messages; `status` is what it answers."""

    status: int = 201
    arrivals: list[Arrival] = field(default_factory=list)
    origin: str = ""
    _server: asyncio.Server | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> PushService:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.origin = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def next(self, within_s: float = 20.0) -> Arrival:
        """The next message, once it is here."""
        async with asyncio.timeout(within_s):
            while not self.arrivals:
                self._news.clear()
                await self._news.wait()
        return self.arrivals.pop(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.arrivals.append(Arrival(head[0].split(" ")[1], headers, body))
        self._news.set()
        writer.write(f"HTTP/1.1 {self.status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


class Beside:
    """The same in a loop and thread of its own, for a test that has none."""

    def __init__(self) -> None:
        self.service = PushService()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        self._run(self.service.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self.service.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def next(self) -> Arrival:
        """The next message, once it is here."""
        return self._run(self.service.next())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WIDE_S)
