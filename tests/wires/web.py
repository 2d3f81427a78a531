"""The web's wire: a browser's cookie, the posts of its page, each made twice with one id, and the thread it reads."""

from __future__ import annotations

import json
import re
import secrets
import time
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from bot.clock import RealClock
from bot.rules.people import token_hash
from bot.web.pages import fresh_id
from storage.people import WebSession
from tests import papers
from tests.running import WIDE_S
from tests.wires.wire import Closed, Phone, Seen, Wire
from tests.world import MORNING

if TYPE_CHECKING:
    from tests.wires.nursery import Nursed

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "between-the-parts"
CONTENTS = {"photo": b"\xff\xd8\xff\xda\0\x02 a photo\xff\xd9", "voice": b"OggS a voice note"}
WATCHED = timedelta(days=400)  # in a play every phone is looked at: a page that nobody opens is a rule's own affair
LENGTH = re.compile(r"(\d+):(\d\d)$")


class WebWire(Wire):
    """Whoever lives here has a live session; a stranger one from before the consent, as after a good invite."""

    name, profile, spoken, bot = "web", "buttons", "Web", "web"
    left_out = re.compile(r"\((sticker|forwarded|edited)")

    def __init__(self, clock: Path | None = None) -> None:
        super().__init__(clock)
        self._at = MORNING if clock else RealClock().now()
        self._cookies: dict[str, str] = {}
        self._port = 0
        self._connection: HTTPConnection | None = None

    def settings(self, house: Nursed) -> dict[str, str]:
        self._port = house.port
        return {}

    def new_phone(self, session: Session, person_id: int | None) -> Phone:
        address, token = f"w{secrets.token_hex(8)}", secrets.token_urlsafe(16)
        session.add(
            WebSession(
                address=address,
                token_hash=token_hash(token),
                person_id=person_id,
                created_at=self._at,
                seen_at=self._at + WATCHED,
            )
        )
        self._cookies[address] = token
        return Phone(address)

    def says(self, who: str, text: str, how: str = "", ago_s: int = 0) -> None:
        self._posts(who, "/chat/say", text=text, ago=str(ago_s))

    def sends(self, who: str, kind: str, seconds: int, caption: str, name: str = "") -> None:
        fields = {"id": fresh_id(), "text": caption, "seconds": str(seconds)}
        parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
        head = f'Content-Disposition: form-data; name="file"; filename="{name or kind}"\r\n\r\n'
        body = b"".join(f"--{BOUNDARY}\r\n{part}\r\n".encode() for part in parts)
        body += (
            f"--{BOUNDARY}\r\n{head}".encode()
            + (papers.content(name) if name else CONTENTS[kind])
            + f"\r\n--{BOUNDARY}--\r\n".encode()
        )
        for _ in range(2):
            self._ask(who, "POST", "/chat/file", body, f"multipart/form-data; boundary={BOUNDARY}")

    def press(self, who: str, seen: Seen, value: str) -> None:
        self._posts(who, "/chat/press", press=value, message=seen.id)

    def _posts(self, who: str, path: str, **fields: str) -> None:
        body = urlencode(fields | {"id": fresh_id()})
        for _ in range(2):
            self._ask(who, "POST", path, body.encode(), FORM)

    def look(self, who: str) -> list[Seen]:
        phone = self.phones[who]
        told = self._ask(who, "GET", f"/chat/after?id={phone.cursor}")
        phone.cursor = told["cursor"]
        ids = {one.id for one in phone.screen}
        found = []
        for item in told["items"]:
            if item["do"] == "show" and not item["mine"]:
                buttons = [(one["caption"], one["value"]) for one in item["choices"]]
                found.append(Seen(item["id"], item["text"], buttons, _attached(item), is_edit=item["id"] in ids))
                ids.add(item["id"])
        return found

    def _ask(self, who: str, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        """Asks until it is answered, with the same id, as the page's outbox does when the signal is gone."""
        host = f"127.0.0.1:{self._port}"
        headers = {"Cookie": f"ralop={self._cookies[self.phones[who].address]}", "Accept": "application/json"}
        headers |= {"Origin": f"http://{host}", "Content-Type": kind} if body is not None else {}
        end = time.monotonic() + WIDE_S
        while True:
            try:
                return self._answer(host, method, path, body, headers)
            except (HTTPException, OSError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def _answer(self, host: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        """One request; raises OSError where nobody answers, and HTTPException where the answer says "later"."""
        connection = HTTPConnection(host, timeout=WIDE_S)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status == 503:
                raise HTTPException("503")
            if answer.status == 401 and "said" in json.loads(content):
                raise Closed(json.loads(content)["said"])
            if answer.status != 200:
                raise AssertionError(f"{method} {path}: {answer.status} {content[:200]!r}")
            return json.loads(content)
        finally:
            connection.close()


def _attached(item: dict[str, Any]) -> list[str]:
    """A file as the page shows it ("Tin thoại 0:18"), as plays write it: `(voice 18s)`."""
    file = item.get("file")
    if not file:
        return []
    found = LENGTH.search(file["label"]) if file["kind"] == "voice" else None
    return [f"({file['kind']} {60 * int(found[1]) + int(found[2])}s)" if found else f"({file['kind']})"]
