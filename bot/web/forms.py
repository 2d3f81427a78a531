"""What a page posts: form fields, with an id made by the page so that a repeated post counts once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.web.guard import read_body
from bot.web.pages import fresh_id

FIELDS_AT_MOST = 20
CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,40}")
PRESS_BYTES = 64
TEXT_SIGNS = 8000
NAME_SIGNS = 120
AROUND_A_FILE = 20_000  # bytes that a form has beside its file
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
AT_ONCE = timedelta(minutes=1)  # what was written so short ago was written now
OLDEST = timedelta(days=7)


class Told(HTTPException):
    """A refusal with a sentence of its own (English, as the catalogues know it)."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(status)
        self.said = said


@dataclass(frozen=True)
class Upload:
    """A file as a form carries it; its name is only for showing."""

    name: str
    content: bytes
    fields: dict[str, str] = field(default_factory=dict)


async def fields(request: Request, at_most: int = FIELDS_AT_MOST) -> dict[str, str]:
    """The fields of a form, so many at most; raises HTTPException 400, 413 or 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise HTTPException(415)
    try:
        text = (await read_body(request)).decode("utf-8")
        found = parse_qs(text, keep_blank_values=True, max_num_fields=at_most, errors="strict")
    except ValueError:
        raise HTTPException(400) from None
    return {name: values[-1] for name, values in found.items()}


async def upload(request: Request, limit: int) -> Upload:
    """The one file of a form, of `limit` bytes at most, with the fields beside it.

    Raises HTTPException 400, 413 or 415.
    """
    head = request.headers.get("content-type", "")
    boundary = re.search(r'boundary="?([\w\'()+,./:=?-]{1,70})"?', head)
    if not head.lower().startswith(MULTIPART) or boundary is None:
        raise HTTPException(415)
    body = b"\r\n" + await read_body(request, limit + AROUND_A_FILE)
    parts = body.split(b"\r\n--" + boundary[1].encode())[1:-1]
    if len(parts) > FIELDS_AT_MOST:
        raise HTTPException(400)
    found: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    for part in parts:
        try:
            name, file_name, content = _part(part)
            if file_name is not None:
                file = (file_name, content)
            else:
                found[name] = content.decode("utf-8")
        except ValueError:
            raise HTTPException(400) from None
    if file is None:
        raise HTTPException(400)
    if len(file[1]) > limit:
        raise HTTPException(413)
    return Upload(shown_name(file[0]), file[1], found)


def _part(part: bytes) -> tuple[str, str | None, bytes]:
    """Name, file name (None for a plain field) and content of one part. Raises ValueError."""
    head, separator, content = part.partition(b"\r\n\r\n")
    told = head.decode("utf-8")
    name = re.search(r'[; ]name="([^"]*)"', told)
    if not separator or name is None:
        raise ValueError("a part without a name")
    file_name = re.search(r'[; ]filename="([^"]*)"', told)
    return name[1], file_name[1] if file_name is not None else None, content


def shown_name(name: str) -> str:
    """A file's name without folders and without signs that could mean something elsewhere."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^\w .()+,&-]", "_", last).strip(" .")[-NAME_SIGNS:]


def client_id(form: dict[str, str]) -> str:
    """The id of the post; one without gets an id of its own. Raises HTTPException 400 for what is none."""
    given = form.get("id", "")
    if not given:
        return fresh_id()
    if not CLIENT_ID.fullmatch(given):
        raise HTTPException(400)
    return given


def written_at(form: dict[str, str], now: datetime) -> datetime:
    """When it was written: the page says how many seconds ago, since a phone's own hour may be wrong.

    Never in the future, and at most seven days back. Raises HTTPException 400 for what is no number.
    """
    given = form.get("ago", "") or "0"
    if not re.fullmatch(r"-?\d{1,12}", given):
        raise HTTPException(400)
    ago = timedelta(seconds=max(int(given), 0))
    return now if ago < AT_ONCE else now - min(ago, OLDEST)


def pressed(form: dict[str, str]) -> tuple[str, str]:
    """(message, value) of a press. Raises HTTPException 400 for what no button of ours can be."""
    message, value = form.get("message", ""), form.get("press", "")
    if not value or len(value.encode()) > PRESS_BYTES or len(message) > PRESS_BYTES:
        raise HTTPException(400)
    return message, value


def typed(form: dict[str, str]) -> str:
    """The text of a message; what is longer is cut, the dispatcher reads less than this anyhow."""
    return form.get("text", "").replace("\r\n", "\n")[:TEXT_SIGNS].strip()


def is_page(request: Request) -> bool:
    """Whether a browser asks for a page, rather than our script for an answer."""
    return "text/html" in request.headers.get("accept", "")


def done(request: Request, back_to: str, said: str = "") -> Response:
    """After a post: the page again, or a word for the script."""
    if is_page(request):
        return RedirectResponse(back_to, 303)
    return JSONResponse({"ok": not said, "said": said})
