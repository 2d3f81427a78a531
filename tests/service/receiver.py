"""Another program that is told things: it checks signatures by itself, and can be made to answer badly or never."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass
class Letter:
    """One try as it arrived."""

    id: str
    at_s: int
    signature: str
    body: bytes
    path: str

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """Standard Webhooks, from the receiver's side."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.at_s}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
        return f"v1,{wanted}" in self.signature.split(" ")


@dataclass
class Receiver:
    """`with Receiver() as there:`; `answers` are given in turn, the last one for ever. 0: none at all."""

    answers: list[int] = field(default_factory=lambda: [200])
    letters: list[Letter] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)
    came: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Receiver:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/told?by=ralop"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                letter = Letter(
                    self.headers["webhook-id"], int(self.headers["webhook-timestamp"]),
                    self.headers["webhook-signature"], body, self.path,
                )  # fmt: skip
                answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                receiver.letters.append(letter)
                receiver.came.set()
                if not answer:
                    receiver.let_go.wait()
                    return
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                receiver.letters.append(Letter("", 0, "", b"null", self.path))
                self.send_error(404)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        return Handler
